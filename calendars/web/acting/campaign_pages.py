"""`/amend` and `/freeze`: changes of a whole campaign by its administrators, each shown before it is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from calendars.plan.amending import Amendment, check_amendment
from calendars.plan.model import Text
from calendars.sequence.results import clean
from calendars.store.changes import campaign_tree
from calendars.store.grants import fetching
from calendars.store.reading import releases, unit_states
from calendars.tree.changes import Amend, Change, Lift, Suspend
from calendars.tree.foresight import Foresight, foresee
from calendars.tree.reaching import steps
from calendars.web.acting.sent import (
    AWAY,
    CONFLICT,
    FORBIDDEN,
    SEE_OTHER,
    STALE,
    UNAVAILABLE,
    UNPROCESSABLE,
    fields_of,
    order_id,
    too_large,
)
from calendars.web.api.orders import ChangeRefused, Orders, Unanswered
from calendars.web.cookies import is_ours, is_same_site
from calendars.web.pages.frame import Frame
from calendars.web.pages.page import Page, Seen
from calendars.web.words import words

MOST_OCTETS = 1_048_576
SHOWN = 40
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_DAY = Text(vi="Cần một ngày, ví dụ 2020-06-11.", en="Expected a day such as 2020-06-11.")
_ORDER = Text(vi="Ngày cuối phải từ ngày đầu trở đi.", en="Expected the last day not to be before the first.")
_OUTSIDE = Text(vi="Cần một ngày trong đợt đại hội.", en="Expected a day of the campaign.")
_REASON = Text(vi="Cần nêu lý do.", en="A reason is needed.")


@dataclass(slots=True)
class _Asked:
    """What a form asks for, or why there is nothing to do; `values` are what its page shows."""

    change: Change | None = None
    mistakes: dict[str, Text] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


Read = Callable[[Seen, Mapping[str, str]], _Asked]


class CampaignPages:
    """The pages. Without `orders` nothing can be taken now, and they say so."""

    def __init__(self, frame: Frame, orders: Orders | None) -> None:
        self._frame = frame
        self._orders = orders

    @property
    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        found: list[BaseRoute] = []
        for path, template, read in (
            ("/amend", "amend.html", self._read_release),
            ("/freeze", "freeze.html", _read_freeze),
        ):
            form = _Form(self._frame, self._orders, template, read)
            found += [
                Route(path, self._frame.page(form.show), methods=["GET"]),
                Route(path, form.take, methods=["POST"]),
            ]
        return found

    def _read_release(self, seen: Seen, given: Mapping[str, str]) -> _Asked:
        text = given.get("release", "")
        amendment, problems = check_amendment(text, seen.campaign.plan)
        if amendment is None:
            return _Asked(mistakes={"release": _REASON}, values={"problems": problems})
        foresight = _foreseen(seen, amendment)
        moves: dict[tuple[str, str, str, str], int] = {}
        for move in foresight.moves:
            key = (move.stage, move.field, _days(move.before), _days(move.after))
            moves[key] = moves.get(key, 0) + 1
        values = {
            "seen": foresight,
            "moves": moves,
            "fetching": fetching(seen.connection, seen.campaign.name, self._frame.now()),
        }
        asked = _Asked(values=values)
        if given.get("apply"):
            asked.change = _amend(seen, amendment)
        return asked


class _Form:
    """One page with a form: looked at, filled in, and sent on as a change of the campaign."""

    def __init__(self, frame: Frame, orders: Orders | None, template: str, read: Read) -> None:
        self._frame, self._orders, self._template, self._read = frame, orders, template, read

    def show(self, request: Request, page: Page, seen: Seen) -> Response:
        """The empty form, or what became of one that was just sent."""
        return _forbidden(page, seen) or self._page(page, seen, {}, uuid4().hex, _Asked())

    async def take(self, request: Request) -> Response:
        """Makes the change, or shows the form again with what it would do or what is wrong with it."""
        given = await fields_of(request, MOST_OCTETS)
        if given is None:
            return too_large()
        asked: list[tuple[str, str, Change, str]] = []
        response = await self._frame.answer(request, lambda *of: self._checked(given, asked, *of))
        if not asked:
            return response
        campaign, by, change, back = asked[0]
        try:
            if self._orders is None:
                raise Unanswered("nobody takes orders")
            await self._orders.change(campaign, change, by=by, id=order_id(given))
        except ChangeRefused as error:
            said = Text(vi=f"Thay đổi không được nhận: {error}", en=str(error))
            return await self._frame.answer(request, lambda *of: self._again(given, said, CONFLICT, *of))
        except Unanswered:
            return await self._frame.answer(request, lambda *of: self._again(given, AWAY, UNAVAILABLE, *of))
        return RedirectResponse(back, SEE_OTHER, {"cache-control": "no-store"})

    def _checked(
        self,
        given: Mapping[str, str],
        orders: list[tuple[str, str, Change, str]],
        request: Request,
        page: Page,
        seen: Seen,
    ) -> Response:
        closed = _forbidden(page, seen)
        if closed:
            return closed
        if not is_same_site(request):
            return page.mistaken(words(page.language).foreign_form, FORBIDDEN)
        if not is_ours(request, page.secret, given.get("form_token", "")):
            return self._again(given, STALE, FORBIDDEN, request, page, seen)
        asked = self._read(seen, given)
        if asked.change is None:
            code = UNPROCESSABLE if asked.mistakes else 200
            return self._page(page, seen, given, order_id(given), asked, code)
        back = f"{request.url.path}{page.query(as_of=None, made='1')}"
        orders.append((seen.campaign.name, seen.viewer.by, asked.change, back))
        return Response()

    def _again(
        self, given: Mapping[str, str], said: Text, code: int, request: Request, page: Page, seen: Seen
    ) -> Response:
        closed = _forbidden(page, seen)
        if closed:
            return closed
        asked = self._read(seen, given)
        return self._page(page, seen, given, order_id(given), asked, code, said)

    def _page(
        self,
        page: Page,
        seen: Seen,
        given: Mapping[str, str],
        order: str,
        asked: _Asked,
        code: int = 200,
        said: Text | None = None,
    ) -> Response:
        response = page.respond(
            self._template,
            code,
            given=given,
            order=order,
            mistakes=asked.mistakes,
            said=said,
            made=page.parameters.get("made"),
            shown=SHOWN,
            releases=releases(seen.connection, seen.campaign),
            places=[
                seen.view.units[code] for code in sorted(seen.view.below(seen.top)) if seen.view.children.get(code)
            ],
            **{"problems": [], "seen": None, "moves": {}, "fetching": None, **asked.values},
        )
        response.headers["cache-control"] = "no-store"
        return response


def _days(text: str) -> str:
    """Days in ISO form as people write them."""
    return " – ".join(_ISO.sub(r"\3/\2/\1", day) for day in text.split("/") if day)


def _forbidden(page: Page, seen: Seen) -> Response | None:
    """What changes the whole campaign is for administrators of the whole of it."""
    whole = not seen.viewer.scope or seen.view.units[seen.viewer.scope].parent == ""
    if seen.viewer.administers and whole:
        return None
    return page.mistaken(words(page.language).role_lacks, FORBIDDEN)


def _foreseen(seen: Seen, amendment: Amendment) -> Foresight:
    states = {state.profile.code: state for state in unit_states(seen.connection, seen.campaign) if state.profile}
    tree, change = campaign_tree(seen.connection, seen.campaign), _amend(seen, amendment)
    todo = steps(tree, seen.campaign.plan, change, 0, seen.campaign.release + 1)
    return foresee(states, todo, seen.today, amendment.plan.instruments)


def _amend(seen: Seen, amendment: Amendment) -> Amend:
    reason = amendment.reason.model_dump() if amendment.reason else None
    return Amend(amendment.plan.document(), seen.campaign.release, amendment.instrument, reason)


def _read_freeze(seen: Seen, given: Mapping[str, str]) -> _Asked:
    """A suspension, or the end of one."""
    asked, plan = _Asked(), seen.campaign.plan
    under = given.get("under", "")
    if under and under not in seen.view.units:
        under = ""

    def day(name: str, *, needed: bool) -> date | None:
        text = given.get(name, "").strip()
        if not text and not needed:
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            asked.mistakes[name] = _DAY
            return None
        if not plan.from_ <= found <= plan.until:
            asked.mistakes[name] = _OUTSIDE
        return found

    if given.get("resume"):
        on = day("on", needed=True)
        asked.change = Lift(on, under) if on and not asked.mistakes else None
        return asked
    first, last, reason = day("first", needed=True), day("last", needed=False), clean(given.get("reason", ""))
    if not reason:
        asked.mistakes["reason"] = _REASON
    if first and last and last < first:
        asked.mistakes["last"] = _ORDER
    asked.change = Suspend(first, last, reason, under) if first and not asked.mistakes else None
    return asked
