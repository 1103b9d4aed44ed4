"""Files (文件): one JSON file per letter in a folder, for an intranet without mail and for tests of a whole city."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from notifications.channel import DeliveryFailed, Receipt, Receiver, delivery_key
from notifications.render import Rendered


@dataclass(frozen=True)
class FileChannel:
    """Writes into `folder`, which is made when missing; files are readable by their owner only."""

    folder: Path
    name: str = "file"

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Write `<message id>.json`, whole or not at all; the first delivery of a message id stays as it is.

        Raises DeliveryFailed (retryable) when the folder cannot be written.
        """
        target = self.folder / f"{delivery_key(message_id)}.json"
        letter = {"message_id": message_id, "sent_at": now.isoformat(), "to": asdict(receiver), **asdict(rendered)}
        try:
            written = _write_once(target, json.dumps(letter, ensure_ascii=False, indent=2) + "\n")
        except OSError as error:
            raise DeliveryFailed(
                channel=self.name, provider_code=type(error).__name__, provider_text=str(error), retryable=True
            ) from error
        return Receipt(code="written" if written else "duplicate", detail=target.name)


def _write_once(target: Path, content: str) -> bool:
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).replace(target)
    finally:
        Path(draft).unlink(missing_ok=True)
    return True
