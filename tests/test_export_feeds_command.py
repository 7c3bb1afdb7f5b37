"""`congress export feeds` beside a store: the same bytes as the service's, and pages that lead to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import update

from calendars.ical.linking import linking
from calendars.ical.renderer import IcalRenderer
from calendars.sequence.state import Profile
from calendars.store.database import open_store
from calendars.store.feeds import Feeds
from calendars.store.past import Past
from calendars.store.schema import campaigns
from calendars.web.exporting import exported
from calendars.web.feed import FeedApplication
from calendars.web.freshness import Freshness
from tests.commands import Command
from tests.ical.cases import PLAN
from tests.web.conftest import over
from tests.web.stores import DAM_HA, HA_LONG, HA_TU, PROVINCE, QUARTER, SMALL, Filled
from workflows.cli import run

POLICE = Profile("cong-an", "Công an <tỉnh> & bạn", "district", "22", "Tỉnh Quảng Ninh")
URL = "http://127.0.0.1:8080"
UNITS = ["06664", "06868", "193", "200", "22", "cong-an"]


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Filled]:
    """The small province and a body with a markup of a name, in a data folder."""
    store = open_store(f"sqlite:///{tmp_path}/congress.db")
    monkeypatch.setenv("CONGRESS_DATA", str(tmp_path))
    yield Filled(store, (*SMALL, POLICE))
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "public"


@pytest.fixture
def export(filled: Filled, capfd: pytest.CaptureFixture[str], folder: Path) -> Command:
    return Command(capfd, "export", "feeds", str(folder))


def feeds_of(filled: Filled) -> FeedApplication:
    """The feeds of a service on the port that the settings name."""
    return FeedApplication(Freshness(Feeds(filled.store, linking(URL))), filled.store, public_url=URL)


def units(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.ics"))


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_file_holds_what_the_feed_of_its_unit_answers(
    filled: Filled, export: Command, folder: Path, language: str
) -> None:
    filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    filled.schedule("193", "district_congress", "2020-07-21", "2020-07-22")
    said = f"{folder}: {len(UNITS) + 1} written, 0 unchanged, 0 removed.\n"
    assert export("--lang", language) == (0, said, "")
    assert units(folder) == UNITS
    feeds = feeds_of(filled)
    tokens = {unit: filled.grant(unit)[1] for unit in UNITS}
    async with over(feeds) as http:
        for unit, token in tokens.items():
            answer = await http.get(f"/feeds/{token}.ics?lang={language}")
            assert answer.status_code == 200
            assert (folder / f"{unit}.ics").read_bytes() == answer.content
    await feeds.close()


def test_a_second_export_writes_what_changed(filled: Filled, export: Command, folder: Path) -> None:
    export()
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert export() == (0, f"{folder}: 0 written, 7 unchanged, 0 removed.\n", "")
    filled.hold("06664", "grassroots_congress", "2020-05-18")
    code, out, error = export("--json")
    assert (code, error) == (0, "")
    assert json.loads(out) == {
        "campaign": "quang-ninh-2020",
        "folder": str(folder),
        "written": 3,
        "unchanged": 4,
        "removed": 0,
    }
    after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"22.ics", "193.ics", "06664.ics", "SHA256SUMS"}


def test_under_a_unit(export: Command, folder: Path) -> None:
    assert export("--under", "193") == (0, f"{folder}: 3 written, 0 unchanged, 0 removed.\n", "")
    assert units(folder) == ["06664", "193"]
    assert export("--under", "200") == (0, f"{folder}: 3 written, 0 unchanged, 2 removed.\n", "")
    assert units(folder) == ["06868", "200"]
    export("--under", "06664-01")
    assert units(folder) == ["06664-01"]


def test_nothing_is_taken_away_for_an_export_that_is_refused(filled: Filled, export: Command, folder: Path) -> None:
    export()
    assert export("--under", "999") == (1, "", "There is no unit 999 in campaign quang-ninh-2020.\n")
    assert export("--lang", "fr")[:2] == (2, "")
    with filled.store.writing() as connection:
        connection.execute(update(campaigns).values(renderer=0))
    said = "An older version made the entries; run `congress rebuild` first, or start the service.\n"
    assert export() == (1, "", said)
    assert units(folder) == UNITS


def test_a_folder_that_cannot_be_made_is_one_sentence(export: Command, folder: Path) -> None:
    folder.write_text("kept")
    said = f"{folder}: a file, expected a folder or a name for a new one.\n"
    assert export() == (1, "", said)


def test_a_campaign_without_units_is_refused_and_makes_no_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/congress.db")
    Filled(store, ())
    store.close()
    monkeypatch.setenv("CONGRESS_DATA", str(tmp_path))
    assert run(["export", "feeds", str(tmp_path / "public")]) == 1
    assert capfd.readouterr().err == (
        "There is nothing to export of campaign quang-ninh-2020, expected entries or units with others below them.\n"
    )
    assert not (tmp_path / "public").exists()


def test_the_lowest_of_two_levels_has_files_of_its_own(filled: Filled) -> None:
    view = Feeds(filled.store).refresh().campaigns["quang-ninh-2020"]
    past = Past(filled.store, IcalRenderer())
    two = replace(view, plan=PLAN.model_copy(update={"levels": ("province", "commune")}))
    three = replace(view, plan=PLAN.model_copy(update={"levels": ("province", "district", "commune")}))
    assert "06868.ics" in exported(two, "", (), past)
    assert "06868.ics" not in exported(three, "", (), past)


def test_no_secret_is_in_any_file(filled: Filled, export: Command, folder: Path) -> None:
    secrets = [filled.grant(unit)[1] for unit in ("22", "193")]
    export()
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not [token for token in secrets if token.encode() in everything]


class Page(HTMLParser):
    """The tags of a page, the links with their texts, and how deep each stands."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.links: dict[str, str] = {}
        self.depth: dict[str, int] = {}
        self._open = ""
        self._lists = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._lists += tag == "ul"
        values = [value or "" for name, value in attrs if name in ("href", "src", "srcset", "action", "data")]
        self.addresses += values
        if tag == "a":
            self._open = values[0]
            self.links[self._open], self.depth[self._open] = "", self._lists

    def handle_endtag(self, tag: str) -> None:
        self._lists -= tag == "ul"
        if tag == "a":
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.links[self._open] += data


