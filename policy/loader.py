"""A pack read from its folder (读取政策包): every fault with file and line; or rebuilt from its stored JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from policy.fault import Fault, PackInvalid, Path, Place, PositionMap, make_fault
from policy.form import form_faults
from policy.naming import name_faults
from policy.pack import Pack
from policy.schema import PackDocument
from policy.yaml_file import YamlFile


def load_pack(folder: FilePath) -> Pack:
    """Read every `*.yaml` directly in `folder` (not `calendar/`, which holds the days of the working calendar).

    What is returned has the right form and only names that resolve, so its procedure can be built; whether the
    procedure is sound is for `policy.check`. Raises PackInvalid with every fault of the first kind found: reading,
    then form, then names.
    """
    raw, positions = _gathered(folder)
    try:
        document = PackDocument.model_validate(raw)
    except ValidationError as error:
        raise PackInvalid(pack=folder.name, faults=form_faults(error, raw, positions)) from None
    faults = name_faults(document, positions)
    if faults:
        raise PackInvalid(pack=folder.name, faults=faults)
    return Pack(document, positions)


def document_from_json(data: Mapping[str, Any]) -> PackDocument:
    """The document back from `Pack.as_json`. Raises PackInvalid, without files and lines, when it has another form."""
    try:
        return PackDocument.model_validate(data)
    except ValidationError as error:
        name = data.get("pack", {}).get("name", "?") if isinstance(data.get("pack"), Mapping) else "?"
        raise PackInvalid(pack=str(name), faults=form_faults(error, data, PositionMap())) from None


def _gathered(folder: FilePath) -> tuple[dict[str, Any], PositionMap]:
    files = [YamlFile(path) for path in _paths(folder)]
    faults = [fault for file in files for fault in file.faults]
    raw: dict[str, Any] = {}
    # a missing part is told of the head file, or of the first where there is none
    first = next((file.name for file in files if file.name == "pack.yaml"), files[0].name)
    places: dict[Path, Place] = {(): Place(first, 1)}
    for file in files:
        faults.extend(_merged(file, raw, places))
    if faults:
        raise PackInvalid(pack=folder.name, faults=faults)
    return raw, PositionMap(places)


def _merged(file: YamlFile, raw: dict[str, Any], places: dict[Path, Place]) -> list[Fault]:
    if file.value is None:
        return []
    if not isinstance(file.value, dict):
        return [make_fault("file_not_mapping", file.places[()], file.name)]
    twice = [
        make_fault("key_in_two_files", file.places[(key,)], key, other=places[(key,)].file)
        for key in file.value
        if key in raw
    ]
    raw.update(file.value)
    places.update({path: place for path, place in file.places.items() if path})
    return twice


def _paths(folder: FilePath) -> list[FilePath]:
    if not folder.is_dir():
        raise PackInvalid(pack=folder.name, faults=[make_fault("folder_missing", Place(str(folder), 1), str(folder))])
    found = sorted(path for path in folder.iterdir() if path.is_file())
    other = [path.name for path in found if path.suffix != ".yaml" and path.suffix.lower() in (".yml", ".yaml")]
    if other:
        faults = [make_fault("file_extension", Place(name, 1), name) for name in other]
        raise PackInvalid(pack=folder.name, faults=faults)
    paths = [path for path in found if path.suffix == ".yaml"]
    if not paths:
        raise PackInvalid(pack=folder.name, faults=[make_fault("folder_empty", Place(str(folder), 1), str(folder))])
    return paths
