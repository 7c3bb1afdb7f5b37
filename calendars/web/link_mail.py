"""Mails links to sign in to whoever asks for one, without saying whether it does.

What is known of an address is looked up after the answer, so that neither its words nor its time tell anything.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from calendars.errors import CalendarError
from calendars.notices.signing_in import compose_link
from calendars.notices.transports.base import Transport, Verdict
from calendars.store import mailed_links
from calendars.store.database import Store
from calendars.store.mailed_links import MailedLink
from calendars.web.rate import RateLimit

MOST_CHARACTERS = 254
MOST_WAITING = 100
LONGEST_WAIT = 10.0  # seconds, when the service stops
EACH_ADDRESS, EACH_CLIENT = 1, 10  # a minute

_log = logging.getLogger(__name__)


class LinkMail:
    """Takes what is asked for and mails it in the background, from `sender`, through `transport`."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        sender: str,
        public_url: str,
        now: Callable[[], datetime],
        addresses: RateLimit | None = None,
        clients: RateLimit | None = None,
    ) -> None:
        self._store = store
        self._transport = transport
        self._sender = sender
        self._public_url = public_url
        self._now = now
        self._addresses = addresses or RateLimit(EACH_ADDRESS)
        self._clients = clients or RateLimit(EACH_CLIENT)
        self._waiting: set[asyncio.Task[None]] = set()

    def ask(self, address: str, client: str) -> None:
        """Mails links to the address if somebody known has it; what is asked for too often is left. Never waits."""
        address = address.strip().lower()
        if self._clients.take(client) or len(self._waiting) >= MOST_WAITING or len(address) > MOST_CHARACTERS:
            return
        if self._addresses.take(sha256(address.encode(errors="replace")).hexdigest()):
            return
        task = asyncio.create_task(self._answer(address))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _answer(self, address: str) -> None:
        try:
            for link in await asyncio.to_thread(self._issued, address):
                await self._send(link)
        except CalendarError as error:
            _log.warning("a link to sign in could not be mailed: %s", error)

    def _issued(self, address: str) -> list[MailedLink]:
        with self._store.reading() as connection:
            found = mailed_links.tied(connection, address)
        if not found:
            return []
        with self._store.writing() as connection:
            made = [mailed_links.issue(connection, grant, self._now()) for grant in found]
        return [link for link in made if link is not None]

    async def _send(self, link: MailedLink) -> None:
        message = compose_link(link, self._sender, self._public_url, self._now())
        outcome = await self._transport.send(link.to.email, message)
        if outcome.verdict is not Verdict.SENT:
            _log.warning("a link to sign in was not mailed for grant %s: %s", link.grant.id, outcome.detail)

    async def close(self) -> None:
        """Waits a while for what was asked for, then ends the connections: whoever gets nothing asks again."""
        if self._waiting:
            _, late = await asyncio.wait(self._waiting, timeout=LONGEST_WAIT)
            for task in late:
                task.cancel()
        await self._transport.close()
