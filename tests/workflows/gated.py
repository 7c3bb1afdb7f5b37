"""The small campaign with a tree that holds: gates, seals, summaries, a consent, and a tag for armed forces."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

from calendars.sequence.state import UnitState
from calendars.store.reading import read_campaign, unit_state
from tests.workflows.launches import Place, edit, lines, named_campaign

ELECTION, CELL = "headman_election", "cell_congress"
GRASSROOTS, PROVINCIAL = "grassroots_congress", "provincial_congress"
ELECTED, CELLS_MET = date(2020, 1, 5), date(2020, 1, 18)
JUNE = date(2020, 6, 11)
CONSENT = """\
consents:
  - {stage: grassroots_congress, tag: armed_forces, result: direct_election, from: Quân ủy}
"""


def gated_campaign(folder: Path, name: str, *, reports: str = "") -> Path:
    """The folder of the small campaign with gates; nothing is reported but what is given."""
    made = named_campaign(folder, name)
    plan = made / "plan.yaml"
    edit(plan, "    max_days: 2\n", "    max_days: 2\n    gate: {children: cell_congress}\n")
    edit(plan, "    max_days: 4\n", "    max_days: 4\n    gate: {children: grassroots_congress, share: 0.5}\n")
    edit(plan, "reminders:", CONSENT + "reminders:")
    edit(plan, 'digest: "off"', "digest: weekly")
    header = "unit,stage,on,to,announced,source,certainty\n"
    (made / "reports.csv").write_text(header + reports, encoding="utf-8")
    return made


async def report_cells(place: Place, name: str, *villages: str) -> None:
    """Both stages of the villages, on their days."""
    congress = place.congress(name)
    for village in villages:
        await congress.report(village, ELECTION, ELECTED, by="test")
        await congress.report(village, CELL, CELLS_MET, by="test")


def of_type(place: Place, name: str, unit: str, kind: str) -> list[dict[str, Any]]:
    """The data of a unit's events of one type."""
    return [line.data for line in lines(place, name, unit) if line.type == kind]


def state(place: Place, name: str, unit: str) -> UnitState:
    """The unit as readers see it."""
    with place.store.reading() as connection:
        return unit_state(connection, read_campaign(connection, name), unit)


async def journalled_type(place: Place, name: str, unit: str, kind: str, count: int = 1) -> None:
    """Returns once the unit's journal has so many events of a type."""
    async with asyncio.timeout(30):
        while len(of_type(place, name, unit, kind)) < count:  # noqa: ASYNC110 - the store tells, no event
            await asyncio.sleep(0.02)
