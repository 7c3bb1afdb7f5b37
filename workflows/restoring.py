"""Starting every workflow of a campaign from the journal alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from calendars.sequence.messages import CampaignStart, UnitStart
from calendars.sequence.state import UnitState
from calendars.sequence.surroundings import Child, Superior, child_of, superior_of
from calendars.store.changes import campaign_changes
from calendars.store.journal import stream
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import Campaign, unit_states
from calendars.tree.changes import ChangeOrder
from workflows.client import CongressClient

AT_ONCE = 48


@dataclass(frozen=True, slots=True)
class Restart:
    """A campaign and its units as the journal has them."""

    start: CampaignStart
    units: tuple[UnitStart, ...]
    last: ChangeOrder | None = None  # the last change of the campaign, which may not have reached every unit


def restart_of(connection: Connection, campaign: Campaign) -> Restart:
    """What to start for a campaign, each unit with its journalled state."""
    launched = stream(connection, campaign.name, CAMPAIGN_STREAM)[0]
    start = CampaignStart(
        campaign.name, campaign.launched_on, campaign.clock, launched.by, launched.data["folder"], reports=False
    )
    states = {state.profile.code: state for state in unit_states(connection, campaign) if state.profile}
    below: dict[str, list[Child]] = {}
    for state in states.values():
        child = child_of(state)
        below.setdefault(child.parent, []).append(child)
    units = tuple(
        UnitStart(
            campaign.name,
            code,
            campaign.clock,
            state,
            children=tuple(below.get(code, ())),
            superior=_superior(states, state),
            introduced=True,
        )
        for code, state in states.items()
    )
    changes = campaign_changes(connection, campaign.name)
    return Restart(start, units, changes[max(changes)][0] if changes else None)


def _superior(states: Mapping[str, UnitState], state: UnitState) -> Superior | None:
    parent = states.get(state.profile.parent) if state.profile else None
    return superior_of(parent) if parent else None


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
    if restart.last is not None:
        await client.change(restart.last.change, by=restart.last.by, id=restart.last.id)
