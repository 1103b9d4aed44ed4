"""What the tests of the channels share."""

import pytest

from tests.notifications.local_provider import local_provider


@pytest.fixture
def provider():
    """A provider on this machine, gone after the test."""
    with local_provider() as running:
        yield running
