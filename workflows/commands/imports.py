"""Many reports, or more units, from a CSV or XLSX file."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from temporalio.service import RPCError

from calendars.campaigns.contacts import contacts_in_units
from calendars.campaigns.reports import ReportRow, sift_reports, unused_columns
from calendars.errors import Problem
from calendars.plan.model import Plan
from calendars.sequence.commands import Report
from calendars.sequence.refusals import Refused
from calendars.store.contacts import put
from calendars.store.reading import unit_profiles
from calendars.wallclock import real_now
from workflows.admitting import stage_units, tree_with
from workflows.client import CongressClient, NoAnswer
from workflows.commands.console import note, progress_bar, say
from workflows.commands.context import Context, Json, context_of
from workflows.commands.output import emit_json
from workflows.launching import admit

AT_ONCE = 24  # units reported at the same time; the reports of one unit go one after the other
THERE = {"already_reported"}

units = typer.Typer(help="The tree of units.", no_args_is_help=True)
reports = typer.Typer(help="Many reports at once.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file.")]


@dataclass
class Outcome:
    """What became of the rows of a file."""

    taken: int = 0
    there: int = 0
    pending: int = 0
    problems: list[Problem] = field(default_factory=list)

    def as_json(self, file: str) -> dict[str, Any]:
        """The outcome as a document."""
        rows = [{"line": problem.line, "message": problem.message} for problem in sorted(self.problems)]
        return {
            "file": file,
            "taken": self.taken,
            "already_there": self.there,
            "not_yet_visible": self.pending,
            "refused": rows,
        }


@reports.command("import")
def import_reports(context: typer.Context, file: File, json: Json = False) -> None:
    """Report every row of a file. Bad rows are named and left out, good ones kept, what is there already is counted."""
    here = context_of(context)
    with here.reading() as (connection, campaign):
        rows, problems = sift_reports(file, campaign.plan, unit_profiles(connection, campaign))
    outcome = Outcome(problems=list(problems))
    for column in unused_columns(file):
        note(f"{file}: the column {column!r} is left aside; known are unit, stage, on, to, announced and result.KEY.")
    asyncio.run(_report_all(here, campaign.plan, rows, outcome))
    if json:
        emit_json(outcome.as_json(str(file)))
    else:
        say(f"{file}: {outcome.taken:,} reported, {outcome.there:,} were there already.")
        if outcome.pending:
            say(f"{outcome.pending:,} of them are accepted and not yet visible: the store does not answer now.")
    for problem in sorted(outcome.problems):
        note(f"{file}: {problem}")
    if outcome.problems:
        raise typer.Exit(1)


async def _report_all(here: Context, plan: Plan, rows: tuple[ReportRow, ...], outcome: Outcome) -> None:
    if not rows:
        return
    by_unit: dict[str, list[ReportRow]] = {}
    for row in sorted(rows, key=lambda row: (row.on, row.line)):
        by_unit.setdefault(row.unit, []).append(row)
    places = asyncio.Semaphore(AT_ONCE)
    done: Counter[str] = Counter()

    async with here.client(plan.campaign) as client:
        with progress_bar("Reporting") as advance:

            async def report(of_unit: list[ReportRow]) -> None:
                async with places:
                    for row in of_unit:
                        await _report(client, row, here.author, outcome, plan)
                        done["rows"] += 1
                        advance(done["rows"], len(rows))

            try:
                async with asyncio.TaskGroup() as group:
                    watcher = group.create_task(here.watch())
                    await asyncio.wait([group.create_task(report(of_unit)) for of_unit in by_unit.values()])
                    watcher.cancel()
            except* (NoAnswer, RPCError) as errors:
                raise NoAnswer(
                    f"The service stopped answering after {done['rows']:,} of {len(rows):,} rows; "
                    "import the file again once it runs, what is there is not taken twice."
                ) from errors.exceptions[0]


async def _report(client: CongressClient, row: ReportRow, by: str, outcome: Outcome, plan: Plan) -> None:
    try:
        sent = await client.send(row.unit, Report(row.stage, row.on, row.to, row.results), by=by)
    except Refused as refused:
        if refused.code in THERE:
            outcome.there += 1
        else:
            outcome.problems.append(Problem(row.line, 0, f"{row.unit} {row.stage}: {refused.cited(plan.instruments)}"))
        return
    outcome.taken += 1
    outcome.pending += not sent.answer.visible


@units.command("import")
def import_units(context: typer.Context, file: File) -> None:
    """Add the units of a file to the campaign, and the contacts that it names beside them. One mistake in it, and
    nothing is added."""
    here = context_of(context)
    asyncio.run(_import_units(here, file))


async def _import_units(here: Context, file: Path) -> None:
    with here.store() as store:
        with store.reading() as connection:
            campaign = here.campaign(connection)
            told = contacts_in_units(file, tree_with(file, connection, campaign))
            start, new = stage_units(file, here.folder, connection, campaign, by=here.author)
        async with here.client(campaign.name) as client:
            if told:  # before the units come, so that their first events find them
                with store.writing() as connection:
                    added, changed, _ = put(connection, campaign.name, told, real_now())
                say(f"{file}: {added:,} contacts added, {changed:,} changed.")
            with progress_bar("Enrolling units") as advance:
                done = await admit(client, start, lambda at: advance(at.started, at.units))
    say(f"{file}: {new:,} units added, {campaign.name} has {done.units:,} now.")
