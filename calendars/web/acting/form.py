"""How every form of the board is looked at, checked, sent on once, and shown again when it is not taken."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from calendars.plan.model import Text
from calendars.sequence.refusals import Refused
from calendars.web.acting.sent import AWAY, STALE, fields_of, order_id, too_large
from calendars.web.cookies import is_ours, is_same_site
from calendars.web.orders import ChangeRefused, Orders, Unanswered
from calendars.web.pages.frame import Frame
from calendars.web.pages.page import Page, Seen
from calendars.web.refusing import field_of
from calendars.web.words import words

SEE_OTHER, FORBIDDEN, CONFLICT, UNPROCESSABLE, UNAVAILABLE = 303, 403, 409, 422, 503
GENERAL = ""  # under which a sentence stands that is about no field

Subject = TypeVar("Subject")
Given = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """What a form says: how it is sent on and where the reader goes then; or, without `send`, one sentence for each
    field that is wrong. `values` are what its template shows besides."""

    send: Callable[[Orders], Awaitable[object]] | None = None
    back: str = ""
    mistakes: Mapping[str, Text] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


class Form(ABC, Generic[Subject]):
    """A form about a subject. Without `orders` nothing can be taken now, and it says so."""

    most_octets = 65_536

    def __init__(self, frame: Frame, orders: Orders | None) -> None:
        self._frame, self._orders = frame, orders

    def routes(self, path: str) -> list[BaseRoute]:
        """The form at its address: looked at, and sent."""
        return [
            Route(path, self._frame.page(self._show), methods=["GET"]),
            Route(path, self._take, methods=["POST"]),
        ]

    @abstractmethod
    def find(self, request: Request, page: Page, seen: Seen) -> Subject | Response:
        """What the address is about, or why there is no form for this viewer."""

    @abstractmethod
    def empty(self, subject: Subject, page: Page) -> Given:
        """What stands in the form before anybody typed."""

    @abstractmethod
    def read(self, subject: Subject, given: Given, order: str, page: Page, seen: Seen) -> Read:
        """What the form asks for under the id `order`."""

    @abstractmethod
    def respond(
        self, subject: Subject, given: Given, order: str, read: Read, code: int, page: Page, seen: Seen
    ) -> Response:
        """The page with the form."""

    async def too_large(self, request: Request) -> Response:
        """The answer to more than `most_octets`."""
        return too_large()

    def _show(self, request: Request, page: Page, seen: Seen) -> Response:
        subject = self.find(request, page, seen)
        if isinstance(subject, Response):
            return subject
        return self._page(subject, self.empty(subject, page), uuid4().hex, Read(), 200, page, seen)

    async def _take(self, request: Request) -> Response:
        given = await fields_of(request, self.most_octets)
        if given is None:
            return await self.too_large(request)
        ready: list[Read] = []
        response = await self._frame.answer(request, partial(self._checked, given, ready))
        if not ready:
            return response
        (read,) = ready
        try:
            if self._orders is None or read.send is None:
                raise Unanswered("nobody takes orders")
            await read.send(self._orders)
        except Refused as refused:
            return await self._frame.answer(request, partial(self._refused, given, refused))
        except ChangeRefused as refused:
            said = {GENERAL: Text(vi=refused.text("vi"), en=refused.text("en"))}
            return await self._frame.answer(request, partial(self._again, given, said, CONFLICT))
        except Unanswered:
            return await self._frame.answer(request, partial(self._again, given, {GENERAL: AWAY}, UNAVAILABLE))
        return RedirectResponse(read.back, SEE_OTHER, {"cache-control": "no-store"})

    def _checked(self, given: Given, ready: list[Read], request: Request, page: Page, seen: Seen) -> Response:
        """Nothing but what is ready to be sent, or the page that says why there is nothing."""
        subject = self.find(request, page, seen)
        if isinstance(subject, Response):
            return subject
        if not is_same_site(request):
            return page.mistaken(words(page.language).foreign_form, FORBIDDEN)
        if not is_ours(request, page.secret, given.get("form_token", "")):
            return self._again(given, {GENERAL: STALE}, FORBIDDEN, request, page, seen)
        order = order_id(given)
        read = self.read(subject, given, order, page, seen)
        if read.send is None:
            return self._page(subject, given, order, read, UNPROCESSABLE if read.mistakes else 200, page, seen)
        ready.append(read)
        return Response()

    def _refused(self, given: Given, refused: Refused, request: Request, page: Page, seen: Seen) -> Response:
        cited = refused.cited(seen.campaign.plan.instruments)
        said = Text(vi=cited.text("vi"), en=cited.text("en"))
        return self._again(given, {field_of(refused) or GENERAL: said}, CONFLICT, request, page, seen)

    def _again(
        self, given: Given, mistakes: Mapping[str, Text], code: int, request: Request, page: Page, seen: Seen
    ) -> Response:
        subject = self.find(request, page, seen)
        if isinstance(subject, Response):
            return subject
        order = order_id(given)
        read = replace(self.read(subject, given, order, page, seen), mistakes=mistakes)
        return self._page(subject, given, order, read, code, page, seen)

    def _page(
        self, subject: Subject, given: Given, order: str, read: Read, code: int, page: Page, seen: Seen
    ) -> Response:
        response = self.respond(subject, given, order, read, code, page, seen)
        response.headers["cache-control"] = "no-store"
        return response