def test_the_page_leads_to_every_file_in_both_languages(export: Command, folder: Path) -> None:
    export("--lang", "en")
    text = (folder / "index.html").read_text(encoding="utf-8")
    page = Page(text)
    names = {unit.code: unit.name for unit in (*SMALL, POLICE) if unit is not QUARTER}
    assert page.links == {f"{code}.ics": name for code, name in names.items()}
    nested = [PROVINCE, HA_LONG, DAM_HA, HA_TU]
    assert [page.depth[f"{unit.code}.ics"] for unit in nested] == [1, 2, 2, 3]
    for said in (PLAN.title["vi"], PLAN.title["en"], "Hạ Long city", "Hà Tu ward", "tiếng Anh", "are in English"):
        assert said in text


def test_the_page_needs_nothing_from_elsewhere(export: Command, folder: Path) -> None:
    export()
    text = (folder / "index.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.addresses == list(page.links)
    assert not {"script", "link", "img", "iframe", "form", "base"} & set(page.tags)
    assert not re.findall(r"https?:|//|url\(|@import|\son\w+=", text)


async def test_filters_narrow_every_file_as_they_narrow_a_feed(filled: Filled, export: Command, folder: Path) -> None:
    filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    assert export("--filter", "level=commune&kind=held", "--filter", "lang=en")[0] == 0
    assert units(folder) == ["06664", "193", "200", "22"]  # the other commune has nothing left to subscribe to
    feeds = feeds_of(filled)
    _, token = filled.grant("193")
    async with over(feeds) as http:
        answer = await http.get(f"/feeds/{token}.ics?level=commune&kind=held&lang=en")
    await feeds.close()
    assert (folder / "193.ics").read_bytes() == answer.content
    assert answer.content.count(b"BEGIN:VEVENT") == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            "under=193",
            "under: it means nothing here, expected one of alarms, as, as_of, cancelled, ",
        ),
        ("colour=red", "colour: no such filter, expected one of alarms, as, as_of, cancelled, "),
        ("level=hamlet", "level=hamlet: expected commune, district, province, village."),
        ("as_of=yesterday", "as_of=yesterday: expected a day as 2020-06-30."),
        ("level", "The filters are not understood"),
    ],
)
def test_a_wrong_filter_writes_nothing(export: Command, folder: Path, given: str, sentence: str) -> None:
    code, out, error = export("--filter", given)
    assert (code, out) == (1, "")
    assert error.startswith(sentence)
    assert not folder.exists()


async def test_files_of_a_past_day_are_its_feeds(filled: Filled, export: Command, folder: Path) -> None:
    filled.hold("06664", "grassroots_congress", "2020-05-18", "2020-05-19")
    assert export("--filter", "as_of=2020-05-18")[0] == 0
    feeds = feeds_of(filled)
    _, token = filled.grant("193")
    async with over(feeds) as http:
        then = await http.get(f"/feeds/{token}.ics?as_of=2020-05-18")
        now = await http.get(f"/feeds/{token}.ics")
    await feeds.close()
    assert (folder / "193.ics").read_bytes() == then.content
    assert ("✓".encode() in then.content, "✓".encode() in now.content) == (False, True)
