"""Who may act (角色): a role held at one level of the organisation tree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from states.label import Label


class Role(StrEnum):
    """What a person is allowed to be. The three admin roles exclude each other (三员分立)."""

    coordinator = "coordinator"
    reviewer = "reviewer"
    supervisor = "supervisor"
    system_admin = "system_admin"
    security_admin = "security_admin"
    audit_admin = "audit_admin"
    system = "system"

    @property
    def label(self) -> Label:
        """The role in words."""
        return _ROLES[self]


ADMINS = frozenset({Role.system_admin, Role.security_admin, Role.audit_admin})
"""The three admin roles (三员): each excludes the others, none is ever lent."""


class Level(StrEnum):
    """Where in the chain of command an organisation stands: city > district > street > community."""

    city = "city"
    district = "district"
    street = "street"
    community = "community"
    department = "department"
    utility = "utility"

    @property
    def label(self) -> Label:
        """The level in words."""
        return _LEVELS[self]


_ROLES = {
    Role.coordinator: Label("项目专员", "coordinator"),
    Role.reviewer: Label("审查人", "reviewer"),
    Role.supervisor: Label("督查员", "supervisor"),
    Role.system_admin: Label("系统管理员", "system administrator"),
    Role.security_admin: Label("安全管理员", "security administrator"),
    Role.audit_admin: Label("审计管理员", "audit administrator"),
    Role.system: Label("系统", "system"),
}
_LEVELS = {
    Level.city: Label("市", "city"),
    Level.district: Label("区县", "district"),
    Level.street: Label("街道", "street"),
    Level.community: Label("社区", "community"),
    Level.department: Label("部门", "department"),
    Level.utility: Label("管线单位", "utility"),
}


@dataclass(frozen=True, slots=True)
class Seat:
    """A role at a level, written `coordinator@district`; `system` has no level."""

    role: Role
    level: Level | None

    @classmethod
    def parse(cls, text: str) -> Seat:
        """Read `role@level`. Raises ValueError when either word is unknown or the level is missing."""
        role, _, level = text.partition("@")
        seat = cls(Role(role), Level(level) if level else None)
        if (seat.level is None) != (seat.role is Role.system):
            raise ValueError(text)
        return seat

    @property
    def label(self) -> Label:
        """The seat in words: 区县项目专员."""
        if self.level is None:
            return self.role.label
        return Label(f"{self.level.label.zh}{self.role.label.zh}", f"{self.level.label.en} {self.role.label.en}")

    def __str__(self) -> str:
        return f"{self.role}@{self.level}" if self.level else str(self.role)


SYSTEM = Seat(Role.system, None)
