"""Many reports, or more units, from a CSV or XLSX file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from temporalio.service import RPCError

from calendars.campaigns.reports import ReportRow, sift_reports, unused_columns
from calendars.campaigns.taking import Outcome, take
from calendars.errors import Problem
from calendars.plan.model import Plan
from calendars.sequence.commands import Report
from calendars.sequence.messages import Answer
from calendars.store.reading import unit_profiles
from workflows.adding import add, stage
from workflows.client import NoAnswer
from workflows.commands.console import note, progress_bar, say
from workflows.commands.context import Context, Json, context_of
from workflows.commands.output import emit_json

units = typer.Typer(help="The tree of units.", no_args_is_help=True)
reports = typer.Typer(help="Many reports at once.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file.")]


@reports.command("import")
def import_reports(context: typer.Context, file: File, json: Json = False) -> None:
    """Report every row of a file. Bad rows are named and left out, good ones kept, what is there already is counted."""
    here = context_of(context)
    with here.reading() as (connection, campaign):
        rows, problems = sift_reports(file, campaign.plan, unit_profiles(connection, campaign))
    outcome = Outcome()
    for column in unused_columns(file):
        note(f"{file}: the column {column!r} is left aside; known are unit, stage, on, to, announced and result.KEY.")
    asyncio.run(_report_all(here, campaign.plan, rows, outcome))
    problems = tuple(sorted((*problems, *outcome.problems(campaign.plan.instruments))))
    if json:
        emit_json(_as_json(file, outcome, problems))
    else:
        say(f"{file}: {outcome.taken:,} reported, {outcome.there:,} were there already.")
        if outcome.pending:
            say(f"{outcome.pending:,} of them are accepted and not yet visible: the store does not answer now.")
    for problem in problems:
        note(f"{file}: {problem}")
    if problems:
        raise typer.Exit(1)


def _as_json(file: Path, outcome: Outcome, problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "file": str(file),
        "taken": outcome.taken,
        "already_there": outcome.there,
        "not_yet_visible": outcome.pending,
        "refused": [{"line": problem.line, "message": problem.message} for problem in problems],
    }


async def _report_all(here: Context, plan: Plan, rows: Sequence[ReportRow], outcome: Outcome) -> None:
    if not rows:
        return
    async with here.client(plan.campaign) as client:
        with progress_bar("Reporting") as advance:

            async def send(row: ReportRow, command: Report) -> Answer:
                return (await client.send(row.unit, command, by=here.author)).answer

            try:
                async with asyncio.TaskGroup() as group:
                    watcher = group.create_task(here.watch())
                    await take(rows, send, outcome, lambda: advance(outcome.done, len(rows)))
                    watcher.cancel()
            except* (NoAnswer, RPCError) as errors:
                raise NoAnswer(
                    f"The service stopped answering after {outcome.done:,} of {len(rows):,} rows; "
                    "import the file again once it runs, what is there is not taken twice."
                ) from errors.exceptions[0]


@units.command("import")
def import_units(context: typer.Context, file: File) -> None:
    """Add the units of a file to the campaign, and the contacts that it names beside them. One mistake in it, and
    nothing is added."""
    here = context_of(context)
    asyncio.run(_import_units(here, file))


async def _import_units(here: Context, file: Path) -> None:
    with here.store() as store:
        with store.reading() as connection:
            name = here.campaign(connection).name
        staged = stage(file, here.folder, store, name, by=here.author)
        async with here.client(name) as client:
            with progress_bar("Enrolling units") as advance:
                added = await add(client, store, staged, lambda at: advance(at.started, at.units))
    if staged.contacts:
        say(f"{file}: {added.contacts_added:,} contacts added, {added.contacts_changed:,} changed.")
    say(f"{file}: {added.new:,} units added, {name} has {added.units:,} now.")
