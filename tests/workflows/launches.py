"""Launching the small campaign for tests and recordings, and reading what the journal then holds."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from temporalio.client import Client

from calendars.sequence.events import Line
from calendars.sequence.messages import Progress
from calendars.store.database import Store
from calendars.store.journal import stream, whole
from calendars.store.projecting import Placed
from calendars.wallclock import real_now
from tests.workflows.small import CAMPAIGN, write_campaign
from workflows.client import CongressClient
from workflows.datafolder import DataFolder
from workflows.launching import Prepared, launch, prepare

JUNE = date(2020, 6, 11)


class Place(Protocol):
    """Where a campaign can be launched: a test's worker, or the service."""

    client: Client
    store: Store
    queue: str
    folder: Path  # the data folder

    def congress(self, campaign: str) -> CongressClient:
        """A client of a campaign."""


def named_campaign(folder: Path, name: str) -> Path:
    """The folder of the small campaign under another name, for servers that know the first one already."""
    made = write_campaign(folder / name)
    edit(made / "plan.yaml", f"campaign: {CAMPAIGN}", f"campaign: {name}")
    return made


def edit(file: Path, old: str, new: str) -> None:
    """Replaces a text that a file holds once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name} holds {old!r} {text.count(old)} times"
    file.write_text(text.replace(old, new), encoding="utf-8")


def prepared(place: Place, source: Path, today: date | None = JUNE, now: datetime | None = None) -> Prepared:
    """The checked launch of a campaign's folder."""
    folder = DataFolder(place.folder)
    return prepare(str(source), folder, place.store, today=today, now=now or real_now(), reports=True, by="test")


async def launched(place: Place, source: Path, today: date | None = JUNE, now: datetime | None = None) -> Progress:
    """Launches a campaign and waits until readers see all its units."""
    ready = await asyncio.to_thread(prepared, place, source, today, now)
    return await launch(place.congress(ready.start.campaign), ready, lambda _: None)


def journal(place: Place) -> list[Placed]:
    """Every event, in the journal's order."""
    with place.store.reading() as connection:
        return list(whole(connection))


def lines(place: Place, campaign: str, unit: str) -> list[Line]:
    """The events of one unit."""
    with place.store.reading() as connection:
        return stream(connection, campaign, unit)


async def journalled(place: Place, campaign: str, unit: str, count: int) -> list[Line]:
    """The unit's events once there are `count` of them."""
    async with asyncio.timeout(30):
        while len(found := lines(place, campaign, unit)) < count:  # noqa: ASYNC110 - the store tells, no event
            await asyncio.sleep(0.02)
    return found
