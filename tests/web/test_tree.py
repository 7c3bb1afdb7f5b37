"""The tree of units: what it lists, in which order, how it unfolds, and the feed that has the same filters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import httpx
import pytest

from calendars.sequence.state import Clock
from calendars.store.database import open_store
from calendars.store.feeds import Feeds
from calendars.store.grants import Role
from calendars.store.reading import read_campaign
from calendars.store.stage_lines import stage_lines
from calendars.web.branches import branches
from calendars.web.finding import matching
from calendars.web.pages import frame
from calendars.web.pages.tree import MOST_ROWS, PAGE_UNITS
from calendars.web.viewer import Viewer
from tests.web.conftest import Client
from tests.web.stores import Filled, province
from tests.web.test_app import DAY, FEED, opened, text_of
from tests.web.test_feed import uids

CONGRESS = "grassroots_congress"


@pytest.fixture
def june(filled: Filled) -> Filled:
    """One ward early, one commune overdue, a district with days set."""
    filled.hold("06664-01", "headman_election", "2020-01-05")
    filled.hold("06664-01", "cell_congress", "2020-01-18")
    filled.hold("06664", CONGRESS, "2020-05-18", "2020-05-19")
    filled.pass_due("06868", CONGRESS, Clock.TARGET, "2020-05-31")
    filled.schedule("193", "district_congress", "2020-07-21", "2020-07-22")
    return filled


def listed(html: str) -> list[str]:
    """The codes of the units on the page, in their order."""
    return re.findall(r'<span class="code">([^<]*)</span>', html)


async def ask(filled: Filled, query: str = "", code: int = 200) -> httpx.Response:
    async with opened(filled.store) as http:
        response = await http.get(f"/tree{query}")
    assert response.status_code == code, response.text
    return response


async def codes(filled: Filled, query: str = "") -> list[str]:
    return listed((await ask(filled, query)).text)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["22", "193", "200"]),
        ("?open=193", ["22", "193", "06664", "200"]),
        ("?open=193,06664", ["22", "193", "06664", "06664-01", "200"]),
        ("?open=06664", ["22", "193", "200"]),  # which is folded in one that is not open
        ("?open=nowhere,22", ["22", "193", "200"]),
        ("?under=193", ["193", "06664"]),
        ("?under=06664-01", ["06664-01"]),
        ("?q=ha+tu", ["06664"]),
        ("?q=06664", ["06664", "06664-01"]),
        ("?q=khu&under=200", []),
        ("?level=commune", ["06664", "06868"]),
        ("?level=commune&level=village", ["06664", "06664-01", "06868"]),
        ("?level=commune,village&stage=&status=&from=&q=", ["06664", "06664-01", "06868"]),
        ("?status=overdue", ["06868"]),
        ("?status=held", ["06664", "06664-01"]),
        ("?tag=pilot", ["193"]),
        ("?kind=scheduled&from=2020-07-22", ["193"]),
        ("?kind=scheduled&from=2020-07-23", []),
        ("?status=held&q=ha+tu", ["06664"]),
        ("?as_of=2020-05-18&status=held", ["06664-01"]),  # the ward's second day was still to come
        ("?as_of=2020-05-19&status=held", ["06664", "06664-01"]),
    ],
)
async def test_what_is_listed(june: Filled, query: str, shown: list[str]) -> None:
    assert await codes(june, query) == shown


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?level=commune&sort=margin", ["06664", "06868"]),  # what has no margin comes last either way
        ("?level=commune&sort=-margin", ["06664", "06868"]),
        ("?level=commune&sort=overdue", ["06868", "06664"]),
        ("?level=commune&sort=-overdue", ["06664", "06868"]),
        ("?level=commune&sort=done", ["06868", "06664"]),
        ("?level=commune&sort=-done", ["06664", "06868"]),
        ("?level=commune&sort=-code", ["06868", "06664"]),
        ("?sort=name", ["22", "200", "193"]),
        ("?sort=-name", ["22", "193", "200"]),
        ("?q=0&sort=-code", ["06868", "06664-01", "06664"]),
    ],
)
async def test_sorting(june: Filled, query: str, shown: list[str]) -> None:
    page = (await ask(june, query)).text
    found = [code for code in listed(page) if code in shown]
    assert found == shown
    if "sort=name" in query:
        assert 'aria-sort="ascending"' in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?level=town", "level=town: expected commune, district, province, village."),
        ("?status=done", "status=done: expected"),
        ("?sort=age", "sort=age: expected code, name, margin, done, overdue"),
        ("?page=0", "page=0: expected a number from 1 on."),
        ("?page=-1", "page=-1: expected"),
        ("?page=%D9%A1", "expected a number from 1 on."),
        ("?page=999999999999", "expected a number from 1 on."),
        ("?from=2020-02-30", "from=2020-02-30: expected a day as 2020-06-30."),
        ("?from=2020-06-02&to=2020-06-01", "from=2020-06-02: expected a day up to to=2020-06-01."),
        ("?detail=full", "detail: it means nothing here"),
        ("?colour=red", "colour: no such filter"),
    ],
)
async def test_a_mistake_is_named(june: Filled, query: str, sentence: str) -> None:
    assert sentence in unescape((await ask(june, f"{query}&lang=en", 400)).text)


async def test_an_unknown_unit_is_not_there(june: Filled) -> None:
    await ask(june, "?under=nowhere", 404)


async def test_rows_tell_state_margins_and_what_is_done_below(june: Filled) -> None:
    vi, en = [text_of((await ask(june, f"?open=193&lang={language}")).text) for language in ("vi", "en")]
    assert "Phường Hà Tu 06664 1 trực thuộc đã tổ chức Đại hội Đảng bộ 18/05 – 19/05/2020 +12 +42 100 % 3/3 0 " in vi
    assert "Phường Hà Tu 06664 1 below held Grassroots congress 18/05 – 19/05/2020 +12 +42 100% 3/3 0 " in en
    assert "Huyện Đầm Hà 200 1 trực thuộc" in vi
    assert "Thành phố Hạ Long 193 1 trực thuộc đã có lịch District congress 21/07 – 22/07/2020 +12 +42 75 % 3/4" in vi


async def test_state_and_figures_are_those_of_the_day(june: Filled) -> None:
    before = text_of((await ask(june, "?open=193&lang=en&as_of=2020-05-18")).text)
    assert "Phường Hà Tu 06664 1 below" in before
    assert "held Grassroots congress" not in before
    assert "66.7% 2/3" in before


async def test_nothing_found_says_what_to_do_next(june: Filled) -> None:
    vi = text_of((await ask(june, "?q=xyz&level=commune&under=193&lang=vi")).text)
    for said in ("Không tìm thấy đơn vị nào.", "Thử ít chữ hơn", "Bỏ bớt một điều kiện", "Tìm trong toàn bộ"):
        assert said in vi


async def test_links_keep_what_was_asked_for(june: Filled) -> None:
    page = unescape((await ask(june, "?q=ha+tu&level=commune&lang=en&as_of=2020-06-01")).text)
    assert 'href="/tree?level=commune&lang=en&as_of=2020-06-01"' in page  # without the search
    assert 'href="/tree?q=ha+tu&lang=en&as_of=2020-06-01"' in page  # without the level
    assert 'href="/tree?level=commune&q=ha+tu&sort=margin&lang=en&as_of=2020-06-01"' in page
    assert '<input type="hidden" name="as_of" value="2020-06-01">' in page


async def test_what_is_typed_is_text(june: Filled) -> None:
    page = (await ask(june, "?q=%3Cscript%3Ealert(1)%3C/script%3E")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    await ask(june, "?q=" + "a" * 3000)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A province of five thousand units, 312 communes of 15 villages under one district. It is only read."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('wide')}/congress.db")
    yield Filled(store, province(312, 15))
    store.close()


async def test_five_thousand_units_are_never_on_one_page(wide: Filled) -> None:
    for query in (
        "",
        "?level=village",
        "?q=thon",
        "?under=193",
        "?under=193&page=7",
        "?open=193",
        "?level=village&page=94",
    ):
        page = await ask(wide, query)
        assert 0 < len(listed(page.text)) <= PAGE_UNITS + 2
        assert len(page.content) < 150_000
    opened_all = ",".join(["193", *(f"{no:05}" for no in range(312))])
    assert len(await codes(wide, f"?open={opened_all}")) <= MOST_ROWS


async def test_pages_list_every_unit_once(wide: Filled) -> None:
    seen: list[str] = []
    for page in range(1, 8):
        seen += [code for code in await codes(wide, f"?under=193&page={page}") if code != "193"]
    assert sorted(seen) == sorted(f"{no:05}" for no in range(312))
    assert await codes(wide, "?under=193&page=99") == await codes(wide, "?under=193&page=7")
    more = unescape((await ask(wide, "?open=193&lang=en")).text)
    assert "and 262 more below Thành phố Hạ Long" in more
    assert 'href="/tree?open=193&page=2&under=193&lang=en"' in more


async def test_figures_of_a_branch_are_those_of_its_units(june: Filled) -> None:
    view = Feeds(june.store).refresh().campaigns[june.plan.campaign]
    with june.store.reading() as connection:
        lines = stage_lines(connection, read_campaign(connection, june.plan.campaign))
    for day in (date(2020, 1, 4), date(2020, 5, 18), date(2020, 5, 19), DAY, date(2020, 12, 31)):
        found = branches(view, lines, day)
        for code in view.units:
            inside = [line for line in lines if line.unit in view.below(code)]
            held = [line for line in inside if line.held_by(day)]
            assert (found[code].stages, found[code].held) == (len(inside), len(held))
            assert found[code].overdue == sum(line.overdue_on(day) for line in inside)
            margins = [line.margin_deadline for line in held if line.margin_deadline is not None]
            assert found[code].margin_deadline == min(margins, default=None)


async def test_a_viewer_sees_nothing_outside_their_scope(june: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "LOCAL", Viewer("Bà Lan", Role.VIEW, "193"))
    for query in ("", "?open=193,22,200", "?q=xa", "?q=quang+ninh", "?level=commune,district", "?status=overdue,held"):
        page = await ask(june, query)
        assert set(listed(page.text)) <= {"193", "06664", "06664-01"}
        for hidden in ("Đầm Hà", "Tân Bình", "Tỉnh Quảng Ninh", FEED):
            assert hidden not in page.text
    for query in ("?under=22", "?under=200", "?under=06868"):
        await ask(june, query, 404)
    async with opened(june.store) as http:
        unit = await http.get("/units/06664")
        assert "Đầm Hà" not in unit.text
        assert FEED not in unit.text
        assert FEED not in (await http.get("/subscribe")).text
        assert (await http.get("/subscribe?under=200")).status_code == 404


@pytest.mark.parametrize("query", ["", "?q=ha+tu", "?level=commune&status=held", "?open=193,06664", "?q=none+such"])
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_no_inline_style_or_script(june: Filled, query: str, language: str) -> None:
    page = (await ask(june, f"{query}{'&' if query else '?'}lang={language}")).text
    assert not re.search(r"<iframe|<style|\sstyle=|\son\w+=|None|built-in|Undefined", page)
    (script,) = re.findall(r"<script[^>]*>[^<]*</script>", page)
    assert re.fullmatch(r'<script src="/static/tree\.js\?v=\w+" defer></script>', script)


async def test_the_feed_of_a_view_has_its_units_and_no_others(june: Filled) -> None:
    client = Client(june)
    async with client.http:
        for query in ("level=commune", "status=overdue", "kind=target,deadline&under=193", "tag=pilot", "status=held"):
            page = unescape((await ask(june, f"?{query}&lang=vi")).text)
            (address,) = re.findall(rf"<code>({re.escape(FEED)}[^<]*)</code>", page)
            feed = uids(await client.ask(address.removeprefix(FEED)))
            assert {uid.split(".")[0] for uid in feed} == set(listed(page))
            assert f"{len(feed)} mục, khoảng" in text_of(page)
    await client.feeds.close()


async def test_a_search_is_no_filter_of_a_feed(june: Filled) -> None:
    page = text_of((await ask(june, "?q=ha+tu&lang=en")).text)
    assert "What you typed is no filter of a calendar" in page


def test_matching_is_quick_enough_for_a_whole_province(wide: Filled) -> None:
    view = Feeds(wide.store).refresh().campaigns[wide.plan.campaign]
    assert len(matching(view, view.units, "thon 7")) == 312
