"""`/amend` and `/freeze`: changes of a whole campaign by its administrators; a release is shown before it is made."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from calendars.errors import UserError
from calendars.plan.amending import Amendment, check_amendment
from calendars.plan.model import Text
from calendars.sequence.results import clean
from calendars.store.changes import campaign_changes, campaign_tree, checked
from calendars.store.grants import fetching
from calendars.store.journal import stream
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import releases, unit_states
from calendars.tree.changes import Amend, Change, Lift, Suspend
from calendars.tree.foresight import Foresight, foresee
from calendars.tree.reaching import steps
from calendars.web.acting.form import FORBIDDEN, GENERAL, Form, Given, Read
from calendars.web.orders import Orders
from calendars.web.pages.page import Page, Seen
from calendars.web.words import words

SHOWN = 40
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_DAY = Text(vi="Cần một ngày, ví dụ 2020-06-11.", en="Expected a day such as 2020-06-11.")
_ORDER = Text(vi="Ngày cuối phải từ ngày đầu trở đi.", en="Expected the last day not to be before the first.")
_OUTSIDE = Text(vi="Cần một ngày trong đợt đại hội.", en="Expected a day of the campaign.")
_RELEASE = Text(vi="Tệp điều chỉnh chưa đúng.", en="The release is not right.")
_REASON = Text(vi="Cần nêu lý do.", en="A reason is needed.")


class _OfCampaign(Form[str]):
    """A form about a whole campaign, for administrators of the whole of it."""

    template = ""
    path = ""

    def find(self, request: Request, page: Page, seen: Seen) -> str | Response:
        """The campaign's name."""
        if seen.viewer.may("amend") and seen.viewer.sees_all(seen.view):
            return seen.campaign.name
        return page.mistaken(words(page.language).role_lacks, FORBIDDEN)

    def empty(self, subject: str, page: Page) -> Given:
        """Nothing."""
        return {}

    def respond(
        self, subject: str, given: Given, order: str, read: Read, code: int, page: Page, seen: Seen
    ) -> Response:
        """The page, also with what became of a form that was just sent."""
        return page.respond(
            self.template,
            code,
            given=given,
            order=order,
            mistakes=read.mistakes,
            said=read.mistakes.get(GENERAL),
            made=page.parameters.get("made"),
            **self.shown(seen),
            **read.values,
        )

    def read(self, subject: str, given: Given, order: str, page: Page, seen: Seen) -> Read:
        """What is asked for. A form that was taken is sent on as it was taken, whatever the campaign says by now."""
        changes = campaign_changes(seen.connection, seen.campaign.name).values()
        made = next((one.change for one, _, _ in changes if one.id == order), None)
        return self.sending(made, order, page, seen) if made else self.asked(given, order, page, seen)

    @abstractmethod
    def asked(self, given: Given, order: str, page: Page, seen: Seen) -> Read:
        """The change that a new form asks for."""

    def shown(self, seen: Seen) -> dict[str, Any]:
        """What the template shows of the campaign."""
        return {}

    def changing(self, change: Change, order: str, page: Page, seen: Seen) -> Read:
        """The change, ready to be made, or why it may not be."""
        lines = stream(seen.connection, seen.campaign.name, CAMPAIGN_STREAM)
        try:
            checked(seen.connection, seen.campaign, lines, change, seen.today)
        except UserError as error:
            return Read(mistakes={GENERAL: Text(vi=error.text("vi"), en=error.text("en"))})
        return self.sending(change, order, page, seen)

    def sending(self, change: Change, order: str, page: Page, seen: Seen) -> Read:
        """How the change is made, and where the reader goes then."""

        def send(orders: Orders) -> Awaitable[object]:
            return orders.change(seen.campaign.name, change, by=seen.viewer.by, id=order)

        return Read(send, self.path + page.query(as_of=None, made="1"))


class AmendForm(_OfCampaign):
    """A pasted release: with all that it would do, then applied."""

    most_octets = 1_048_576
    template = "amend.html"
    path = "/amend"

    def shown(self, seen: Seen) -> dict[str, Any]:
        """The releases that there are."""
        return {"shown": SHOWN, "releases": releases(seen.connection, seen.campaign)}

    def asked(self, given: Given, order: str, page: Page, seen: Seen) -> Read:
        """What the release would do, or that it is to be made."""
        amendment, problems = check_amendment(given.get("release", ""), seen.campaign.plan)
        if amendment is None:
            return Read(mistakes={"release": _RELEASE}, values={"problems": problems})
        foresight = _foreseen(seen, amendment)
        moves: dict[tuple[str, str, str, str], int] = {}
        for move in foresight.moves:
            key = (move.stage, move.field, _days(move.before), _days(move.after))
            moves[key] = moves.get(key, 0) + 1
        subscribers = fetching(seen.connection, seen.campaign.name, self._frame.now())
        values = {"seen": foresight, "moves": moves, "fetching": subscribers}
        if given.get("apply"):
            return replace(self.changing(_amend(seen, amendment), order, page, seen), values=values)
        return Read(values=values)


class FreezeForm(_OfCampaign):
    """A suspension of the campaign or a part of it, or the end of one."""

    template = "freeze.html"
    path = "/freeze"

    def shown(self, seen: Seen) -> dict[str, Any]:
        """The units that have others below them."""
        codes = sorted(code for code in seen.view.children if code in seen.view.units)
        return {"places": [seen.view.units[code] for code in codes]}

    def asked(self, given: Given, order: str, page: Page, seen: Seen) -> Read:
        """The suspension, or its end."""
        change, mistakes = _freeze(seen, given)
        return self.changing(change, order, page, seen) if change else Read(mistakes=mistakes)


def _days(text: str) -> str:
    """Days in ISO form as people write them."""
    return " – ".join(_ISO.sub(r"\3/\2/\1", day) for day in text.split("/") if day)


def _foreseen(seen: Seen, amendment: Amendment) -> Foresight:
    states = {state.profile.code: state for state in unit_states(seen.connection, seen.campaign) if state.profile}
    tree, change = campaign_tree(seen.connection, seen.campaign), _amend(seen, amendment)
    todo = steps(tree, seen.campaign.plan, change, 0, seen.campaign.release + 1)
    return foresee(states, todo, seen.today, amendment.plan.instruments)


def _amend(seen: Seen, amendment: Amendment) -> Amend:
    reason = amendment.reason.model_dump() if amendment.reason else None
    return Amend(amendment.plan.document(), seen.campaign.release, amendment.instrument, reason)


def _freeze(seen: Seen, given: Given) -> tuple[Change | None, dict[str, Text]]:
    mistakes: dict[str, Text] = {}
    plan, under = seen.campaign.plan, given.get("under", "")
    under = under if under in seen.view.units else ""

    def day(name: str, *, needed: bool) -> date | None:
        text = given.get(name, "").strip()
        if not text and not needed:
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            mistakes[name] = _DAY
            return None
        if not plan.from_ <= found <= plan.until:
            mistakes[name] = _OUTSIDE
        return found

    if given.get("resume"):
        on = day("on", needed=True)
        return (Lift(on, under) if on and not mistakes else None), mistakes
    first, last, reason = day("first", needed=True), day("last", needed=False), clean(given.get("reason", ""))
    if not reason:
        mistakes["reason"] = _REASON
    if first and last and last < first:
        mistakes["last"] = _ORDER
    return (Suspend(first, last, reason, under) if first and not mistakes else None), mistakes
