"""The event log: one small case byte for byte in every form, and what each form has to hold."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update

from models.project import Project
from services.audit import Act, record
from services.eventlog import Extract, Log
from services.eventlog_event import Trace
from services.eventlog_file import LogFormatUnknown, export_log
from services.finding import raise_finding
from services.history_entry import Basis
from services.project import ProjectMissing, find_project
from services.reading import Reading
from tests.services.test_history_as_of import at, rejected_once
from tests.way import CODE
from tests.world import World

GOLDEN = Path(__file__).parent / "golden"
XES = "{http://www.xes-standard.org/}"


def small_case(world: World) -> None:
    """A rejected round and an open one, a name with everything CSV and XML trip over, one late recording."""
    rejected_once(world)
    world.to("2026-03-12")
    with world.write() as session:
        raise_finding(session, find_project(session, CODE), "objection", '=1+1 <"楼道">&照明', world.keeping())
        late: dict[str, Any] = {"reason": "断网\n补录", "occurred_at": at("2026-03-06T09:00")}
        record(session, Act("project", CODE, "site_visited", "li.street", "test", world.now, **late))
        session.execute(update(Project).values(name="+幸福里\u0007小区"))


def log(world: World, **extract: Any) -> list[Trace]:
    with world.read() as session:
        return list(Log(session, Reading(world.city, world.now), Extract(**extract)).traces())


def exported(world: World, path: Path, *, bom: bool = True, **extract: Any) -> bytes:
    with world.read() as session:
        export_log(path, Log(session, Reading(world.city, world.now), Extract(**extract)), bom=bom)
    return path.read_bytes()


class TestGolden:
    """Written anew by hand only, after every line was read (docs/eventlog.md)."""

    @pytest.mark.parametrize("name", ["log.xes", "log.jsonocel", "log.csv"])
    def test_byte_for_byte(self, world: World, tmp_path: Path, name: str) -> None:
        small_case(world)
        assert exported(world, tmp_path / name) == (GOLDEN / name).read_bytes()

    def test_the_database_holds_what_the_golden_dump_holds(self, world: World, tmp_path: Path) -> None:
        # the bytes of a database name the SQLite that wrote it: what it holds is compared as statements
        small_case(world)
        exported(world, tmp_path / "log.sqlite")
        dump = "\n".join(sqlite3.connect(tmp_path / "log.sqlite").iterdump()) + "\n"
        assert dump == (GOLDEN / "log.sqlite.sql").read_text(encoding="utf-8")

    @pytest.mark.parametrize("name", ["log.xes", "log.jsonocel", "log.csv", "log.sqlite"])
    def test_twice_the_same_bytes(self, world: World, tmp_path: Path, name: str) -> None:
        small_case(world)
        assert exported(world, tmp_path / name) == exported(world, tmp_path / f"again-{name}")
        assert sorted(path.name for path in tmp_path.glob("*.part")) == []


class TestTraces:
    def test_durations_are_working_days(self, world: World) -> None:
        rejected_once(world)
        (trace,) = log(world)
        moves = {
            event.id: event.fields["step_working_days"] for event in trace.events if "step_working_days" in event.fields
        }
        # surveyed, designed, submitted on 2 March; returned on the 5th; submitted again on Tuesday the 10th
        assert list(moves.values()) == [0, 0, 3, 3]
        opinions = [event.fields["opinion_working_days"] for event in trace.events if event.activity == "opinion_given"]
        assert opinions == [2, 3, 1]
        assert trace.fields["working_days"] == 7

    def test_a_clock_is_started_by_one_move_and_stopped_by_the_next(self, world: World) -> None:
        rejected_once(world)
        (trace,) = log(world)
        links = [
            (event.activity, link.qualifier)
            for event in trace.events
            for link in event.links
            if link.target == "clock:1"
        ]
        assert links == [("enrolled", "starts"), ("finish_survey", "stops")]

    def test_a_late_recording_stands_where_it_happened_when_asked_so(self, world: World) -> None:
        small_case(world)
        (recorded,), (occurred,) = log(world), log(world, basis=Basis.occurred)
        assert recorded.events[-1].activity == "site_visited"
        assert recorded.events[-1].fields["late"] is True
        place = [event.activity for event in occurred.events].index("site_visited")
        assert occurred.events[place - 1].at < at("2026-03-06T09:00") < occurred.events[place + 1].at

    def test_only_what_was_asked_for(self, world: World) -> None:
        world.enrol()
        world.enrol("SB-2026-001", "和平里小区", "sunny-bei")
        assert [trace.case for trace in log(world)] == ["SB-2026-001", CODE]
        assert [trace.case for trace in log(world, place="北山区")] == ["SB-2026-001"]
        assert [trace.case for trace in log(world, project=CODE)] == [CODE]
        with pytest.raises(ProjectMissing):
            log(world, project="nowhere")


class TestForms:
    def test_xes_is_well_formed_and_declares_what_it_uses(self, world: World, tmp_path: Path) -> None:
        small_case(world)
        root = ET.fromstring(exported(world, tmp_path / "log.xes"))
        prefixes = {one.get("prefix") for one in root.iter(f"{XES}extension")}
        keys = {one.get("key", "") for one in root.iter() if one.get("key")}
        assert {key.partition(":")[0] for key in keys if ":" in key} <= prefixes
        assert {one.get("keys") for one in root.iter(f"{XES}classifier")} == {
            "concept:name", "label", "concept:name lifecycle:transition",
        }  # fmt: skip
        names = [one.get("value") for one in root.iter(f"{XES}string") if one.get("key") == "name"]
        assert names == ["+幸福里\ufffd小区"]

    def test_ocel_relations_lead_to_objects_there_are(self, world: World, tmp_path: Path) -> None:
        small_case(world)
        found = json.loads(exported(world, tmp_path / "log.jsonocel"))
        objects = {one["id"]: one["type"] for one in found["objects"]}
        assert len(objects) == len(found["objects"])
        assert {
            one["objectId"] for part in ("objects", "events") for item in found[part] for one in item["relationships"]
        } <= set(objects)
        assert set(objects.values()) == {"project", "review_round", "task", "document", "finding", "clock"}
        declared = {one["name"]: {each["name"] for each in one["attributes"]} for one in found["objectTypes"]}
        assert all({value["name"] for value in one["attributes"]} <= declared[one["type"]] for one in found["objects"])
        assert {one["type"] for one in found["events"]} == {one["name"] for one in found["eventTypes"]}

    def test_ocel_database_has_no_dangling_key(self, world: World, tmp_path: Path) -> None:
        small_case(world)
        exported(world, tmp_path / "log.sqlite")
        base = sqlite3.connect(tmp_path / "log.sqlite")
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        changes = base.execute(
            "SELECT ocel_changed_field, opinion FROM object_task WHERE ocel_id LIKE '%:1:fire' ORDER BY ocel_time"
        )
        assert changes.fetchall() == [(None, None), ("opinion", ""), ("opinion", "reject")]

    def test_csv_cells_stay_text(self, world: World, tmp_path: Path) -> None:
        small_case(world)
        content = exported(world, tmp_path / "log.csv")
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        assert {row["name"] for row in rows} == {"'+幸福里\u0007小区"}
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
        assert not exported(world, tmp_path / "plain.csv", bom=False).startswith(b"\xef\xbb\xbf")

    def test_another_ending_is_refused_and_nothing_written(self, world: World, tmp_path: Path) -> None:
        with pytest.raises(LogFormatUnknown, match=r"\.xes"):
            exported(world, tmp_path / "log.pdf")
        assert not (tmp_path / "log.pdf").exists()
