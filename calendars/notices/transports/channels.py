"""Other channels than e-mail: every service that Apprise knows, each contact with its own URL.

Zalo is among them (`zalo://BOT_TOKEN/CHAT_ID`, with a bot made in the Zalo app), Telegram (`tgram://`), ntfy (`ntfy://`),
a plain webhook (`json://`). Such a URL is a secret: it opens the channel to whoever has it, so it is stored with the
contact alone and never shown, logged or kept in an outcome.

Apprise needs half a second to load, so it is loaded when first needed.
"""

from __future__ import annotations

import asyncio
import email
import hashlib
import logging
import re
import threading
import warnings
from email import policy
from functools import cache
from typing import TYPE_CHECKING

from calendars.notices.transports.base import Outcome, Pace, Verdict

if TYPE_CHECKING:
    import apprise

EMAIL_CHANNEL = "email"
SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,31})://", re.IGNORECASE)
# They write URLs, with tokens, to the log.
TALKATIVE = ("apprise", "urllib3", "requests_oauthlib", "oauthlib")
# Several messages may be the first, each in a thread; filters of warnings belong to all threads.
LOADING = threading.Lock()
# How plugins log what went wrong; the rest of such a line holds addresses.
ERROR_CODE = re.compile(r"\berror=(\d{3})\b")
NO_CONNECTION = re.compile("connection error", re.IGNORECASE)


def kind_of(url: str) -> str:
    """The public name of a channel's kind: "email", or the scheme of its URL such as "tgram"; "unknown" without one."""
    if url == EMAIL_CHANNEL:
        return url
    scheme = SCHEME.match(url)
    return scheme[1].lower() if scheme else "unknown"


def key_of(url: str) -> str:
    """16 hex digits that tell two channels of a contact apart and do not give the URL away."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def is_channel(text: str) -> bool:
    """Whether something can be sent there: "email", or one URL that Apprise can use on this machine."""
    return text == EMAIL_CHANNEL or (SCHEME.match(text) is not None and _service(text) is not None)


class AppriseTransport:
    """Sends through Apprise, to the URL that is each message's address: its subject as title, its plain text as body.

    `timeout` is in seconds and for one message, `per_minute` messages are sent at most (0: any number). Long texts go
    in pieces where a service takes only short ones. Apprise tells little more than whether it worked, so what failed
    is tried again, and each URL is a service of its own: a failure there keeps no other message waiting.
    """

    name = "apprise"

    def __init__(self, *, timeout: float = 30, per_minute: int = 0) -> None:
        self._timeout = timeout
        self._pace = Pace(per_minute)

    async def send(self, address: str, message: bytes) -> Outcome:
        """Sends one message; see `Transport.send`."""
        title, body = _content(message)
        await self._pace.turn()
        # The first call loads Apprise and its plugins.
        service = await asyncio.to_thread(_service, address)
        if service is None:
            return Outcome(Verdict.REFUSED, "not an address that Apprise knows")
        import apprise

        sender = apprise.Apprise()
        sender.add(service)
        kind = kind_of(address)
        with await sender.async_notify(
            body or title, title, body_format=apprise.NotifyFormat.TEXT, timeout=self._timeout
        ) as result:
            if result:
                return Outcome(Verdict.SENT, f"{kind}: sent")
            return Outcome(Verdict.LATER, f"{kind}: {_reason(result, self._timeout)}")

    async def close(self) -> None:
        """Nothing is kept open."""


@cache
def _load() -> apprise.AppriseAsset:
    """Apprise loaded with all plugins, silenced, and speaking in our name. What it would store stays in memory."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # plugins import what newer Pythons lack, and cope
        import apprise

        apprise.Apprise.instantiate("json://localhost")  # the first one loads them all
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    return apprise.AppriseAsset(
        app_id="Congress Calendars", app_desc="Congress Calendars", image_url_mask="", storage_mode="memory"
    )


def _service(url: str) -> apprise.NotifyBase | None:
    with LOADING:
        asset = _load()
    import apprise

    service = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if service is not None and service.overflow_mode == apprise.OverflowMode.UPSTREAM:
        service.overflow_mode = apprise.OverflowMode.SPLIT  # by default a service would refuse what is too long
    return service


def _content(message: bytes) -> tuple[str, str]:
    parsed = email.message_from_bytes(message, policy=policy.default)
    text = parsed.get_body(("plain",))
    return str(parsed["Subject"] or ""), "\n".join(text.get_content().splitlines()) if text else ""


def _reason(result: apprise.AppriseResult, timeout: float) -> str:
    """Why it was not sent, out of what is logged with it: a status of HTTP at most, never the words."""
    import apprise

    if result.status == apprise.AppriseResultStatus.TIMEOUT:
        return f"no answer within {timeout:g} seconds"
    lines = [entry.message for entry in result.logs()]
    if codes := [code[1] for line in lines if (code := ERROR_CODE.search(line))]:
        return f"not taken, error {codes[-1]}"
    return "no connection" if any(NO_CONNECTION.search(line) for line in lines) else "not taken"
