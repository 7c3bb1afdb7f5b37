"""Links to sign in that are mailed to known contacts, through a real server on loopback."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape

import httpx
import pytest

from calendars.campaigns.contacts import ContactRow
from calendars.errors import UserError
from calendars.notices.transports.smtp import SmtpTransport
from calendars.store import contacts, grants, mailed_links, sessions
from calendars.store.grants import Grant, Role
from calendars.store.mailed_links import MOST_OUT, OPENS
from calendars.web.app import create_app
from calendars.web.link_mail import LinkMail
from calendars.web.rate import RateLimit
from calendars.web.words import words
from tests.notices.mailserver import MailServer
from tests.web.conftest import over
from tests.web.stores import START, Filled
from tests.web.test_app import DAY, text_of
from tests.web.test_sign_in import PUBLIC, Clock, browser

EMAIL = "Lan.193@example.org"
LAN = ContactRow("193", "Bà Lan", "secretary", "vi", EMAIL, ("email",))
JOHN = ContactRow("06664", "John", "office", "en", "john@example.org", ("email",))
UNLIMITED = RateLimit(0)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as started:
        yield started


@pytest.fixture
def lan(filled: Filled) -> Grant:
    """The grant of somebody who may be mailed."""
    return tie(filled, LAN)


def tie(filled: Filled, row: ContactRow, role: Role = Role.REPORT) -> Grant:
    campaign = filled.plan.campaign
    with filled.store.writing() as connection:
        contacts.put(connection, campaign, [row], START)
        contact = mailed_links.contact_with(connection, campaign, row.unit, row.email.upper())
        grant, _ = grants.create(
            connection,
            campaign=campaign,
            scope=row.unit,
            role=role,
            label=f"grant of {row.name}",
            created=START,
            contact=contact.id,
        )
        return grant


@asynccontextmanager
async def board(
    filled: Filled, server: MailServer, clock: Clock | None = None, limit: RateLimit = UNLIMITED
) -> AsyncIterator[tuple[httpx.AsyncClient, Callable[[], Awaitable[None]]]]:
    """A browser at a board that mails links, and what waits until all were mailed."""
    clock = clock or Clock()
    sender = "Office <office@example.org>"
    mail = LinkMail(filled.store, SmtpTransport(server.url), sender, PUBLIC, clock, limit, limit)
    app = create_app(filled.store, public_url=PUBLIC, today=lambda _: DAY, open_board=False, now=clock, mail=mail)
    async with over(app) as http:
        http.base_url = httpx.URL(PUBLIC)
        yield http, mail.close
    await mail.close()


async def ask(http: httpx.AsyncClient, email: str, language: str = "en") -> httpx.Response:
    return await http.post(f"/sign-in?lang={language}", data={"email": email})


def links_in(server: MailServer) -> list[str]:
    found = []
    for one in server.received:
        text = message_from_bytes(one.content, policy=policy.default).get_content()
        found += re.findall(rf"{PUBLIC}/sign-in/([\w-]+)", text)
    return found


async def test_a_known_contact_gets_a_link_that_opens_once(filled: Filled, lan: Grant, server: MailServer) -> None:
    clock = Clock()
    async with board(filled, server, clock) as (http, mailed):
        closed = await http.get("/?lang=vi")
        assert 'action="/sign-in' in closed.text
        answer = await ask(http, " lan.193@EXAMPLE.org ", "vi")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert words("vi").link_asked in text_of(unescape(answer.text))
        await mailed()
        [received] = server.received
        assert received.rcpt == (EMAIL,)
        message = message_from_bytes(received.content, policy=policy.default)
        assert (message["To"].addresses[0].addr_spec, message["Content-Language"]) == (EMAIL, "vi")
        assert "Bà Lan" in str(message["To"])
        assert message["Subject"] == "Liên kết đăng nhập Lịch đại hội"
        assert "Kính gửi Bà Lan" in message.get_content()
        assert "grant of Bà Lan (Thành phố Hạ Long)" in message.get_content()
        [link] = links_in(server)
        clock.at = START + OPENS - timedelta(seconds=1)
        assert (await http.post(f"/sign-in/{link}")).status_code == 303
        assert (await http.get("/units/06664")).status_code == 200
        assert (await http.get("/units/200")).status_code == 404
        assert (await http.post(f"/sign-in/{link}")).status_code == 404


async def test_it_is_too_late_after_half_an_hour(filled: Filled, lan: Grant, server: MailServer) -> None:
    clock = Clock()
    async with board(filled, server, clock) as (http, mailed):
        await ask(http, EMAIL)
        await mailed()
        [link] = links_in(server)
        clock.at = START + OPENS
        assert (await http.post(f"/sign-in/{link}")).status_code == 404


async def test_nobody_learns_who_is_known(
    filled: Filled, lan: Grant, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for other_side in ("httpx", "mail.log"):
        logging.getLogger(other_side).setLevel(logging.WARNING)
    untied = ContactRow("200", "Ông Nam", "secretary", "vi", "nam@example.org", ("email",))
    with filled.store.writing() as connection:
        contacts.put(connection, filled.plan.campaign, [untied], START)
    async with board(filled, server) as (http, mailed):
        known = await ask(http, EMAIL)
        for other in ("nobody@example.org", untied.email, "", "no address", "x" * 300, "a@b\r\nBcc: c@d", "\x00"):
            answer = await ask(http, other)
            assert (answer.status_code, answer.text, answer.headers) == (known.status_code, known.text, known.headers)
        for body in (b"", b"email=%ff%00%0d%0a", b"email", b"&&&=%", b"other=1"):
            answer = await http.post("/sign-in?lang=en", content=body)
            assert (answer.status_code, answer.text) == (known.status_code, known.text)
        await mailed()
    assert [one.rcpt for one in server.received] == [(EMAIL,)]
    assert EMAIL.lower() not in caplog.text.lower()
    assert links_in(server)[0] not in caplog.text


async def test_the_answer_waits_for_nothing(filled: Filled, lan: Grant, server: MailServer) -> None:
    server.hang()
    async with board(filled, server) as (http, _):
        answer = await asyncio.wait_for(ask(http, EMAIL), 5)
        assert words("en").link_asked in text_of(unescape(answer.text))
        assert server.received == []
        await asyncio.to_thread(server.wait_until, lambda one: bool(one.sessions))
        server.normal()
        server.hang_up()


async def test_what_ended_gets_nothing(filled: Filled, lan: Grant, server: MailServer) -> None:
    john = tie(filled, JOHN)
    filled.revoke(lan)
    with filled.store.writing() as connection:
        contacts.remove(connection, filled.plan.campaign, JOHN.unit, JOHN.email, START)
        with pytest.raises(UserError, match="has no contact with an e-mail address"):
            mailed_links.issue(connection, john, START)
    async with board(filled, server) as (http, mailed):
        for email in (EMAIL, JOHN.email):
            await ask(http, email)
        await mailed()
    assert server.received == []


async def test_how_often(filled: Filled, lan: Grant, server: MailServer) -> None:
    clock = Clock()
    async with board(filled, server, clock) as (http, mailed):
        for _ in range(MOST_OUT + 2):
            await ask(http, EMAIL)
            await mailed()
        assert len(server.received) == MOST_OUT
        clock.at = START + OPENS
        await ask(http, EMAIL)
        await mailed()
        assert len(server.received) == MOST_OUT + 1
    async with board(filled, server, clock, RateLimit(1, lambda: 1e7)) as (http, mailed):
        for _ in range(3):
            await ask(http, EMAIL)
        await mailed()
        assert len(server.received) == MOST_OUT + 2


async def test_a_server_that_refuses_is_logged_without_the_address(
    filled: Filled, lan: Grant, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.reject_rcpt(550)
    async with board(filled, server) as (http, mailed):
        await ask(http, EMAIL)
        await mailed()
    assert f"a link to sign in was not mailed for grant {lan.id}: 550" in caplog.text
    assert EMAIL.lower() not in caplog.text.lower()


async def test_foreign_pages_and_large_forms(filled: Filled, lan: Grant, server: MailServer) -> None:
    async with board(filled, server) as (http, mailed):
        answer = await http.post("/sign-in", data={"email": EMAIL}, headers={"origin": "https://evil.example"})
        assert answer.status_code == 200
        assert (await http.post("/sign-in", data={"email": "x" * 5_000})).status_code == 413
        await mailed()
    assert server.received == []


async def test_without_a_server_it_is_not_offered(filled: Filled) -> None:
    async with browser(filled.store, Clock()) as http:
        assert 'name="email"' not in (await http.get("/")).text
        assert 'name="email"' not in (await http.get("/sign-in/nothing")).text
        assert (await http.post("/sign-in", data={"email": EMAIL})).status_code in (404, 405)


def test_whose_a_grant_is(filled: Filled) -> None:
    campaign = filled.plan.campaign
    elsewhere = ContactRow("22", "Bà Lan", "office", "vi", EMAIL, ("email",))
    with filled.store.writing() as connection:
        with pytest.raises(UserError, match="No contact of quang-ninh-2020 has this address"):
            mailed_links.contact_with(connection, campaign, "193", EMAIL)
        contacts.put(connection, campaign, [elsewhere], START)
        assert mailed_links.contact_with(connection, campaign, "193", EMAIL).unit == "22"
        contacts.put(connection, campaign, [LAN], START)
        assert mailed_links.contact_with(connection, campaign, "193", EMAIL).unit == "193"
    grant = tie(filled, LAN)
    with filled.store.writing() as connection:
        rotated, _ = grants.rotate(connection, grant.id, START)
        assert rotated.contact == grant.contact
        assert mailed_links.tied(connection, EMAIL) == [rotated]
        link = mailed_links.issue(connection, rotated, START)
        assert link is not None
        assert sessions.whose_link(connection, link.token, START) == rotated
