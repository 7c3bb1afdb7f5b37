"""Who hears of a notice: the unit it is about or a superior above it, and which of their contacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, select

from calendars.campaigns.contacts import SUPERIOR
from calendars.store.contacts import Contact
from calendars.store.schema import units


class Above:
    """The superiors of units, read once each. True as long as no unit moves."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._parents: dict[tuple[str, str], str] = {}

    def heard_at(self, campaign: str, unit: str, parent: str, step: int) -> str:
        """The unit `step` levels above one whose superior is `parent`, itself for 0; "" where there is none."""
        code = unit if not step else parent
        for _ in range(1, step):
            code = self._parent(campaign, code)
        return code

    def _parent(self, campaign: str, code: str) -> str:
        if code and (campaign, code) not in self._parents:
            query = select(units.c.parent).where(units.c.campaign == campaign, units.c.unit == code)
            self._parents[campaign, code] = self._connection.scalar(query) or ""
        return self._parents.get((campaign, code), "")


def reached(
    contacts: Mapping[str, Sequence[Contact]], unit: str, recipient: str, step: int
) -> Iterator[tuple[str, Contact]]:
    """The contacts that hear of a notice about `unit`, each with the unit it belongs to.

    Somebody who watches the unit from its superior hears of the first step of a climb, and of nothing else.
    """
    for contact in contacts.get(recipient, ()):
        if contact.reachable and contact.role != SUPERIOR:
            yield recipient, contact
    if step == 1:
        for contact in contacts.get(unit, ()):
            if contact.reachable and contact.role == SUPERIOR:
                yield unit, contact
