"""The service as people run it: its own process, the embedded server, the command line, a small campaign."""

from __future__ import annotations

import json
import re
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.service import Service, ended, running
from tests.workflows.small import write_campaign


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The small campaign as of 11/06/2020."""
    folder = tmp_path_factory.mktemp("service")
    made = Service(folder / "var", "--launch", str(write_campaign(folder)), "--today", "2020-06-11")
    with running(made):
        yield made


def status(service: Service, stage: str, *arguments: str) -> dict[str, object]:
    found = service.json("status", *arguments)
    return next(one for one in found["stages"] if one["stage"] == stage)


def entry(service: Service, uid: str) -> dict[str, str]:
    calendar = Calendar.from_ical(service.feed()[1])
    found = [event for event in calendar.walk("VEVENT") if event["UID"].startswith(f"small-2020.{uid}@")]
    assert len(found) == 1
    return {name: found[0][name].to_ical().decode() for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY")}


def test_it_prints_three_addresses_and_keeps_the_secret_one_to_itself(service: Service) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", service.board_url)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/feeds/[\w-]{43}\.ics", service.feed_url)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", service.address("Temporal"))
    mode = (service.data / "demonstration.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_reports_up_to_the_day_are_loaded_and_later_ones_only_where_announced(service: Service) -> None:
    assert status(service, "grassroots_congress")["held"] == 1
    assert status(service, "grassroots_congress", "--as-of", "2020-05-20")["held"] == 0
    province = service.json("status", "22")["stages"][0]
    assert province["status"] == "scheduled"
    assert province["scheduled"] == {"from": "2020-09-25", "to": "2020-09-27"}
    # The second commune was due by 31/05/2020.
    commune = service.json("status", "200")["stages"][0]
    assert (commune["status"], commune["held"], commune["target"]) == ("overdue", None, "2020-05-31")


def test_a_report_changes_the_feed_at_once_under_the_same_uid(service: Service) -> None:
    before, (etag, _) = entry(service, "22.provincial_congress"), service.feed()
    done = service.congress("--by", "Văn phòng", "schedule", "22", "provincial_congress", "--on", "24/09/2020")
    assert done.returncode == 0, done.stderr
    after = entry(service, "22.provincial_congress")
    assert service.feed()[0] != etag
    assert after["UID"] == before["UID"]
    assert (int(before["SEQUENCE"]), int(after["SEQUENCE"])) == (0, 1)
    assert (after["DTSTART"], after["DTEND"]) == ("20200924", "20200925")
    assert service.json("history", "22")[-1]["by"] == "Văn phòng"


REFUSALS = [
    (("report", "100", "grassroots_congress", "--on", "2020-05-20", "--to", "2020-05-21"), "already reported"),
    (("report", "200", "grassroots_congress", "--on", "2020-06-12"), "because today is 11/06/2020"),
    (("report", "200", "grassroots_congress", "--on", "2020-03-31"), "before it opens on 01/04/2020"),
    (("report", "200", "grassroots_congress", "--on", "2020-06-01", "--to", "2020-06-03"), "longest allowed is 2"),
    (("report", "200", "cell_congress", "--on", "2020-06-01"), "has no stage cell_congress"),
    (("report", "999", "cell_congress", "--on", "2020-06-01"), "There is no unit 999"),
    (("report", "200-01", "cell_congress", "--on", "2020-01-18"), "Headman election"),
    (("report", "200", "grassroots_congress", "--on", "2020-06-01", "--result", "turnout=1"), "has no result turnout"),
    (
        ("report", "200", "grassroots_congress", "--on", "2020-06-01", "--result", "direct_election=maybe"),
        "expected true or false",
    ),
    (("schedule", "200", "grassroots_congress", "--on", "2020-06-10"), "10/06/2020"),
    (("correct", "200", "grassroots_congress", "--on", "2020-06-10", "--reason", "x"), "not reported as held"),
    (("retract", "200", "grassroots_congress", "--reason", "x"), "not reported as held"),
    (("launch", "small-2021"), "neither a folder nor a bundled campaign"),
    (("access", "grant", "999", "--label", "x"), "There is no unit 999"),
    (("access", "revoke", "nothing"), "There is no grant nothing"),
    (("--campaign", "other", "status"), "There is no campaign other"),
    (("history", "999"), "There is no unit 999"),
]


@pytest.mark.parametrize(("arguments", "sentence"), REFUSALS, ids=lambda value: " ".join(value)[:60])
def test_a_refusal_is_one_sentence_and_leaves_no_trace(
    service: Service, arguments: tuple[str, ...], sentence: str
) -> None:
    before = service.feed()
    done = service.congress(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert service.feed() == before


def test_a_refusal_speaks_vietnamese_too(service: Service) -> None:
    done = service.congress(*REFUSALS[0][0], CONGRESS_LANG="vi")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "đã được báo cáo là tổ chức" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("report", "200"),
        ("report", "200", "grassroots_congress", "--on", "2020-02-30"),
        ("status", "-x"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(service: Service, arguments: tuple[str, ...]) -> None:
    done = service.congress(*arguments)
    assert (done.returncode, done.stdout) == (2, "")


def test_an_import_keeps_good_rows_and_names_every_bad_one(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    file.write_text(
        "unit,stage,on,to,result.turnout\n"
        "200-01,cell_congress,2020-01-18,,\n"
        "200-01,headman_election,2020-01-05,,93.5\n"
        "999,cell_congress,2020-01-18,,\n"
        "100-01,headman_election,2020-01-05,,93.25\n"
        "100-02,cell_congress,2020-13-18,,\n"
        "200,grassroots_congress,2020-06-12,,\n",
        encoding="utf-8",
    )
    done = service.congress("reports", "import", str(file))
    assert done.returncode == 1
    assert done.stdout == f"{file}: 2 reported, 1 were there already.\n"
    named = [re.search(r"line (\d+)", line) for line in done.stderr.splitlines()]
    assert [int(match[1]) for match in named if match] == [4, 6, 7]
    again = service.congress("reports", "import", str(file))
    assert "0 reported, 3 were there already" in again.stdout


def test_brackets_in_texts_are_shown_as_they_are(service: Service) -> None:
    done = service.congress("--by", "[/x] ông A", "schedule", "100-02", "cell_congress", "--on", "2020-06-20")
    assert done.returncode == 0, done.stderr
    shown = service.congress("history", "100-02")
    assert shown.returncode == 0, shown.stderr
    assert "[/x] ông A" in shown.stdout


def test_terminals_and_arguments_that_are_not_utf8(service: Service) -> None:
    shown = service.congress("status", "100", PYTHONIOENCODING="ascii")
    assert shown.returncode == 0, shown.stderr
    done = service.congress("status", "\udcff")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_a_refused_row_does_not_keep_a_right_one_out(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    rows = "100-02,cell_congress,2020-06-30,\n100-02,cell_congress,2020-06-10,\n"
    file.write_text(f"unit,stage,on,ot\n{rows}", encoding="utf-8")
    done = service.congress("reports", "import", str(file))
    assert (done.returncode, done.stdout) == (1, f"{file}: 1 reported, 0 were there already.\n")
    refused, unused = done.stderr.splitlines()[-1], done.stderr.splitlines()[0]
    assert "line 2" in refused
    assert "already held on 10/06/2020" in refused
    assert "'ot'" in unused


def test_corrections_and_retractions_stay_in_the_history(service: Service) -> None:
    for arguments in (
        ("report", "200", "grassroots_congress", "--on", "2020-06-01", "--result", "direct_election=true"),
        ("correct", "200", "grassroots_congress", "--on", "2020-06-02", "--reason", "wrong day"),
        ("retract", "200", "grassroots_congress", "--reason", "never held"),
    ):
        assert service.congress(*arguments).returncode == 0
    found = service.json("history", "200")
    assert [one["type"] for one in found] == [
        "enrolled",
        "overdue",
        "still_overdue",
        "escalated",
        "held",
        "corrected",
        "retracted",
    ]
    assert [one["no"] for one in found] == list(range(1, 8))
    assert found[5]["data"]["results"] == {"direct_election": True}
    assert service.json("status", "200")["stages"][0]["status"] == "overdue"


def test_an_address_is_shown_once_and_ends_when_revoked(service: Service) -> None:
    made = service.json("access", "grant", "100", "--label", "Xã Một", "--role", "view")
    assert {name: made[name] for name in ("label", "role", "scope")} == {
        "label": "Xã Một", "role": "view", "scope": "100",
    }  # fmt: skip
    with urllib.request.urlopen(made["feed_url"]) as answer:
        body = answer.read()
    assert b"small-2020.100.grassroots_congress@" in body
    assert b"small-2020.22." not in body
    token = made["feed_url"].rpartition("/")[2].removesuffix(".ics")
    assert token not in service.congress("access", "list", "--json").stdout
    assert token.encode() not in (service.data / "congress.db").read_bytes()
    assert service.congress("access", "revoke", made["id"]).returncode == 0
    with pytest.raises(urllib.error.HTTPError) as gone:
        urllib.request.urlopen(made["feed_url"])
    assert gone.value.code == 410
    gone.value.close()


def test_units_are_added_whole_or_not_at_all(service: Service, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "code,name,level,parent\n"
        "300,Xã Ba,commune,22\n"
        "300,Xã Ba nữa,commune,22\n"
        "301,Xã Bốn,commune,404\n"
        "302,Xã Năm,township,22\n"
        "303-01,Thôn A,village,303-02\n"
        "303-02,Thôn B,village,303-01\n",
        encoding="utf-8",
    )
    done = service.congress("units", "import", str(bad))
    assert done.returncode == 1
    for word in ("duplicate", "orphan", "level", "cycle"):
        assert word in done.stderr
    assert service.congress("status", "300").returncode == 1
    good = tmp_path / "good.csv"
    good.write_text("code,name,level,parent\n100-03,Thôn 3,village,100\n", encoding="utf-8")
    done = service.congress("units", "import", str(good))
    assert (done.returncode, done.stdout) == (0, f"{good}: 1 units added, small-2020 has 7 now.\n"), done.stderr
    assert service.json("status", "100-03")["name"] == "Thôn 3"
    done = service.congress("report", "100-03", "headman_election", "--on", "2020-01-05")
    assert done.returncode == 0, done.stderr


def test_launching_again_changes_nothing_and_another_day_is_refused(service: Service) -> None:
    before = service.journal()
    folder = str(service.data.parent / "small")
    assert service.congress("launch", folder).returncode == 0
    done = service.congress("launch", folder, "--today", "2020-06-12")
    assert done.returncode == 1
    assert "was launched as of 2020-06-11" in done.stderr
    assert service.journal() == before


def test_a_second_service_on_the_same_folder_is_refused(service: Service) -> None:
    twin = Service(service.data)
    with pytest.raises(AssertionError, match="A service runs on the data folder"):
        twin.start()


def test_pages_answer(service: Service) -> None:
    for path, content in (("", "Đại hội thử"), ("units/100", "Xã Một"), ("healthz", "ok"), ("readyz", "true")):
        with urllib.request.urlopen(service.board_url + path) as answer:
            assert content in answer.read().decode()
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(service.board_url + "units/999")
    assert missing.value.code == 404
    missing.value.close()


def test_it_drains_and_starts_again_with_everything(service: Service) -> None:
    address, before, journal = service.feed_url, service.feed(), service.journal()
    temporal = service.address("Temporal")
    server = service.temporal()
    assert service.stop() == 0
    assert ended(server)
    refused = service.congress("schedule", "22", "provincial_congress", "--on", "2020-09-25")
    assert refused.returncode == 1
    assert "nothing was sent" in refused.stderr
    assert json.loads(service.congress("status", "--json").stdout)["campaign"] == "small-2020"
    service.start()
    assert (service.feed_url, service.address("Temporal")) == (address, temporal)
    assert (service.feed(), service.journal()) == (before, journal)
    done = service.congress("schedule", "22", "provincial_congress", "--on", "2020-09-25", "--to", "2020-09-26")
    assert done.returncode == 0, done.stderr


def test_rebuilding_beside_the_running_service_changes_no_byte(service: Service) -> None:
    before = service.feed()
    done = service.congress("rebuild")
    assert done.returncode == 0, done.stderr
    assert service.feed() == before
