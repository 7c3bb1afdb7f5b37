"""`POST /campaigns/{campaign}/units/{unit}/...`: the commands of one unit."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body
from pydantic import BaseModel, ConfigDict, Field

from calendars.sequence.commands import (
    Acknowledge,
    Correct,
    Done,
    GiveConsent,
    OfStage,
    Postpone,
    Reopen,
    Report,
    Retract,
    Review,
    Schedule,
    SetPin,
    Unpin,
    Waive,
)
from calendars.sequence.state import Clock
from calendars.web.api.acting import Key, order
from calendars.web.api.acting import router as router_of
from calendars.web.api.answers import AnswerDocument
from calendars.web.api.asked import Here, OfCampaign
from calendars.web.api.values import Day, Line, Name, Result

router = router_of("orders to a unit")
MOST_RESULTS = 50


class Form(BaseModel):
    """What an order holds; a field that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class OfOneStage(Form):
    """About a stage of the unit."""

    stage: Name


class Reasoned(OfOneStage):
    """With a reason, which is kept in the history."""

    reason: Line = Field(min_length=1)


class ScheduleForm(OfOneStage):
    """The days of a stage; `to` is the last of several."""

    on: Day
    to: Day | None = None


class ReportForm(ScheduleForm):
    """That it was held, with the results known so far, by their keys in the plan."""

    results: dict[Name, Result] = Field(default_factory=dict, max_length=MOST_RESULTS)


class CorrectForm(Reasoned):
    """What was wrong; only what is given changes."""

    on: Day | None = None
    to: Day | None = None
    results: dict[Name, Result] = Field(default_factory=dict, max_length=MOST_RESULTS)


class PostponeForm(Reasoned):
    """To other days, or to days that are not known yet."""

    on: Day | None = None
    to: Day | None = None


class ConsentForm(OfOneStage):
    """Which body agreed, as the plan names it, and when."""

    body: Name
    on: Day


class ReviewForm(OfOneStage):
    """When the superior recorded what was learnt from this pilot, and what."""

    on: Day
    text: Line = ""


class DoneForm(OfOneStage):
    """The preparatory step, and the day it was done, default today."""

    lead_in: Name
    on: Day | None = None


class AcknowledgeForm(Form):
    """Which stage; without one all that is overdue."""

    stage: Name | None = None


class PinForm(Reasoned):
    """A due day of the unit's own."""

    clock: Clock
    on: Day


class UnpinForm(Reasoned):
    """The kind of day that is the plan's again."""

    clock: Clock


_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": AnswerDocument, "description": "Accepted and not yet visible: the store does not answer now."}
}


def _path(name: str) -> str:
    return f"/campaigns/{{campaign}}/units/{{unit}}/{name}"


async def _sent(here: OfCampaign, unit: str, key: str | None, command: OfStage | Acknowledge) -> dict[str, Any]:
    here.unit(unit)
    return await order(here, key, command.kind).send(unit, command)


@router.post(_path("schedule"), operation_id="schedule", response_model=AnswerDocument, responses=_ANSWERS)
async def schedule(here: Here, unit: str, form: ScheduleForm, key: Key = None) -> Any:
    """Sets the days of a stage, or moves them. Role: report."""
    return await _sent(here, unit, key, Schedule(form.stage, form.on, form.to))


@router.post(_path("report"), operation_id="report", response_model=AnswerDocument, responses=_ANSWERS)
async def report(here: Here, unit: str, form: ReportForm, key: Key = None) -> Any:
    """Reports that a stage was held. Role: report."""
    return await _sent(here, unit, key, Report(form.stage, form.on, form.to, dict(form.results)))


@router.post(_path("correct"), operation_id="correct", response_model=AnswerDocument, responses=_ANSWERS)
async def correct(here: Here, unit: str, form: CorrectForm, key: Key = None) -> Any:
    """Corrects what was reported. Role: report."""
    command = Correct(form.stage, form.reason, form.on, form.to, dict(form.results))
    return await _sent(here, unit, key, command)


@router.post(_path("retract"), operation_id="retract", response_model=AnswerDocument, responses=_ANSWERS)
async def retract(here: Here, unit: str, form: Reasoned, key: Key = None) -> Any:
    """Takes a report back: the stage was not held. Role: report."""
    return await _sent(here, unit, key, Retract(form.stage, form.reason))


@router.post(_path("postpone"), operation_id="postpone", response_model=AnswerDocument, responses=_ANSWERS)
async def postpone(here: Here, unit: str, form: PostponeForm, key: Key = None) -> Any:
    """Puts the planned days of a stage off. Role: report."""
    return await _sent(here, unit, key, Postpone(form.stage, form.reason, form.on, form.to))


@router.post(_path("done"), operation_id="done", response_model=AnswerDocument, responses=_ANSWERS)
async def done(here: Here, unit: str, form: DoneForm, key: Key = None) -> Any:
    """Ticks a preparatory step off. Role: report."""
    return await _sent(here, unit, key, Done(form.stage, form.lead_in, form.on))


@router.post(_path("acknowledge"), operation_id="acknowledge", response_model=AnswerDocument, responses=_ANSWERS)
async def acknowledge(
    here: Here, unit: str, form: Annotated[AcknowledgeForm | None, Body()] = None, key: Key = None
) -> Any:
    """Answers for what is overdue: no further superior is told of it. Role: report."""
    return await _sent(here, unit, key, Acknowledge((form and form.stage) or ""))


@router.post(_path("waive"), operation_id="waive", response_model=AnswerDocument, responses=_ANSWERS)
async def waive(here: Here, unit: str, form: Reasoned, key: Key = None) -> Any:
    """Lets a stage be held though units below are missing or the pilots are not through. Role: admin."""
    return await _sent(here, unit, key, Waive(form.stage, form.reason))


@router.post(_path("consent"), operation_id="consent", response_model=AnswerDocument, responses=_ANSWERS)
async def consent(here: Here, unit: str, form: ConsentForm, key: Key = None) -> Any:
    """Records that a body whose consent the unit needs has agreed. Role: admin."""
    return await _sent(here, unit, key, GiveConsent(form.stage, form.body, form.on))


@router.post(_path("review"), operation_id="review", response_model=AnswerDocument, responses=_ANSWERS)
async def review(here: Here, unit: str, form: ReviewForm, key: Key = None) -> Any:
    """Records what was learnt from a pilot: the others go ahead once all pilots beside it are reviewed. Role: admin."""
    return await _sent(here, unit, key, Review(form.stage, form.on, form.text))


@router.post(_path("reopen"), operation_id="reopen", response_model=AnswerDocument, responses=_ANSWERS)
async def reopen(here: Here, unit: str, form: Reasoned, key: Key = None) -> Any:
    """Lets a sealed report be corrected or retracted: the superior's congress rests on it. Role: admin."""
    return await _sent(here, unit, key, Reopen(form.stage, form.reason))


@router.post(_path("pin"), operation_id="pin", response_model=AnswerDocument, responses=_ANSWERS)
async def pin(here: Here, unit: str, form: PinForm, key: Key = None) -> Any:
    """Gives the unit a due day of its own, which releases leave alone. Role: admin."""
    return await _sent(here, unit, key, SetPin(form.stage, form.clock, form.on, form.reason))


@router.post(_path("unpin"), operation_id="unpin", response_model=AnswerDocument, responses=_ANSWERS)
async def unpin(here: Here, unit: str, form: UnpinForm, key: Key = None) -> Any:
    """Lets the plan's day hold again. Role: admin."""
    return await _sent(here, unit, key, Unpin(form.stage, form.clock, form.reason))
