"""10,000 alerts at once through real servers and two delivering processes: none lost, none doubled, the queue visible."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections import Counter
from contextlib import ExitStack

from services.outbox_state import outbox_state
from tests.faults.sender import deliver
from tests.faults.test_delivery_crash import CHANNELS, PEOPLE, alert, letters, servers, waiting
from tests.notifications.channels.test_smtp import HOST, Mailbox
from tests.notifications.local_provider import LocalProvider
from tests.world import World

__all__ = ["letters", "servers"]
LETTERS = 10_000


def test_10000_letters_each_once(letters: World, servers: tuple[Mailbox, int, LocalProvider]) -> None:
    mailbox, port, provider = servers
    written = causes = 0
    while written < LETTERS:
        causes += 1
        written += alert(letters, causes)
    given = {
        "home": letters.folder, "channels": ",".join(CHANNELS), "smtp_host": HOST, "smtp_port": port,
        "smtp_security": "none", "gateway_url": provider.url, "channel_concurrency": 100,
    }  # fmt: skip
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.sender"])
    begun = time.monotonic()
    with ExitStack() as stack:
        for _ in range(2):
            process = context.Process(target=deliver, args=(letters.database.url, given, letters.now))
            process.start()
            stack.callback(process.join)
        seen = []
        while waiting(letters):
            time.sleep(2)
            with letters.read() as session:
                queue = {line["channel"]: line for line in outbox_state(session)["queue"]}
            assert all(
                sum(line[s] for s in ("waiting", "sending", "sent", "failed", "dead")) == causes * PEOPLE
                for line in queue.values()
            )
            seen.append(sum(line["waiting"] for line in queue.values()))
    seconds = time.monotonic() - begun
    sys.stdout.write(
        f"\n{written} letters in {seconds:.0f} s, {written / seconds:.0f} a second; the queue as seen: {seen}\n"
    )
    assert seen == sorted(seen, reverse=True)
    mails = Counter(str(mail["Message-ID"]) for mail in mailbox.letters)
    posts = Counter(heard.json["id"] for heard in provider.heard)
    assert set(mails.values()) == set(posts.values()) == {1}
    files = list((letters.folder / "messages").glob("*.json"))
    assert len(mails) == len(posts) == len(files) == written // len(CHANNELS)
