"""What keeps a promise from being made or closed (承诺受阻的原因): each with what to do instead."""

from __future__ import annotations

from states.exceptions import JiugaiError, Kind


class PromisePaperMissing(JiugaiError):
    """The written promise is not on file, or served another promise before."""

    code = "promise_paper_missing"
    kind = Kind.refused
    zh = "没有新的书面承诺“{paper}”。请先用 jiugai project attach 上传盖章的承诺书；用过的承诺书不能再用。"
    en = 'There is no new written promise "{paper}" on file. Upload the signed one first; a used one does not serve.'


class PromiseIdle(JiugaiError):
    """Nothing is missing: every document the promise could stand for is on file."""

    code = "promise_idle"
    kind = Kind.refused
    zh = "“{promise}”所列材料（{documents}）都已提交，不需要承诺。"
    en = "All documents of {promise} ({documents}) are on file; no promise is needed."


class PromiseOpen(JiugaiError):
    """The same promise is open already."""

    code = "promise_open"
    kind = Kind.refused
    zh = "“{promise}”已由{promisor}承诺，正在履行，不能重复承诺。"
    en = "{promise} has been promised by {promisor} and is still open."


class PromiseBroken(JiugaiError):
    """Who broke this promise before has to bring the papers."""

    code = "promise_broken"
    kind = Kind.refused
    zh = "“{promise}”此前承诺后未履行（{day}），不再适用，请直接提交材料。"
    en = "{promise} was promised and not kept ({day}): bring the documents."


class PromisorMissing(JiugaiError):
    """Nobody is named as promising."""

    code = "promisor_missing"
    kind = Kind.invalid
    zh = "请写明承诺人（单位或个人）。"
    en = "Say who promises (a unit or a person)."


class PromiseMissing(JiugaiError):
    """No promise of that number."""

    code = "promise_missing"
    kind = Kind.missing
    zh = "没有编号为 {promise} 的承诺。请用 jiugai promise list 项目编号 查看。"
    en = "There is no promise {promise}. See `jiugai promise list CODE`."


class PromiseEnded(JiugaiError):
    """The promise is not open any more."""

    code = "promise_ended"
    kind = Kind.refused
    zh = "该承诺现为“{status}”，不能再核查。"
    en = "This promise is {status_en}; it cannot be checked any more."


class PromiseNotChecked(JiugaiError):
    """A gap is closed by the papers themselves."""

    code = "promise_not_checked"
    kind = Kind.refused
    zh = "“{promise}”是容缺受理，提交所缺材料即为履行，不作核查结论。请上传：{documents}。"
    en = "{promise} is kept by bringing the documents: {documents}."


class CheckForbidden(JiugaiError):
    """Only the department whose matter it is checks a commitment."""

    code = "check_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 不能核查“{promise}”。由事项主管部门的审查人核查：{unit}。"
    en = "{actor} may not check {promise}; a reviewer of {unit} does."
