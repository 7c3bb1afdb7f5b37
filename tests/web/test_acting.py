"""Forms to act on a stage: by whom, once however often they are sent, and with nothing typed lost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from html import unescape
from typing import Any

import httpx
import pytest

from calendars.sequence.commands import (
    Acknowledge,
    Correct,
    Postpone,
    Report,
    Retract,
    Schedule,
    SetPin,
    Waive,
)
from calendars.sequence.messages import Answer
from calendars.sequence.state import Clock as DueClock
from calendars.web.app import create_app
from calendars.web.orders import Unanswered
from calendars.web.words import words
from tests.web.api.house import FakeOrders
from tests.web.conftest import over
from tests.web.stores import Filled
from tests.web.test_app import DAY, text_of

STAGE = "grassroots_congress"
REPORT = f"/units/06664/{STAGE}/report"


class Desk:
    """Somebody at the forms of a board that is open on its own machine."""

    def __init__(self, http: httpx.AsyncClient, orders: FakeOrders) -> None:
        self.http, self.orders = http, orders

    async def fields(self, path: str) -> dict[str, str]:
        """The hidden fields of a form."""
        page = await self.http.get(path, params={"lang": "en"})
        assert page.status_code == 200, page.text
        return hidden(page.text)

    async def send(self, path: str, language: str = "en", **typed: str) -> httpx.Response:
        """Opens a form, fills it in and sends it."""
        return await self.http.post(f"{path}?lang={language}", data={**await self.fields(path), **typed})


def hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', html))


def value_of(html: str, name: str) -> str:
    """What stands in a field of a page."""
    found = re.search(rf'name="{re.escape(name)}"[^>]*? value="([^"]*)"', html)
    assert found is not None, name
    return unescape(found[1])


@asynccontextmanager
async def desk_of(filled: Filled) -> AsyncIterator[Desk]:
    orders = FakeOrders(filled)
    web = create_app(
        filled.store, today=lambda _: DAY, public_url="http://127.0.0.1:8080", open_board=True, orders=orders
    )
    orders.web = web
    async with over(web) as http:
        yield Desk(http, orders)


async def test_a_report_is_taken_and_shown(filled: Filled) -> None:
    path = "/units/06664-01/headman_election/report"
    async with desk_of(filled) as desk:
        seen = await desk.http.get(REPORT, params={"lang": "vi"})
        assert "Mục tiêu 31/05/2020 Hạn Trung ương 30/06/2020" in text_of(seen.text)
        answer = await desk.send(path, on="2020-01-05", **{"results.turnout": "93,5 %"})
        assert answer.status_code == 303
        ((unit, command, by, order),) = desk.orders.sent
        assert command == Report("headman_election", date(2020, 1, 5), None, {"turnout": 93.5})
        assert (unit, by) == ("06664-01", "board")
        after = await desk.http.get(answer.headers["location"])
        assert "Recorded as event 2." in text_of(after.text)
        assert "Held 05/01/2020" in text_of(after.text)
        assert order in answer.headers["location"]
        unseen = await desk.http.get("/units/06664-01?lang=vi&taken=" + "0" * 32)
        assert words("vi").taken_unseen in unseen.text


async def test_the_same_form_sent_twice_is_one_order(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        form = {**await desk.fields(REPORT), "on": "2020-05-18"}
        desk.orders.answer = Answer(2, 2)
        first = await desk.http.post(REPORT, data=form)
        desk.orders.answer = Answer(2, 2, repeated=True)
        again = await desk.http.post(REPORT, data=form)
        assert (first.status_code, again.status_code) == (303, 303)
        assert first.headers["location"] == again.headers["location"]
        assert desk.orders.sent[0][3] == desk.orders.sent[1][3]


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_refusal_stands_at_its_field_and_nothing_is_lost(filled: Filled, language: str) -> None:
    path = f"/units/06664/{STAGE}/postpone"
    filled.schedule("06664", STAGE, "2020-06-20")
    async with desk_of(filled) as desk:
        first = await desk.fields(REPORT)
        answer = await desk.http.post(f"{REPORT}?lang={language}", data={**first, "on": "2020-06-30", "to": ""})
        assert answer.status_code == 409
        assert 'aria-invalid="true" aria-describedby="mistake-on"' in answer.text
        assert value_of(answer.text, "on") == "2020-06-30"
        assert hidden(answer.text)["order"] == first["order"]
        said = re.search(r'id="mistake-on">([^<]*)<', answer.text)
        assert said is not None
        assert "30/06/2020" in said[1]
        assert ("đại hội" in said[1].lower()) == (language == "vi")
        wrong = await desk.send(path, language, on="tomorrow", to="2020-06-21", reason="")
        assert wrong.status_code == 422
        assert {name: value_of(wrong.text, name) for name in ("on", "to")} == {"on": "tomorrow", "to": "2020-06-21"}
        assert set(re.findall(r'id="mistake-(\w+)"', wrong.text)) == {"on", "reason"}
        assert len(desk.orders.sent) == 1


async def test_results_are_read_by_their_types(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        page = await desk.http.get(REPORT, params={"lang": "en"})
        asked = set(re.findall(r'name="results\.(\w+)"', page.text))
        assert asked == set(filled.plan.stage(STAGE).results)
        key = next(key for key, type_ in filled.plan.stage(STAGE).results.items() if type_ == "bool")
        wrong = await desk.send(REPORT, on="2020-05-18", **{f"results.{key}": "perhaps <b>"})
        assert wrong.status_code == 422
        assert f'id="mistake-results.{key}">Expected true or false.' in wrong.text
        assert "<b>" not in re.sub(r"<b>\d", "", wrong.text.partition("<form method")[2])


async def test_a_correction_sends_what_differs(filled: Filled) -> None:
    filled.hold("06664", STAGE, "2020-05-18", "2020-05-19", direct_election=False)
    path = f"/units/06664/{STAGE}/correct"
    async with desk_of(filled) as desk:
        page = await desk.http.get(path, params={"lang": "en"})
        assert (value_of(page.text, "on"), value_of(page.text, "to")) == ("2020-05-18", "2020-05-19")
        typed = {"on": "2020-05-18", "to": "2020-05-19", "reason": "sai kết quả", "results.direct_election": "true"}
        assert (await desk.send(path, **typed)).status_code == 303
        assert desk.orders.sent[-1][1] == Correct(STAGE, "sai kết quả", results={"direct_election": True})
        typed = {**typed, "on": "2020-05-17", "to": "2020-05-18"}
        desk.orders.answer = Answer(4, 4)
        assert (await desk.send(path, **typed)).status_code == 303
        assert desk.orders.sent[-1][1] == Correct(STAGE, "sai kết quả", date(2020, 5, 17), date(2020, 5, 18))
        assert len({order for *_, order in desk.orders.sent}) == 2


ORDERS: list[tuple[str, dict[str, str], Any]] = [
    ("schedule", {"on": "2020-06-20"}, Schedule(STAGE, date(2020, 6, 20))),
    ("postpone", {"reason": " dịch  bệnh "}, Postpone(STAGE, "dịch bệnh")),
    ("retract", {"reason": "nhầm"}, Retract(STAGE, "nhầm")),
    ("acknowledge", {}, Acknowledge(STAGE)),
    ("waive", {"reason": "được phép"}, Waive(STAGE, "được phép")),
    (
        "pin",
        {"clock": "target", "on": "2020-06-15", "reason": "lũ"},
        SetPin(STAGE, DueClock.TARGET, date(2020, 6, 15), "lũ"),
    ),
]


@pytest.mark.parametrize(("name", "typed", "command"), ORDERS, ids=[name for name, _, _ in ORDERS])
async def test_each_form_makes_its_command(filled: Filled, name: str, typed: dict[str, str], command: Any) -> None:
    async with desk_of(filled) as desk:
        desk.orders.answer = Answer(2, 2)
        answer = await desk.send(f"/units/06664/{STAGE}/{name}", **typed)
        assert answer.status_code == 303, answer.text
        assert desk.orders.sent == [("06664", command, "board", desk.orders.sent[0][3])]


async def test_a_service_that_is_away_loses_nothing(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        desk.orders.answer = Unanswered("away")
        form = {**await desk.fields(REPORT), "on": "2020-05-18", "to": "2020-05-19"}
        answer = await desk.http.post(f"{REPORT}?lang=en", data=form)
        assert answer.status_code == 503
        assert "it is taken only once" in answer.text
        assert value_of(answer.text, "to") == "2020-05-19"
        assert hidden(answer.text)["order"] == form["order"]
        desk.orders.answer = Answer(2, 2)
        assert (await desk.http.post(REPORT, data=form)).status_code == 303


@pytest.mark.parametrize(
    ("headers", "change"),
    [
        ({"origin": "https://evil.example"}, {}),
        ({"sec-fetch-site": "cross-site"}, {}),
        ({}, {"form_token": "0" * 64}),
        ({}, {"form_token": ""}),
    ],
)
async def test_forms_of_others_are_not_taken(filled: Filled, headers: dict[str, str], change: dict[str, str]) -> None:
    async with desk_of(filled) as desk:
        form = {**await desk.fields(REPORT), "on": "2020-05-18", **change}
        answer = await desk.http.post(REPORT, data=form, headers=headers)
        assert answer.status_code == 403
        assert ('value="2020-05-18"' in answer.text) == (not headers)
        desk.http.cookies.clear()
        assert (await desk.http.post(REPORT, data={**form, **change})).status_code == 403
        assert desk.orders.sent == []


async def test_what_is_no_form(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        for path in (
            "/units/nobody/grassroots_congress/report",
            "/units/06664/cell_congress/report",
            "/units/06664/grassroots_congress/explode",
        ):
            assert (await desk.http.get(path)).status_code == 404
            assert (await desk.http.post(path)).status_code == 404
        assert (await desk.http.post(REPORT, content=b"x" * 70_000)).status_code == 413
        assert (await desk.http.post(REPORT, content=b"\xff\x00&&&=&=%zz")).status_code == 403
        assert (await desk.http.post(REPORT, content=b"a=1&" * 200)).status_code == 413
        assert (await desk.http.delete(REPORT)).status_code == 405


async def test_the_page_of_a_unit_offers_what_can_be_done(filled: Filled) -> None:
    filled.schedule("06664", STAGE, "2020-06-20")
    filled.hold("06868", STAGE, "2020-05-18")
    async with desk_of(filled) as desk:

        async def offers(unit: str, query: str = "") -> list[str]:
            page = await desk.http.get(f"/units/{unit}{query}")
            return re.findall(rf'href="/units/{unit}/{STAGE}/(\w+)\?', page.text)

        assert {"report", "schedule", "postpone"} <= set(await offers("06664"))
        assert not {"correct", "retract", "reopen"} & set(await offers("06664"))
        assert {"correct", "retract"} <= set(await offers("06868"))
        assert not {"report", "schedule", "postpone"} & set(await offers("06868"))
        assert await offers("06664", "?as_of=2020-06-01") == []
