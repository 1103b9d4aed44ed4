"""The artifact of a review's run: who has answered, who has not, and the way to the project's page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from runtime.office import Office
from states.review import Opinion
from tests.flows.test_relay import relay
from tests.way import CODE, tasks
from tests.world import World

if TYPE_CHECKING:
    from prefect.client.schemas.objects import Artifact


def artifacts(key: str) -> list[Artifact]:
    """Every version of an artifact, oldest first."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

    async def ask() -> list[Artifact]:
        async with get_client() as client:
            wanted = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
            return await client.read_artifacts(artifact_filter=wanted)

    return sorted(asyncio.run(ask()), key=lambda artifact: str(artifact.created))


def submitted_as(world: World, name: str) -> None:
    """A project of another name in joint review: the runs of other tests are counted by theirs."""
    world.enrol(CODE, name)
    world.document(CODE, "survey_report")
    world.facts(CODE, households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")
    world.advance(CODE, "finish_survey", "li.street")
    world.document(CODE, "plan", "wang.district")
    world.facts(CODE, "wang.district", adds_area="是", willing="4/5", investment="2000000")
    world.advance(CODE, "submit_plan", "wang.district")


class TestShowAnswers:
    def test_each_run_shows_who_answered_and_who_not_with_a_link_to_the_page(
        self, world: World, office: Office
    ) -> None:
        submitted_as(world, "惠德花园")
        relay(office, world)
        review = tasks(world)[0].review_id
        key = f"review-{review}"
        before = len(artifacts(key))
        assert before >= 1
        opened = str(artifacts(key)[-1].data)
        assert "### 方案联审 · 惠德花园 · 第1轮" in opened
        assert opened.count("⏳ 待答复") == 2
        assert f"({office.settings.site}/projects/SN-2026-001#review-{review})" in opened
        for task, login in zip(tasks(world), ("sun.planning", "qian.fire"), strict=True):
            world.answer(task.id, login, Opinion.approve)
        relay(office, world)
        settled = artifacts(key)
        assert len(settled) == before + 1
        assert "⏳" not in str(settled[-1].data)
        assert "通过，2 个单位，0 个尚未答复" in str(settled[-1].data)

    def test_what_people_typed_stays_in_its_cell(self) -> None:
        from flows.answer_table import markdown
        from services.answer_sheet import AnswerLine, AnswerSheet

        line = AnswerLine("规划|局", "第一行\n第二行", "同意", "", "sun", None, True)
        text = markdown([AnswerSheet(1, "联审", "进行中", "/projects/A", (line,))], "http://localhost:8000/")
        assert "| 规划｜局 | 第一行 第二行 | 同意 |" in text
        assert "(http://localhost:8000/projects/A)" in text
