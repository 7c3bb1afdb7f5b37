"""Orders: what is sent to whom under which id, what a refusal says, and that an order is taken once."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from calendars.errors import StoreAway
from calendars.plan.model import Text
from calendars.sequence.commands import (
    Acknowledge,
    Correct,
    Done,
    GiveConsent,
    Postpone,
    Reopen,
    Report,
    Retract,
    Review,
    Schedule,
    SetPin,
    Unpin,
    Waive,
)
from calendars.sequence.facts import Scheduled
from calendars.sequence.messages import Answer
from calendars.sequence.refusals import Refused
from calendars.sequence.sentences import SENTENCES
from calendars.sequence.state import Clock
from calendars.store.database import Store
from calendars.tree.changes import Amend, Lift, Suspend
from calendars.web.api.refusing import problem_of
from calendars.web.orders import ChangeRefused, Unanswered
from tests.web.api.house import BASE, CAMPAIGN, DAY, House, house_of
from tests.web.stores import Filled

STAGE = "grassroots_congress"
TEN, TWELVE = date(2020, 6, 10), date(2020, 6, 12)
UNIT = f"{BASE}/units/06868"
RELEASE = {
    "campaign": CAMPAIGN,
    "instrument": "plan-400",
    "instruments": {"plan-400": {"number": "400-KH/TU", "date": "2020-05-20"}},
    "stages": [{"id": STAGE, "target": {"date": "2020-06-15"}}],
}


@pytest.mark.parametrize(
    ("path", "body", "command"),
    [
        ("schedule", {"stage": STAGE, "on": "2020-06-10"}, Schedule(STAGE, TEN)),
        ("schedule", {"stage": STAGE, "on": "2020-06-10", "to": "2020-06-12"}, Schedule(STAGE, TEN, TWELVE)),
        (
            "report",
            {"stage": STAGE, "on": "2020-06-10", "results": {"a": True, "b": 1, "c": 1.5, "d": "290/292"}},
            Report(STAGE, TEN, None, {"a": True, "b": 1, "c": 1.5, "d": "290/292"}),
        ),
        (
            "correct",
            {"stage": STAGE, "reason": "nhầm", "to": "2020-06-12", "results": {"a": False}},
            Correct(STAGE, "nhầm", None, TWELVE, {"a": False}),
        ),
        ("retract", {"stage": STAGE, "reason": "nhầm"}, Retract(STAGE, "nhầm")),
        ("postpone", {"stage": STAGE, "reason": "bão"}, Postpone(STAGE, "bão")),
        ("postpone", {"stage": STAGE, "reason": "bão", "on": "2020-06-12"}, Postpone(STAGE, "bão", TWELVE)),
        ("waive", {"stage": STAGE, "reason": "đã xem"}, Waive(STAGE, "đã xem")),
        ("consent", {"stage": STAGE, "body": "Quân ủy", "on": "2020-06-10"}, GiveConsent(STAGE, "Quân ủy", TEN)),
        ("done", {"stage": STAGE, "lead_in": "notice"}, Done(STAGE, "notice")),
        ("done", {"stage": STAGE, "lead_in": "notice", "on": "2020-06-10"}, Done(STAGE, "notice", TEN)),
        ("acknowledge", None, Acknowledge()),
        ("acknowledge", {}, Acknowledge()),
        ("acknowledge", {"stage": STAGE}, Acknowledge(STAGE)),
        (
            "pin",
            {"stage": STAGE, "clock": "target", "on": "2020-06-12", "reason": "x"},
            SetPin(STAGE, Clock.TARGET, TWELVE, "x"),
        ),
        ("review", {"stage": STAGE, "on": "2020-06-10", "text": "tốt"}, Review(STAGE, TEN, "tốt")),
        ("reopen", {"stage": STAGE, "reason": "x"}, Reopen(STAGE, "x")),
        ("unpin", {"stage": STAGE, "clock": "deadline", "reason": "x"}, Unpin(STAGE, Clock.DEADLINE, "x")),
    ],
)
async def test_what_is_sent(house: House, path: str, body: Any, command: Any) -> None:
    house.orders.answer = Answer(7, 8)
    token = house.bearer(label="Văn phòng")
    answer = await house.http.post(f"{UNIT}/{path}", json=body, headers={**token, "idempotency-key": "key-1"})
    assert house.orders.sent == [("06868", command, "Văn phòng", "key-1")]
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "campaign": CAMPAIGN,
        "unit": "06868",
        "order": "key-1",
        "first": 7,
        "last": 8,
        "visible": True,
        "repeated": False,
    }


async def test_an_order_without_a_key_has_an_id_of_its_own(house: House) -> None:
    house.orders.answer = Answer(7, 7)
    token = house.bearer()
    ids = {(await house.http.post(f"{UNIT}/acknowledge", headers=token)).json()["order"] for _ in range(2)}
    assert len(ids) == 2


async def test_an_accepted_order_that_is_not_visible(house: House) -> None:
    house.orders.answer = Answer(7, 7, visible=False)
    answer = await house.http.post(f"{UNIT}/acknowledge", headers=house.bearer())
    assert (answer.status_code, answer.json()["visible"]) == (202, False)


async def test_the_same_key_has_the_same_outcome(house: House) -> None:
    token = {**house.bearer("report"), "idempotency-key": "order-1"}
    body = {"stage": "grassroots_congress", "on": "2020-06-20"}
    first = await house.http.post(f"{UNIT}/schedule", json=body, headers=token)
    again = await house.http.post(f"{UNIT}/schedule", json=body, headers=token)
    quoted = await house.http.post(f"{UNIT}/schedule", json=body, headers={**token, "idempotency-key": '"order-1"'})
    assert len(house.orders.sent) == 1
    assert first.json() | {"repeated": True} == again.json() == quoted.json()
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    # A service that is away does not change what became of it.
    house.orders.answer = Unanswered("x")
    assert (await house.http.post(f"{UNIT}/schedule", json=body, headers=token)).json() == again.json()


@pytest.mark.parametrize(
    ("path", "body", "role"),
    [
        ("schedule", {"stage": STAGE, "on": "2020-06-21"}, "report"),
        ("report", {"stage": STAGE, "on": "2020-06-10"}, "report"),
        ("schedule", {"stage": "cell_congress", "on": "2020-06-20"}, "report"),
        ("schedule", {"stage": STAGE, "on": "2020-06-20"}, "admin"),  # another caller
    ],
)
async def test_a_key_stands_for_one_order(house: House, path: str, body: Any, role: str) -> None:
    key = {"idempotency-key": "order-1"}
    first = {"stage": STAGE, "on": "2020-06-20"}
    assert (await house.http.post(f"{UNIT}/schedule", json=first, headers={**house.bearer("report"), **key})).is_success
    answer = await house.http.post(f"{UNIT}/{path}", json=body, headers={**house.bearer(role), **key})
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert len(house.orders.sent) == 1


async def test_of_two_orders_at_once_with_one_key_one_is_taken(house: House) -> None:
    """The unit's workflow answers the second as the first; whoever asked for something else is not told it is done."""

    def first() -> None:
        fact = Scheduled(DAY, STAGE, TWELVE, TWELVE)
        house.filled.happen("06868", [fact], by="admin of 22", command="order-1")

    house.orders.meanwhile, house.orders.answer = first, Answer(4, 4)
    headers = {**house.bearer(), "idempotency-key": "order-1"}
    second = await house.http.post(f"{UNIT}/retract", json={"stage": STAGE, "reason": "x"}, headers=headers)
    assert (second.status_code, second.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize("key", ["", "a/b", "a b", "ключ", "x" * 129, '"', "a\tb"])
async def test_a_key_that_is_none(house: House, key: str) -> None:
    headers = {**house.bearer(), "idempotency-key": key.encode()}
    answer = await house.http.post(f"{UNIT}/acknowledge", headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")
    assert house.orders.sent == []


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("report", {"stage": "nonsense", "on": "2020-06-10"}, 422, "unknown_stage", "stage"),
        ("report", {"stage": STAGE, "on": "2020-06-12"}, 422, "in_future", "on"),
        ("report", {"stage": STAGE, "on": "2019-06-12"}, 422, "before_campaign", "on"),
        ("report", {"stage": STAGE, "on": "2020-06-10", "to": "2020-06-09"}, 422, "last_before_first", "to"),
        ("report", {"stage": STAGE, "on": "2020-06-10"}, 409, "gate_closed", "on"),
        ("schedule", {"stage": STAGE, "on": "2020-06-18"}, 409, "already_scheduled", "on"),
        ("schedule", {"stage": STAGE, "on": "2020-06-01"}, 422, "in_past", "on"),
        ("correct", {"stage": STAGE, "reason": "x"}, 409, "not_reported", "stage"),
        ("done", {"stage": STAGE, "lead_in": "x"}, 422, "unknown_lead_in", "lead_in"),
        ("consent", {"stage": STAGE, "body": "x", "on": "2020-06-01"}, 422, "unknown_body", "body"),
        ("unpin", {"stage": STAGE, "clock": "target", "reason": "x"}, 409, "not_pinned", "clock"),
    ],
)
async def test_refusals_of_the_rules(house: House, path: str, body: Any, status: int, code: str, field: str) -> None:
    for language in ("vi", "en"):
        headers = {**house.bearer(), "accept-language": language}
        answer = await house.http.post(f"{UNIT}/{path}", json=body, headers=headers)
        problem = answer.json()
        assert (answer.status_code, problem["status"], problem["code"], problem["field"]) == (
            status,
            status,
            code,
            field,
        )
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["type"] == f"/api/docs#{code}"
        with pytest.raises(Refused) as refused:
            await house.orders.send(CAMPAIGN, "06868", house.orders.sent[-1][1], by="x", id="y")
        cited = refused.value.cited(house.filled.plan.instruments)
        assert problem["detail"] == cited.text("vi" if language == "vi" else "en")


