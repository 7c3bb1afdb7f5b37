"""Signing in to the board by links that open once, and what each role sees then."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from calendars.store import grants, sessions
from calendars.store.database import Store
from calendars.store.grants import Grant, Role
from calendars.store.sessions import LINK_OPENS, LONGEST, PAUSE, RENEWED_AFTER
from calendars.web.app import create_app
from calendars.web.words import words
from tests.web.conftest import over
from tests.web.stores import START, Filled
from tests.web.test_app import DAY, text_of

PUBLIC = "https://lich.example"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def browser(store: Store, clock: Clock, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a board that strangers reach."""
    given = {"public_url": PUBLIC, "open_board": False, **settings}
    async with over(create_app(store, today=lambda campaign: DAY, now=clock, **given)) as http:
        http.base_url = httpx.URL(given["public_url"])
        yield http


def granted(filled: Filled, scope: str = "22", role: Role = Role.REPORT, label: str = "Bà Lan") -> tuple[Grant, str]:
    """A grant, and the secret of a link that signs its person in."""
    with filled.store.writing() as connection:
        grant, _ = grants.create(
            connection, campaign=filled.plan.campaign, scope=scope, role=role, label=label, created=START
        )
        return grant, sessions.issue_link(connection, grant.id, START)


async def signed_in(http: httpx.AsyncClient, link: str) -> None:
    answer = await http.post(f"/sign-in/{link}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_closed_board_says_how_to_get_in(filled: Filled, clock: Clock) -> None:
    async with browser(filled.store, clock) as http:
        for language in ("vi", "en"):
            for path in ("/", "/units/06664", "/report", "/compare"):
                answer = await http.get(path, params={"lang": language})
                assert answer.status_code == 403
                said = text_of(answer.text)
                assert words(language).closed_why in said
                assert "congress access sign-in ID" in said
                assert "Quảng Ninh" not in said


async def test_a_link_signs_in_once(filled: Filled, clock: Clock) -> None:
    _, link = granted(filled)
    async with browser(filled.store, clock) as http, browser(filled.store, clock) as other:
        looked = await http.get(f"/sign-in/{link}", params={"lang": "en"})
        assert "You will be signed in as Bà Lan : view and report, Tỉnh Quảng Ninh" in text_of(looked.text)
        assert "set-cookie" not in looked.headers
        assert looked.headers["cache-control"] == "no-store"
        assert looked.headers["referrer-policy"] == "no-referrer"
        await signed_in(http, link)
        page = await http.get("/?lang=en")
        assert page.status_code == 200
        assert "Bà Lan (view and report)" in text_of(page.text)
        for answer in (await other.get(f"/sign-in/{link}"), await other.post(f"/sign-in/{link}")):
            assert answer.status_code == 404
            assert "set-cookie" not in answer.headers
        assert (await other.get("/")).status_code == 403


@pytest.mark.parametrize(
    ("public", "name", "more"),
    [(PUBLIC, "__Host-congress", {"secure"}), ("http://10.0.0.7:8080", "congress", set[str]())],
)
async def test_the_cookie(filled: Filled, clock: Clock, public: str, name: str, more: set[str]) -> None:
    _, link = granted(filled)
    async with browser(filled.store, clock, public_url=public) as http:
        answer = await http.post(f"/sign-in/{link}")
    pair, *flags = answer.headers["set-cookie"].split("; ")
    assert pair.startswith(f"{name}=")
    assert {flag.lower() for flag in flags} == {"httponly", "max-age=43200", "path=/", "samesite=lax"} | more
    assert link not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-1],
        lambda link: link.swapcase(),
        lambda link: f"{link}A",
        lambda link: "nothing",
    ],
    ids=["truncated", "other case", "longer", "unknown"],
)
async def test_what_is_no_link_opens_nothing(filled: Filled, clock: Clock, spoil: Any) -> None:
    _, link = granted(filled)
    async with browser(filled.store, clock) as http:
        assert (await http.post(f"/sign-in/{spoil(link)}")).status_code == 404
        await signed_in(http, link)


async def test_no_other_secret_signs_in(filled: Filled, clock: Clock) -> None:
    grant, feed = filled.grant()
    with filled.store.writing() as connection:
        api = grants.issue_api_token(connection, grant.id)
    _, link = granted(filled)
    async with browser(filled.store, clock) as http:
        for secret in (feed, api):
            assert (await http.post(f"/sign-in/{secret}")).status_code == 404
            http.cookies.set("__Host-congress", secret)
            assert (await http.get("/")).status_code == 403
            http.cookies.clear()
        assert (await http.get(f"/feeds/{link}.ics")).status_code == 404
        await signed_in(http, link)
        session = http.cookies["__Host-congress"]
        http.cookies.clear()
        assert (await http.get(f"/feeds/{session}.ics")).status_code == 404
        header = {"authorization": f"Bearer {session}"}
        assert (await http.get("/api/v1/campaigns", headers=header)).status_code == 401


