"""E-mail: messages handed to one SMTP server over a few connections that stay open.

What a server says counts where it says it. On the recipient or the content it is about this message: 4xx means later,
5xx never. On connecting, logging in or the sender it is about us, and so is a line that drops or stays silent: then
every message waits.

TLS certificates are checked against the system's; `SSL_CERT_FILE` names others, as everywhere in Python.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from email.headerregistry import AddressHeader
from email.parser import BytesHeaderParser
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from aiosmtplib.email import parse_address

from calendars.errors import UserError
from calendars.notices.transports.base import Outcome, Pace, Verdict, clean

SETTING = "CONGRESS_SMTP_URL"
EXPECTED = (
    "expected smtp://[USER:PASSWORD@]HOST[:PORT][?starttls=required|auto|never] or "
    "smtps://[USER:PASSWORD@]HOST[:PORT], with percent-encoding in USER and PASSWORD"
)
PORTS = {"smtp": 25, "smtps": 465}
STARTTLS = {"required": True, "auto": None, "never": False}

# Away, logged out or confused, even if said when a recipient was named: it says nothing about that recipient.
ABOUT_US = frozenset({421, 503, 530, 534, 535, 538})
# A connection that nobody used for so long is not trusted: routers forget silently, and a lost one costs the timeout.
IDLE_SECONDS = 60
QUIT_SECONDS = 2
END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
# Everything aiosmtplib and the network raise; a failed TLS handshake and a timeout are OSErrors.
TROUBLE = (aiosmtplib.SMTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes. With `tls` from the first byte, else `starttls`: True required, None if offered, False never."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool
    starttls: bool | None


def parse(url: str) -> Server:
    """The server that a URL names. Raises `UserError`, which never repeats any part of the URL."""
    try:
        parts = urlsplit(url.strip())
        tls = parts.scheme == "smtps"
        port = PORTS[parts.scheme] if parts.port is None else parts.port
        user, password = (unquote(part or "", errors="strict") for part in (parts.username, parts.password))
        query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True) if parts.query else {}
        (starttls,) = query.pop("starttls", ["never" if tls else "auto"])
        if (
            parts.hostname
            and parts.scheme in PORTS
            and port
            and bool(user) == bool(password)
            and parts.path in {"", "/"}
            and not (query or parts.fragment)
            and not (tls and starttls != "never")
            and len(url.split()) == 1
        ):
            return Server(parts.hostname, port, user, password, tls, STARTTLS[starttls])
    except (ValueError, KeyError):
        pass  # a chained error would show what stands in the URL
    raise UserError(f"{SETTING}: {EXPECTED}")


class _Line(aiosmtplib.SMTP):
    """One connection, opened when first needed and again after it was lost."""

    used_at = 0.0

    def drop(self) -> None:
        """Ends it at once: saying good-bye could wait for one who is silent."""
        if self.transport is not None:
            cast(asyncio.WriteTransport, self.transport).abort()
        self.close()

    async def leave(self) -> None:
        """Says good-bye, though not for long."""
        with suppress(*TROUBLE):
            async with asyncio.timeout(QUIT_SECONDS):
                await self.quit()
        self.drop()

    async def ready(self) -> bool:
        """Whether it was open already; opens it where it was not."""
        clock = asyncio.get_running_loop().time
        if self.is_connected and clock() - self.used_at > IDLE_SECONDS:
            await self.leave()
        reused = self.is_connected
        if not reused:
            await self.connect()
            if self.is_ehlo_or_helo_needed:  # STARTTLS makes the server forget it
                await self.ehlo()
        self.used_at = clock()
        return reused


class SmtpTransport:
    """Sends through one server.

    `connections` are kept open at most, `timeout` bounds the seconds of one message from connecting to the last
    answer, `per_minute` messages are sent at most (0: any number). With `starttls=auto` encryption is used where the
    server offers it, so a password belongs to `starttls=required` or smtps.
    """

    name = "smtp"

    def __init__(self, url: str, *, connections: int = 4, timeout: float = 30, per_minute: int = 0) -> None:
        self._server = server = parse(url)
        self._connections = connections
        self._timeout = timeout
        self._pace = Pace(per_minute)
        # Last in, first out: few messages share one connection and the others are not opened.
        self._lines: asyncio.LifoQueue[_Line] = asyncio.LifoQueue()
        for _ in range(connections):
            self._lines.put_nowait(
                _Line(
                    hostname=server.host,
                    port=server.port,
                    username=server.user or None,
                    password=server.password or None,
                    use_tls=server.tls,
                    start_tls=server.starttls,
                    # Its own timeouts may swallow a cancellation that comes with an answer; ours is around all.
                    timeout=None,
                )
            )

    async def send(self, address: str, message: bytes) -> Outcome:
        """Hands one message over; see `Transport.send`."""
        sender = _sender(message)
        if not _mailbox(address):
            return Outcome(Verdict.REFUSED, "not an e-mail address")
        if not _mailbox(sender):
            # The sender is a setting, the same in all messages: refusing them for good would lose them all.
            return Outcome(Verdict.LATER, "no usable address in the From header", down=True)
        await self._pace.turn()
        line = await self._lines.get()
        try:
            async with asyncio.timeout(self._timeout):
                return await self._deliver(line, sender, address, message)
        except TimeoutError:
            line.drop()
            return Outcome(Verdict.LATER, f"no answer within {self._timeout:g} seconds", down=True)
        except BaseException:  # cancelled in the middle: nobody knows what the server would answer next
            line.drop()
            raise
        finally:
            self._lines.put_nowait(line)

    async def close(self) -> None:
        """Waits for what is being sent, then says good-bye on all connections."""
        lines = [await self._lines.get() for _ in range(self._connections)]
        await asyncio.gather(*(line.leave() for line in lines))
        await asyncio.sleep(0)  # the loop closes the sockets now
        for line in lines:
            self._lines.put_nowait(line)

    async def _deliver(self, line: _Line, sender: str, address: str, message: bytes) -> Outcome:
        reused = False
        try:
            reused = await line.ready()
            wide = not (sender + address).isascii()
            if wide and not line.supports_extension("smtputf8"):
                verdict = Verdict.REFUSED if sender.isascii() else Verdict.LATER
                return Outcome(verdict, "the server takes only ASCII addresses", down=verdict is Verdict.LATER)
            options = ["SMTPUTF8"] if wide else []
            if not message.isascii() and line.supports_extension("8bitmime"):
                options.append("BODY=8BITMIME")
            # No SIZE: a message too large would then be refused with its sender, as if the transport were down.
            encoding = "utf-8" if wide else "ascii"
            await line.mail(sender, options=options, encoding=encoding)
            await line.rcpt(address, encoding=encoding)
        except TROUBLE as error:
            outcome = await self._trouble(line, error, address)
            # The server may have ended a connection that it had left open for us. Nothing of the message was sent
            # there, so a fresh one may take it.
            return await self._deliver(line, sender, address, message) if outcome.down and reused else outcome
        try:
            answer = await line.data(message)
        except TROUBLE as error:
            # If the line dropped, the server may have the message: the caller sends it again with the same Message-ID.
            return await self._trouble(line, error, address)
        return Outcome(Verdict.SENT, self._clean(str(answer), address))

    async def _trouble(self, line: _Line, error: Exception, address: str) -> Outcome:
        """What an error means; the line is then either ready for the next message or closed."""
        detail = self._clean(_said(error), address)
        if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError):
            verdict = {4: Verdict.LATER, 5: Verdict.REFUSED}.get(error.code // 100)
            if verdict and error.code not in ABOUT_US:
                try:
                    await line.rset()
                except TROUBLE:
                    line.drop()
                return Outcome(verdict, detail)
        line.drop()
        return Outcome(Verdict.LATER, detail, down=True)

    def _clean(self, said: str, address: str) -> str:
        return clean(said, self._server.user, self._server.password, address, address.rpartition("@")[0])


def _said(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__


def _sender(message: bytes) -> str:
    head = END_OF_HEADERS.split(message, maxsplit=1)[0]  # the parser would cut the body into lines, too
    header = BytesHeaderParser(policy=policy.default).parsebytes(head)["From"]
    return header.addresses[0].addr_spec if isinstance(header, AddressHeader) and header.addresses else ""


def _mailbox(address: str) -> bool:
    """Whether this is one bare address that can stand in a command; whether it exists is for the server to say."""
    try:
        return "@" in address and address.isprintable() and parse_address(address) == address
    except ValueError:
        return False
