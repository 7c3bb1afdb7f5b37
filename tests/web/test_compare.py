"""Comparisons of two days, releases, units and campaigns."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from calendars.plan.releases import Release
from calendars.store.database import Store
from calendars.web.comparing import of_days, of_releases, of_units, turned
from tests.web.campaigns import GRASSROOTS, TODAY, filled_in_june, opened, standing, told
from tests.web.stores import Filled
from tests.web.test_app import text_of


def test_two_days(store: Store) -> None:
    filled_in_june(store)
    before, after = standing(store, date(2020, 5, 18)), standing(store)
    found = {
        (one.stage or one.indicator, one.name): (one.before, one.after, one.change)
        for one in of_days(before, after)
        if one.differs
    }
    assert found == {
        (GRASSROOTS, "held"): (0, 1, 1),
        (GRASSROOTS, "overdue"): (0, 1, 1),
        (GRASSROOTS, "last_held"): (None, date(2020, 5, 19), None),
        ("direct", "value"): (None, 1.0, None),
    }
    units = turned(before, after)
    assert [[line.unit for line in found] for found in (units.held, units.overdue, units.caught_up)] == [
        ["06664"],
        ["06868"],
        [],
    ]


def test_two_units(store: Store) -> None:
    filled_in_june(store)
    found = of_units(standing(store, under="193"), standing(store, under="200"))
    grassroots = {one.name: (one.before, one.after) for one in found if one.stage == GRASSROOTS}
    assert grassroots["share_held"] == (1.0, 0.0)
    assert grassroots["least_deadline"] == (42, None)
    cells = {one.name: (one.before, one.after) for one in found if one.stage == "cell_congress"}
    assert cells["units"] == (1, None)


def test_two_releases(store: Store) -> None:
    filled_in_june(store)
    document = told().document()
    for stage in document["stages"]:
        if stage["id"] == GRASSROOTS:
            stage["target"] = {"date": "2020-06-15"}
    later = Release(2, told().model_validate(document), TODAY)
    found = of_releases(Release(1, told(), date(2020, 5, 20)), later, standing(store).lines, TODAY)
    assert {(one.stage, one.name): (one.before, one.after, one.change) for one in found if one.differs} == {
        (GRASSROOTS, "target"): (date(2020, 5, 31), date(2020, 6, 15), 15),
        (GRASSROOTS, "overdue"): (1, 0, -1),
        (GRASSROOTS, "least_target"): (12, 27, 15),
    }


async def test_differences_come_first_and_the_address_can_be_shared(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        html = (await http.get("/compare?lang=en&what=days&a=2020-05-18&b=2020-06-11")).text
        page = text_of(html)
        same = text_of((await http.get("/compare?lang=en&a=2020-06-11&b=2020-06-11")).text)
        turned_round = await http.get("/compare?lang=en&what=days&a=2020-06-11&b=2020-05-18")
        whole = text_of((await http.get("/compare?lang=vi")).text)
    assert "Differences (4)" in page
    assert "Grassroots congress Commune level overdue 0 1 +1" in page
    assert page.index("Differences") < page.index("The same (")
    assert "Held theirs in between (1) Phường Hà Tu (Thành phố Hạ Long) (19/05)" in page
    assert "Newly overdue (1) Xã Tân Bình (Huyện Đầm Hà)" in page
    assert 'name="a" value="2020-05-18"' in html
    assert "Differences (4)" in text_of(turned_round.text)
    assert "Nothing differs. Choose other sides above." in same
    assert "Khác nhau (1)" in whole  # since a fortnight ago


async def test_the_day_of_the_page_is_the_second_day(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        html = (await http.get("/compare?lang=en&as_of=2020-05-31")).text
    assert 'name="a" value="2020-05-17"' in html
    assert 'name="b" value="2020-05-31"' in html


async def test_units_are_chosen_from_those_with_units_below(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        html = (await http.get("/compare?lang=en&what=units")).text
        other = text_of((await http.get("/compare?lang=en&what=units&a=200&b=22")).text)
    assert re.findall(r'<option value="(\w+)" selected', html) == ["193", "200"]
    assert "Grassroots congress Commune level share held 100% 0% −100 points" in text_of(html)
    assert "Huyện Đầm Hà Tỉnh Quảng Ninh Change" in other


async def test_empty_states_say_what_to_do_next(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        releases = text_of((await http.get("/compare?lang=en&what=releases")).text)
        campaigns = text_of((await http.get("/compare?lang=en&what=campaigns")).text)
    assert "The plan has one release only" in releases
    assert "congress amend FILE --dry-run" in releases
    assert "congress launch" in campaigns


async def test_another_campaign_is_compared_at_the_same_distance_from_the_deadline(store: Store) -> None:
    document = told().document()
    document["stages"] = [stage for stage in document["stages"] if stage["id"] == GRASSROOTS]
    for key in ("target", "deadline"):
        day = date.fromisoformat(document["stages"][0][key]["date"])
        document["stages"][0][key] = {"date": day.replace(month=day.month - 1, day=30).isoformat()}
    document["stages"][0].pop("gate")
    former = told().model_validate({**document, "campaign": "former-2020", "indicators": []})
    before = Filled(store, plan=former)
    before.hold("06664", GRASSROOTS, "2020-05-08")
    before.hold("06868", GRASSROOTS, "2020-05-12")
    filled_in_june(store)
    async with opened(store) as http:
        html = (await http.get("/compare?lang=en&what=campaigns&campaign=quang-ninh-2020")).text
        page = text_of(html)
        other = await http.get("/compare?lang=en&what=campaigns&campaign=quang-ninh-2020&b=nowhere")
    # 19 days before the deadline: 11/05 there, when one of two had met.
    assert "share held 50% 50% –" not in page
    assert "Grassroots congress Commune level least margin to the central deadline (days) +22 +42 +20" in page
    assert "overdue 1 1" in page
    assert other.status_code == 400
    assert "There is no campaign nowhere here, expected one of former-2020." in unescape(other.text)


@pytest.mark.parametrize(
    "query",
    [
        "what=weather",
        "a=2020-02-30",
        "a=20200511",
        "a=2019-11-30",
        "b=2020-06-12",
        "under=nowhere",
        "what=units&a=nowhere",
        "as_of=2020-W24-4",
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_what_cannot_be_compared_is_told_in_one_sentence(store: Store, query: str, language: str) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        answer = await http.get(f"/compare?lang={language}&{query}")
    assert answer.status_code == 400
    assert re.search(r"<section>\s*<p>[^<]+\.</p>", answer.text)


async def test_a_release_that_is_none(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        answer = await http.get("/compare?what=releases&a=7")
    assert answer.status_code == 200  # there is nothing to choose from yet
