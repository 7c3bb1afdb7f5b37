"""`POST /campaigns/{campaign}/...`: releases of its dates, and freezes."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.requests import Request

from calendars.plan.amending import Amendment, check_amendment
from calendars.sequence.results import clean
from calendars.sequence.state import UnitState
from calendars.store.changes import campaign_tree
from calendars.store.reading import Campaign, read_campaign, tree_units, unit_states
from calendars.tree.changes import Amend, Change, Lift, Reached, Suspend
from calendars.tree.foresight import Foresight, compare, foresee
from calendars.tree.reaching import steps
from calendars.web.api.acting import Key, Order, order
from calendars.web.api.acting import router as router_of
from calendars.web.api.answers import AmendmentDocument, ReachedDocument
from calendars.web.api.asked import Here, OfCampaign
from calendars.web.api.door import JSON
from calendars.web.api.problems import Mistake, Problem
from calendars.web.api.unit_orders import Form
from calendars.web.api.values import Day, Line, Name

router = router_of("orders to a campaign")
RELEASE_TYPES = (JSON, "application/yaml")
_RELEASE = {
    "campaign": "congresses-2030",
    "instrument": "plan-12",
    "instruments": {"plan-12": {"number": "12-KH/TU", "date": "2030-05-20", "issuer": "Tỉnh ủy"}},
    "stages": [{"id": "congress", "target": {"date": "2030-06-10"}, "deadline": {"date": "2030-07-15"}}],
}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "A release file, as `congress amend` takes it: changed dates, with the instrument that orders "
        "them. JSON, or YAML as officers write it.",
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": _RELEASE},
            "application/yaml": {"schema": {"type": "string"}},
        },
    }
}


class FreezeForm(Form):
    """From when to when nothing is held; `to` null is until it is resumed. `under` narrows it to a unit and below."""

    from_: Day = Field(alias="from")
    to: Day | None
    reason: Line = Field(min_length=1)
    under: Name | None = None


class ResumeForm(Form):
    """The first free day; `under` narrows it to a unit and below."""

    on: Day
    under: Name | None = None


class AmendQuery(BaseModel):
    """Whether it is only to be said what it would do."""

    dry_run: bool = False


@router.post(
    "/campaigns/{campaign}/amend",
    operation_id="amend",
    response_model=AmendmentDocument,
    openapi_extra=_BODY,
)
async def amend(here: Here, request: Request, query: Annotated[AmendQuery, Query()], key: Key = None) -> Any:
    """Changes the campaign's dates by a new release; with `dry_run=true` says what that would do to the whole tree.

    Units' own dates (pins) stay. Role: admin of the whole campaign. A repeated order is answered without the moves.
    """
    made = order(here, key, "amend")
    _whole(here)
    text = await _text(request)
    if not query.dry_run and (known := await made.made("amended")) is not None:
        data = known.data
        again = Amend(data["plan"], data["base"], data.get("instrument", ""), data.get("reason"))
        # Whether it was begun only or is done: Temporal knows, and completes it.
        reached = replace(await made.change(again), repeated=True)
        return _amended(here, data["release"], Foresight(reached.units), made.id, reached)
    found = await asyncio.to_thread(_foreseen, here, text, dry_run=query.dry_run)
    if query.dry_run:
        return _amended(here, found.release, found.seen)
    reached = await made.change(found.change)
    seen = await asyncio.to_thread(_happened, here, found)
    return _amended(here, found.release, seen, made.id, reached)


class _Prepared:
    """A checked release with the units as they were before it."""

    def __init__(self, amendment: Amendment, campaign: Campaign, before: dict[str, UnitState]) -> None:
        self.amendment, self.before, self.release = amendment, before, campaign.release + 1
        reason = amendment.reason.model_dump() if amendment.reason else None
        self.change = Amend(amendment.plan.document(), campaign.release, amendment.instrument, reason)
        self.seen = Foresight()


def _foreseen(here: OfCampaign, text: str, *, dry_run: bool) -> _Prepared:
    with here.reading() as connection:
        campaign = read_campaign(connection, here.view.name)
        amendment, mistakes = check_amendment(text, campaign.plan)
        if amendment is None:
            listed = [Mistake(line=one.line, column=one.column, detail=one.message) for one in mistakes]
            raise Problem(422, "bad_release", errors=listed, count=len(listed))
        found = _Prepared(amendment, campaign, _states(connection, campaign))
        if dry_run:
            todo = steps(campaign_tree(connection, campaign), campaign.plan, found.change, 0, found.release)
            found.seen = foresee(found.before, todo, here.today, amendment.plan.instruments)
        return found


def _happened(here: OfCampaign, found: _Prepared) -> Foresight:
    with here.reading() as connection:
        campaign = read_campaign(connection, here.view.name)
        return compare(found.before, _states(connection, campaign), campaign.plan.instruments)


def _states(connection: Connection, campaign: Campaign) -> dict[str, UnitState]:
    return {state.profile.code: state for state in unit_states(connection, campaign) if state.profile}


def _amended(
    here: OfCampaign, release: int, seen: Foresight, id: str | None = None, reached: Reached | None = None
) -> dict[str, Any]:
    became = {"order": id, "repeated": reached.repeated, "refused": list(reached.refused)} if reached else {}
    return {"campaign": here.view.name, "release": release, "dry_run": reached is None, **asdict(seen), **became}


async def _text(request: Request) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in RELEASE_TYPES:
        raise Problem(415, "unsupported_media", found=kind[:100] or "-", expected=" or ".join(RELEASE_TYPES))
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        mistake = Mistake(detail="this is not UTF-8")
        raise Problem(422, "bad_release", errors=[mistake], count=1) from error


@router.post("/campaigns/{campaign}/freeze", operation_id="freeze", response_model=ReachedDocument)
async def freeze(here: Here, form: FreezeForm, key: Key = None) -> Any:
    """Suspends the campaign, or what is below a unit: nothing may be held or planned on these days.

    Dates that fall into it become postponed; targets and deadlines stay. Role: admin, of the whole campaign where
    `under` is not given.
    """
    made = order(here, key, "freeze")
    await _part(here, form.under)
    plan = here.campaign.plan
    for field, day in (("from", form.from_), ("to", form.to)):
        if day is not None and not plan.from_ <= day <= plan.until:
            raise Problem(422, "outside_campaign", field=field, day=day, first=plan.from_, last=plan.until)
    if form.to is not None and form.to < form.from_:
        raise Problem(422, "last_before_first", field="to", first=form.from_, last=form.to)
    if not clean(form.reason):
        raise Problem(422, "no_reason", field="reason")
    return await _changed(here, made, Suspend(form.from_, form.to, form.reason, form.under or ""))


@router.post("/campaigns/{campaign}/resume", operation_id="resume", response_model=ReachedDocument)
async def resume(here: Here, form: ResumeForm, key: Key = None) -> Any:
    """Ends what is frozen; postponed dates are then set anew. Role: admin, of the whole campaign where `under` is not
    given."""
    made = order(here, key, "resume")
    await _part(here, form.under)
    return await _changed(here, made, Lift(form.on, form.under or ""))


async def _changed(here: OfCampaign, made: Order, change: Change) -> dict[str, Any]:
    known = await made.made(change.kind)
    reached = await made.change(change)
    became = {"refused": list(reached.refused), "repeated": reached.repeated or known is not None}
    return {"campaign": here.view.name, "order": made.id, "no": reached.no, "units": reached.units, **became}


def _whole(here: OfCampaign) -> None:
    if not here.sees_all:
        raise Problem(403, "whole_campaign", scope=here.top.code)


async def _part(here: OfCampaign, under: str | None) -> None:
    if under is None:
        _whole(here)
        return
    code = here.unit(under).code
    ended = await asyncio.to_thread(_ended, here, code)
    if ended is not None:
        raise Problem(409, "unit_ended", field="under", name=here.view.units[code].name, day=ended)


def _ended(here: OfCampaign, code: str) -> date | None:
    with here.reading() as connection:
        return tree_units(connection, here.campaign, [code])[0].ended