async def test_a_wrong_result_is_named(house: House) -> None:
    house.filled.retract("06664", STAGE)
    for results, field in (
        ({"nonsense": 1}, "results.nonsense"),
        ({"direct_election": "x"}, "results.direct_election"),
    ):
        house.orders.answer = Refused(
            "bad_result",
            {"key": field[8:], "title_en": "", "title_vi": "", "value": "", "expected_en": "", "expected_vi": ""},
        )
        body = {"stage": STAGE, "on": "2020-06-10", "results": results}
        answer = await house.http.post(f"{BASE}/units/06664/report", json=body, headers=house.bearer())
        assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_every_refusal_of_the_rules_has_a_status() -> None:
    """A new code is a conflict until somebody says that the order itself is wrong."""
    params = dict.fromkeys(
        ("span", "held", "planned", "other_days", "pilots", "freeze"), "2020-06-10/2020-06-11"
    ) | dict.fromkeys(("from", "until", "today", "opens", "on", "last", "first", "due", "day", "done"), "2020-06-10")

    class Anything(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "2020-06-10"

    for code in {code.partition(".")[0] for code in SENTENCES if not code.startswith("conflict.")}:
        refused = Refused(code, params)
        refused.text = lambda language: Text(vi="v", en="e")[language]  # type: ignore[method-assign]
        assert problem_of(refused).status in (409, 422)


BODIES: list[tuple[Any, int, str | None]] = [
    (b"{", 400, None),
    (b"", 422, "body"),
    (b"[]", 422, None),
    (b'"x"', 422, None),
    (b"null", 422, None),
    (b"[" * 50_000, 400, None),
    (b'{"stage": "\\ud800", "on": "2020-06-10"}', 422, "stage"),
    (b'{"stage": "a\\u0000b", "on": "2020-06-10"}', 422, "stage"),
    (b'{"stage": "%s", "on": "2020-06-10"}' % (b"x" * 65), 422, "stage"),
    (b'{"stage": 7, "on": "2020-06-10"}', 422, "stage"),
    (b'{"stage": "a"}', 422, "on"),
    (b'{"stage": "a", "on": "2020-06-31"}', 422, "on"),
    (b'{"stage": "a", "on": "2020-W24-3"}', 422, "on"),
    (b'{"stage": "a", "on": 1591747200}', 422, "on"),
    (b'{"stage": "a", "on": "2020-06-10T00:00:00"}', 422, "on"),
    (b'{"stage": "a", "on": null}', 422, "on"),
    (b'{"stage": "a", "on": "2020-06-10", "by": "x"}', 422, "by"),
    (b'{"stage": "a", "on": "2020-06-10", "results": {"x": NaN}}', 422, None),
    (b'{"stage": "a", "on": "2020-06-10", "results": {"x": 1%s}}' % (b"0" * 400), 422, None),
    (b'{"stage": "a", "on": "2020-06-10", "results": {"x": 1%s}}' % (b"0" * 9000), 400, None),
    (b'{"stage": "a", "on": "2020-06-10", "results": {"x": {}}}', 422, None),
    (b'{"stage": "a", "on": "2020-06-10", "results": [1]}', 422, "results"),
    (
        b'{"stage": "a", "on": "2020-06-10", "results": {%s}}' % b",".join(b'"k%d": 1' % n for n in range(51)),
        422,
        "results",
    ),
    (b'{"stage": "a", "on": "2020-06-10", "results": {"x": "%s"}}' % (b"y" * 501), 422, None),
    (b"\xff\xfe{}", 400, None),
    (b" " * 65_537, 413, None),
]


@pytest.mark.parametrize(("body", "status", "field"), BODIES)
async def test_bodies_that_are_none(house: House, body: bytes, status: int, field: str | None) -> None:
    for language in ("vi", "en"):
        headers = {**house.bearer(), "content-type": "application/json", "accept-language": language}
        answer = await house.http.post(f"{UNIT}/report", content=body, headers=headers)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language
        if field is not None:
            assert answer.json()["field"] == field
    assert house.orders.sent == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_a_form_of_a_foreign_page_is_no_order(house: House, kind: str) -> None:
    body = json.dumps({"stage": STAGE, "on": "2020-06-20"}).encode()
    for path in (f"{UNIT}/schedule", f"{BASE}/amend"):
        answer = await house.http.post(path, content=body, headers={**house.bearer(), "content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media")
    assert house.orders.sent == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "GET", "OPTIONS", "PROPFIND"])