async def test_a_foreign_page_signs_nobody_in_or_out(filled: Filled, clock: Clock) -> None:
    _, link = granted(filled)
    foreign = [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site", "origin": "null"},
        {"sec-fetch-site": "same-site", "origin": PUBLIC},
    ]
    async with browser(filled.store, clock) as http:
        for headers in foreign:
            assert (await http.post(f"/sign-in/{link}", headers=headers)).status_code == 404
        await signed_in(http, link)
        token = re.findall(r'name="form_token" value="(\w+)"', (await http.get("/")).text)[0]
        for headers in foreign:
            answer = await http.post("/sign-out", data={"form_token": token}, headers=headers)
            assert answer.status_code == 403
        for data in ({}, {"form_token": "0" * 64}, {"form_token": token[:-1]}):
            assert (await http.post("/sign-out", data=data)).status_code == 403
        assert (await http.get("/")).status_code == 200
        own = {"origin": "null", "sec-fetch-site": "same-origin"}  # as browsers send it from a page without referrer
        assert (await http.post("/sign-out", data={"form_token": token}, headers=own)).status_code == 303
        assert (await http.get("/")).status_code == 403


async def test_signing_out_everywhere(filled: Filled, clock: Clock) -> None:
    grant, link = granted(filled)
    _, link_of_another = granted(filled, label="Ông Hùng")
    with filled.store.writing() as connection:
        second, unused = [sessions.issue_link(connection, grant.id, START) for _ in range(2)]
    async with (
        browser(filled.store, clock) as here,
        browser(filled.store, clock) as there,
        browser(filled.store, clock) as another,
    ):
        for http, one in ((here, link), (there, second), (another, link_of_another)):
            await signed_in(http, one)
        token = re.findall(r'name="form_token" value="(\w+)"', (await here.get("/")).text)[0]
        await here.post("/sign-out", data={"form_token": token, "everywhere": "1"})
        assert [(await http.get("/")).status_code for http in (here, there, another)] == [403, 403, 200]
        assert (await here.get(f"/sign-in/{unused}")).status_code == 404


async def test_a_revoked_grant_is_signed_in_nowhere(filled: Filled, clock: Clock) -> None:
    grant, link = granted(filled)
    with filled.store.writing() as connection:
        unused = sessions.issue_link(connection, grant.id, START)
    async with browser(filled.store, clock) as http:
        await signed_in(http, link)
        filled.revoke(grant)
        assert (await http.get("/")).status_code == 403
        assert (await http.get(f"/sign-in/{unused}")).status_code == 404


async def test_sessions_end(filled: Filled, clock: Clock) -> None:
    (_, link), (_, late) = granted(filled), granted(filled)
    async with browser(filled.store, clock) as http:
        clock.at = began = START + LINK_OPENS - timedelta(seconds=1)
        assert (await http.get(f"/sign-in/{late}")).status_code == 200
        await signed_in(http, link)
        while clock.at + PAUSE / 2 < began + LONGEST:
            clock.at += PAUSE / 2
            assert (await http.get("/")).status_code == 200
        clock.at = began + LONGEST
        assert (await http.get("/")).status_code == 403
        assert (await http.post(f"/sign-in/{late}")).status_code == 404


async def test_a_session_that_nobody_uses_ends(filled: Filled, clock: Clock) -> None:
    _, link = granted(filled)
    async with browser(filled.store, clock) as http:
        await signed_in(http, link)
        clock.at += PAUSE
        assert (await http.get("/")).status_code == 403


async def test_secrets_change_and_forms_stay_good(filled: Filled, clock: Clock) -> None:
    _, link = granted(filled)
    async with browser(filled.store, clock) as http:
        await signed_in(http, link)
        first = http.cookies["__Host-congress"]
        token = re.findall(r'name="form_token" value="(\w+)"', (await http.get("/")).text)[0]
        assert http.cookies["__Host-congress"] == first
        clock.at += RENEWED_AFTER
        await http.get("/")
        second = http.cookies["__Host-congress"]
        assert second != first
        async with browser(filled.store, clock) as thief:
            thief.cookies.set("__Host-congress", first)
            assert (await thief.get("/")).status_code == 200  # pages that were under way
            clock.at += timedelta(minutes=2)
            assert (await thief.get("/")).status_code == 403
        assert (await http.get("/")).status_code == 200
        assert (await http.post("/sign-out", data={"form_token": token})).status_code == 303


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("scope", ["22", "193", "06664", "06664-01"])
async def test_nobody_sees_beyond_their_scope(filled: Filled, clock: Clock, scope: str, role: Role) -> None:
    within = {"22": set(filled.codes), "193": {"193", "06664", "06664-01"}, "06664": {"06664", "06664-01"}}
    seen = within.get(scope, {scope})
    names = {"22": "Tỉnh Quảng Ninh", "200": "Huyện Đầm Hà", "06868": "Xã Tân Bình", "193": "Thành phố Hạ Long"}
    _, link = granted(filled, scope, role)
    async with browser(filled.store, clock) as http:
        await signed_in(http, link)
        for code in filled.codes:
            answer = await http.get(f"/units/{code}")
            assert answer.status_code == (200 if code in seen else 404)
        for path in ("/", f"/units/{scope}", "/report"):
            page = await http.get(path)
            assert page.status_code == 200
            shown = {code for code in names if f'href="/units/{code}?' in page.text}
            assert shown <= seen, path
        assert (await http.get("/?campaign=another")).status_code == 404


async def test_no_secret_is_logged_or_shown(filled: Filled, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    grant, link = granted(filled)
    async with browser(filled.store, clock) as http:
        await http.get(f"/sign-in/{link}")
        await signed_in(http, link)
        session = http.cookies["__Host-congress"]
        pages = [await http.get(path) for path in ("/", "/units/22", "/sign-in/nothing")]
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
    for secret in (link, session):
        assert not any(secret in page.text for page in pages)
        assert not any(secret in message for message in ours)
        assert secret not in repr(grant)
