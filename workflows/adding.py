"""Adding the units of a file to a running campaign, and the contacts that it names beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from calendars.campaigns.contacts import ContactRow, contacts_in_units
from calendars.campaigns.tables import File
from calendars.sequence.messages import CampaignStart, Progress
from calendars.store.contacts import put
from calendars.store.database import Store
from calendars.store.reading import read_campaign
from calendars.wallclock import real_now
from calendars.web.orders import Added
from workflows.admitting import stage_units, tree_with
from workflows.client import CongressClient
from workflows.datafolder import DataFolder
from workflows.launching import admit


@dataclass(frozen=True, slots=True)
class Staged:
    """A checked file, ready to be added: `new` of its units are not there yet."""

    start: CampaignStart
    new: int
    contacts: tuple[ContactRow, ...]


def stage(file: File, folder: DataFolder, store: Store, campaign: str, *, by: str) -> Staged:
    """Checks a file and keeps its units in the data folder. Raises `Problems` with every mistake; then nothing is
    kept."""
    with store.reading() as connection:
        found = read_campaign(connection, campaign)
        told = contacts_in_units(file, tree_with(file, connection, found))
        start, new = stage_units(file, folder, connection, found, by=by)
    return Staged(start, new, told)


async def add(client: CongressClient, store: Store, staged: Staged, progress: Callable[[Progress], None]) -> Added:
    """Adds a staged file, the contacts before the units, so that the units' first events find them. Safe to repeat."""
    added = changed = 0
    if staged.contacts:
        added, changed, _ = await asyncio.to_thread(_told, store, staged)
    done = await admit(client, staged.start, progress)
    return Added(staged.new, done.units, added, changed)


def _told(store: Store, staged: Staged) -> tuple[int, int, int]:
    with store.writing() as connection:
        return put(connection, staged.start.campaign, staged.contacts, real_now())
