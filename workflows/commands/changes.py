"""Commands on a campaign's dates: amend, releases, diff, explain, pins, freeze, resume."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Connection

from calendars.errors import UserError
from calendars.plan.amending import Amendment, load_amendment
from calendars.plan.releases import FIELDS, origin
from calendars.plan.releases import diff as differences
from calendars.sequence.state import UnitState
from calendars.store import grants
from calendars.store.changes import campaign_tree
from calendars.store.documents import instrument_of, releases_json
from calendars.store.grants import Fetching
from calendars.store.reading import Campaign, find_unit, unit_states
from calendars.store.reading import pins as pins_of
from calendars.store.reading import releases as releases_of
from calendars.tree.changes import Amend, Lift, Reached, Suspend
from calendars.tree.foresight import Foresight, compare, foresee
from calendars.tree.reaching import steps
from calendars.wallclock import real_now
from workflows.commands.console import day_text, note, say, show
from workflows.commands.context import Context, From, Json, LastDay, On, Under, context_of
from workflows.commands.output import emit_json
from workflows.commands.tree import change
from workflows.commands.unit import Stage, Unit

SHOWN = 30

File = Annotated[Path, typer.Argument(metavar="FILE", help="A release file: changed dates, with the instrument.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only print what it would do.")]
Number = Annotated[int, typer.Argument(metavar="RELEASE", help="The number of a release; 1 is the plan as launched.")]
UntilResumed = Annotated[bool, typer.Option("--until-resumed", help="No last day: it lasts until `resume`.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it is kept in every history.")]


def amend(context: typer.Context, file: File, dry_run: DryRun = False, json: Json = False) -> None:
    """Change the campaign's dates by a new release. --dry-run prints first what it would do to the whole tree.

    A unit's own dates (pins) stay. What a release did is undone by another one.
    """
    here = context_of(context)
    with here.reading() as (connection, campaign):
        amendment = load_amendment(file, campaign.plan)
        before = _states(connection, campaign)
        release = campaign.release + 1
        asked = _asked(amendment, campaign)
        if dry_run:
            todo = steps(campaign_tree(connection, campaign), campaign.plan, asked, 0, release)
            seen = foresee(before, todo, here.day(campaign), amendment.plan.instruments)
            _tell(seen, campaign, release, json=json, dry_run=True)
            if not json:
                _tell_fetching(grants.fetching(connection, campaign.name, real_now()))
            return
    reached = asyncio.run(_amend(here, campaign.name, asked))
    with here.reading() as (connection, campaign):
        seen = compare(before, _states(connection, campaign), campaign.plan.instruments)
    _tell(seen, campaign, release, json=json, dry_run=False)
    for sentence in reached.refused:
        note(sentence)
    if reached.refused:
        raise typer.Exit(1)


async def _amend(here: Context, campaign: str, asked: Amend) -> Reached:
    async with here.client(campaign) as client:
        return await client.change(asked, by=here.author)


def _asked(amendment: Amendment, campaign: Campaign) -> Amend:
    reason = amendment.reason.model_dump() if amendment.reason else None
    return Amend(amendment.plan.document(), campaign.release, amendment.instrument, reason)


def _states(connection: Connection, campaign: Campaign) -> dict[str, UnitState]:
    return {state.profile.code: state for state in unit_states(connection, campaign) if state.profile}


def _tell(seen: Foresight, campaign: Campaign, release: int, *, json: bool, dry_run: bool) -> None:
    if json:
        emit_json({"campaign": campaign.name, "release": release, "dry_run": dry_run, **asdict(seen)})
        return
    would = "would reach" if dry_run else "reached"
    say(f"{campaign.name}, release {release}: it {would} {seen.units:,} units.")
    kinds: dict[tuple[str, str, str, str], int] = {}
    for move in seen.moves:
        key = (move.stage, move.field, move.before, move.after)
        kinds[key] = kinds.get(key, 0) + 1
    table = Table("Stage", "Date", "From", "To", "Units")
    for (stage, name, old, new), count in kinds.items():
        table.add_row(stage, name, old or "–", new or "–", f"{count:,}")
    if kinds:
        show(table)
    for what, remarks in (("New conflicts", seen.conflicts), ("Own dates that stay", seen.pins)):
        say(f"{what}: {len(remarks):,}." if remarks else f"{what}: none.")
        for remark in remarks[:SHOWN]:
            say(f"  {remark.unit} {remark.name}: {remark.en}")
        if len(remarks) > SHOWN:
            say(f"  and {len(remarks) - SHOWN:,} more, all with --json.")
    notices = [f"{count:,} {kind}" for kind, count in seen.notices.items()]
    say(f"Notices that {'would' if dry_run else 'will'} go out: {', '.join(notices) or 'none'}.")


def _tell_fetching(found: Fetching) -> None:
    say(
        f"Subscribers who fetched last within a day: {found.day:,}, within a week: {found.week:,}, "
        f"earlier: {found.older:,}, never: {found.never:,}."
    )


def releases(context: typer.Context, json: Json = False) -> None:
    """List the releases of the campaign's plan: number, day, and the instrument that ordered it."""
    with context_of(context).reading() as (connection, campaign):
        found = releases_of(connection, campaign)
    if json:
        emit_json(releases_json(found))
        return
    table = Table("Release", "From", "Instrument", "Reason", "Dates changed", title=f"Releases of {campaign.name}")
    for before, one in zip([None, *found], found, strict=False):
        changed = len(differences(before.plan, one.plan)) if before else 0
        reason = one.reason["en"] if one.reason else ""
        table.add_row(str(one.number), day_text(one.effective), instrument_of(one), reason, str(changed or "–"))
    show(table)


