"""What stands in a calendar of each entry, and how often and when it changed: SEQUENCE, CREATED and DTSTAMP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calendars.store.renderer import Renderer


@dataclass(slots=True)
class EntryRow:
    """One entry under its UID. One that left the calendar is not `live`, and its SEQUENCE goes on if it returns.

    `created` and `modified` are the instants (UTC) of the events that first and last changed it, `position` the place
    of the last one in the journal.
    """

    live: bool
    sequence: int
    created: datetime
    modified: datetime
    position: int
    facts: str
    entry: Any = None  # as it last stood in the calendar; None while that is only known to the database
    changed: bool = False

    def change(self, recorded: datetime, position: int, *, live: bool) -> None:
        """An event changed the entry."""
        self.live, self.changed, self.position = live, True, position
        self.sequence += 1
        self.modified = max(self.modified, recorded)


def restamp(
    rows: dict[str, EntryRow], entries: Iterable[Any], renderer: Renderer, recorded: datetime, position: int
) -> None:
    """Makes `entries` what stands in the calendar after an event that came at `recorded`; what says the same as before
    keeps its stamp."""
    now = {entry.uid: entry for entry in entries}
    for uid, entry in now.items():
        facts, row = renderer.facts(entry), rows.get(uid)
        if row is None:
            rows[uid] = EntryRow(True, 0, recorded, recorded, position, facts, entry, changed=True)
        elif not row.live or row.facts != facts:
            row.facts, row.entry = facts, entry
            row.change(recorded, position, live=True)
    for uid, row in rows.items():
        if row.live and uid not in now:
            row.change(recorded, position, live=False)
