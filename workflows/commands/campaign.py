"""Commands on the whole campaign: launch, status, history."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Connection

from calendars.errors import UserError
from calendars.sequence.events import Line
from calendars.sequence.messages import Progress
from calendars.store.database import open_store
from calendars.store.documents import line_json, unit_json
from calendars.store.feeds import tree
from calendars.store.journal import stream
from calendars.store.neighbourhood import UnitConflict, conflicts_of
from calendars.store.notice_list import by_event, notices
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import Campaign, find_unit
from calendars.store.status import CampaignStatus, Spread, campaign_status
from calendars.store.unit_status import unit_status
from calendars.wallclock import real_now
from calendars.web.parameters import pairs_of, read
from workflows.commands.console import day_text, margin_text, progress_bar, say, show
from workflows.commands.context import AsOf, Context, Filters, Json, Today, context_of
from workflows.commands.output import emit_json
from workflows.commands.unit_view import show_unit
from workflows.launching import launch as launch_prepared
from workflows.launching import prepare

Name = Annotated[str, typer.Argument(metavar="NAME_OR_DIR", help="A bundled campaign, or a folder with a plan.yaml.")]
Reports = Annotated[bool, typer.Option("--reports/--no-reports", help="Load the reports of the folder, or none.")]


WHAT_WIDTH = 120
CONFLICTS_SHOWN = 10
STATUS_FILTERS = ("under", "level", "stage", "tag", "as_of")


def launch(context: typer.Context, name_or_dir: Name, today: Today = None, reports: Reports = True) -> None:
    """Start a campaign, or complete its start. Safe to repeat and to interrupt.

    With --today the service runs as if that were the present day: reports up to it are loaded, later ones only as
    planned dates where they had been announced by then.
    """
    campaign, done = asyncio.run(_launch(context_of(context), name_or_dir, today, reports))
    say(f"{campaign}: {done.units:,} units are enrolled.")


async def _launch(here: Context, name_or_dir: str, today: date | None, reports: bool) -> tuple[str, Progress]:
    async with here.client("") as client:
        store = open_store(here.settings.store_url)
        try:
            prepared = await asyncio.to_thread(
                lambda: prepare(
                    name_or_dir, here.folder, store, today=today, now=real_now(), reports=reports, by=here.author
                )
            )
        finally:
            store.close()
        client.campaign = prepared.start.campaign
        with progress_bar("Enrolling units") as advance:
            done = await launch_prepared(client, prepared, lambda at: advance(at.started, at.units))
    return prepared.start.campaign, done


def status(
    context: typer.Context,
    unit: Annotated[str, typer.Argument(metavar="[UNIT]", help="A unit's code; without it the campaign.")] = "",
    as_of: AsOf = None,
    filters: Filters = None,
    json: Json = False,
) -> None:
    """Where things stand, with margins in days against the local target and the central deadline (+ is early).

    Conflicts are those that stand now, whatever day is looked at.
    """
    here = context_of(context)
    if unit and filters:
        raise UserError("--filter narrows the status of the campaign, expected no unit beside it.")
    with here.reading() as (connection, campaign):
        day = as_of or here.day(campaign)
        if unit:
            of_unit = unit_status(connection, campaign, unit, day)
            emit_json(unit_json(of_unit, campaign, day)) if json else show_unit(of_unit, campaign, day)
        else:
            of_campaign, found = _narrowed(connection, campaign, day, filters or ())
            document = asdict(of_campaign) | {"conflicts": [asdict(one) for one in found]}
            emit_json(document) if json else _show_campaign(of_campaign, campaign, found)


def _narrowed(
    connection: Connection, campaign: Campaign, day: date, filters: Sequence[str]
) -> tuple[CampaignStatus, Sequence[UnitConflict]]:
    found = conflicts_of(connection, campaign)
    if not filters:
        return campaign_status(connection, campaign, day), found
    view = tree(connection, campaign.name, campaign.plan)
    pairs = [pair for text in filters for pair in pairs_of(text)]
    asked = read(pairs, view, view.top, STATUS_FILTERS)
    selection, day = asked.selection, asked.as_of or day
    among = view.admitted(selection)
    status = campaign_status(connection, campaign, day, among=among, only=selection.stages)
    kept = [one for one in found if one.unit in among and (not selection.stages or one.stage in selection.stages)]
    return status, kept


def history(
    context: typer.Context,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="A unit's code, or @campaign.")],
    json: Json = False,
) -> None:
    """A unit's events: what, effective when, recorded when, by whom."""
    with context_of(context).reading() as (connection, campaign):
        name = campaign.name if unit == CAMPAIGN_STREAM else find_unit(connection, campaign, unit).name
        lines = stream(connection, campaign.name, unit)
        told = by_event(notices(connection, campaign.name, unit))
    if json:
        emit_json([line_json(line) | {"notices": [asdict(one) for one in told.get(line.no, ())]} for line in lines])
        return
    table = Table("No", "Event", "Effective", "Recorded (UTC)", "By", "What", title=f"{name} ({unit})")
    for line in lines:
        recorded = f"{line.recorded:%d/%m/%Y %H:%M:%S}"
        table.add_row(str(line.no), line.type, day_text(line.effective), recorded, line.by, _what(line))
        for one in told.get(line.no, ()):
            at = f"{one.settled:%d/%m/%Y %H:%M:%S}" if one.settled else "–"
            said = f"to {one.contact_name or one.contact}: {one.reason or one.subject}"
            table.add_row("", f"  {one.kind} {one.status}", "", at, "", said)
    show(table)


