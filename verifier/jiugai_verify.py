#!/usr/bin/env python3
"""旧改留痕证据校验程序 · checks evidence packs, proofs and anchors of jiugai, offline.

One file, standard library only, Python 3.8 or later; on purpose it shares no code with the program it checks:

    python3 -I jiugai_verify.py 证据包.zip [--anchor 锚点文件]… [--key 公钥文件]
    python3 -I jiugai_verify.py 证明.json
    python3 -I jiugai_verify.py 锚点.json

It says in Chinese what holds and what does not, and ends with 0 when all holds, 1 when anything does not, 2 for a
wrong command line. It writes nothing, opens no connection and unpacks nothing.
"""

# Written for Python 3.8, whatever the program itself needs; a text that names no rule is the documentation here.
# ruff: noqa: T201, D102, D103, PLR2004

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import struct
import sys
import zipfile
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, Tuple  # noqa: UP035 - Python 3.8

EVIDENCE, PROOF, ANCHOR = "jiugai-evidence/1", "jiugai-proof/1", "jiugai-anchor/1"
CODE = "JIUGAI1."
SHOWN = 20
JSON_LIMIT = 2 * 2**30
Json = Dict[str, Any]  # noqa: UP006
Point = Tuple[int, int, int, int]  # noqa: UP006
Hash = Callable[[bytes], bytes]


# --- hashes -----------------------------------------------------------------------------------------------------------


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _left(word: int, by: int) -> int:
    by %= 32
    return ((word << by) | (word >> (32 - by))) & 0xFFFFFFFF


_SM3_START = (
    0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
)  # fmt: skip
_SM3_T = [_left(0x79CC4519 if i < 16 else 0x7A879D8A, i) for i in range(64)]


def sm3(data: bytes) -> bytes:
    """SM3 (GM/T 0004-2012): not every Python offers it."""
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack(">Q", 8 * len(data))
    state = list(_SM3_START)
    for start in range(0, len(padded), 64):
        state = _sm3_block(state, padded[start : start + 64])
    return struct.pack(">8I", *state)


def _sm3_block(state: list[int], block: bytes) -> list[int]:
    w = list(struct.unpack(">16I", block))
    for i in range(16, 68):
        x = w[i - 16] ^ w[i - 9] ^ _left(w[i - 3], 15)
        w.append(x ^ _left(x, 15) ^ _left(x, 23) ^ _left(w[i - 13], 7) ^ w[i - 6])
    a, b, c, d, e, f, g, h = state
    for i in range(64):
        s1 = _left((_left(a, 12) + e + _SM3_T[i]) & 0xFFFFFFFF, 7)
        s2 = s1 ^ _left(a, 12)
        ff = a ^ b ^ c if i < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if i < 16 else (e & f) | (~e & g)
        t1 = (ff + d + s2 + (w[i] ^ w[i + 4])) & 0xFFFFFFFF
        t2 = (gg + h + s1 + w[i]) & 0xFFFFFFFF
        a, b, c, d = t1, a, _left(b, 9), c
        e, f, g, h = t2 ^ _left(t2, 9) ^ _left(t2, 17), e, _left(f, 19), g
    return [old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h))]  # noqa: B905 - Python 3.8


HASHES: dict[str, Hash] = {"sha256": sha256, "sm3": sm3}


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces: what hashes and signatures are made of."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# --- Ed25519 (RFC 8032), verification only ----------------------------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(scalar: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


def _point(raw: bytes) -> Point | None:
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return (x, y, 1, x * y % _P)


_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE = _point(_BASE_Y.to_bytes(32, "little")) or (0, 1, 1, 0)


