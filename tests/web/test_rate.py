"""How often an address may be asked, on a clock that is set."""

from __future__ import annotations

import logging

import httpx
import pytest

from calendars.errors import UserError
from calendars.store.feeds import Feeds
from calendars.web.app import create_app
from calendars.web.feed import FeedApplication
from calendars.web.freshness import Freshness
from calendars.web.rate import RateLimit
from tests.web.conftest import Client, over
from tests.web.stores import Filled
from tests.web.test_app import DAY
from workflows.settings import read_settings


class Clock:
    """A clock that is set, in seconds. It begins as one does on a machine that has run for months."""

    def __init__(self) -> None:
        self.now = 1e7 + 0.1

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("per_minute", [1, 7, 59, 60, 1_000])
def test_a_minute_allows_its_number_at_once_and_then_one_each_interval(clock: Clock, per_minute: int) -> None:
    limit = RateLimit(per_minute, clock)
    assert [limit.take("one") for _ in range(per_minute)] == [0.0] * per_minute
    assert limit.take("one") == pytest.approx(60 / per_minute, abs=1e-5)
    assert limit.take("other") == 0
    for _ in range(3):
        clock.now += 60 / per_minute + 1e-6
        assert limit.take("one") == 0
        assert limit.take("one") > 0
    clock.now += 60
    assert [limit.take("one") for _ in range(per_minute)] == [0.0] * per_minute


def test_waiting_as_long_as_was_said_is_enough_and_less_is_not(clock: Clock) -> None:
    limit = RateLimit(2, clock)
    for wait in (0.0, 0.0, 30.0):
        assert limit.take("one") == pytest.approx(wait, abs=1e-5)
    clock.now += 12.5
    assert limit.take("one") == pytest.approx(17.5, abs=1e-5)
    clock.now += 17.5
    assert limit.take("one") == 0


def test_no_limit(clock: Clock) -> None:
    limit = RateLimit(0, clock)
    assert {limit.take("one") for _ in range(1_000)} == {0.0}
    assert limit.remembered == 0


def test_addresses_that_nobody_uses_are_forgotten(clock: Clock) -> None:
    limit = RateLimit(60, clock)
    for number in range(1_000):
        limit.take(str(number))
    for _ in range(60):
        limit.take("busy")
    clock.now += 59
    limit.take("busy")
    assert limit.remembered == 1_001
    clock.now += 1
    limit.take("new")
    assert limit.remembered == 2
    assert limit.take("busy") == 0


class Limited(Client):
    """The small province's feeds, of which each may be asked twice a minute."""

    def __init__(self, filled: Filled, clock: Clock) -> None:
        super().__init__(filled)
        self.feeds = FeedApplication(self.freshness, filled.store, limit=RateLimit(2, clock))
        self.http = over(self.feeds)


@pytest.fixture
async def limited(filled: Filled, clock: Clock) -> Limited:
    return Limited(filled, clock)


async def test_too_many_requests_are_told_when_to_come_again(limited: Limited, clock: Clock) -> None:
    answers = [await limited.ask(query) for query in ("", "?lang=en", "", "?kind=no")]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    refused = answers[2]
    assert refused.text == "This address is asked more than 2 times a minute; try again in 30 s.\n"
    assert refused.headers["retry-after"] == "30"
    assert refused.headers["content-type"] == "text/plain; charset=utf-8"
    assert refused.headers["cache-control"] == "no-store"
    clock.now += 30
    assert [(await limited.ask()).status_code for _ in range(2)] == [200, 429]
    head = await limited.ask(method="HEAD")
    assert (head.status_code, head.content, head.headers["retry-after"]) == (429, b"", "30")
    await limited.feeds.close()


async def test_each_address_has_a_rate_of_its_own(limited: Limited) -> None:
    _, token = limited.filled.grant("193")
    other = f"/feeds/{token}.ics"
    assert [(await limited.ask()).status_code for _ in range(3)] == [200, 200, 429]
    assert [(await limited.ask(path=other)).status_code for _ in range(3)] == [200, 200, 429]
    await limited.feeds.close()


async def test_conditional_requests_count_but_a_304_is_never_refused(limited: Limited, clock: Clock) -> None:
    known = {"if-none-match": (await limited.ask()).headers["etag"]}
    since = {"if-modified-since": "Sun, 31 Dec 9999 23:59:59 GMT"}
    assert [(await limited.ask(headers=headers)).status_code for headers in (known, since, known)] == [304] * 3
    assert (await limited.ask()).status_code == 429
    limited.filled.hold("06664", "grassroots_congress", "2020-05-18")
    assert (await limited.ask(headers=known)).status_code == 429
    clock.now += 30
    assert (await limited.ask(headers=known)).status_code == 200
    await limited.feeds.close()


async def test_addresses_that_open_nothing_are_not_remembered(limited: Limited) -> None:
    limited.filled.revoke(limited.grant)
    assert {(await limited.ask()).status_code for _ in range(5)} == {410}
    assert {(await limited.ask(path=f"/feeds/{number}.ics")).status_code for number in range(5)} == {404}
    assert limited.feeds._limit.remembered == 0


async def test_a_refused_request_is_no_use_and_names_no_token(
    limited: Limited, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    answers: list[httpx.Response] = [await limited.ask() for _ in range(5)]
    await limited.feeds.close()
    found = Feeds(limited.filled.store).refresh().grants.values()
    assert [(grant.answered_200, grant.answered_304) for grant in found] == [(2, 0)]
    assert limited.token not in caplog.text
    assert all(limited.token not in answer.text + str(answer.headers) for answer in answers)


async def test_the_application_limits_feeds_as_told(filled: Filled) -> None:
    path = f"/feeds/{filled.grant()[1]}.ics"
    settings = {"public_url": "http://127.0.0.1", "today": lambda _: DAY, "open_board": True}
    for rate, last in {1: 429, 0: 200}.items():
        app = create_app(filled.store, feed_rate=rate, **settings)
        async with over(app) as http:
            assert [(await http.get(path)).status_code for _ in range(2)] == [200, last]
        await app.feeds.close()


async def test_without_being_told_feeds_are_not_limited(filled: Filled) -> None:
    path = f"/feeds/{filled.grant()[1]}.ics"
    feeds = FeedApplication(Freshness(Feeds(filled.store)), filled.store)
    async with over(feeds) as http:
        assert {(await http.get(path)).status_code for _ in range(100)} == {200}
    await feeds.close()


def test_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().feed_rate == 60
    monkeypatch.setenv("CONGRESS_FEED_RATE", "0")
    assert read_settings().feed_rate == 0
    for wrong in ("-1", "many"):
        monkeypatch.setenv("CONGRESS_FEED_RATE", wrong)
        with pytest.raises(UserError, match=f"^CONGRESS_FEED_RATE={wrong}: Input should be"):
            read_settings()
