from __future__ import annotations

from datetime import date

from calendars.plan.model import Text
from calendars.plan.timetable import timetable
from tests.plan.samples import small_plan


def test_levels_go_up_and_stages_by_date() -> None:
    plan = small_plan()
    table = timetable(plan.model_copy(update={"stages": tuple(reversed(plan.stages))}))
    assert [(level.level, [row.stage for row in level.rows]) for level in table.levels] == [
        ("village", ["headman_election", "cell_congress"]),
        ("commune", ["commune_congress"]),
        ("province", ["provincial_congress"]),
    ]


def test_titles_fall_back_to_the_names() -> None:
    village, commune, _ = timetable(small_plan()).levels
    assert (village.title, commune.title) == (Text(vi="Thôn", en="Village"), Text(vi="Commune", en="Commune"))
    assert [row.title.en for row in village.rows] == ["Headman election", "Cell congress"]


def test_a_row_tells_all_the_plan_says_of_a_stage() -> None:
    _, commune, _ = timetable(small_plan()).levels
    (row,) = commune.rows
    assert (row.on, row.opens, row.target, row.deadline) == (
        None,
        date(2020, 4, 1),
        date(2020, 5, 31),
        date(2020, 6, 30),
    )
    assert row.pilots is not None
    assert (row.pilots.from_, row.pilots.to) == (date(2020, 3, 1), date(2020, 3, 31))
    assert row.gate is not None
    assert (row.gate.children, row.gate.share, row.max_days, row.after) == ("cell_congress", 0.9, 2, None)
    assert row.sources == (
        "plo.vn 903932",
        "35-CT/TW, 30/05/2019",
        "35-CT/TW, 30/05/2019, third paragraph",
    )


def test_preparatory_steps_of_a_day_for_all_have_days() -> None:
    village, commune, _ = timetable(small_plan()).levels
    election, congress = village.rows
    assert [(step.id, step.day, step.derivation.en, step.source) for step in election.lead_ins] == [
        (
            "announce_date",
            date(2019, 12, 16),
            "20 days before 05/01/2020 -> 16/12/2019",
            "09/2008/NQLT, 17/04/2008, art. 6",
        ),
        ("notice", date(2019, 11, 22), "30 working days before 05/01/2020 -> 22/11/2019", None),
    ]
    assert congress.lead_ins == commune.rows[0].lead_ins == ()
    assert congress.after == "headman_election"


def test_the_rest_of_the_plan() -> None:
    table = timetable(small_plan())
    assert [(freeze.from_, freeze.to) for freeze in table.freezes] == [(date(2020, 3, 31), date(2020, 4, 22))]
    assert list(table.instruments) == ["directive-35", "joint-resolution"]
