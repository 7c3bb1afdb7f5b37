"""Starting every workflow of a campaign from the journal alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from calendars.sequence.messages import CampaignStart, UnitStart
from calendars.store.journal import stream
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import Campaign, unit_states
from workflows.client import CongressClient

AT_ONCE = 48


@dataclass(frozen=True, slots=True)
class Restart:
    """A campaign and its units as the journal has them."""

    start: CampaignStart
    units: tuple[UnitStart, ...]


def restart_of(connection: Connection, campaign: Campaign) -> Restart:
    """What to start for a campaign, each unit with its journalled state."""
    launched = stream(connection, campaign.name, CAMPAIGN_STREAM)[0]
    start = CampaignStart(
        campaign.name, campaign.launched_on, campaign.clock, launched.by, launched.data["folder"], reports=False
    )
    units = tuple(
        UnitStart(campaign.name, state.profile.code, campaign.clock, state)
        for state in unit_states(connection, campaign)
        if state.profile is not None
    )
    return Restart(start, units)


async def restore_campaign(client: CongressClient, restart: Restart, progress: Callable[[int, int], None]) -> None:
    """Starts what does not run. Safe to repeat and to interrupt."""
    await client.launch(restart.start)
    places, done = asyncio.Semaphore(AT_ONCE), 0

    async def begin(start: UnitStart) -> None:
        nonlocal done
        async with places:
            await client.start_unit(start)
        done += 1
        progress(done, len(restart.units))

    await asyncio.gather(*(begin(start) for start in restart.units))
