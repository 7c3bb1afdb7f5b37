"""A real SMTP server on loopback whose manners can be changed at any time.

In a test: `with MailServer() as server: ... server.reject_rcpt(550) ... server.normal()`. It runs in a thread of its
own, so tests with and without a loop can use it; a coroutine waits with `asyncio.to_thread(server.wait_until, ...)`.

As a process that outlives the one under test: `python -m tests.notices.mailserver --port 0 --maildir DIR` prints
`Listening on PORT` once it does, keeps each message as one file, and ends with SIGTERM, SIGINT or its parent.
`read_maildir(DIR)` gives the messages back.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import signal
import ssl
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
ENVELOPE = b"X-Received: "


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came in: `peer` is the client's port, the same for all messages of one connection; `options`
    are those of MAIL FROM; `content` is byte for byte what the client sent."""

    peer: int
    mail_from: str
    rcpt: tuple[str, ...]
    content: bytes
    at: datetime
    options: tuple[str, ...] = ()


@dataclass
class _Refusal:
    code: int
    about: str  # only commands that name this
    times: int | None


class MailServer:
    """Listens on 127.0.0.1 from `start` to `stop`, as often as wanted and always on the same port.

    With `login` it takes mail only from who logs in; with `tls` it offers STARTTLS, or with `implicit_tls` it speaks
    TLS from the first byte. `delay` is the seconds between keeping a message and saying so.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        smtputf8: bool = True,
        delay: float = 0,
        maildir: Path | None = None,
    ) -> None:
        self.port = port
        self.login = login
        self.tls = tls
        self.implicit_tls = implicit_tls
        self.smtputf8 = smtputf8
        self.delay = delay
        self.received: list[Received] = []
        self.sessions: set[_Session] = set()
        self.mode = ""
        self._maildir = maildir
        self._numbers = itertools.count(1)
        self._refusals: dict[str, _Refusal] = {}
        self._changed = threading.Condition()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail-server", daemon=True)

    def __enter__(self) -> MailServer:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """What to set as CONGRESS_SMTP_URL, without user and password."""
        return f"{'smtps' if self.implicit_tls else 'smtp'}://{HOST}:{self.port}"

    # How it behaves, from now on and towards connections that are open already. What it refuses adds up.

    def normal(self) -> None:
        """Takes everything again. A connection that was kept waiting keeps waiting."""
        self.mode = ""
        self._refusals.clear()

    def reject_greeting(self, code: int = 554) -> None:
        """New connections are greeted with an error."""
        self._refusals["greeting"] = _Refusal(code, "", None)

    def reject_mail(self, code: int = 550, times: int | None = None) -> None:
        """Refuses senders; with `times`, only that often. After a 421 it closes the line, here and below."""
        self._refusals["MAIL"] = _Refusal(code, "", times)

    def reject_rcpt(self, code: int = 550, address: str = "", times: int | None = None) -> None:
        """Refuses recipients, or the one with this address, and repeats the address in its answer."""
        self._refusals["RCPT"] = _Refusal(code, address, times)

    def reject_data(self, code: int = 554, times: int | None = None) -> None:
        """Refuses the content once it has it."""
        self._refusals["DATA"] = _Refusal(code, "", times)

    def hang(self) -> None:
        """Takes connections and commands and answers nothing."""
        self.mode = "hang"

    def drop_before_data(self) -> None:
        """Closes the line when the content is announced."""
        self.mode = "drop_before_data"

    def drop_after_data(self) -> None:
        """Keeps the message, then closes the line without a word."""
        self.mode = "drop_after_data"

    def hang_up(self) -> None:
        """Closes all connections, as after a long silence, and takes new ones."""
        self._in_loop(self._hang_up())

    def start(self) -> None:
        """Listens, on the port of the last time."""
        self._in_loop(self._start())

    def stop(self) -> None:
        """Closes all connections and refuses new ones."""
        self._in_loop(self._stop())

    def wait_until(self, condition: Callable[[MailServer], bool], seconds: float = 10) -> None:
        """Returns once the condition on `received` or `sessions` holds; fails when it does not come about."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), seconds), "it did not come about in time"

    # What the sessions ask it.

    def refusal(self, stage: str, argument: str) -> str | None:
        refusal = self._refusals.get(stage)
        if refusal is None or refusal.about not in argument or refusal.times == 0:
            return None
        if refusal.times is not None:
            refusal.times -= 1
        return f"{refusal.code} {refusal.code // 100}.0.0 {stage} {argument} refused"

    def keep(self, received: Received) -> None:
        if self._maildir is not None:
            _write(self._maildir, received, next(self._numbers))
        self.received.append(received)
        self.notify()

    def notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _in_loop(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _start(self) -> None:
        context = self.tls if self.implicit_tls else None
        self._server = await self._loop.create_server(lambda: _Session(self, self._loop), HOST, self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._hang_up()

    async def _hang_up(self) -> None:
        while self.sessions:
            for session in list(self.sessions):
                session.hang_up()
            await asyncio.sleep(0)


class _Session(SMTP):
    """One connection; aiosmtpd speaks the protocol."""

    def __init__(self, house: MailServer, loop: asyncio.AbstractEventLoop) -> None:
        self.house = house
        super().__init__(
            SimpleNamespace(handle_DATA=self._content),
            hostname="localhost",
            loop=loop,
            enable_SMTPUTF8=house.smtputf8,
            tls_context=None if house.implicit_tls else house.tls,
            auth_require_tls=False,
            auth_exclude_mechanism=[] if house.login else ["PLAIN", "LOGIN"],
            auth_callback=self._may_log_in,
        )
        self._auth_required = house.login is not None  # as an argument it warns about the missing TLS

    def _may_log_in(self, _mechanism: str, user: bytes, password: bytes) -> bool:
        return (user.decode(), password.decode()) == self.house.login

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.house.sessions.add(self)
        self.house.notify()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.house.sessions.discard(self)
        self.house.notify()

    def eof_received(self) -> bool:
        super().eof_received()
        return False  # a client that says no more is gone

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    async def push(self, status: str | bytes) -> None:
        if self.house.mode == "hang":
            await self._wait_for_the_end()
        if self.session.host_name is None and str(status).startswith("220 localhost"):
            status = self.house.refusal("greeting", HOST) or status
        await super().push(status)
        if str(status).startswith("421"):
            self.transport.close()
            await self._wait_for_the_end()

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        await self._unless_refused("MAIL", arg, super().smtp_MAIL)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        await self._unless_refused("RCPT", arg, super().smtp_RCPT)

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        if self.house.mode == "drop_before_data":
            await self._drop()
        await super().smtp_DATA(arg)

    async def _content(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        if refused := self.house.refusal("DATA", ", ".join(envelope.rcpt_tos)):
            return refused
        self.house.keep(
            Received(
                session.peer[1],
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                envelope.original_content or b"",
                datetime.now(UTC),
                tuple(envelope.mail_options),
            )
        )
        if self.house.mode == "drop_after_data":
            await self._drop()
        await asyncio.sleep(self.house.delay)
        return "250 2.0.0 kept"

    async def _unless_refused(
        self, stage: str, arg: str | None, go_on: Callable[..., Coroutine[Any, Any, None]]
    ) -> None:
        if refused := self.house.refusal(stage, arg or ""):
            await self.push(refused)
        else:
            await go_on(arg)

    async def _drop(self) -> None:
        self.hang_up()
        await self._wait_for_the_end()

    async def _wait_for_the_end(self) -> None:
        await self.loop.create_future()  # cancelled when the connection is lost


def read_maildir(folder: Path) -> list[Received]:
    """The messages in a folder that such a server wrote, oldest first; without the port of the client."""
    found = []
    for path in sorted(folder.glob("*.eml")):
        envelope, content = path.read_bytes().split(b"\r\n", 1)
        sender, at, *rcpt = envelope.removeprefix(ENVELOPE).decode().split(" ")
        found.append(Received(0, sender, tuple(rcpt), content, datetime.fromisoformat(at)))
    return found


def _write(folder: Path, received: Received, number: int) -> None:
    name = f"{received.at:%Y%m%dT%H%M%S.%f}-{os.getpid()}-{number:06}"
    envelope = " ".join((received.mail_from, received.at.isoformat(), *received.rcpt)).encode()
    draft = folder / f".{name}"
    draft.write_bytes(ENVELOPE + envelope + b"\r\n" + received.content)
    draft.replace(folder / f"{name}.eml")  # whole or not at all


def main() -> None:
    """Runs the server as a process."""
    parser = argparse.ArgumentParser(prog="python -m tests.notices.mailserver", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--maildir", type=Path, help="keeps each message as a file in this folder")
    parser.add_argument("--delay", type=float, default=0, help="seconds between keeping a message and saying so")
    arguments = parser.parse_args()
    if arguments.maildir:
        arguments.maildir.mkdir(parents=True, exist_ok=True)
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # before there are threads that could get them
    parent = os.getppid()
    with MailServer(port=arguments.port, maildir=arguments.maildir, delay=arguments.delay) as server:
        print(f"Listening on {server.port}", flush=True)
        while signal.sigtimedwait(ends, 1) is None and os.getppid() == parent:
            pass


if __name__ == "__main__":
    main()