async def test_other_methods(house: House, method: str) -> None:
    answer = await house.http.request(method, f"{UNIT}/report", headers=house.bearer())
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_nobody_answers(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    token = house.bearer()
    paths = [f"{UNIT}/acknowledge", f"{BASE}/resume"]
    house.orders.answer = Unanswered("the address of something inside")
    for path in paths:
        body = {"on": "2020-06-11"} if path.endswith("resume") else {}
        answer = await house.http.post(path, json=body, headers={**token, "accept-language": "en"})
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "no_answer", "30")
        assert "inside" not in answer.text
    # A store that is away does not keep a report from being taken; only reading needs it.
    house.orders.answer = Answer(7, 7, visible=False)

    def away(store: Store) -> Any:
        raise StoreAway("gone")

    monkeypatch.setattr(Store, "reading", away)
    taken = await house.http.post(f"{UNIT}/acknowledge", headers=token)
    assert taken.status_code in (202, 503)
    read = await house.http.get(f"{BASE}/releases", headers=token)
    assert (read.status_code, read.json()["code"], read.headers["retry-after"]) == (503, "store_away", "30")


async def test_a_process_that_only_reads(june: Filled) -> None:
    async with house_of(june, orders=None) as house:
        answer = await house.http.post(f"{UNIT}/acknowledge", headers=house.bearer())
    assert (answer.status_code, answer.json()["code"]) == (503, "no_orders")


