"""Console (控制台): shows each letter as one readable block, for trying things out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from notifications.channel import DeliveryFailed, Receipt, Receiver
from notifications.render import Rendered
from notifications.text import one_line

_RULE = "─" * 60


@dataclass(frozen=True)
class ConsoleChannel:
    """Writes to `stream`; one write per letter, so that blocks of two threads do not mix."""

    stream: TextIO
    name: str = "console"

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Write the block. Raises DeliveryFailed (retryable) when the stream is gone."""
        head = f"{now:%Y-%m-%d %H:%M:%S%z}  {one_line(message_id)}  → {one_line(receiver.name)}"
        try:
            self.stream.write(f"{_RULE}\n{head}\n{rendered.subject}\n\n{rendered.text}{_RULE}\n")
            self.stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryFailed(
                channel=self.name, provider_code=type(error).__name__, provider_text=str(error), retryable=True
            ) from error
        return Receipt(code="written", detail=message_id)
