"""Figures of a campaign's standing, and the sentence that tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from calendars.store.database import Store
from calendars.store.status import Spread, StageSummary, campaign_status
from calendars.web.headline import headline
from calendars.web.reporting import piloted, pilots
from tests.web.campaigns import GRASSROOTS, TODAY, filled_in_june, standing, told
from tests.web.stores import Filled, province

CELLS = "cell_congress"
DISTRICT = "district_congress"


def summary(stage: str, units: int, held: int, last: str = "", least: int = 0) -> StageSummary:
    """A stage of so many units."""
    level = told().stage(stage).level
    day = date.fromisoformat(last) if last else None
    spread = Spread(least, least, least) if held else None
    return StageSummary(stage, level, units, held, held / units, 0, day, None, spread)


DONE = (summary(CELLS, 1544, 1544, "2020-01-18", 164), summary(GRASSROOTS, 177, 177, "2020-05-31", 30))
OPEN = (summary(CELLS, 1544, 1544, "2020-01-18", 164), summary(GRASSROOTS, 177, 2, "2020-03-11", 111))


@pytest.mark.parametrize(
    ("summaries", "day", "vi", "en"),
    [
        (
            DONE,
            "2020-06-11",
            (
                "Đến hết ngày 31/05/2020, 100 % chi bộ và đảng bộ cơ sở đã tổ chức đại hội, "
                "sớm 30 ngày so với hạn Trung ương."
            ),
            (
                "By 31/05/2020, 100% of cells and grassroots organisations had held their congress, "
                "30 days ahead of the central deadline."
            ),
        ),
        (
            OPEN,
            "2020-04-10",
            (
                "Đến hết ngày 10/04/2020, 89,8 % (1.546/1.721) chi bộ và đảng bộ cơ sở đã tổ chức đại hội; "
                "còn 81 ngày đến hạn Trung ương (30/06/2020)."
            ),
            (
                "As of 10/04/2020, 89.8% (1,546/1,721) of cells and grassroots organisations have held their congress; "
                "81 days left to the central deadline (30/06/2020)."
            ),
        ),
        (
            OPEN,
            "2020-07-01",
            (
                "Đến hết ngày 01/07/2020, 89,8 % (1.546/1.721) chi bộ và đảng bộ cơ sở đã tổ chức đại hội; "
                "đã quá 1 ngày so với hạn Trung ương (30/06/2020)."
            ),
            (
                "As of 01/07/2020, 89.8% (1,546/1,721) of cells and grassroots organisations have held their congress; "
                "1 day past the central deadline (30/06/2020)."
            ),
        ),
        (
            (summary(DISTRICT, 18, 0),),
            "2020-06-11",
            (
                "Đến hết ngày 11/06/2020, 18 đảng bộ cấp huyện chưa tổ chức đại hội; còn 81 ngày đến hạn Trung ương "
                "(31/08/2020)."
            ),
            (
                "As of 11/06/2020, 18 district organisations have not held their congress yet; 81 days left to the "
                "central deadline (31/08/2020)."
            ),
        ),
        (
            (summary(DISTRICT, 1, 1, "2020-08-31"),),
            "2020-09-11",
            "Đến hết ngày 31/08/2020, Huyện Đầm Hà đã tổ chức đại hội, đúng hạn Trung ương.",
            "By 31/08/2020, Huyện Đầm Hà had held its congress, on the day of the central deadline.",
        ),
        (
            (summary(DISTRICT, 18, 18, "2020-09-02", -2),),
            "2020-09-11",
            "Đến hết ngày 02/09/2020, 100 % đảng bộ cấp huyện đã tổ chức đại hội, chậm 2 ngày so với hạn Trung ương.",
            "By 02/09/2020, 100% of district organisations had held their congress, 2 days after the central deadline.",
        ),
    ],
    ids=["done", "under way", "past", "none yet", "one body on the day", "late"],
)
def test_the_sentence(summaries: tuple[StageSummary, ...], day: str, vi: str, en: str) -> None:
    alone = {one.stage: "Huyện Đầm Hà" for one in summaries if one.units == 1}
    said = [headline(told(), summaries, date.fromisoformat(day), language, alone) for language in ("vi", "en")]
    assert [one.sentence for one in said] == [vi, en]
    assert not said[0].rest


def test_the_sentence_goes_on_with_what_is_under_way() -> None:
    said = headline(told(), (*DONE, summary(DISTRICT, 18, 4, "2020-06-10", 82)), TODAY, "vi")
    assert said.sentence.startswith("Đến hết ngày 31/05/2020, 100 % chi bộ")
    assert said.rest == (
        "22,2 % (4/18) đảng bộ cấp huyện đã tổ chức đại hội; còn 81 ngày đến hạn Trung ương (31/08/2020).",
    )


def test_a_plan_without_bodies_and_one_without_dates_are_told_too() -> None:
    document = told().document()
    for stage in document["stages"]:
        stage.pop("bodies", None)
    plain = told().model_validate(document)
    said = headline(plain, DONE, TODAY, "vi")
    assert said.sentence == (
        "Đến hết ngày 31/05/2020, 100 % đơn vị đã hoàn thành Đại hội chi bộ, Đại hội Đảng bộ, sớm 30 ngày so với hạn "
        "Trung ương."
    )
    for stage in document["stages"]:
        stage.pop("target", None)
        stage.pop("deadline", None)
    bare = headline(told().model_validate(document), OPEN, TODAY, "vi")
    assert bare.sentence == "Đến hết ngày 11/06/2020, 89,8 % trong 1.721 việc đã xong."


@pytest.mark.parametrize("under", ["22", "193", "200", "06664"])
@pytest.mark.parametrize("day", ["2020-01-17", "2020-05-19", "2020-06-11"])
def test_the_figures_are_those_of_the_command_line(store: Store, under: str, day: str) -> None:
    filled_in_june(store)
    found = standing(store, date.fromisoformat(day), under)
    with store.reading() as connection:
        expected = campaign_status(connection, found.campaign, found.day, None if under == "22" else under)
    assert found.status == expected


def test_curves_pilots_and_margins(store: Store) -> None:
    filled = Filled(store, [*province(4, 0)], plan=told())
    filled.hold("00000", GRASSROOTS, "2020-05-18", "2020-05-19")
    filled.hold("00001", GRASSROOTS, "2020-05-19")
    filled.hold("00002", GRASSROOTS, "2020-06-02")
    found = standing(store)
    (of_communes,) = [one for one in found.summaries if one.stage == GRASSROOTS]
    curve = found.curve(of_communes)
    assert curve.steps == ((date(2020, 5, 19), 2), (date(2020, 6, 2), 3))
    assert (curve.units, curve.held, curve.pilots) == (4, 3, ())
    assert (curve.target, curve.deadline) == (date(2020, 5, 31), date(2020, 6, 30))
    distribution = found.distribution(of_communes)
    assert distribution is not None
    assert distribution.counts == ((28, 1), (42, 2))
    assert [line.unit for line in found.late(GRASSROOTS)] == ["00002"]
    assert [line.unit for line in found.early(GRASSROOTS)] == ["00000", "00001", "00002"]
    assert [(one.unit.code, one.days) for one in found.overdue] == [("00003", 11)]
    earlier = standing(store, date(2020, 6, 1))
    assert earlier.curve(of_communes).steps == ((date(2020, 5, 19), 2),)
    assert not earlier.late(GRASSROOTS)


def test_pilots_are_counted_apart(store: Store) -> None:
    units = [replace(one, tags=("pilot",)) if one.code in {"00000", "00001"} else one for one in province(4, 0)]
    filled = Filled(store, units, plan=told())
    filled.hold("00000", GRASSROOTS, "2020-03-06")
    filled.hold("00002", GRASSROOTS, "2020-05-19")
    found = standing(store)
    assert piloted(found) == {GRASSROOTS: (1, 2)}
    assert [(unit.code, line.held_last) for line, unit in pilots(found)] == [
        ("00000", date(2020, 3, 6)),
        ("00001", None),
    ]
    (of_communes,) = [one for one in found.summaries if one.stage == GRASSROOTS]
    assert found.curve(of_communes).pilots == ((date(2020, 3, 6), 1),)
    assert piloted(standing(store, date(2020, 3, 5))) == {GRASSROOTS: (0, 2)}


def test_freezes_are_known_from_the_day_they_were_ordered(store: Store) -> None:
    filled_in_june(store)
    assert standing(store, date(2020, 3, 30)).freezes == []
    (freeze,) = standing(store, date(2020, 3, 31)).freezes
    assert (freeze.first, freeze.last, freeze.reason) == (date(2020, 3, 31), date(2020, 4, 22), "Covid-19")