def _what(line: Line) -> str:
    """An event's data on one line; the whole of it is in the JSON."""
    said = []
    for key, value in line.data.items():
        if key == "profile":
            said.append(f"{value['level']} {value['name']}")
        elif key == "plan" and "release" in line.data:
            continue  # what it changed is told by `diff`
        elif isinstance(value, list):
            said += [f"{key} {', '.join(map(str, value))}"] if value and not isinstance(value[0], dict) else []
        elif isinstance(value, dict):
            said += [f"{name} {one}" for name, one in value.items() if not isinstance(one, dict | list)]
        elif value not in ("", None):
            said.append(f"{key} {value}")
    text = ", ".join(said)
    return text if len(text) <= WHAT_WIDTH else f"{text[: WHAT_WIDTH - 1]}…"


def _show_campaign(found: CampaignStatus, campaign: Campaign, conflicts: Sequence[UnitConflict]) -> None:
    table = Table(
        "Stage", "Level", "Held", "Units", "Share", "Overdue", "Last held", "Against target", "Against deadline"
    )
    table.title = f"{campaign.plan.title['en']} ({campaign.name}), as of {day_text(found.as_of)}"
    for stage in found.stages:
        table.add_row(
            stage.stage,
            stage.level,
            f"{stage.held:,}",
            f"{stage.units:,}",
            f"{stage.share:.1%}",
            f"{stage.overdue:,}",
            day_text(stage.last_held),
            _spread_text(stage.margin_target),
            _spread_text(stage.margin_deadline),
        )
    show(table)
    if found.indicators:
        table = Table("Indicator", "Value", "Target", "Met", title="Indicators, over the reports that state them")
        for indicator in found.indicators:
            met = "–" if indicator.met is None else "yes" if indicator.met else "no"
            table.add_row(indicator.id, _value_text(indicator.value), _value_text(indicator.target), met)
        show(table)
    if conflicts:
        say(f"Conflicts now: {len(conflicts):,}.")
    for one in conflicts[:CONFLICTS_SHOWN]:
        say(f"  {one.unit} {one.name}: {one.en}")
    if len(conflicts) > CONFLICTS_SHOWN:
        say(f"  and {len(conflicts) - CONFLICTS_SHOWN:,} more, all with --json.")


def _spread_text(spread: Spread | None) -> str:
    if spread is None:
        return "–"
    return f"{margin_text(spread.min)} / {margin_text(spread.median)} / {margin_text(spread.max)}"


def _value_text(value: float | int | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.0%}"
