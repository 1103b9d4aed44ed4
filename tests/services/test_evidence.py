"""Evidence packs: the same to the byte, complete, and checked offline by the verifier they carry."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from services.anchor import AnchorMissing, find_anchor, signed, take_anchor
from services.anchor_statement import SignedAnchor
from services.audit import Act, record
from services.audit_proof import EntryMissing, EntryNotAnchored, entry_name, prove
from services.document import stored_at
from services.evidence import AnchorTooEarly, EvidenceEmpty, Scope, gather, is_anchored
from services.evidence_pack import VERIFIER, Packed, evidence_pack
from services.evidence_zip import packed
from services.project import ProjectMissing
from services.reading import Reading
from tests.database import ON_POSTGRES
from tests.services.tampering import Key
from tests.way import CODE, restart, surveyed
from tests.world import PDF, World

KEY = Key()
PROJECT = Scope(CODE)


def anchored(world: World, key: Key = KEY) -> SignedAnchor:
    with world.write() as session:
        return take_anchor(session, world.city, key, taken_by="zhou.audit", now=world.now).anchor


def pack_of(world: World, scope: Scope = PROJECT, *, number: int | None = None, documents: bool = False) -> Packed:
    with world.read() as session:
        found = gather(session, world.city, scope, number=number)
        return evidence_pack(session, Reading(world.city, world.now), found, KEY, with_documents=documents)


@dataclass
class Said:
    code: int
    words: str


Verify = Callable[..., Said]


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """The verifier as an inspector runs it: alone, isolated, with nothing of ours on its path."""
    place = tmp_path / "别处"
    place.mkdir()
    shutil.copy(VERIFIER, place)

    def run(content: bytes | str, *options: object, name: str = "证据.zip") -> Said:
        (place / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        command = [sys.executable, "-I", VERIFIER.name, name, *map(str, options)]
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, cwd=place, env=env, capture_output=True, check=False, timeout=60)
        assert done.stderr == b"", done.stderr.decode()
        return Said(done.returncode, done.stdout.decode())

    return run


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def case(world: World) -> World:
    """幸福里小区 up to its posting, anchored twice on two days."""
    surveyed(world)
    anchored(world)
    world.tick(days=1)
    world.advance(CODE, "finish_survey", "li.street")
    world.document(CODE, "plan", "wang.district", content=PDF + b"plan")
    world.facts(CODE, "wang.district", adds_area="是", willing="4/5", investment="2000000")
    world.advance(CODE, "submit_plan", "wang.district")
    world.react()
    anchored(world)
    return world


class TestPack:
    def test_made_again_it_is_the_same_to_the_byte_whatever_was_written_since(self, case: World) -> None:
        first = pack_of(case, documents=True)
        restart(case)
        case.tick(days=3)
        with case.write() as session:
            record(session, Act("note", "x", "noted", "li.street", "test", case.now))
        anchored(case)
        assert pack_of(case, documents=True).content == first.content

    def test_holds_every_entry_of_the_project_and_the_rules_it_was_written_under(self, case: World) -> None:
        made = pack_of(case)
        files = files_of(made.content)
        lines = [json.loads(line) for line in files["entries.jsonl"].decode().splitlines()]
        own = [line["entry"]["seq"] for line in lines if line["entry"]["subject"] == "project"]
        assert own == list(range(1, len(own) + 1))
        assert {line["entry"]["subject"] for line in lines} == {"project", "pack"}
        assert made.entries == len(lines)
        assert f"packs/{case.pack.id}.json" in files

    def test_holds_and_the_verifier_says_so(self, case: World, verify: Verify) -> None:
        said = verify(pack_of(case, documents=True).content)
        assert said.code == 0, said.words
        assert said.words.count("✓") == 7
        assert "✗" not in said.words
        assert "附有原件 2 份且相符" in said.words
        assert said.words.endswith("结论：校验通过。\n")

    def test_carries_the_verifier_that_checks_it(self, case: World) -> None:
        assert files_of(pack_of(case).content)["jiugai_verify.py"] == VERIFIER.read_bytes()

    def test_sheets_tell_the_history_and_are_read_without_anything_else(self, case: World) -> None:
        files = files_of(pack_of(case).content)
        page = files["sheet.html"].decode()
        for words in ("幸福里小区", "李街道（li.street）", "sha256", "锚点编码", "JIUGAI1."):
            assert words in page
        assert not any(outside in page for outside in ("http://", "https://", "<script", "<img", "url("))
        with zipfile.ZipFile(io.BytesIO(files["sheet.docx"])) as word:
            assert word.testzip() is None
            texts = [ET.fromstring(word.read(name)) for name in word.namelist()]
        told = "".join(texts[-1].itertext())
        assert "幸福里小区" in told
        assert "李街道（li.street）" in told

    def test_what_people_typed_cannot_break_the_sheets(self, world: World, verify: Verify) -> None:
        surveyed(world)
        with world.write() as session:
            act = Act(
                "project",
                CODE,
                "noted",
                "li.street",
                "test",
                world.now,
                reason=f"<script>{'' if ON_POSTGRES else chr(0)}\x0b&]]>\ud800".encode("utf-8", "replace").decode()
                + "😀",
            )
            record(session, act)
        anchored(world)
        made = pack_of(world).content
        files = files_of(made)
        assert b"<script>" not in files["sheet.html"]
        with zipfile.ZipFile(io.BytesIO(files["sheet.docx"])) as word:
            ET.fromstring(word.read("word/document.xml"))
        assert verify(made).code == 0

    def test_of_a_period_holds_what_was_written_down_in_it(self, case: World, verify: Verify) -> None:
        made = pack_of(case, Scope(first=date(2026, 3, 3), last=date(2026, 3, 3)))
        entries = [json.loads(line)["entry"] for line in files_of(made.content)["entries.jsonl"].decode().splitlines()]
        assert {e["recorded_at"][:10] for e in entries if e["subject"] == "project"} == {"2026-03-03"}
        said = verify(made.content)
        assert said.code == 0, said.words

    def test_a_document_lost_from_the_store_is_named_and_never_replaced(self, case: World, verify: Verify) -> None:
        import hashlib

        stored_at(case.city, hashlib.sha256(PDF).hexdigest()).write_bytes(b"another")
        made = pack_of(case, documents=True)
        assert [one.name for one in made.lost] == ["survey_report.pdf"]
        said = verify(made.content)
        assert said.code == 1
        assert "缺少材料原件 survey_report.pdf" in said.words

    def test_is_refused_for_what_is_not_there(self, case: World) -> None:
        with pytest.raises(ProjectMissing):
            pack_of(case, Scope("NOPE"))
        with pytest.raises(EvidenceEmpty, match="2020-01-01"):
            pack_of(case, Scope(first=date(2020, 1, 1), last=date(2020, 1, 2)))
        with pytest.raises(AnchorMissing):
            pack_of(case, number=99)
        late = case.enrol("SN-2026-009", "晚来小区")
        with case.read() as session:
            assert not is_anchored(session, case.city, Scope(late))
            assert is_anchored(session, case.city, PROJECT)
        with pytest.raises(AnchorTooEarly):
            pack_of(case, Scope(late), number=1)
        anchored(case)
        assert pack_of(case, Scope(late)).entries == 2

    def test_against_an_earlier_anchor_has_only_what_that_one_saw(self, case: World, verify: Verify) -> None:
        made = pack_of(case, number=1)
        assert made.entries == 4
        assert verify(made.content).code == 0


def repacked(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    files = files_of(content)
    change(files)
    return packed(files)


def swap_lines(files: dict[str, bytes]) -> None:
    lines = files["entries.jsonl"].splitlines(keepends=True)
    lines[1], lines[2] = lines[2], lines[1]
    files["entries.jsonl"] = b"".join(lines)


def drop_line(number: int) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        lines = files["entries.jsonl"].splitlines(keepends=True)
        del lines[number]
        files["entries.jsonl"] = b"".join(lines)

    return change


def replace_in(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


class TestTampered:
    @pytest.mark.parametrize(
        ("change", "named"),
        [
            (replace_in("entries.jsonl", b"li.street", b"li.nobody"), f"{CODE} 第 2 条：内容与哈希不符"),
            (replace_in("entries.jsonl", b'"seq": 2', b'"seq": 7'), "内容与哈希不符"),
            (drop_line(2), "缺少第 2 条"),
            (drop_line(-1), "清单称有"),
            (swap_lines, "缺少第"),
            (replace_in("anchors.jsonl", b'"number": 2', b'"number": 3'), "签名不符，锚点被改动"),
            (replace_in("proofs.json", b'"0/', b'"9/'), "缺少证明节点 0/"),
            (replace_in("consistency.json", b"[\n", b'[\n  "00",\n'), "第 1 号锚点与第 2 号锚点不一致"),
            (replace_in("sheet.html", b"li.street", b"li.nobody"), "文件 sheet.html 被改动"),
            (replace_in("manifest.json", b'"entries": ', b'"entries": 1'), "清单的签名不符"),
            (lambda files: files.pop("sheet.docx") and None, "缺少文件 sheet.docx"),
            (lambda files: files.pop("entries.jsonl") and None, "缺少文件 entries.jsonl"),
            (lambda files: files.pop("manifest.json") and None, "缺少文件 manifest.json"),
            (lambda files: files.pop("anchors.jsonl") and None, "缺少文件 anchors.jsonl"),
            (lambda files: files.update({"another.txt": b"!"}), "多出清单之外的文件 another.txt"),
            (lambda files: files.update({"entries.jsonl": b"{}\n[]\nnull\n"}), "内容残缺"),
            (lambda files: files.update({"entries.jsonl": b"\xff\xfe"}), "不是 JSON"),
            (lambda files: files.update({"proofs.json": b"[]"}), "内容残缺"),
            (lambda files: files.update({"documents.json": b"7"}), "内容残缺"),
        ],
    )  # fmt: skip
    def test_whatever_was_changed_is_named(
        self, case: World, verify: Verify, change: Callable[[dict[str, bytes]], None], named: str
    ) -> None:
        said = verify(repacked(pack_of(case).content, change))
        assert said.code == 1
        assert named in said.words, said.words
        assert "校验未通过" in said.words

    def test_every_byte_of_the_zip_cut_off_is_noticed(self, case: World, verify: Verify) -> None:
        content = pack_of(case).content
        assert "不是完整的压缩包" in verify(content[: len(content) // 2]).words
        assert verify(b"").code == 1
        assert verify("not a zip", name="x.json").code == 1
        assert verify('{"format": "other"}', name="x.json").code == 1

    def test_made_again_by_somebody_without_the_key_it_fails_against_the_published_key(
        self, case: World, verify: Verify, tmp_path: Path
    ) -> None:
        with case.read() as session:
            found = gather(session, case.city, PROJECT)
            forged = evidence_pack(session, Reading(case.city, case.now), found, Key(b"\x05" * 32)).content
        pem = tmp_path / "public.pem"
        pem.write_bytes(files_of(pack_of(case).content)["public_key.pem"])
        assert "不是您给出的公钥" in verify(forged, "--key", pem).words
        assert verify(pack_of(case).content, "--key", pem).code == 0


class TestOwnAnchor:
    def check(self, case: World, verify: Verify, tmp_path: Path, anchor: SignedAnchor) -> Said:
        file = tmp_path / "锚点.txt"
        file.write_text(anchor.code, encoding="utf-8")
        return verify(pack_of(case).content, "--anchor", file)

    def test_an_earlier_one_is_led_to_the_packs(self, case: World, verify: Verify, tmp_path: Path) -> None:
        with case.read() as session:
            first, second = (signed(find_anchor(session, number)) for number in (1, 2))
        said = self.check(case, verify, tmp_path, first)
        assert said.code == 0, said.words
        assert "原样在包内锚点之中" in said.words
        assert "与包内锚点一致" in self.check(case, verify, tmp_path, second).words

    def test_of_another_system_or_another_past_is_named(self, case: World, verify: Verify, tmp_path: Path) -> None:
        from dataclasses import replace

        from services.anchor_statement import sign

        with case.read() as session:
            first = signed(find_anchor(session, 1)).statement
        other = self.check(case, verify, tmp_path, sign(replace(first, system="ab" * 16), KEY))
        assert other.code == 1
        assert "另一系统" in other.words
        past = self.check(case, verify, tmp_path, sign(replace(first, root="cd" * 32), KEY))
        assert past.code == 1
        assert "历史被改写" in past.words
        stranger = self.check(case, verify, tmp_path, sign(replace(first, size=3), Key(b"\x07" * 32)))
        assert "签名不符" in stranger.words


class TestProof:
    def test_of_one_entry_holds_and_a_changed_one_does_not(self, case: World, verify: Verify) -> None:
        with case.read() as session:
            proof = prove(session, entry_name(f"{CODE}/3"))
        said = verify(json.dumps(proof), name="证明.json")
        assert said.code == 0, said.words
        for path in (("entry", "actor"), ("anchor", "root")):
            changed = json.loads(json.dumps(proof))
            changed[path[0]][path[1]] = "00" * 32
            assert verify(json.dumps(changed), name="证明.json").code == 1
        for change in ({"position": 0}, {"path": []}, {"position": -1}, {"path": [1]}, {"anchor": None}):
            assert verify(json.dumps({**proof, **change}), name="证明.json").code == 1

    def test_of_what_is_not_anchored_or_not_there_is_refused(self, case: World) -> None:
        case.facts(CODE, households="121")
        with case.read() as session:
            with pytest.raises(EntryNotAnchored, match="第 2 号"):
                prove(session, entry_name(f"{CODE}/9"))
            for name in (f"{CODE}/999", "NOPE/1", "person:li.street/99"):
                with pytest.raises(EntryMissing):
                    prove(session, entry_name(name))
            assert prove(session, entry_name("person:li.street/1"))["entry"]["subject"] == "person"

    @pytest.mark.parametrize("name", ["", "/", "x", "x/", "/1", "x/-1", "x/a", "x/１"])
    def test_names_that_are_none_are_refused(self, name: str) -> None:
        with pytest.raises(EntryMissing):
            entry_name(name)

    def test_an_anchor_alone_is_checked_too(self, case: World, verify: Verify) -> None:
        with case.read() as session:
            anchor = signed(find_anchor(session))
        assert verify(json.dumps(anchor.as_dict()), name="锚点.json").code == 0
        assert verify(anchor.code, name="锚点.txt").code == 0
        assert verify(json.dumps(anchor.as_dict() | {"size": 1}), name="锚点.json").code == 1
        assert verify(anchor.code[:-4], name="锚点.txt").code == 1
