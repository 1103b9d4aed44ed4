"""The desk (窗口): what every page needs: the open office, the templates, the city's day."""

from __future__ import annotations

from threading import Lock
from typing import Annotated, cast

from fastapi import Depends, Request

from runtime.office import Office, open_office
from runtime.settings import Settings


class Desk:
    """Opens the office at the first request that needs it, so that the server answers at once.

    An office that does not open (no database yet) is tried again at the next request: after `jiugai db upgrade` the
    pages work without a restart.
    """

    def __init__(self, settings: Settings, office: Office | None = None) -> None:
        self.settings = settings
        self._office = office
        self._owned = office is None
        self._lock = Lock()

    @property
    def office(self) -> Office:
        """The open office. Raises DatabaseBehind, DatabaseNewer, DatabaseUnavailable, CalendarFileInvalid."""
        with self._lock:
            if self._office is None:
                self._office = open_office(self.settings)
            return self._office

    def close(self) -> None:
        """Give back what this desk has opened itself."""
        with self._lock:
            if self._office is not None and self._owned:
                self._office.close()
                self._office = None


def desk_of(request: Request) -> Desk:
    """The desk of the application."""
    return cast(Desk, request.app.state.desk)


def office_of(request: Request) -> Office:
    """The open office of the application."""
    return desk_of(request).office


OpenOffice = Annotated[Office, Depends(office_of)]
"""A page's parameter: the open office."""
