"""The check of a pack (政策包检查) before it is used: form, names, soundness, each fault with file and line."""

from __future__ import annotations

from pathlib import Path as FilePath

from policy.anomaly_check import anomaly_faults
from policy.coherence import coherence_faults
from policy.critical_path import window_faults
from policy.duty_check import duty_faults
from policy.fault import Fault, PackInvalid
from policy.inspection import Inspection
from policy.limit_check import limit_faults
from policy.loader import load_pack
from policy.naming import name_faults
from policy.pack import Pack
from policy.review_rule import rule_faults
from policy.round_check import round_faults
from policy.route_check import route_faults
from policy.route_check_review import member_table_faults
from policy.soundness import soundness_faults
from policy.supervision_check import supervision_faults
from policy.vote_check import vote_faults


def check_pack(folder_or_pack: FilePath | Pack) -> list[Fault]:
    """Everything wrong with a pack, faults before warnings, in the order of the files.

    A folder that cannot be loaded yields the faults of loading alone: proofs over a table with holes would only
    repeat them. The same holds for the time of the routes while the table itself is unsound.
    """
    try:
        pack = folder_or_pack if isinstance(folder_or_pack, Pack) else load_pack(folder_or_pack)
    except PackInvalid as error:
        return error.faults
    return name_faults(pack.document, pack.positions) or _proofs(pack)


def _proofs(pack: Pack) -> list[Fault]:
    inspection = Inspection(pack)
    found = list(soundness_faults(inspection))
    if not any(fault.is_fault for fault in found):
        found.extend(window_faults(inspection))
    found.extend(limit_faults(inspection))
    found.extend(coherence_faults(inspection))
    found.extend(vote_faults(inspection))
    found.extend(supervision_faults(inspection))
    found.extend(rule_faults(inspection))
    found.extend(round_faults(inspection))
    found.extend(duty_faults(inspection))
    found.extend(anomaly_faults(inspection))
    found.extend(route_faults(inspection))
    found.extend(member_table_faults(inspection))
    return sorted(found, key=lambda fault: (not fault.is_fault, fault.file, fault.line))


def sound_pack(folder: FilePath) -> Pack:
    """The pack of a folder when nothing but warnings is to be said about it. Raises PackInvalid with every fault."""
    pack = load_pack(folder)
    faults = [fault for fault in check_pack(pack) if fault.is_fault]
    if faults:
        raise PackInvalid(pack=pack.id, faults=faults)
    return pack
