"""Commands to one unit: schedule, report, correct, retract."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from calendars.errors import StoreAway, UserError
from calendars.plan.model import Plan, ResultType
from calendars.sequence.commands import Acknowledge, Correct, OfStage, Report, Retract, Schedule
from calendars.sequence.refusals import Refused
from calendars.sequence.results import parse_result
from calendars.sequence.state import Results
from calendars.store.reading import find_unit
from workflows.client import Sent
from workflows.commands.console import say
from workflows.commands.context import Context, NewOn, On, To, context_of

Unit = Annotated[str, typer.Argument(metavar="UNIT", help="The unit's code, such as 205 or 06664-01.")]
Stage = Annotated[str, typer.Argument(metavar="STAGE", help="The stage's id, such as district_congress.")]
Result = Annotated[list[str] | None, typer.Option("--result", metavar="KEY=VALUE", help="A result; may be repeated.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept in the history.")]


def schedule(context: typer.Context, unit: Unit, stage: Stage, on: On, to: To = None) -> None:
    """Set the days of a stage, or move them."""
    send(context_of(context), unit, Schedule(stage, on, to), "scheduled")


def report(context: typer.Context, unit: Unit, stage: Stage, on: On, to: To = None, result: Result = None) -> None:
    """Report that a stage was held."""
    here = context_of(context)
    send(here, unit, Report(stage, on, to, _results(here, unit, stage, result)), "reported")


def correct(
    context: typer.Context,
    unit: Unit,
    stage: Stage,
    reason: Reason,
    on: NewOn = None,
    to: To = None,
    result: Result = None,
) -> None:
    """Correct what was reported: only what is given changes."""
    here = context_of(context)
    send(here, unit, Correct(stage, reason, on, to, _results(here, unit, stage, result)), "corrected")


def retract(context: typer.Context, unit: Unit, stage: Stage, reason: Reason) -> None:
    """Take a report back: the stage was not held."""
    send(context_of(context), unit, Retract(stage, reason), "retracted")


def acknowledge(
    context: typer.Context,
    unit: Unit,
    stage: Annotated[str, typer.Option("--stage", metavar="STAGE", help="Only this stage; default all overdue.")] = "",
) -> None:
    """Answer for what is overdue: no further superior is told of it. The unit is reminded as before."""
    send(context_of(context), unit, Acknowledge(stage), "acknowledged")


def _results(here: Context, unit: str, stage: str, given: list[str] | None) -> Results:
    if not given:
        return {}
    return parse_results(given, _types(here, unit, stage))


def _types(here: Context, unit: str, stage: str) -> dict[str, ResultType]:
    try:
        with here.reading() as (connection, campaign):
            level = find_unit(connection, campaign, unit).level
            stages = campaign.plan.stages_of(level)
    except StoreAway:
        stages = here.kept_plan().stages
    found = next((one for one in stages if one.id == stage), None)
    return dict(found.results) if found else {}


def parse_results(given: list[str], types: dict[str, ResultType]) -> Results:
    """`KEY=VALUE` pairs as typed results. A key that the stage has not is left to the rules, which name the right ones.

    Raises `UserError` for what is no pair or no value of the key's type.
    """
    results: Results = {}
    for pair in given:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise UserError(f"--result {pair}: expected KEY=VALUE.")
        try:
            results[key] = parse_result(types[key], text) if key in types else text
        except ValueError as error:
            raise UserError(f"--result {pair}: expected {error}.") from error
    return results


def send(here: Context, unit: str, command: OfStage | Acknowledge, done: str) -> None:
    """Sends a command to a unit and says what became of it. Raises `Refused` with its sources as people cite them."""
    plan, name = _addressee(here, unit)

    async def ask() -> Sent:
        async with here.client(plan.campaign) as client:
            return await client.send(unit, command, by=here.author)

    try:
        answer = asyncio.run(ask()).answer
    except Refused as refused:
        raise refused.cited(plan.instruments) from refused
    seen = "" if answer.visible else " It is accepted and not yet visible: the store does not answer now."
    say(f"{name}: {command.stage or 'what is overdue'} {done}, event {answer.last}.{seen}")


def _addressee(here: Context, unit: str) -> tuple[Plan, str]:
    """The campaign's plan and what the unit is called; a store that is away does not keep a report from being taken."""
    try:
        with here.reading() as (connection, campaign):
            return campaign.plan, f"{unit} {find_unit(connection, campaign, unit).name}"
    except StoreAway:
        return here.kept_plan(), unit
