"""Changes of a whole campaign on the board: shown before they are made, and made once."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from calendars.sequence.events import Line
from calendars.sequence.messages import Append
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.tree.changes import Amend, Lift, Suspend
from calendars.tree.foresight import DATES
from calendars.web.orders import ChangeRefused, Unanswered
from calendars.web.words import words
from tests.web.stores import START, Filled
from tests.web.test_acting import Desk, desk_of, hidden
from tests.web.test_app import text_of

RELEASE = """\
campaign: quang-ninh-2020
instrument: plan-400
instruments: {plan-400: {number: 400-KH/TU, date: 2020-05-20, issuer: Tỉnh ủy Quảng Ninh}}
stages: [{id: grassroots_congress, target: {date: 2020-06-10}, deadline: {date: 2020-07-15}}]
"""


async def test_a_release_is_shown_before_it_is_made(filled: Filled) -> None:
    filled.grant()
    async with desk_of(filled) as desk:
        seen = await desk.send("/amend", release=RELEASE)
        assert seen.status_code == 200
        assert desk.orders.sent == []
        said = text_of(seen.text)
        assert "It would reach 2 units" in said
        assert "Grassroots congress local target 31/05/2020 10/06/2020 2" in said
        assert "Grassroots congress central deadline 30/06/2020 15/07/2020 2" in said
        assert "within a day 0, within a week 0, earlier 0, never 1." in said
        form = {**hidden(seen.text), "release": RELEASE, "apply": "1"}
        made = await desk.http.post("/amend?lang=en", data=form)
        assert (made.status_code, made.headers["location"]) == (303, "/amend?lang=en&made=1")
        ((_, change, by, order),) = desk.orders.sent
        assert isinstance(change, Amend)
        assert (change.base, change.instrument, by, order) == (1, "plan-400", "board", form["order"])
        assert "The release is applied." in (await desk.http.get(made.headers["location"])).text


@pytest.mark.parametrize(
    ("release", "place"),
    [
        ("", "line 1"),
        ("stages: [", "line"),
        (RELEASE.replace("2020-06-10", "2020-06-31"), "line 4, column"),
        (RELEASE.replace("plan-400:", "plan-401:"), "line"),
        ("<script>alert(1)</script>", "line 1"),
    ],
)
async def test_a_wrong_release_names_its_places_and_is_kept(filled: Filled, release: str, place: str) -> None:
    async with desk_of(filled) as desk:
        answer = await desk.send("/amend", release=release, apply="1")
        assert answer.status_code == 422
        assert place in text_of(answer.text)
        assert "<script>" not in answer.text
        assert 'aria-describedby="mistake-release"' in answer.text
        if release:
            assert release.split("\n", maxsplit=1)[0].replace("<", "&lt;").replace(">", "&gt;") in answer.text
        assert desk.orders.sent == []


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (ChangeRefused("Release 2 is made already."), 409, "Release 2 is made already."),
        (Unanswered("x"), 503, "it is taken only once"),
    ],
)
async def test_what_is_not_made_keeps_the_form(filled: Filled, answer: Any, status: int, said: str) -> None:
    async with desk_of(filled) as desk:
        desk.orders.answer = answer
        response = await desk.send("/amend", release=RELEASE, apply="1")
        assert response.status_code == status
        assert said in text_of(response.text)
        assert "plan-400" in response.text


async def test_a_freeze_and_its_end(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        typed = {"first": "2020-06-20", "last": "2020-06-30", "reason": " dịch ", "under": "193"}
        assert (await desk.send("/freeze", **typed)).status_code == 303
        assert desk.orders.sent[0][1] == Suspend(date(2020, 6, 20), date(2020, 6, 30), "dịch", "193")
        frozen = {"first": "2020-06-20", "last": "2020-06-30", "reason": "dịch", "under": ""}
        line = Line(2, "frozen", date(2020, 6, 11), START, "test", frozen)
        filled.journal.append([Append(filled.plan.campaign, CAMPAIGN_STREAM, (line,))])
        assert (await desk.send("/freeze", resume="1", on="2020-06-25")).status_code == 303
        assert desk.orders.sent[1][1] == Lift(date(2020, 6, 25), "")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "No freeze of the campaign lasts on 2020-06-25: nothing to resume."),
        ("vi", "Ngày 25/06/2020 không có đợt tạm dừng nào của toàn đợt để kết thúc."),
    ],
)
async def test_what_may_not_be_made_is_not_sent(filled: Filled, language: str, said: str) -> None:
    async with desk_of(filled) as desk:
        answer = await desk.send("/freeze", language, resume="1", on="2020-06-25")
        assert answer.status_code == 422
        assert said in text_of(answer.text)
        assert 'value="2020-06-25"' in answer.text
        assert desk.orders.sent == []


async def test_a_release_that_was_made_is_known_again(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        form = {**await desk.fields("/amend"), "release": RELEASE, "apply": "1"}
        assert (await desk.http.post("/amend?lang=en", data=form)).status_code == 303
        ((_, change, _, order),) = desk.orders.sent
        data = {"plan": change.plan, "base": 1, "instrument": "plan-400", "reason": None, "release": 2}
        line = Line(2, "amended", date(2020, 6, 11), START, "test", data, order)
        filled.journal.append([Append(filled.plan.campaign, CAMPAIGN_STREAM, (line,))])
        assert desk.orders.web is not None
        desk.orders.web.changed()
        again = await desk.http.post("/amend?lang=en", data=form)
        assert again.status_code == 303, text_of(again.text)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, {"first", "reason"}),
        ({"first": "2020-06-20", "last": "2020-06-19", "reason": "x"}, {"last"}),
        ({"first": "2031-01-01", "reason": "x"}, {"first"}),
        ({"first": "soon", "reason": "x"}, {"first"}),
        ({"resume": "1"}, {"on"}),
    ],
)
async def test_what_is_wrong_stands_at_its_field(filled: Filled, typed: dict[str, str], wrong: set[str]) -> None:
    async with desk_of(filled) as desk:
        answer = await desk.send("/freeze", **typed)
        assert answer.status_code == 422
        assert set(re.findall(r'id="mistake-(\w+)"', answer.text)) == wrong
        assert desk.orders.sent == []


async def test_foreign_forms_change_nothing(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        form = {**await desk.fields("/freeze"), "first": "2020-06-20", "reason": "x"}
        for headers, change in (({"sec-fetch-site": "cross-site"}, {}), ({}, {"form_token": "0" * 64})):
            answer = await desk.http.post("/freeze", data={**form, **change}, headers=headers)
            assert answer.status_code == 403
        assert desk.orders.sent == []
        assert isinstance(desk, Desk)


def test_every_date_that_moves_has_a_name() -> None:
    assert {f"date_{name}" for name in (*DATES, "planned", "overdue")} <= set(vars(words("vi")))
