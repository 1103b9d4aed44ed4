"""Every table (全部数据表), imported so that the metadata knows them all: for migrations and checks."""

from models.account import Account, Invitation, LoginThrottle, WebSession
from models.anchor import AuditAnchor, AuditHandout, AuditLeaf, AuditNode, AuditTree
from models.audit import AuditEntry
from models.clock import Clock, ClockEntry, ClockRung
from models.community import Community
from models.delivery import ChannelRate, Delivery, DigestRun, InboxMessage, SuppressedNotice
from models.document import Document
from models.fact import Fact, Milestone
from models.finding import Finding
from models.insight import InsightMark, InsightPath, InsightTally
from models.organisation import Organisation
from models.outbox import Acknowledgement, Incident, OutboxEvent
from models.pack_version import PackVersion
from models.person import Person, RoleGrant
from models.posting import Objection, Posting
from models.preference import NoticeChoice, NoticeProfile
from models.project import Project
from models.promise import Promise
from models.review import Review, ReviewTask
from models.review_attachment import ReviewAttachment
from models.review_condition import ReviewCondition
from models.review_copy import ReviewCopy
from models.review_delegation import ReviewDelegation
from models.review_reminder import ReviewReminder
from models.ruling import Ruling
from models.stand_in import StandIn
from models.supervision import Alert, Circular, Contest, SupervisionOrder
from models.supplement import Supplement, SupplementItem
from models.vote import Ballot, Household, OwnerRoll, Poll

__all__ = [
    "Account",
    "Acknowledgement",
    "Alert",
    "AuditAnchor",
    "AuditEntry",
    "AuditHandout",
    "AuditLeaf",
    "AuditNode",
    "AuditTree",
    "Ballot",
    "ChannelRate",
    "Circular",
    "Clock",
    "ClockEntry",
    "ClockRung",
    "Community",
    "Contest",
    "Delivery",
    "DigestRun",
    "Document",
    "Fact",
    "Finding",
    "Household",
    "InboxMessage",
    "Incident",
    "InsightMark",
    "InsightPath",
    "InsightTally",
    "Invitation",
    "LoginThrottle",
    "Milestone",
    "NoticeChoice",
    "NoticeProfile",
    "Objection",
    "Organisation",
    "OutboxEvent",
    "OwnerRoll",
    "PackVersion",
    "Person",
    "Poll",
    "Posting",
    "Project",
    "Promise",
    "Review",
    "ReviewAttachment",
    "ReviewCondition",
    "ReviewCopy",
    "ReviewDelegation",
    "ReviewReminder",
    "ReviewTask",
    "RoleGrant",
    "Ruling",
    "StandIn",
    "SupervisionOrder",
    "Supplement",
    "SupplementItem",
    "SuppressedNotice",
    "WebSession",
]  # fmt: skip
