"""Every table (全部数据表), imported so that the metadata knows them all: for migrations and checks."""

from models.audit import AuditEntry
from models.clock import Clock, ClockEntry, ClockRung
from models.community import Community
from models.delivery import Delivery, InboxMessage
from models.document import Document
from models.fact import Fact, Milestone
from models.finding import Finding
from models.organisation import Organisation
from models.outbox import Acknowledgement, Incident, OutboxEvent
from models.pack_version import PackVersion
from models.person import Person, RoleGrant
from models.project import Project
from models.review import Review, ReviewTask

__all__ = [
    "Acknowledgement", "AuditEntry", "Clock", "ClockEntry", "ClockRung", "Community", "Delivery", "Document", "Fact",
    "Finding", "InboxMessage", "Incident", "Milestone", "Organisation", "OutboxEvent", "PackVersion", "Person",
    "Project", "Review", "ReviewTask", "RoleGrant",
]  # fmt: skip