async def test_a_release_is_foreseen_before_it_is_made(house: House) -> None:
    token = house.bearer()
    foreseen = await house.http.post(f"{BASE}/amend?dry_run=true", json=RELEASE, headers=token)
    assert house.orders.sent == []
    assert foreseen.status_code == 200, foreseen.text
    said = foreseen.json()
    assert (said["release"], said["dry_run"], said["units"]) == (2, True, 2)
    assert {(one["unit"], one["field"], one["before"], one["after"]) for one in said["moves"]} >= {
        ("06664", "target", "2020-05-31", "2020-06-15"),
        ("06868", "target", "2020-05-31", "2020-06-15"),
    }
    made = await house.http.post(f"{BASE}/amend", json=RELEASE, headers={**token, "idempotency-key": "r-2"})
    assert made.status_code == 200, made.text
    assert (made.json()["dry_run"], made.json()["order"]) == (False, "r-2")
    unit, change, by, key = house.orders.sent[-1]
    assert isinstance(change, Amend)
    assert (unit, change.base, change.instrument, by, key) == ("@campaign", 1, "plan-400", "admin of 22", "r-2")
    assert next(one for one in change.plan["stages"] if one["id"] == STAGE)["target"]["date"] == "2020-06-15"


async def test_a_release_in_yaml_names_the_place_of_each_mistake(house: House) -> None:
    text = f"campaign: {CAMPAIGN}\ninstrument: unknown\nstages:\n  - {{id: {STAGE}, target: {{date: 2020-06-31}}}}\n"
    headers = {**house.bearer(), "content-type": "application/yaml"}
    answer = await house.http.post(f"{BASE}/amend?dry_run=true", content=text.encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_release")
    assert [(one["line"], one["column"]) for one in answer.json()["errors"]] == [(2, 13), (4, 46)]
    for content in (b"\xff", b"", b"[[[", b"- " * 5000, b"&a [*a]", b"{" * 200_000):
        odd = await house.http.post(f"{BASE}/amend", content=content, headers=headers)
        assert (odd.status_code, odd.json()["code"]) == (422, "bad_release")
    large = await house.http.post(f"{BASE}/amend", content=b" " * 1_048_577, headers=headers)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")


async def test_freezes(house: House) -> None:
    token = {**house.bearer(), "idempotency-key": "f-1"}
    body = {"from": "2020-06-12", "to": None, "reason": "bão", "under": "193"}
    answer = await house.http.post(f"{BASE}/freeze", json=body, headers=token)
    assert answer.json() == {
        "campaign": CAMPAIGN,
        "order": "f-1",
        "no": 2,
        "units": 6,
        "refused": [],
        "repeated": False,
    }
    await house.http.post(f"{BASE}/resume", json={"on": "2020-06-12"}, headers=token)
    assert [one[1] for one in house.orders.sent] == [Suspend(TWELVE, None, "bão", "193"), Lift(TWELVE)]
    house.orders.answer = ChangeRefused("No freeze lasts.")
    refused = await house.http.post(f"{BASE}/resume", json={"on": "2020-06-12"}, headers=token)
    assert (refused.status_code, refused.json()["code"]) == (409, "change_refused")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"from": "2019-11-30"}, "outside_campaign", "from"),
        ({"to": "2021-01-01"}, "outside_campaign", "to"),
        ({"to": "2020-06-01"}, "last_before_first", "to"),
        ({"reason": " "}, "no_reason", "reason"),
        ({"reason": ""}, "bad_value", "reason"),
    ],
)
async def test_freezes_that_are_none(house: House, change: dict[str, Any], code: str, field: str) -> None:
    body = {"from": "2020-06-12", "to": None, "reason": "bão", **change}
    answer = await house.http.post(f"{BASE}/freeze", json=body, headers=house.bearer())
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, code, field)
    assert house.orders.sent == []
