"""`jiugai policy decide`: the outcome of votes in every mode, and wrong input told in words with exit code 2."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Jiugai


class TestDecide:
    @pytest.mark.parametrize(
        ("line", "outcome", "after"),
        [
            ("--reviewers 3 --mode all --votes P,P,P", "passed", 3),
            ("--reviewers 3 --mode all --votes P,P", "open", None),
            ("--reviewers 3 --mode all --votes P,R", "rejected", 2),
            ("--reviewers 3 --mode all --votes N,N,N", "rejected", 3),
            ("--reviewers 3 --mode all --no-veto --votes R,P,P", "passed", 3),
            ("--reviewers 3 --mode any --votes R,P", "rejected", 1),
            ("--reviewers 3 --mode any --votes N,P", "passed", 2),
            ("--reviewers 3 --mode ordered --votes P,N,P", "passed", 3),
            ("--reviewers 3 --mode ordered --votes p，r", "rejected", 2),
            ("--reviewers 5 --mode count --pass 3 --votes P,R,P,P", "passed", 4),
            ("--reviewers 5 --mode count --pass 3 --votes R,N,R", "rejected", 3),
            ("--reviewers 5 --mode count --votes P,P,P", "passed", 3),
            ("--reviewers 3 --mode share --pass 2/3 --votes P,R,P", "passed", 3),
            ("--reviewers 4 --mode share --pass 0.75 --votes P,P,P", "passed", 3),
            ("--reviewers 10 --mode share --pass 0.7 --votes P,P,P,P,P,P,P", "passed", 7),
            ("--reviewers 4 --mode share --pass 0.75 --votes R,R", "rejected", 2),
            ("--reviewers 4 --mode share --votes P,R,P,R", "rejected", 4),
            ("--reviewers 4 --mode share --pass 1/2 --votes P,N,R,N", "passed", 4),
            ("--reviewers 3 --mode weight --weights 3,2,1 --pass 3 --votes P", "passed", 1),
            ("--reviewers 3 --mode weight --weights 3,2,1 --pass 2/3 --votes R", "rejected", 1),
            ("--reviewers 3 --mode weight --weights 0.5,0.3,0.2 --pass 0.5 --votes P", "passed", 1),
            ("--reviewers 3 --mode weight --weights 3,2,1 --votes N,P", "passed", 2),
            ("--reviewers 2 --mode all", "open", None),
        ],
    )
    def test_answers_with_the_outcome_and_when_it_was_certain(
        self, empty: Jiugai, line: str, outcome: str, after: int | None
    ) -> None:
        done = empty("policy", "decide", *line.split(), "--json")
        assert (done.code, done.json) == (0, {"outcome": outcome, "decided_after": after})

    def test_says_it_in_words(self, empty: Jiugai) -> None:
        done = empty("policy", "decide", "--reviewers", 3, "--mode", "all", "--votes", "P,R")
        assert (done.code, done.out) == (0, "不通过（第 2 个意见后已定）\n")

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            ("--reviewers 2 --mode all --votes P,P,P", "审查人只有 2 个，意见却有 3 个"),
            ("--reviewers 2 --mode all --votes P,X", "“X”不是意见"),
            ("--reviewers 2 --mode all --votes P,,P", "“”不是意见"),
            ("--reviewers 2 --mode most --votes P", "“most”应为以下之一"),
            ("--reviewers 0 --mode any", "至少要有 1 个成员"),
            ("--reviewers -1 --mode any", "至少要有 1 个成员"),
            ("--reviewers 99999999999 --mode any", "reviewers"),
            ("--reviewers 3 --mode count --pass 4", "全部同意也只有 3"),
            ("--reviewers 3 --mode count --pass 0", "应大于 0"),
            ("--reviewers 3 --mode count --pass -1", "应大于 0"),
            ("--reviewers 3 --mode count --pass 1.5", "应是整数票数"),
            ("--reviewers 3 --mode share --pass 4/3", "全部同意也只有 1"),
            ("--reviewers 3 --mode share --pass 2/0", "“2/0”应写作"),
            ("--reviewers 3 --mode share --pass 75%", "“75%”应写作"),
            ("--reviewers 3 --mode all --pass 2", "只有 count、share、weight 写通过条件"),
            ("--reviewers 3 --mode weight --votes P", "3 个成员要写 3 个权重，现有 0 个"),
            ("--reviewers 3 --mode weight --weights 1,2", "3 个成员要写 3 个权重，现有 2 个"),
            ("--reviewers 2 --mode weight --weights 3,-1", "权重不能为负"),
            ("--reviewers 2 --mode weight --weights 0,0", "不能全为 0"),
            ("--reviewers 2 --mode weight --weights 1,重", "“重”应写作"),
            ("--reviewers 2 --mode weight --weights 1,2 --pass 4", "全部同意也只有 3"),
            ("--reviewers 2 --mode share --weights 1,2", "只有 weight 方式用权重"),
            ("--reviewers 2 --mode any --no-veto", "只与 --mode all"),
        ],
    )
    def test_wrong_input_is_told_in_words(self, empty: Jiugai, line: str, told: str) -> None:
        done = empty("policy", "decide", *line.split())
        assert (done.code, done.out) == (2, "")
        assert told in done.err
