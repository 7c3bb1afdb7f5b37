"""Campaigns and their units as they are now, or as they were on a past day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, func, select

from calendars.campaigns.units import UnitRow
from calendars.errors import UserError
from calendars.plan.model import Plan, Text
from calendars.plan.releases import Release
from calendars.sequence.asof import as_of
from calendars.sequence.events import Event, event_of
from calendars.sequence.facts import Enrolled
from calendars.sequence.messages import CampaignClock
from calendars.sequence.state import Clock, Profile, UnitState
from calendars.store.journal import line_of_row, stream
from calendars.store.schema import campaigns, journal, units
from calendars.store.schema import releases as releases_table
from calendars.store.states import Plans, load_state, read_plans, ruled


@dataclass(frozen=True, slots=True)
class Campaign:
    """A launched campaign: the plan of its newest `release`, its day at the launch, and how it tells its day."""

    name: str
    plan: Plan
    launched_on: date
    clock: CampaignClock
    release: int = 1


@dataclass(frozen=True, slots=True)
class TreeUnit:
    """A unit in its place. `parent` is empty for the root; one that ended has the day, and a successor if it merged."""

    code: str
    name: str
    level: str
    parent: str
    tags: tuple[str, ...] = ()
    ended: date | None = None
    successor: str = ""


@dataclass(frozen=True, slots=True)
class UnitPin:
    """A due day of a unit's own, which releases leave alone, and the plan's day that it stands instead of."""

    unit: str
    name: str
    stage: str
    clock: Clock
    day: date
    reason: str
    instead_of: date | None = None


def campaign_names(connection: Connection) -> list[str]:
    """The launched campaigns, the last launched one last."""
    return list(connection.scalars(select(campaigns.c.campaign).order_by(campaigns.c.position)))


def read_campaign(connection: Connection, name: str | None = None) -> Campaign:
    """A campaign by name; without a name the last launched one. Raises `UserError` when there is none."""
    names = campaign_names(connection)
    if not names:
        raise UserError("No campaign is launched here; start one with `congress launch NAME`.")
    chosen = name or names[-1]
    newest = (
        select(func.max(releases_table.c.number))
        .where(releases_table.c.campaign == campaigns.c.campaign)
        .scalar_subquery()
        .label("release")
    )
    row = connection.execute(select(campaigns, newest).where(campaigns.c.campaign == chosen)).one_or_none()
    if row is None:
        raise UserError(f"There is no campaign {chosen} here, expected one of {', '.join(names)}.")
    plan = Plan.model_validate(row.plan)
    clock = CampaignClock(row.timezone, row.shift_days, plan.reminders.jitter_minutes * 60)
    return Campaign(row.campaign, plan, row.today, clock, row.release)


def releases(connection: Connection, campaign: Campaign) -> list[Release]:
    """The releases of the campaign's plan, the first one first."""
    query = select(releases_table).where(releases_table.c.campaign == campaign.name).order_by(releases_table.c.number)
    return [
        Release(
            row.number,
            Plan.model_validate(row.plan),
            row.effective,
            row.instrument,
            Text.model_validate(row.reason) if row.reason else None,
        )
        for row in connection.execute(query)
    ]


def below(campaign: str, unit: str) -> Any:
    """A recursive table expression of `unit` and every unit below it."""
    root = select(units.c.unit).where(units.c.campaign == campaign, units.c.unit == unit)
    tree = root.cte("below", recursive=True)
    return tree.union(
        select(units.c.unit).join(tree, units.c.parent == tree.c.unit).where(units.c.campaign == campaign)
    )


def find_unit(connection: Connection, campaign: Campaign, unit: str) -> Row[Any]:
    """The row of a unit. Raises `UserError` when the campaign has none with this code."""
    row = connection.execute(select(units).where(units.c.campaign == campaign.name, units.c.unit == unit)).one_or_none()
    if row is None:
        raise UserError(f"There is no unit {unit} in campaign {campaign.name}.")
    return row


