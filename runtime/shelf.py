"""The packs at hand (政策包书架): those that come with jiugai and the city's own, by name."""

from __future__ import annotations

from pathlib import Path

from policy.check import sound_pack
from policy.pack import Pack
from runtime.settings import Settings
from states.exceptions import JiugaiError, Kind

SHIPPED = Path(__file__).parent.parent / "policy" / "packs"


class PackMissing(JiugaiError):
    """No pack folder of that name."""

    code = "pack_missing"
    kind = Kind.missing
    zh = "找不到政策包“{pack}”。现有：{names}。自有政策包请放在 JIUGAI_PACKS 指定的文件夹里，或直接给出文件夹路径。"
    en = 'There is no pack "{pack}". There are: {names}. Put your own under JIUGAI_PACKS, or give the folder itself.'


def pack_folders(settings: Settings) -> dict[str, Path]:
    """Every pack folder by name; the city's own come before the shipped ones."""
    roots = [SHIPPED, settings.packs] if settings.packs else [SHIPPED]
    return {path.name: path for root in roots for path in sorted(root.iterdir()) if (path / "pack.yaml").exists()}


def pack_folder(settings: Settings, name: str) -> Path:
    """The folder of a pack given by its name or by its path. Raises PackMissing."""
    folders = pack_folders(settings)
    if name in folders:
        return folders[name]
    if Path(name).is_dir():
        return Path(name)
    raise PackMissing(pack=name, names="、".join(folders))


def take_pack(settings: Settings, name: str) -> Pack:
    """A pack from the shelf that has passed its check. Raises PackMissing, PackInvalid."""
    return sound_pack(pack_folder(settings, name))
