"""`/notices/{token}`: what a link in a message does, on one page with one button.

Looking changes nothing, for programs that check mail follow every link. Whoever has a link may use it, wherever the
board is open; no log and no page that it leads to ever holds it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from calendars.errors import StoreAway, UserError
from calendars.ical.wording import unit_name
from calendars.notices.links import Acknowledge, Links, Unsubscribe
from calendars.notices.transports.channels import EMAIL_CHANNEL, kind_of
from calendars.plan.model import Text
from calendars.store import contacts
from calendars.store.contacts import Contact
from calendars.store.database import Store
from calendars.store.reading import read_campaign
from calendars.store.schema import units
from calendars.web.templating import environment
from calendars.web.words import preferred, words

MOST_OCTETS = 4096
RETRY_SECONDS = 30
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}
_log = logging.getLogger(__name__)


class Commands(Protocol):
    """Where acknowledgements go; `calendars` itself sends nothing to anybody's workflow."""

    async def acknowledge(self, campaign: str, unit: str, by: str) -> Text | None:
        """Notes that the unit knows what it was told. None when that is done, else one sentence why it is refused.

        Raises any error for an order that nobody takes now; doing it again later is right then.
        """


@dataclass(frozen=True, slots=True)
class _Seen:
    """A link with what the store has of it: the unit in a sentence of each language, the campaign's title."""

    of: Acknowledge | Unsubscribe
    contact: Contact
    unit: dict[str, str]
    title: Text

    @property
    def channel(self) -> str | None:
        """The channel that is to be unsubscribed, None where the contact does not have it, or is gone."""
        if self.contact.gone or not isinstance(self.of, Unsubscribe):
            return None
        return self.contact.channel(self.of.channel)


class NoticePages:
    """The pages behind links. Without `commands` acknowledgements cannot be taken now."""

    def __init__(self, store: Store, links: Links, commands: Commands | None) -> None:
        self._store = store
        self._links = links
        self._commands = commands
        self._template = environment().get_template("notice.html")

    async def answer(self, request: Request) -> Response:
        """GET and HEAD say what the button does, POST does it."""
        language = preferred(request.headers.get("accept-language", ""))
        try:
            of = self._links.read(request.path_params["token"])
            seen = await asyncio.to_thread(self._look, of)
        except UserError:
            return self._page(language, "unknown", 404)
        except StoreAway:
            return self._page(language, "away", 503)
        if seen is None:
            return self._page(language, "unknown", 404)
        language = seen.contact.language
        if request.method != "POST":
            return self._page(language, "ask" if _is_open(seen) else "done", 200, seen)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("Too much is sent.\n", 413, HEADERS)
        if isinstance(of, Acknowledge):
            return await self._acknowledge(of, seen, language)
        return await self._unsubscribe(seen, language, body)

    def _look(self, of: Acknowledge | Unsubscribe) -> _Seen | None:
        with self._store.reading() as connection:
            contact = contacts.find(connection, of.contact)
            if contact is None or contact.campaign != of.campaign or (contact.gone and isinstance(of, Acknowledge)):
                return None
            code = of.unit if isinstance(of, Acknowledge) else contact.unit
            query = select(units.c.name).where(units.c.campaign == of.campaign, units.c.unit == code)
            name = unit_name(connection.scalar(query) or code)
            plan = read_campaign(connection, of.campaign).plan
            return _Seen(of, contact, {"vi": name.vi, "en": name.en}, plan.title)

    async def _acknowledge(self, of: Acknowledge, seen: _Seen, language: str) -> Response:
        if self._commands is None:
            return self._page(language, "away", 503)
        try:
            refused = await self._commands.acknowledge(of.campaign, of.unit, f"contact {of.contact}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the reader can only try again
            _log.warning("an acknowledgement of unit %s was not taken: %s", of.unit, type(error).__name__)
            return self._page(language, "away", 503)
        return self._page(
            language, *(("refused", 409) if refused else ("done", 200)), seen, refused[language] if refused else ""
        )

    async def _unsubscribe(self, seen: _Seen, language: str, body: bytes) -> Response:
        back = "resume" in parse_qs(body.decode("latin-1"))
        change = contacts.unmute if back else contacts.mute
        try:
            await asyncio.to_thread(self._change, seen, change)
        except StoreAway:
            return self._page(language, "away", 503)
        if _is_one_click(body):
            return PlainTextResponse(f"{words(language).unsubscribed}\n", 200, HEADERS)
        return self._page(language, "back" if back else "done", 200, seen)

    def _change(self, seen: _Seen, change: Callable[[Connection, str, str], None]) -> None:
        if seen.channel is not None:
            with self._store.writing() as connection:
                change(connection, seen.contact.id, seen.channel)

    def _page(self, language: str, state: str, status: int, seen: _Seen | None = None, refused: str = "") -> Response:
        """The page in one of its states: ask, done, back, refused, unknown or away."""
        values: dict[str, Any] = {"state": state, "t": words(language), "language": language, "purpose": ""}
        if seen is not None:
            channel = seen.channel
            values |= {
                "purpose": "acknowledge" if isinstance(seen.of, Acknowledge) else "unsubscribe",
                "unit": seen.unit[language],
                "title": seen.title[language],
                "kind": kind_of(channel) if channel and channel != EMAIL_CHANNEL else "e-mail",
                "can_come_back": channel is not None,
                "refused": refused,
            }
        headers = {**HEADERS, "content-language": language}
        if status == 503:
            headers["retry-after"] = str(RETRY_SECONDS)
        return HTMLResponse(self._template.render(values), status, headers)


def _is_open(seen: _Seen) -> bool:
    """Whether there is something to press the button for."""
    return isinstance(seen.of, Acknowledge) or seen.channel in seen.contact.open_channels


async def _body(request: Request) -> bytes | None:
    """What was sent, None where that is more than any form of ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_OCTETS:
            return None
    return body


def _is_one_click(body: bytes) -> bool:
    """Whether a mail program asks for its user, as RFC 8058 has it: in either encoding of forms, and for no page."""
    return b"List-Unsubscribe" in body and b"One-Click" in body