def tree_units(connection: Connection, campaign: Campaign, codes: Collection[str] | None = None) -> list[TreeUnit]:
    """Every unit of the campaign, or those with these codes; those that ended as well, in the order of their codes."""
    names = ("unit", "name", "level", "parent", "tags", "ended", "successor")
    query = select(*(units.c[name] for name in names)).where(units.c.campaign == campaign.name).order_by(units.c.unit)
    if codes is not None:
        query = query.where(units.c.unit.in_(codes))
    return [
        TreeUnit(row.unit, row.name, row.level, row.parent, tuple(row.tags), row.ended, row.successor)
        for row in connection.execute(query)
    ]


def unit_profiles(connection: Connection, campaign: Campaign) -> list[Profile]:
    """The living units of the campaign, in the order of their codes."""
    tree = tree_units(connection, campaign)
    names = {unit.code: unit.name for unit in tree}
    return [
        Profile(unit.code, unit.name, unit.level, unit.parent, names.get(unit.parent, ""), unit.tags)
        for unit in tree
        if unit.ended is None
    ]


def unit_rows(connection: Connection, campaign: Campaign) -> tuple[UnitRow, ...]:
    """The living units as a units file gives them."""
    return tuple(
        UnitRow(unit.code, unit.name, unit.level, unit.parent, unit.tags)
        for unit in unit_profiles(connection, campaign)
    )


def unit_state(connection: Connection, campaign: Campaign, unit: str, day: date | None = None) -> UnitState:
    """The unit as it is, or as it was on `day` by what is known now. Raises `UserError` for an unknown unit."""
    row = find_unit(connection, campaign, unit)
    plans = read_plans(connection, campaign.name)
    if day is None:
        return load_state(row.state, plans, row.level)
    events = [event_of(line) for line in stream(connection, campaign.name, unit)]
    return state_on(events, plans, day)


def state_on(events: list[Event], plans: Plans, day: date) -> UnitState:
    """The unit with this stream as it was on `day`: under the release it followed and with its own due days."""
    enrolment = events[0].fact
    assert isinstance(enrolment, Enrolled), "a unit's first event enrols it"
    blank = UnitState(plans.rules(enrolment.release, enrolment.profile.level))
    return ruled(as_of(blank, events, day), plans)


def unit_states(connection: Connection, campaign: Campaign, codes: Collection[str] | None = None) -> list[UnitState]:
    """Every unit of the campaign as it is, or those with these codes; those that ended as well, in the order of their
    codes."""
    plans = read_plans(connection, campaign.name)
    query = select(units.c.level, units.c.state).where(units.c.campaign == campaign.name).order_by(units.c.unit)
    if codes is not None:
        query = query.where(units.c.unit.in_(codes))
    return [load_state(row.state, plans, row.level) for row in connection.execute(query)]


def unit_states_on(
    connection: Connection, campaign: Campaign, codes: Collection[str], day: date
) -> dict[str, UnitState]:
    """The units with these codes as they were on `day`, by what is known now. Costs a fold of each stream."""
    query = select(journal).where(journal.c.campaign == campaign.name, journal.c.unit.in_(codes))
    rows = connection.execute(query.order_by(journal.c.unit, journal.c.no))
    plans = read_plans(connection, campaign.name)
    return {
        str(code): state_on([event_of(line_of_row(row)) for row in lines], plans, day)
        for code, lines in groupby(rows, lambda row: row.unit)
    }


def pins(connection: Connection, campaign: Campaign) -> list[UnitPin]:
    """The own due days of the living units, by the codes of the units and in the plan's order of stages."""
    return [
        UnitPin(
            state.profile.code,
            state.profile.name,
            stage.id,
            clock,
            pin.day,
            pin.reason,
            pin.instead_of.date if pin.instead_of else None,
        )
        for state in unit_states(connection, campaign)
        if state.profile and not state.ended
        for stage in state.rules.stages
        for clock, pin in state.stage(stage.id).pins.items()
    ]