def is_signed(key: str, signature: str, data: bytes) -> bool:
    """Whether an Ed25519 signature holds; key and signature in base64."""
    try:
        public, raw = base64.b64decode(key, validate=True), base64.b64decode(signature, validate=True)
    except (ValueError, TypeError):
        return False
    if len(public) != 32 or len(raw) != 64:
        return False
    a, r, s = _point(public), _point(raw[:32]), int.from_bytes(raw[32:], "little")
    if a is None or r is None or s >= _L:
        return False
    h = int.from_bytes(hashlib.sha512(raw[:32] + public + data).digest(), "little") % _L
    left, right = _times(s, _BASE), _add(r, _times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (left[1] * right[2] - right[1] * left[2]) % _P == 0


# --- Merkle tree (RFC 9162) -------------------------------------------------------------------------------------------


def root_over(hashed: Hash, leaf: bytes, position: int, size: int, path: list[Any]) -> bytes | None:
    """The root a path leads to from a leaf's hash (2.1.3.2); None where the path does not fit the tree."""
    if not 0 <= position < size:
        return None
    fn, sn, node = position, size - 1, leaf
    for step in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            node = hashed(b"\x01" + step + node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = hashed(b"\x01" + node + step)
        fn, sn = fn >> 1, sn >> 1
    return node if sn == 0 else None


def is_consistent(
    hashed: Hash, first: int, first_root: bytes, second: int, second_root: bytes, proof: list[Any]
) -> bool:
    """Whether the tree of `first` leaves is the beginning of that of `second` (2.1.4.2)."""
    if first == second:
        return first_root == second_root and not proof
    if not 0 < first < second or not proof:
        return False
    path = ([first_root] if first & (first - 1) == 0 else []) + list(proof)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = hashed(b"\x01" + step + fr), hashed(b"\x01" + step + sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = hashed(b"\x01" + sr + step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


def siblings(position: int, size: int) -> list[Any]:
    """The names (`level/number`) of the nodes on the path of a leaf, from below."""
    found, level = [], 0
    while 1 << level < size:
        if ((position ^ 1) << level) < size:
            found.append(f"{level}/{position ^ 1}")
        position, level = position >> 1, level + 1
    return found


# --- what is said -----------------------------------------------------------------------------------------------------


class Unusable(Exception):
    """The file is not one this program knows."""


class Findings:
    """What holds and what does not, said as it is found."""

    def __init__(self) -> None:
        self.faults = 0

    def hold(self, words: str) -> None:
        print("  ✓ " + words)

    def fault(self, words: str) -> None:
        self.faults += 1
        if self.faults <= SHOWN:
            print("  ✗ " + words)
        elif self.faults == SHOWN + 1:
            print("  ✗ ……（其余不再逐条列出）")

    def note(self, words: str) -> None:
        print("  · " + words)

    def part(self, title: str) -> _Part:
        return _Part(self, title)


class _Part:
    """One heading; says that it holds unless something under it did not."""

    def __init__(self, findings: Findings, title: str) -> None:
        self.findings, self.title, self.holds = findings, title, ""

    def __enter__(self) -> _Part:
        print(self.title)
        self.before = self.findings.faults
        return self

    def __exit__(self, kind: type | None, problem: object, _trace: object) -> bool:
        if kind is not None and issubclass(kind, (KeyError, TypeError, ValueError, IndexError, AttributeError)):
            self.findings.fault(f"内容残缺或不合格式（{problem}），无法校验")
            return True
        if kind is None and self.findings.faults == self.before and self.holds:
            self.findings.hold(self.holds)
        return False


def moment(text: str) -> str:
    """An instant in Beijing time."""
    found = datetime.fromisoformat(text).astimezone(timezone(timedelta(hours=8)))
    return found.strftime("%Y-%m-%d %H:%M:%S")


def name_of(entry: Json) -> str:
    whose = "" if entry.get("subject") == "project" else "{}:".format(entry.get("subject"))
    return "{}{} 第 {} 条".format(whose, entry.get("subject_id"), entry.get("seq"))


# --- anchors ----------------------------------------------------------------------------------------------------------


def anchor_text(anchor: Json) -> bytes:
    return canonical({name: value for name, value in anchor.items() if name != "signature"})


def anchor_fault(anchor: Json) -> str:
    """What is wrong with an anchor by itself; empty when nothing is."""
    if anchor.get("format") != ANCHOR:
        return "不是锚点"
    if anchor.get("algorithm") not in HASHES:
        return "哈希算法 {} 不是 sha256 或 sm3".format(anchor.get("algorithm"))
    if not is_signed(anchor["key"], anchor["signature"], anchor_text(anchor)):
        return "签名不符，锚点被改动"
    return ""


def anchor_words(anchor: Json) -> str:
    return "第 {} 号锚点（{}，共 {} 条记录）".format(anchor["number"], moment(anchor["taken_at"]), anchor["size"])


def read_anchor(text: str) -> Json:
    """An anchor from its file or its short code."""
    text = text.strip().lstrip("\ufeff")
    if not text.startswith(CODE):
        found = json.loads(text)
        if not isinstance(found, dict) or found.get("format") != ANCHOR:
            raise ValueError("不是锚点")
        return found
    packed = "".join(text[len(CODE) :].split())
    raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    try:
        system, number, size, at, kind, root, previous, key, signature = struct.unpack(">16sIQQB32s32s32s64s", raw)
    except struct.error:
        raise ValueError("锚点编码不完整") from None
    taken_at = datetime(1970, 1, 1, tzinfo=timezone(timedelta(0))) + timedelta(microseconds=at)
    return {
        "format": ANCHOR,
        "system": system.hex(),
        "number": number,
        "size": size,
        "root": root.hex(),
        "algorithm": sorted(HASHES)[kind],
        "taken_at": taken_at.isoformat(timespec="microseconds"),
        "previous": "" if previous == bytes(32) else previous.hex(),
        "key": base64.b64encode(key).decode(),
        "signature": base64.b64encode(signature).decode(),
    }


# --- one entry --------------------------------------------------------------------------------------------------------


def content_hash(entry: Json) -> bytes:
    """The hash of what an entry says, whatever hash it claims."""
    return HASHES[entry["algorithm"]](canonical({name: value for name, value in entry.items() if name != "hash"}))


def entry_fault(entry: Json) -> str:
    if entry.get("algorithm") not in HASHES:
        return f"哈希算法 {entry.get('algorithm')} 不是 sha256 或 sm3"
    return "" if content_hash(entry).hex() == entry.get("hash") else "内容与哈希不符，被改动"


def proof_fault(entry: Json, position: int, path: list[Any], anchor: Json) -> str:
    hashed = HASHES[anchor["algorithm"]]
    leaf = hashed(b"\x00" + content_hash(entry))
    root = root_over(hashed, leaf, position, anchor["size"], path)
    return "" if root is not None and root.hex() == anchor["root"] else "不在锚点之内：路径到不了根哈希"


# --- evidence packs ---------------------------------------------------------------------------------------------------


class Pack:
    """An evidence pack, read only as far as it is checked."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.infos = {info.filename: info for info in archive.infolist()}

    def read(self, name: str) -> bytes:
        info = self.infos.get(name)
        if info is None:
            raise ValueError("缺少文件 " + name)
        if info.file_size > JSON_LIMIT:
            raise ValueError(f"文件 {name} 过大")
        return self.archive.read(info)

    def json(self, name: str) -> Any:  # noqa: ANN401
        try:
            return json.loads(self.read(name).decode("utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
            raise ValueError(name + " 不是 JSON") from None

    def lines(self, name: str) -> list[Any]:
        found = []
        for number, line in enumerate(self.read(name).decode("utf-8", "replace").splitlines(), 1):
            try:
                found.append(json.loads(line))
            except (json.JSONDecodeError, RecursionError):
                raise ValueError(f"{name} 第 {number} 行不是 JSON") from None
        return found

    def sha256(self, name: str) -> str:
        digest = hashlib.sha256()
        with self.archive.open(self.infos[name]) as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
        return digest.hexdigest()


def check_pack(path: str, anchors: list[Any], key: str | None, found: Findings) -> None:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as problem:
        raise Unusable(f"不是完整的压缩包（{problem}）") from None
    with archive:
        pack = Pack(archive)
        manifest = _files(pack, key, found)
        anchor = _anchors(pack, manifest, found)
        entries = _entries(pack, manifest, found)
        if anchor:
            _proofs(pack, entries, anchor, found)
            _consistency(pack, anchor, found)
        _rules(pack, entries, found)
        _documents(pack, entries, found)
        for name, text in anchors:
            _own_anchor(pack, name, text, anchor, found)


def _files(pack: Pack, key: str | None, found: Findings) -> Json:
    manifest: Json = {}
    with found.part("一、文件清单") as part:
        raw = pack.read("manifest.json")
        manifest = pack.json("manifest.json")
        if manifest.get("format") != EVIDENCE:
            raise ValueError("不是留痕证据包，或版本较新")
        if not is_signed(manifest["key"], pack.read("manifest.sig").decode("ascii", "replace").strip(), raw):
            found.fault("清单的签名不符，清单被改动")
        if key is not None and manifest["key"] != key:
            found.fault("签名公钥不是您给出的公钥，可能不是原单位导出的")
        listed = manifest["files"]
        for name in sorted(listed):
            _file(pack, name, listed[name], found)
        for name in sorted(set(pack.infos) - set(listed) - {"manifest.json", "manifest.sig"}):
            found.fault("多出清单之外的文件 " + name)
        if len(pack.infos) != len(pack.archive.infolist()):
            found.fault("压缩包里有同名文件")
        part.holds = f"{len(listed)} 个文件齐全，与清单一致，清单签名有效"
    if manifest and key is None:
        found.note("签名公钥 {}，请与主管部门公布的比对".format(manifest.get("key")))
    return manifest


def _file(pack: Pack, name: str, wanted: str, found: Findings) -> None:
    if name not in pack.infos:
        found.fault("缺少文件 " + name)
        return
    try:
        same = pack.sha256(name) == wanted
    except Exception:  # whatever a damaged archive makes zipfile and zlib say
        same = False
    if not same:
        found.fault(f"文件 {name} 被改动或损坏")


def _anchors(pack: Pack, manifest: Json, found: Findings) -> Json:
    anchor: Json = {}
    with found.part("二、锚点与签名") as part:
        anchors = pack.lines("anchors.jsonl")
        for one in anchors:
            fault = anchor_fault(one)
            if fault:
                found.fault("第 {} 号锚点：{}".format(one.get("number"), fault))
            if one.get("system") != anchors[-1].get("system"):
                found.fault("第 {} 号锚点是另一系统的".format(one.get("number")))
        last = anchors[-1]
        if manifest and (last["number"], last["system"]) != (manifest["anchor"], manifest["system"]):
            found.fault("所依据的锚点与清单不符")
        if manifest and last["key"] != manifest["key"]:
            found.note("锚点与清单由不同的密钥签署（密钥更换过）：锚点公钥 {}".format(last["key"]))
        part.holds = f"{anchor_words(last)}，签名有效；另有此前锚点 {len(anchors) - 1} 个"
        anchor = last
    return anchor if not anchor or not anchor_fault(anchor) else {}


def _entries(pack: Pack, manifest: Json, found: Findings) -> list[Any]:
    entries: list[Any] = []
    with found.part("三、记录内容与前后衔接") as part:
        entries = pack.lines("entries.jsonl")
        whole = "project" in manifest.get("scope", {})
        heads: dict[Any, Any] = {}
        for one in entries:
            entry = one["entry"]
            fault = entry_fault(entry) or _link_fault(entry, heads, whole)
            if fault:
                found.fault(f"{name_of(entry)}：{fault}")
            heads[(entry["subject"], entry["subject_id"])] = (entry["seq"], entry["hash"])
        if manifest and len(entries) != manifest["entries"]:
            found.fault(f"清单称有 {manifest['entries']} 条记录，实有 {len(entries)} 条")
        part.holds = f"{len(entries)} 条记录的内容与哈希一致，{len(heads)} 条链首尾相接"
    return entries


def _link_fault(entry: Json, heads: dict[Any, Any], whole: bool) -> str:
    """`whole`: of a project every entry is there from the first on; of a period the chains begin where they begin."""
    chain = (entry["subject"], entry["subject_id"])
    if chain not in heads:
        if entry["seq"] != 1 and whole and entry["subject"] == "project":
            return "缺少第 1 条"
        return "" if entry["seq"] != 1 or entry["previous_hash"] == "" else "第 1 条之前不应另有记录"
    seq, previous = heads[chain]
    if entry["seq"] != seq + 1:
        # the rules' own chains are only given as far as they concern the matter
        return f"缺少第 {seq + 1} 条"
    return "" if entry["previous_hash"] == previous else "与上一条的哈希不衔接"


def _proofs(pack: Pack, entries: list[Any], anchor: Json, found: Findings) -> None:
    with found.part("四、每条记录是否在锚点之内") as part:
        proofs = pack.json("proofs.json")
        if proofs["size"] != anchor["size"]:
            found.fault("证明所依据的树与锚点大小不符")
        nodes, positions = proofs["nodes"], set()
        for one in entries:
            names = siblings(one["position"], anchor["size"])
            missing = [name for name in names if name not in nodes]
            if missing:
                found.fault("{}：缺少证明节点 {}".format(name_of(one["entry"]), missing[0]))
                continue
            fault = proof_fault(one["entry"], one["position"], [bytes.fromhex(nodes[n]) for n in names], anchor)
            if fault:
                found.fault("{}：{}".format(name_of(one["entry"]), fault))
            positions.add(one["position"])
        if len(positions) != len(entries):
            found.fault("有记录共用一个位置，或缺少证明")
        part.holds = f"{len(entries)} 条记录都在第 {anchor['number']} 号锚点之内"


def _consistency(pack: Pack, anchor: Json, found: Findings) -> None:
    with found.part("五、与此前锚点的一致性") as part:
        proofs = pack.json("consistency.json")
        earlier = [one for one in pack.lines("anchors.jsonl") if one["number"] != anchor["number"]]
        for one in earlier:
            if not _leads_to(one, anchor, proofs.get(str(one["number"]), [])):
                found.fault("第 {} 号锚点与第 {} 号锚点不一致，其间历史被改写".format(one["number"], anchor["number"]))
        part.holds = f"此前 {len(earlier)} 个锚点都与之一致" if earlier else "此前没有锚点"


def _leads_to(earlier: Json, later: Json, proof: list[Any]) -> bool:
    hashed = HASHES[later["algorithm"]]
    roots = (bytes.fromhex(earlier["root"]), bytes.fromhex(later["root"]))
    steps = [bytes.fromhex(step) for step in proof]
    return is_consistent(hashed, earlier["size"], roots[0], later["size"], roots[1], steps)


def _rules(pack: Pack, entries: list[Any], found: Findings) -> None:
    with found.part("六、适用的政策版本") as part:
        told = {
            e["subject_id"]: e["after"].get("digest")
            for e in (one["entry"] for one in entries)
            if e["subject"] == "pack"
        }
        named = sorted({one["entry"]["pack"] for one in entries if one["entry"]["pack"]})
        for name in named:
            file = f"packs/{name}.json"
            if file not in pack.infos:
                found.fault(f"缺少政策版本 {name} 的全文")
                continue
            given = pack.json(file)
            digest = sha256(canonical(given["document"])).hex()
            if digest != given["digest"]:
                found.fault(f"政策版本 {name} 的全文与其哈希不符")
            elif name in told and told[name] != digest:
                found.fault(f"政策版本 {name} 的全文与启用记录不符")
            elif name not in told:
                found.note(f"政策版本 {name} 没有启用记录可以比对")
        part.holds = "{}：全文与启用记录一致".format("、".join(named)) if named else "没有记录注明政策版本"


def _documents(pack: Pack, entries: list[Any], found: Findings) -> None:
    with found.part("七、材料") as part:
        text = "\n".join(json.dumps(one["entry"]["after"]) for one in entries)
        given = 0
        listed = pack.json("documents.json")
        for one in listed:
            if '"{}"'.format(one["sha256"]) not in text:
                found.fault("材料 {} 的哈希不在任何记录里".format(one["name"]))
            if not one["file"]:
                continue
            if one["file"] not in pack.infos:
                found.fault("缺少材料原件 {}（{}，记录 {}）".format(one["name"], one["file"], one["entry"]))
            elif pack.sha256(one["file"]) != one["sha256"]:
                found.fault("材料原件 {} 被改动".format(one["name"]))
            else:
                given += 1
        part.holds = f"{len(listed)} 份材料的哈希都在记录里，附有原件 {given} 份且相符"


def _own_anchor(pack: Pack, name: str, text: str, anchor: Json, found: Findings) -> None:
    with found.part("八、与您手里的锚点核对：" + name) as part:
        own = read_anchor(text)
        fault = anchor_fault(own) or _stranger(own, anchor)
        if fault:
            found.fault(fault)
        elif own["size"] > anchor["size"]:
            found.note(f"比包内锚点晚，不能用来核对；请用不晚于第 {anchor['number']} 号的锚点")
        else:
            part.holds = _within(pack, own, anchor, found)


def _stranger(own: Json, anchor: Json) -> str:
    if not anchor:
        return "包内锚点不成立，无从核对"
    if own["system"] != anchor["system"]:
        return f"是另一系统（{own['system'][:8]}…）的锚点，与本证据包无关"
    return "" if own["key"] == anchor["key"] else "与包内锚点不是同一把密钥签署的"


def _within(pack: Pack, own: Json, anchor: Json, found: Findings) -> str:
    """Finds whether the pack's anchor continues one's own; what can be said when it does."""
    same = own["size"] == anchor["size"]
    proof = [] if same else pack.json("consistency.json").get(str(own["number"]))
    if proof is None:
        found.note("包内没有到该锚点的一致性证明；请用每日首个锚点，或请对方以该锚点导出（--anchor）")
        return ""
    if not _leads_to(own, anchor, proof):
        found.fault("与包内锚点不一致：您的锚点之后，此前的历史被改写")
    return "与包内锚点一致" if same else f"{anchor_words(own)}的全部记录，原样在包内锚点之中"


# --- proofs and anchors by themselves ---------------------------------------------------------------------------------


def check_proof(proof: Json, found: Findings) -> None:
    with found.part("一条记录的证明") as part:
        entry, anchor = proof["entry"], proof["anchor"]
        fault = anchor_fault(anchor)
        if fault:
            found.fault("锚点：" + fault)
        for fault in (entry_fault(entry), proof_fault(entry, proof["position"], _path(proof), anchor)):
            if fault:
                found.fault(f"{name_of(entry)}：{fault}")
        part.holds = "{}（{}，{}）在{}之内，内容未被改动".format(
            name_of(entry), entry["action"], moment(entry["recorded_at"]), anchor_words(anchor),
        )  # fmt: skip


def _path(proof: Json) -> list[Any]:
    return [bytes.fromhex(step) for step in proof["path"]]


def check_anchor(anchor: Json, found: Findings) -> None:
    with found.part("锚点") as part:
        fault = anchor_fault(anchor)
        if fault:
            found.fault(fault)
        part.holds = "{}，签名有效；公钥 {}".format(anchor_words(anchor), anchor["key"])


def check_text(path: str, found: Findings) -> None:
    with open(path, "rb") as file:  # noqa: PTH123 - nothing to gain
        text = file.read(64 * 2**20).decode("utf-8", "replace")
    try:
        data = read_anchor(text) if text.strip().startswith(CODE) else json.loads(text)
    except (ValueError, IndexError, RecursionError):
        raise Unusable("既不是证据包，也不是证明或锚点") from None
    kind = data.get("format") if isinstance(data, dict) else None
    if kind == PROOF:
        check_proof(data, found)
    elif kind == ANCHOR:
        check_anchor(data, found)
    else:
        raise Unusable("既不是证据包，也不是证明或锚点")


def public_key(path: str) -> str:
    """The public key in a PEM file, or in base64, as base64 of its 32 bytes."""
    with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
        text = "".join(line.strip() for line in file if not line.startswith("-----"))
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)[-32:]).decode()
    except ValueError:
        raise Unusable("公钥文件无法读取") from None


def _read(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read(2**16).decode("utf-8", "replace")


def main(arguments: list[Any] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure")(errors="replace")  # noqa: B009 - a terminal that lacks a sign shows another
    parser = argparse.ArgumentParser(description="旧改留痕证据校验：离线，只读。", prog="jiugai_verify.py")
    parser.add_argument("file", help="证据包（.zip）、一条记录的证明（.json）或锚点")
    parser.add_argument("--anchor", action="append", default=[], metavar="FILE", help="您手里的锚点，可给多个")
    parser.add_argument("--key", metavar="FILE", help="主管部门公布的签名公钥（.pem）")
    given = parser.parse_args(arguments)
    found = Findings()
    try:
        if zipfile.is_zipfile(given.file) or given.file.lower().endswith(".zip"):
            anchors = [(path, _read(path)) for path in given.anchor]
            check_pack(given.file, anchors, public_key(given.key) if given.key else None, found)
        else:
            check_text(given.file, found)
    except Unusable as problem:
        found.fault(f"{given.file}：{problem}")
    except OSError as problem:
        found.fault(f"{problem.filename or given.file} 无法读取：{problem.strerror}")
    print("结论：校验通过。" if not found.faults else f"结论：校验未通过，{found.faults} 处不符。")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
