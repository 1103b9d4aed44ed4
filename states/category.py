"""Categories of a matter (事项类别): what a member looks after, and which of them nobody may wave through."""

from __future__ import annotations

from enum import StrEnum

from states.label import Label


class Category(StrEnum):
    """What a department, a member or a permit is about."""

    fire = "fire"
    structure = "structure"
    special_equipment = "special_equipment"
    public_safety = "public_safety"
    ecology = "ecology"
    health = "health"
    life_property = "life_property"
    planning = "planning"
    funding = "funding"
    utility = "utility"
    general = "general"

    @property
    def label(self) -> Label:
        """The category in words."""
        return _CATEGORIES[self]


_CATEGORIES = {
    Category.fire: Label("消防", "fire"),
    Category.structure: Label("结构安全", "structure"),
    Category.special_equipment: Label("特种设备", "special equipment"),
    Category.public_safety: Label("公共安全", "public safety"),
    Category.ecology: Label("生态环境", "ecology"),
    Category.health: Label("卫生健康", "health"),
    Category.life_property: Label("生命财产安全", "life and property"),
    Category.planning: Label("规划用地", "planning"),
    Category.funding: Label("资金", "funding"),
    Category.utility: Label("管线", "utilities"),
    Category.general: Label("一般事项", "general"),
}

PROTECTED = frozenset([Category.fire, Category.structure, Category.special_equipment, Category.public_safety])
"""Never approved by silence; a rejection cannot be overruled unless the pack says otherwise."""
UNPROMISABLE = PROTECTED | {Category.ecology, Category.health, Category.life_property}
"""Not open to 告知承诺 (上海、山东、安阳): public safety, ecology, health, life and property."""
