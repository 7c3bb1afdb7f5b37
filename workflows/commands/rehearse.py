"""`congress rehearse`: a whole campaign in virtual time."""

from __future__ import annotations

from datetime import date
from time import perf_counter
from typing import Annotated

import typer
import uvloop
from rich.table import Table

from workflows.commands.campaign import Name
from workflows.commands.console import day_text, margin_text, progress_bar, say, show
from workflows.commands.context import Json
from workflows.commands.output import emit_json
from workflows.rehearsal.document import Outcome, outcome
from workflows.rehearsal.running import rehearse as rehearse_year
from workflows.rehearsal.scenario import BadYear

SHOWN = 20

Delay = Annotated[
    tuple[str, int] | None,
    typer.Option("--delay", metavar="UNIT DAYS", help="Let the congresses of a unit come later by so many days."),
]
Without = Annotated[
    tuple[str, str] | None,
    typer.Option("--without", metavar="UNIT STAGE", help="Let a unit never hold a stage."),
]


def rehearse(name_or_dir: Name, delay: Delay = None, without: Without = None, json: Json = False) -> None:
    """Rehearse a whole campaign in virtual time, with its reports fed in at their dates.

    Nothing is sent and nothing is kept: it runs in a temporary folder, beside any service. --delay and --without try a
    bad year.
    """
    bad = BadYear({delay[0]: delay[1]} if delay else {}, frozenset({without} if without else ()))
    began = perf_counter()
    found = uvloop.run(_rehearse(name_or_dir, bad))
    seconds = perf_counter() - began
    if json:
        emit_json(found.document(seconds))
    else:
        _show(found, seconds)


async def _rehearse(name_or_dir: str, bad: BadYear) -> Outcome:
    with progress_bar("Rehearsing") as advance:

        def progress(day: date, done: int, total: int) -> None:
            advance(done, total, f"Rehearsing {day_text(day)}")

        async with rehearse_year(name_or_dir, bad, progress) as rehearsed:
            return outcome(rehearsed)


def _show(found: Outcome, seconds: float) -> None:
    table = Table("Stage", "Level", "Held", "Units", "Last held", "Least against target", "Least against deadline")
    table.title = f"{found.status.campaign}, rehearsed to {day_text(found.status.as_of)}"
    for one in found.milestones:
        margins = margin_text(one.margin_target), margin_text(one.margin_deadline)
        table.add_row(one.stage, one.level, f"{one.held:,}", f"{one.units:,}", day_text(one.last_held), *margins)
    show(table)
    indicators = Table("Indicator", "Value", "Target", "Met")
    for indicator in found.status.indicators:
        met = {True: "yes", False: "no", None: "–"}[indicator.met]
        indicators.add_row(indicator.id, _figure(indicator.value), _figure(indicator.target), met)
    if found.status.indicators:
        show(indicators)
    told = [f"{count:,} {kind}" for kind, count in found.notices.items()]
    say(f"Notices that would go out: {', '.join(told) or 'none'}.")
    _list("Late", [f"{one.unit} {one.name}, {one.stage}: {_lateness(one.held)}" for one in found.late])
    _list("Conflicts", [f"{day_text(one.day)} {one.unit}: {one.en}" for one in found.conflicts])
    say(f"{found.units:,} units in {seconds:.0f} s.")


def _figure(value: float | int | None) -> str:
    match value:
        case None:
            return "–"
        case float():
            return f"{value:.1%}"
    return str(value)


def _lateness(held: date | None) -> str:
    return f"held on {day_text(held)}" if held else "not held"


def _list(what: str, sentences: list[str]) -> None:
    say(f"{what}: {len(sentences):,}." if sentences else f"{what}: none.")
    for sentence in sentences[:SHOWN]:
        say(f"  {sentence}")
    if len(sentences) > SHOWN:
        say(f"  and {len(sentences) - SHOWN:,} more, all with --json.")
