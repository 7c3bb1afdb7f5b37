"""The API of a real service: what is reported there is in the feed, in the history, and told to those who follow."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from tests.service import Service, running
from tests.workflows.small import write_campaign

BASE = "/api/v1/campaigns/small-2020"
RELEASE = """\
campaign: small-2020
instrument: plan-400
instruments: {plan-400: {number: 400-KH/TU, date: 2020-06-05}}
stages: [{id: grassroots_congress, target: {date: 2020-06-20}}]
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The small campaign as of 11/06/2020."""
    folder = tmp_path_factory.mktemp("api")
    made = Service(folder / "var", "--launch", str(write_campaign(folder)), "--today", "2020-06-11")
    with running(made):
        yield made


def client(service: Service, role: str, unit: str = "22") -> httpx.Client:
    granted = service.json("access", "grant", unit, "--role", role, "--label", f"{role} {unit}")
    headers = {"authorization": f"Bearer {granted['api_token']}", "accept-language": "vi"}
    return httpx.Client(base_url=service.board_url, headers=headers, timeout=60)


def summaries(service: Service, unit: str) -> list[str]:
    events = Calendar.from_ical(service.feed(f"?under={unit}&kind=held")[1]).walk("VEVENT")
    return [str(event["SUMMARY"]) for event in events]


def test_a_report_is_in_the_feed_and_told_to_those_who_follow(service: Service) -> None:
    told: list[dict[str, Any]] = []
    with client(service, "report", "200") as http:
        after = http.get("/api/v1/events?limit=1000").json()["after"]

        def follow() -> None:
            with http.stream("GET", f"/api/v1/events?after={after}", headers={"accept": "text/event-stream"}) as stream:
                for line in stream.iter_lines():
                    if line.startswith("data: "):
                        told.append(json.loads(line.removeprefix("data: ")))
                        return

        following = threading.Thread(target=follow)
        following.start()
        order = {"stage": "grassroots_congress", "on": "2020-06-09", "to": "2020-06-10"}
        body = {**order, "results": {"direct_election": True}}
        sent = [
            http.post(f"{BASE}/units/200/report", json=body, headers={"idempotency-key": "report-200"})
            for _ in range(2)
        ]
        again = http.post(f"{BASE}/units/200/report", json=body)
        following.join(30)
        status = http.get(f"{BASE}/units/200").json()
        waited = http.get(f"/api/v1/events?after={after}&wait=10").json()
    assert [answer.status_code for answer in sent] == [200, 200], sent[0].text
    assert sent[0].json() | {"repeated": True} == sent[1].json()
    assert (again.status_code, again.json()["code"]) == (409, "already_reported")
    assert "Đại hội Đảng bộ đã được báo cáo là tổ chức từ 09/06/2020 đến 10/06/2020" in again.json()["detail"]
    assert summaries(service, "200") == ["✓ Đại hội Đảng bộ phường Hai: muộn 10 ngày (trước hạn TW 20 ngày)"]
    assert status == service.json("status", "200")
    stage = status["stages"][0]
    assert (stage["status"], stage["margin_target"], stage["margin_deadline"]) == ("held", -10, 20)
    line = service.json("history", "200")[-1]
    assert (line["type"], line["by"]) == ("held", "report 200")
    assert {name: told[0][name] for name in ("campaign", "unit", "no", "type", "by", "data")} == {
        "campaign": "small-2020",
        "unit": "200",
        **{name: line[name] for name in ("no", "type", "by", "data")},
    }
    assert waited["events"][0] == told[0]


def test_a_release_by_the_api(service: Service) -> None:
    yaml = {"content-type": "application/yaml", "idempotency-key": "release-2"}
    with client(service, "admin") as http:
        foreseen = http.post(f"{BASE}/amend?dry_run=true", content=RELEASE, headers=yaml).json()
        made = [http.post(f"{BASE}/amend", content=RELEASE, headers=yaml) for _ in range(2)]
        listed = http.get(f"{BASE}/releases").json()
        difference = http.get(f"{BASE}/diff?first=1&second=2").json()
        frozen = http.post(f"{BASE}/freeze", json={"from": "2020-06-12", "to": None, "reason": "bão", "under": "100"})
        resumed = http.post(f"{BASE}/resume", json={"on": "2020-06-15", "under": "100"})
        refused = http.post(f"{BASE}/resume", json={"on": "2020-06-16", "under": "100"})
    assert [answer.status_code for answer in made] == [200, 200], made[0].text
    first, second = (answer.json() for answer in made)
    # What was foreseen is what happened.
    assert {name: first[name] for name in ("units", "moves", "conflicts")} == {
        name: foreseen[name] for name in ("units", "moves", "conflicts")
    }
    assert (first["repeated"], second["repeated"], second["order"]) == (False, True, "release-2")
    assert listed == service.json("releases")
    assert difference == service.json("diff", "1", "2")
    assert [answer.status_code for answer in (frozen, resumed, refused)] == [200, 200, 409]
    assert refused.json()["code"] == "change_refused"


def test_a_feeds_address_opens_no_api_and_a_revoked_token_nothing(service: Service) -> None:
    granted = service.json("access", "grant", "22", "--role", "admin", "--label", "x")
    secret = granted["feed_url"].rpartition("/")[2].removesuffix(".ics")
    with httpx.Client(base_url=service.board_url) as http:
        assert http.get(BASE, headers={"authorization": f"Bearer {secret}"}).status_code == 401
        assert http.get(f"/feeds/{granted['api_token']}.ics").status_code == 404
        token = {"authorization": f"Bearer {granted['api_token']}"}
        assert http.get(BASE, headers=token).status_code == 200
        assert service.congress("access", "revoke", granted["id"]).returncode == 0
        assert http.get(BASE, headers=token).status_code == 401
        # Whoever reaches an open board could run the command line; acting takes a token all the same.
        assert http.get(f"{BASE}/status").json() == service.json("status")
        assert http.post(f"{BASE}/units/200/acknowledge").status_code == 401


def test_the_service_ends_though_somebody_follows(service: Service) -> None:
    with httpx.Client(base_url=service.board_url, timeout=60) as http:
        headers = {"accept": "text/event-stream"}
        with http.stream("GET", "/api/v1/events", headers=headers) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "retry: 3000"
            assert service.stop() == 0
            # It was ended, not broken off: that would be an error here, and in the log.
            assert "event: launched" in list(lines)
    log = (service.data.parent / f"{service.data.name}.log").read_text(encoding="utf-8")
    assert log.rpartition("stopping")[2].strip() == ""
