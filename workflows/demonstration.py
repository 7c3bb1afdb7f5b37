"""The demonstration address: one grant to see the whole campaign, kept in the data folder and shown at each start."""

from __future__ import annotations

from sqlalchemy import select

from calendars.store.database import Store
from calendars.store.grants import Role, create, find
from calendars.store.reading import campaign_names
from calendars.store.schema import units
from calendars.wallclock import real_now
from calendars.web.feed_addresses import feed_address
from workflows.datafolder import DataFolder

FILE = "demonstration.json"
LABEL = "demonstration"


class Demonstration:
    """The address as the running service shows it: granted once, when the first campaign is there."""

    def __init__(self, store: Store, folder: DataFolder, public_url: str) -> None:
        self._of = (store, folder, public_url)
        self._address: str | None = None

    def __call__(self) -> str | None:
        """The address, or None before a first launch."""
        if self._address is None:
            self._address = demonstration_feed(*self._of)
        return self._address


def demonstration_feed(store: Store, folder: DataFolder, public_url: str) -> str | None:
    """The address of the last launched campaign's whole feed, or None before a first launch.

    It is the one secret that is ever shown twice. Where its grant was revoked, a new one takes its place.
    """
    with store.reading() as connection:
        names = campaign_names(connection)
        kept = folder.read(FILE) or {}
        token = kept.get("token", "")
        grant = find(connection, token) if token else None
    if not names:
        return None
    if grant is None or grant.revoked is not None or grant.campaign != names[-1]:
        with store.writing() as connection:
            root = select(units.c.unit).where(units.c.campaign == names[-1], units.c.parent == "")
            scope = connection.scalar(root)
            if scope is None:
                return None
            made = {"campaign": names[-1], "scope": scope, "role": Role.VIEW, "label": LABEL}
            _, token = create(connection, created=real_now(), **made)
            # Kept before the grant is committed: an address that nobody can read again is the lesser loss.
            folder.write(FILE, {"campaign": names[-1], "token": token}, mode=0o600)
    return feed_address(public_url, token)
