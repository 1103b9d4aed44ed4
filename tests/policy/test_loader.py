"""A folder becomes a pack, or every fault of its files is told with file, line, culprit and words."""

from __future__ import annotations

import pytest

from policy.fault import PackInvalid
from policy.loader import document_from_json, load_pack
from policy.yaml_file import MAX_BYTES
from tests.policy.packs import line_of, write_pack


def refused(folder):
    with pytest.raises(PackInvalid) as caught:
        load_pack(folder)
    return caught.value.faults


def codes(folder):
    return [fault.code for fault in refused(folder)]


class TestLoadPack:
    def test_sound_folder_is_loaded_with_exact_values(self, tmp_path):
        pack = load_pack(write_pack(tmp_path / "yangguang"))
        assert pack.id == "yangguang@2026.10"
        assert str(pack.limit("survey_limit").yellow_share) == "9/10"
        assert pack.milestone("papers_handed_over").due == "11-30"

    def test_words_that_yaml_once_took_for_truth_stay_words(self, tmp_path):
        change = ("registers.yaml", "{brick: 砖混, concrete: 框架}", "{brick: on, concrete: no, norway: NO, yes: off}")
        pack = load_pack(write_pack(tmp_path / "yangguang", change))
        assert pack.fact("structure").choices == {"brick": "on", "concrete": "no", "norway": "NO", "yes": "off"}

    def test_calendar_folder_is_left_to_the_calendar(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang")
        (folder / "calendar").mkdir()
        (folder / "calendar" / "2027.yaml").write_text("year: 2027", encoding="utf-8")
        assert load_pack(folder).id == "yangguang@2026.10"

    def test_every_fault_is_told_at_once(self, tmp_path):
        changes = [("moves.yaml", "nature: back", "nature: bcak"), ("limits.yaml", "days: 30", "days: 三十")]
        assert codes(write_pack(tmp_path / "yangguang", *changes)) == ["value_unknown", "number_expected"]

    def test_misspelt_key_and_value_offer_what_was_meant(self, tmp_path):
        [key] = refused(write_pack(tmp_path / "a", ("moves.yaml", "    nature: back", "    natrue: back")))
        [value] = refused(write_pack(tmp_path / "b", ("moves.yaml", "nature: back", "nature: bcak")))
        assert key.zh == "moves 第 4 项 return_plan：不认识“natrue”，是不是“nature”？"
        assert value.zh.endswith("，是不是“back”？")

    def test_part_nobody_wrote_is_told_of_the_head_file(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang")
        (folder / "steps.yaml").unlink()
        [fault] = refused(folder)
        assert (fault.code, fault.culprit, fault.file, fault.line) == ("key_missing", "steps", "pack.yaml", 1)

    def test_part_in_two_files_is_refused(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang")
        (folder / "more.yaml").write_text("\n\nsteps: []\n", encoding="utf-8")
        [fault] = refused(folder)
        assert (fault.code, fault.culprit, fault.file) == ("key_in_two_files", "steps", "steps.yaml")
        assert "more.yaml" in fault.zh

    def test_key_written_twice_is_refused_at_the_second(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang", ("pack.yaml", "start: survey\n", "start: survey\nstart: design\n"))
        [fault] = refused(folder)
        assert (fault.code, fault.line) == ("duplicate_key", line_of(folder, "pack.yaml", "start: design"))


class TestFilesThatCannotBeRead:
    @pytest.mark.parametrize(
        ("text", "code", "line"),
        [
            ("steps:\n  - a\n - b\n", "yaml_syntax", 3),
            ("steps:\n\t- a\n", "yaml_syntax", 2),
            ("a: b: c\n", "yaml_syntax", 1),
            ('a: "b\n', "yaml_syntax", 1),
            ("a: b\nc: \x07\n", "yaml_syntax", 2),
            ("x: &x [1]\ny: *x\n", "yaml_alias", 2),
            ("x:\n  - !!python/object:os.system {}\n", "yaml_tag", 2),
            ("x:\n  ? [a]\n  : b\n", "yaml_key", 2),
            ("x: 1\n---\ny: 2\n", "yaml_documents", 2),
            ("- steps\n", "file_not_mapping", 1),
            ("x: " + "[" * 500 + "]" * 500, "yaml_deep", 1),
        ],
        ids=["indent", "tab", "colon", "quote", "control", "alias", "tag", "key", "documents", "list", "deep"],
    )
    def test_broken_text_is_told_with_its_line(self, tmp_path, text, code, line):
        folder = write_pack(tmp_path / "yangguang")
        (folder / "more.yaml").write_text(text, encoding="utf-8")
        [fault] = refused(folder)
        assert (fault.code, fault.file, fault.line) == (code, "more.yaml", line)
        assert fault.culprit

    def test_alias_bomb_is_refused_at_once(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang")
        rows = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
        (folder / "more.yaml").write_text("\n".join(rows), encoding="utf-8")
        [fault] = refused(folder)
        assert (fault.code, fault.line, fault.culprit) == ("yaml_alias", 2, "a0")

    def test_file_of_two_hundred_megabytes_is_not_read(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang")
        with (folder / "more.yaml").open("wb") as sparse:
            sparse.truncate(200 * MAX_BYTES)
        assert codes(folder) == ["file_too_large"]

    def test_file_in_another_encoding_is_told_with_its_line(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang")
        (folder / "more.yaml").write_bytes("x: 1\ny: 阳光\n".encode("gb18030"))
        [fault] = refused(folder)
        assert (fault.code, fault.line) == ("file_not_utf8", 2)

    def test_file_saved_by_windows_notepad_is_read(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang")
        text = (folder / "pack.yaml").read_text(encoding="utf-8")
        (folder / "pack.yaml").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
        assert load_pack(folder).document.pack.label == "阳光区试行办法"

    def test_file_with_another_extension_is_not_passed_over(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang")
        (folder / "steps.yaml").rename(folder / "steps.yml")
        assert codes(folder) == ["file_extension"]

    def test_empty_file_says_nothing(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang")
        (folder / "notes.yaml").write_text("# 备注\n", encoding="utf-8")
        assert load_pack(folder).id == "yangguang@2026.10"

    def test_missing_and_empty_folders_are_told_apart(self, tmp_path):
        (tmp_path / "empty").mkdir()
        assert (codes(tmp_path / "none"), codes(tmp_path / "empty")) == (["folder_missing"], ["folder_empty"])


class TestDocumentFromJson:
    def test_stored_pack_comes_back_with_the_same_digest(self, tmp_path):
        pack = load_pack(write_pack(tmp_path / "yangguang"))
        again = type(pack).from_document(document_from_json(pack.as_json()))
        assert (again.digest, again.id, again.document) == (pack.digest, pack.id, pack.document)

    def test_json_of_another_form_is_refused_without_a_place(self, tmp_path):
        data = load_pack(write_pack(tmp_path / "yangguang")).as_json() | {"start": 7}
        with pytest.raises(PackInvalid) as caught:
            document_from_json(data)
        assert [(fault.code, fault.file, fault.line) for fault in caught.value.faults] == [("text_expected", "", 0)]
