"""Addresses of feeds that people make for themselves: what they open, how often they are made, and when they end."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from datetime import date
from html import unescape

import httpx
import pytest
from icalendar import Calendar

from calendars.errors import UserError
from calendars.sequence.facts import Transferred
from calendars.store import grants, own_addresses, sessions
from calendars.store.database import open_store
from calendars.store.grants import Grant, Role
from calendars.store.own_addresses import MOST_LIVING, TooMany
from calendars.web.acting.sent import STALE
from calendars.web.words import words
from tests.web.stores import START, Filled
from tests.web.test_app import text_of
from tests.web.test_sign_in import PUBLIC, Clock, browser, granted, signed_in

WARD = "/subscribe?under=06664&kind=target,deadline&lang=en"
ADDRESS = re.compile(rf"<code>({PUBLIC}/feeds/[\w-]{{43}}\.ics[^<]*)</code>")
Signed = tuple[Filled, Grant, httpx.AsyncClient]


@pytest.fixture
async def lan(filled: Filled) -> AsyncIterator[Signed]:
    """Somebody who reports for Hạ Long and is signed in."""
    grant, link = granted(filled, "193")
    async with browser(filled.store, Clock()) as http:
        await signed_in(http, link)
        yield filled, grant, http


async def form_of(http: httpx.AsyncClient, path: str) -> tuple[str, dict[str, str]]:
    """Where the form of the page is sent to, and what it says."""
    page = (await http.get(path)).text
    form = re.search(r'<form method="post" action="(/subscribe[^"]*)">(.*?)</form>', page, re.DOTALL)
    assert form is not None
    return unescape(form[1]), dict(re.findall(r'name="(\w+)" value="(\w+)"', form[2]))


def address_of(answer: httpx.Response) -> str:
    """The address that the answer shows once."""
    assert answer.status_code == 200
    found = ADDRESS.search(unescape(answer.text))
    assert found is not None
    return found[1]


def made_by(filled: Filled, grant: Grant) -> list[Grant]:
    with filled.store.reading() as connection:
        return [one for one in grants.listed(connection, grant.campaign) if one.parent == grant.id]


async def test_an_address_for_exactly_this(lan: Signed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    filled, grant, http = lan
    before = await http.get(WARD)
    assert "/feeds/" not in before.text
    action, form = await form_of(http, WARD)
    answer = await http.post(action, data=form)
    address = address_of(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    page = unescape(answer.text)
    assert f'href="webcal://{address.partition("://")[2]}"' in page
    assert '<svg class="qr"' in page
    assert words("en").own_address_made in text_of(page)
    token = address.rpartition("/")[2].partition(".")[0]
    assert token not in caplog.text + str(answer.headers) + (await http.get(WARD)).text
    feed = await http.get(address)
    assert (feed.status_code, address.partition("?")[2]) == (200, "kind=deadline,target&lang=en")
    units = {str(event["UID"]).split(".")[1] for event in Calendar.from_ical(feed.content).events}
    assert units == {"06664"}
    [made] = made_by(filled, grant)
    assert (made.scope, made.role, made.label, made.campaign) == ("06664", Role.VIEW, "Bà Lan", grant.campaign)
    # The filters go by the wayside, the unit does not.
    bare = address.partition("?")[0]
    assert (await http.get(f"{bare}?under=193")).status_code == 403
    assert (await http.get(f"{bare}?under=06664-01")).status_code == 200


async def test_sent_twice_it_is_one_address(lan: Signed) -> None:
    filled, grant, http = lan
    action, form = await form_of(http, WARD)
    first, second = [address_of(await http.post(action, data=form)) for _ in range(2)]
    assert first == second
    assert len(made_by(filled, grant)) == 1
    again, other = await form_of(http, WARD)
    assert address_of(await http.post(again, data=other)) != first
    assert len(made_by(filled, grant)) == 2


async def test_what_is_outside_the_scope_gets_none(lan: Signed) -> None:
    filled, grant, http = lan
    _, form = await form_of(http, WARD)
    for under in ("22", "200", "06868", "nowhere"):
        assert (await http.post(f"/subscribe?under={under}", data=form)).status_code == 404
    assert (await http.post("/subscribe?kind=no", data=form)).status_code == 400
    assert (await http.post("/subscribe", data={**form, "more": "x" * 5_000})).status_code == 413
    assert made_by(filled, grant) == []
    whole = address_of(await http.post("/subscribe", data=form))
    assert (await http.get(whole)).status_code == 200
    assert [one.scope for one in made_by(filled, grant)] == ["193"]


async def test_foreign_forms_and_strangers_get_none(lan: Signed, filled: Filled) -> None:
    _, grant, http = lan
    action, form = await form_of(http, WARD)
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = await http.post(action, data=form, headers=headers)
        assert (answer.status_code, words("en").foreign_form in answer.text) == (403, True)
    for data in ({}, {**form, "form_token": "0" * 64}):
        answer = await http.post(action, data=data)
        assert (answer.status_code, STALE["en"] in answer.text) == (403, True)
    async with browser(filled.store, Clock()) as stranger:
        assert (await stranger.post(action, data=form)).status_code == 403
    # Where the board asks nobody who they are, there is nobody whose address it would be.
    async with browser(filled.store, Clock(), open_board=True) as anybody:
        assert 'action="/subscribe' not in (await anybody.get(WARD)).text
        answer = await anybody.post(action, data=form)
        assert (answer.status_code, words("en").own_address_signed_in in answer.text) == (403, True)
    assert made_by(filled, grant) == []


async def test_it_ends_with_the_grant_it_was_made_by(lan: Signed) -> None:
    filled, grant, http = lan
    action, form = await form_of(http, WARD)
    address = address_of(await http.post(action, data=form))
    with filled.store.writing() as connection:
        [made] = [one for one in grants.listed(connection, grant.campaign) if one.parent]
        with pytest.raises(UserError, match=f"is an address that Bà Lan made, expected that of the person, {grant.id}"):
            sessions.issue_link(connection, made.id, START)
        rotated, _ = grants.rotate(connection, made.id, START)
        assert (rotated.parent, rotated.scope, rotated.role) == (grant.id, "06664", Role.VIEW)
    again, form = await form_of(http, WARD)
    other = address_of(await http.post(again, data=form))
    assert (await http.get(other)).status_code == 200
    filled.revoke(grant)
    async with browser(filled.store, Clock()) as program:
        for gone in (address, other):
            assert (await program.get(gone)).status_code == 410
    assert {one.revoked for one in made_by(filled, grant)} == {START}


async def test_an_address_that_was_withdrawn_is_not_made_again(lan: Signed) -> None:
    filled, grant, http = lan
    action, form = await form_of(http, WARD)
    address_of(await http.post(action, data=form))
    filled.revoke(made_by(filled, grant)[0])
    answer = await http.post(action, data=form)
    assert (answer.status_code, words("en").own_address_ended in unescape(answer.text)) == (409, True)
    assert len(made_by(filled, grant)) == 1


async def test_a_unit_that_moved_away_is_not_shown(lan: Signed) -> None:
    filled, _, http = lan
    action, form = await form_of(http, WARD)
    address = address_of(await http.post(action, data=form))
    filled.take("06664", Transferred(date(2020, 5, 21), "200", "Huyện Đầm Hà", "test"))
    async with browser(filled.store, Clock()) as program:
        answer = await program.get(address)
    assert answer.status_code == 403
    assert answer.text == "Unit 06664 is not below 193 any more; make another address.\n"


async def test_there_may_be_so_many_and_no_more(lan: Signed) -> None:
    filled, grant, http = lan
    with filled.store.writing() as connection:
        for number in range(MOST_LIVING):
            assert own_addresses.make(connection, grant, "06664", f"{number:043}", START)
    action, form = await form_of(http, WARD)
    answer = await http.post(action, data=form)
    assert answer.status_code == 409
    assert f"You have made {MOST_LIVING} addresses" in text_of(unescape(answer.text))
    filled.revoke(made_by(filled, grant)[0])
    assert address_of(await http.post(action, data=form))


async def test_pages_lead_to_it(lan: Signed) -> None:
    *_, http = lan
    for path in ("/units/06664?lang=vi", "/tree?under=06664&lang=vi", "/?lang=vi"):
        page = text_of((await http.get(path)).text)
        assert words("vi").own_address_there in page
        assert "congress access grant" not in page


def test_on_both_databases(database_url: str) -> None:
    store = open_store(database_url)
    filled = Filled(store)
    grant, _ = filled.grant("193")
    token = own_addresses.secret_for("session", "193", "order")
    assert token != own_addresses.secret_for("session", "06664", "order")
    with store.writing() as connection:
        made = own_addresses.make(connection, grant, "193", token, START)
        assert made is not None
        assert own_addresses.make(connection, grant, "193", token, START) == made
        for number in range(MOST_LIVING - 1):
            own_addresses.make(connection, grant, "193", f"{number:043}", START)
        with pytest.raises(TooMany):
            own_addresses.make(connection, grant, "193", "another", START)
        grants.revoke(connection, grant.id, START)
        assert own_addresses.make(connection, grant, "193", "another", START) is None
        assert all(one.revoked for one in grants.listed(connection, grant.campaign))
    store.close()
