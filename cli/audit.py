"""`jiugai audit`: the audit trail (留痕) verified, anchored, proven and handed out."""

from __future__ import annotations

from cli.audit_anchor import anchor, anchors, check_anchor, key
from cli.audit_evidence import evidence, late, prove
from cli.audit_verify import verify
from cli.language import say
from cli.lazy import group

app = group(say("留痕：校验、锚定、证明、证据包。", "The audit trail: verify, anchor, prove, hand out."))
app.command(
    "verify",
    help=say("校验留痕：全部、一个项目，或某锚点以来。", "Verify all, one project, or what came since an anchor."),
)(verify)
app.command("anchor", help=say("立即锚定并交存。", "Take an anchor now and hand it out."))(anchor)
app.command("anchors", help=say("锚点清单，及各自交存到哪里。", "The anchors, and where each was handed out to."))(
    anchors
)
app.command(
    "check-anchor",
    help=say("用手里的锚点核对全部留痕。", "Hold the whole record against anchors that were handed out."),
)(check_anchor)
app.command("key", help=say("显示或导出签名公钥。", "Show or export the public key."))(key)
app.command("prove", help=say("一条记录的证明（JSON）。", "The proof of one entry (JSON)."))(prove)
app.command(
    "evidence",
    help=say("导出证据包：一个项目，或一段时间。", "Export an evidence pack: of a project, or of a period."),
)(evidence)
app.command("late", help=say("各单位逐月的补录。", "Late recordings per unit and month."))(late)
