"""A city whose reviewers depend on six categories and whose limits depend on the funding (六类名单), for tests to break."""

from __future__ import annotations

from pathlib import Path

from tests.policy.packs import write_pack

DEPARTMENTS = {
    "housing": "住房城乡建设局", "development_reform": "发展改革局", "finance": "财政局",
    "urban_management": "城管执法局", "police": "公安局", "traffic_police": "交警大队", "civil_affairs": "民政局",
    "landscape": "园林局", "industry": "工业和信息化局", "culture_tourism": "文旅局", "state_assets": "国资办",
    "price": "物价局", "market_regulation": "市场监管局", "education": "教育局", "water_supply": "供水公司",
    "power_supply": "供电公司", "gas_supply": "燃气公司", "telecom": "通信公司",
}  # fmt: skip
EVERY = ["planning", "fire", *DEPARTMENTS]
CATEGORIES = {
    "utilities": ("市政配套类", 12), "environment": ("环境类", 14), "building": ("建筑类", 15),
    "lift": ("电梯类", 16), "services": ("公共服务类", 18), "area": ("片区类", 20),
}  # fmt: skip


def _rules() -> str:
    return "".join(
        f"      - {{label: {label}, when: category == '{code}', asks: [{', '.join(EVERY[:count])}], source: office}}\n"
        for code, (label, count) in CATEGORIES.items()
    )


ROUTES = f"""\
permits:
  - {{code: planning_permit, label: 规划许可证, department: planning}}
  - {{code: fire_procedure, label: 消防手续}}
tables:
  - code: reviewers
    label: 按类别请部门
    hit: unique
    rules:
{_rules()}
  - code: answering
    label: 按资金来源定期限
    hit: first
    rules:
      - {{label: 政府投资, when: funding == 'government', limit: opinion_limit, source: office}}
      - {{label: 其他资金, limit: long_limit, source: office}}
  - code: permits
    label: 许可
    hit: first
    rules:
      - {{label: 不增面积, when: not adds_area, exempt: [planning_permit], source: licensing_42}}
      - {{label: 增面积且投资小, when: investment < 1000000, needs: [planning_permit], source: licensing_42}}
      - label: 其余
        merge: [{{permits: [fire_procedure], into: planning_permit}}]
        needs: [planning_permit]
        documents: [plan]
        source: office
"""

_FACTS = f"""facts:
  - code: category
    label: 项目类别
    type: choice
    choices: {{{", ".join(f"{code}: {label}" for code, (label, _) in CATEGORIES.items())}}}
    owed_by: coordinator@district
  - code: funding
    label: 资金来源
    type: choice
    choices: {{government: 政府投资, owners: 业主出资, enterprise: 企业投资}}
    owed_by: coordinator@district
"""
_DEPARTMENTS = "".join(f"  - {{code: {code}, label: {label}}}\n" for code, label in DEPARTMENTS.items())
_MEMBERS = "".join(f"      - {{department: {code}, matter: 本部门事项, limit: opinion_limit}}\n" for code in EVERY)
_LIMITS = """limits:
  - {code: long_limit, label: 较长答复期限, span: {days: 15, unit: working_day, source: office}}
"""
_PLAIN_MEMBERS = """    members:
      - {department: planning, matter: 规划条件, limit: opinion_limit}
      - department: fire
        matter: 消防车道
        limit: opinion_limit
        when: adds_area or willing < '9/10' or investment > 10000000
"""


def write_category_pack(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Write the pack with the first `old` of each `(file, old, new)` replaced; its tables stand in routes.yaml."""
    in_routes = [change for change in changes if change[0] == "routes.yaml"]
    write_pack(
        folder,
        ("registers.yaml", "facts:\n", _FACTS),
        ("registers.yaml", "departments:\n", f"departments:\n{_DEPARTMENTS}"),
        ("registers.yaml", "  - {code: willing, label: 意愿比例, type: share, owed_by: coordinator@street}\n", ""),
        ("limits.yaml", "limits:\n", _LIMITS),
        ("limits.yaml", _PLAIN_MEMBERS, f"    members_from: [reviewers, answering]\n    members:\n{_MEMBERS}"),
        *(change for change in changes if change[0] != "routes.yaml"),
    )
    text = ROUTES
    for _, old, new in in_routes:
        assert old in text, f"{old!r} is not in routes.yaml"
        text = text.replace(old, new, 1)
    (folder / "routes.yaml").write_text(text, encoding="utf-8")
    return folder
