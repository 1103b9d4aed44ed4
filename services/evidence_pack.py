"""The evidence pack as files (证据包内容): entries, proofs, anchors, rules, documents, sheets, and what checks them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.anchor import AuditAnchor
from models.pack_version import PackVersion
from services.anchor import signed, tree_under
from services.anchor_statement import Signer
from services.audit_proof import entry_data
from services.document import stored_at
from services.evidence import Evidence, Paper, papers
from services.evidence_docx import as_word
from services.evidence_sheet import as_page, sheet_of
from services.evidence_zip import packed
from services.merkle import siblings
from services.pack import pack_of
from services.reading import Reading

FORMAT = "jiugai-evidence/1"
VERIFIER = Path(__file__).parent.parent / "verifier" / "jiugai_verify.py"
EARLIER = 400
"""So many earlier anchors, one a day, can be held against the pack by who kept one."""
_SPKI = bytes.fromhex("302a300506032b6570032100")
_README = """留痕证据包

范围：{scope}
记录：{entries} 条，由第 {number} 号锚点（{taken_at}）证明

怎样校验（不必联网，不必安装任何软件包，只需 Python 3.8 以上）：
    python3 -I jiugai_verify.py 本证据包.zip
手里另有锚点文件或锚点编码的，一并核对：
    python3 -I jiugai_verify.py 本证据包.zip --anchor 锚点文件
为防校验程序本身被换，可向主管部门另取 jiugai_verify.py，其 SHA-256 应为
    {verifier}

各文件：
    sheet.html、sheet.docx   便于阅读的证据表
    entries.jsonl            全部记录，每行一条：在树中的位置与记录原文
    proofs.json              从每条记录到锚点根哈希的路径（RFC 9162）
    anchors.jsonl            锚点：末行为证明所依据的锚点，其余为此前每日首个锚点
    consistency.json         此前各锚点与本锚点的一致性证明
    packs/                   办理时适用的政策版本全文，其哈希在启用记录里
    documents.json           记录中提到的材料及其哈希{documents}
    public_key.pem           签名公钥（Ed25519）；请与主管部门公布的公钥比对
    manifest.json、.sig      文件清单与签名

证明了什么：每条记录自锚定之时起未被改动、删除或调换；链中无缺；签名属于上述公钥。
没有证明什么：记录所述之事是否真实；锚定之前是否有人改动；清单所列之外是否另有记录。
"""


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack: its bytes, how many entries it has, and the documents that should lie in the store but do not."""

    content: bytes
    entries: int
    lost: tuple[Paper, ...]


def evidence_pack(
    session: Session, reading: Reading, evidence: Evidence, signer: Signer, *, with_documents: bool = False
) -> Packed:
    """The pack as a zip, the same to the byte for the same entries and anchor. Raises TreeDamaged, OSError.

    A document that is not in the store any more, or is another one, is left out and named.
    """
    named = papers(evidence.entries, with_files=with_documents)
    documents, lost = _documents(reading, named) if with_documents else ({}, ())
    files = _proof_files(session, evidence) | _pack_files(session, evidence)
    files["documents.json"] = _json([one.as_dict() for one in named])
    sheet = sheet_of(session, reading, evidence, named)
    files |= {
        "sheet.html": as_page(sheet).encode(),
        "sheet.docx": as_word(sheet),
        "jiugai_verify.py": VERIFIER.read_bytes(),
    }
    files["README.txt"] = _readme(evidence, with_documents=with_documents).encode()
    files |= documents
    files |= _manifest(evidence, files, signer)
    return Packed(packed({name: files[name] for name in sorted(files)}), len(evidence.placed), lost)


def _proof_files(session: Session, evidence: Evidence) -> dict[str, bytes]:
    anchor = evidence.anchor
    tree = tree_under(session, anchor)
    wanted = {node for one in evidence.placed for node in siblings(one.position, anchor.size)}
    nodes = {f"{level}/{number}": tree.node(level, number).hex() for level, number in sorted(wanted)}
    earlier = _earlier(session, evidence)
    proofs = {str(one.number): [step.hex() for step in tree.consistency(one.size)] for one in earlier}
    said = signed(anchor)
    return {
        "entries.jsonl": _lines({"position": one.position, "entry": entry_data(one.entry)} for one in evidence.placed),
        "proofs.json": _json({"size": anchor.size, "nodes": nodes}),
        "anchors.jsonl": _lines(signed(one).as_dict() for one in (*earlier, anchor)),
        "consistency.json": _json(proofs),
        "public_key.pem": _pem(base64.b64decode(said.statement.key)),
    }


def _earlier(session: Session, evidence: Evidence) -> list[AuditAnchor]:
    """The first anchor of each day since the matter began, and before the one that proves it."""
    first = evidence.placed[0].position
    query = select(AuditAnchor).where(
        AuditAnchor.daily, AuditAnchor.size > first, AuditAnchor.number < evidence.anchor.number
    )
    return list(reversed(session.scalars(query.order_by(AuditAnchor.number.desc()).limit(EARLIER)).all()))


def _pack_files(session: Session, evidence: Evidence) -> dict[str, bytes]:
    names = {entry.pack for entry in evidence.entries if entry.pack}
    versions = session.scalars(select(PackVersion).order_by(PackVersion.name, PackVersion.version))
    return {
        f"packs/{one.name}@{one.version}.json": _json({"digest": one.digest, "document": pack_of(one).as_json()})
        for one in versions
        if f"{one.name}@{one.version}" in names
    }


def _documents(reading: Reading, named: list[Paper]) -> tuple[dict[str, bytes], tuple[Paper, ...]]:
    found: dict[str, bytes] = {}
    lost = []
    for one in named:
        path = stored_at(reading.city, one.sha256)
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() == one.sha256 and one.file:
            found[one.file] = content
        else:
            lost.append(one)
    return found, tuple(lost)


def _readme(evidence: Evidence, *, with_documents: bool) -> str:
    return _README.format(
        scope=evidence.scope.words,
        entries=len(evidence.placed),
        number=evidence.anchor.number,
        taken_at=f"{evidence.anchor.taken_at:%Y-%m-%d %H:%M:%S} UTC",
        verifier=hashlib.sha256(VERIFIER.read_bytes()).hexdigest(),
        documents="；原件在 documents/ 下" if with_documents else "（未附原件）",
    )


def _manifest(evidence: Evidence, files: dict[str, bytes], signer: Signer) -> dict[str, bytes]:
    said = signed(evidence.anchor).statement
    manifest = _json(
        {
            "format": FORMAT,
            "scope": evidence.scope.as_dict(),
            "system": said.system,
            "anchor": said.number,
            "entries": len(evidence.placed),
            "key": base64.b64encode(signer.public).decode(),
            "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
        }
    )
    return {"manifest.json": manifest, "manifest.sig": base64.b64encode(signer.sign(manifest)) + b"\n"}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _lines(values: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in values).encode()


def _pem(public: bytes) -> bytes:
    body = base64.b64encode(_SPKI + public).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n".encode()
