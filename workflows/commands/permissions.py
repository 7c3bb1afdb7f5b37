"""Commands to one unit on what may go ahead: postpone, waive, consent, review, done, pin, unpin, reopen."""

from __future__ import annotations

from typing import Annotated

import typer

from calendars.sequence.commands import Done, GiveConsent, Postpone, Reopen, Review, SetPin, Unpin, Waive
from calendars.sequence.state import Clock
from workflows.commands.context import On, OptionalOn, To, context_of
from workflows.commands.unit import Reason, Stage, Unit, send

LeadIn = Annotated[str, typer.Argument(metavar="LEAD_IN", help="The id of a preparatory step, such as notice.")]
Body = Annotated[str, typer.Option("--from", metavar="BODY", help="Who agreed, as the plan names it.")]
What = Annotated[str, typer.Option("--text", help="What was learnt.")]
OwnDay = Annotated[Clock, typer.Argument(metavar="DATE_KIND", help="target, deadline, or on (the one day for all).")]


def postpone(
    context: typer.Context, unit: Unit, stage: Stage, reason: Reason, on: OptionalOn = None, to: To = None
) -> None:
    """Put the planned days of a stage off: to --on, or to days that are not known yet."""
    send(context_of(context), unit, Postpone(stage, reason, on, to), "postponed")


def waive(context: typer.Context, unit: Unit, stage: Stage, reason: Reason) -> None:
    """Let a stage be held though units below are missing or the pilots are not through."""
    send(context_of(context), unit, Waive(stage, reason), "let through")


def consent(context: typer.Context, unit: Unit, stage: Stage, body: Body, on: On) -> None:
    """Record that a body whose consent a unit needs has agreed."""
    send(context_of(context), unit, GiveConsent(stage, body, on), f"has the consent of {body}")


def review(context: typer.Context, unit: Unit, stage: Stage, on: On, text: What = "") -> None:
    """Record what was learnt from a pilot: the others go ahead once all pilots beside them are reviewed."""
    send(context_of(context), unit, Review(stage, on, text), "reviewed")


def done(context: typer.Context, unit: Unit, stage: Stage, lead_in: LeadIn, on: OptionalOn = None) -> None:
    """Tick a preparatory step off; --on says when it was done, else today."""
    send(context_of(context), unit, Done(stage, lead_in, on), f"{lead_in} ticked off")


def pin(context: typer.Context, unit: Unit, stage: Stage, kind: OwnDay, on: On, reason: Reason) -> None:
    """Give a unit a due day of its own, which releases leave alone."""
    send(context_of(context), unit, SetPin(stage, kind, on, reason), f"has its own {kind} {on}")


def unpin(context: typer.Context, unit: Unit, stage: Stage, kind: OwnDay, reason: Reason) -> None:
    """Let the plan's day hold again."""
    send(context_of(context), unit, Unpin(stage, kind, reason), f"follows the plan's {kind} again")


def reopen(context: typer.Context, unit: Unit, stage: Stage, reason: Reason) -> None:
    """Let a sealed report be corrected or retracted. For administrators: the superior's congress rests on it."""
    send(context_of(context), unit, Reopen(stage, reason), "reopened")