def diff(context: typer.Context, first: Number, second: Number, json: Json = False) -> None:
    """Compare two releases of the campaign's plan, date by date."""
    with context_of(context).reading() as (connection, campaign):
        found = {one.number: one for one in releases_of(connection, campaign)}
    for number in (first, second):
        if number not in found:
            raise UserError(f"{campaign.name} has no release {number}, expected 1 to {max(found)}.")
    changes = differences(found[first].plan, found[second].plan)
    if json:
        emit_json([asdict(change) for change in changes])
        return
    table = Table("Stage", "Date", f"Release {first}", f"Release {second}", title=campaign.name)
    for one in changes:
        table.add_row(one.stage, one.field, str(one.before or "–"), str(one.after or "–"))
    show(table) if changes else say(f"Releases {first} and {second} have the same dates.")


def explain(context: typer.Context, unit: Unit, stage: Stage, json: Json = False) -> None:
    """Say of each date of a unit's stage which release set it, and which instrument orders it."""
    with context_of(context).reading() as (connection, campaign):
        row = find_unit(connection, campaign, unit)
        known = releases_of(connection, campaign)
        own = {pin.clock.value: pin for pin in pins_of(connection, campaign) if (pin.unit, pin.stage) == (unit, stage)}
    if stage not in {one.id for one in campaign.plan.stages_of(row.level)}:
        ids = ", ".join(one.id for one in campaign.plan.stages_of(row.level))
        raise UserError(f"{unit} has no stage {stage}, expected one of {ids or 'none'}.")
    found = {name: origin(known, stage, name) for name in FIELDS}
    if json:
        emit_json(
            {
                "unit": unit,
                "stage": stage,
                "dates": {name: asdict(one) for name, one in found.items() if one},
                "own": {clock: {"day": pin.day, "reason": pin.reason} for clock, pin in own.items()},
            }
        )
        return
    table = Table("Date", "Day", "Where it comes from", title=f"{stage} of {row.name} ({unit})")
    for name, one in found.items():
        if one is not None:
            table.add_row(name, one.shown, one.text["en"])
        if name in own:
            table.add_row(f"{name} (own)", day_text(own[name].day), own[name].reason)
    show(table)


def pins(context: typer.Context, json: Json = False) -> None:
    """List the due days that units have of their own, which releases leave alone."""
    with context_of(context).reading() as (connection, campaign):
        found = pins_of(connection, campaign)
    if json:
        emit_json([asdict(one) for one in found])
        return
    table = Table("Unit", "Name", "Stage", "Date", "Day", "Instead of", "Reason", title=f"Own dates in {campaign.name}")
    for one in found:
        instead = day_text(one.instead_of)
        table.add_row(one.unit, one.name, one.stage, one.clock, day_text(one.day), instead, one.reason)
    show(table) if found else say(f"No unit of {campaign.name} has a date of its own.")


def freeze(
    context: typer.Context,
    first: From,
    reason: Why,
    to: LastDay = None,
    until_resumed: UntilResumed = False,
    under: Under = "",
) -> None:
    """Suspend the campaign, or what is below a unit: nothing may be held or planned from --from to --to.

    Dates that fall into it become postponed; targets and deadlines stay unless a release moves them.
    """
    if (to is None) is not until_resumed:
        raise typer.BadParameter("expected either --to or --until-resumed")
    change(context_of(context), Suspend(first, to, reason, under), "suspended")


def resume(context: typer.Context, on: On, under: Under = "") -> None:
    """End what is frozen, or only below --under; --on is the first free day. Postponed dates are then set anew."""
    change(context_of(context), Lift(on, under), "resumed")
