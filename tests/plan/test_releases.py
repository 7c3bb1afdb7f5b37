"""Releases: what differs between them, how one is undone, and which one set a date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calendars.campaigns.bundle import find_bundle
from calendars.plan.amending import check_amendment
from calendars.plan.loading import load_plan
from calendars.plan.model import Due, Plan, Window
from calendars.plan.releases import FIELDS, DateChange, DateField, Release, amendment_text, diff, origin, shown
from calendars.plan.yaml_text import read_yaml
from calendars.plan.yaml_writing import write_yaml

PLAN = load_plan(find_bundle("quang-ninh-2020") / "plan.yaml")
GRASSROOTS = "grassroots_congress"
HEAD: dict[str, Any] = {
    "campaign": "quang-ninh-2020",
    "instrument": "plan-400",
    "instruments": {"plan-400": {"number": "400-KH/TU", "date": date(2020, 5, 20)}},
}

Changes = dict[tuple[str, DateField], Any]
DATES: list[tuple[str, DateField]] = [
    (stage.id, name) for stage in PLAN.stages for name in FIELDS if getattr(stage, name)
]
# Free text, such as people write it; a word that is written like a key would have to be one.
SOURCES = st.none() | st.text(st.characters(exclude_categories=["C"]), max_size=20).map(lambda text: f"Công văn {text}")


@st.composite
def changes(draw: st.DrawFn) -> Changes:
    """New values of some of the plan's dates, as a release file has them."""

    def day(old: date) -> date:
        return old + timedelta(days=draw(st.integers(-20, 20)))

    found: Changes = {}
    for stage, name in draw(st.lists(st.sampled_from(DATES), min_size=1, max_size=4, unique=True)):
        match getattr(PLAN.stage(stage), name):
            case _ if draw(st.integers(0, 9)) == 0:
                found[stage, name] = None
            case Due() as old:
                found[stage, name] = {"date": day(old.date), "source": draw(SOURCES)}
            case Window() as old:
                found[stage, name] = {"from": day(old.from_), "to": day(old.to), "source": draw(SOURCES)}
            case old:
                found[stage, name] = day(old)
    return found


def text_of(found: Changes) -> str:
    stages: dict[str, dict[str, Any]] = {}
    for (stage, name), value in found.items():
        stages.setdefault(stage, {"id": stage})[name] = value
    return write_yaml({**HEAD, "stages": list(stages.values())})


def applied(text: str, plan: Plan = PLAN) -> Plan:
    amendment, problems = check_amendment(text, plan)
    assert amendment, problems
    return amendment.plan


def shown_as(value: Any) -> str | None:
    if isinstance(value, dict):
        return str(value["date"]) if "date" in value else f"{value['from']}/{value['to']}"
    return None if value is None else str(value)


@given(changes())
def test_what_a_release_says_is_what_differs_and_another_one_undoes_it(found: Changes) -> None:
    amendment, _ = check_amendment(text_of(found), PLAN)
    assume(amendment)
    assert amendment
    expected = [
        DateChange(stage, name, shown(PLAN.stage(stage), name), shown_as(found[stage, name]))
        for stage, name in DATES
        if (stage, name) in found
    ]
    assert list(diff(PLAN, amendment.plan)) == [change for change in expected if change.before != change.after]

    undone = applied(amendment_text(amendment.plan, PLAN, "plan-308"), amendment.plan)
    assert undone.stages == PLAN.stages
    assert diff(undone, PLAN) == ()

    redone = applied(amendment_text(PLAN, amendment.plan, "plan-400"))
    assert redone.stages == amendment.plan.stages
    assert redone.instruments["plan-400"] == amendment.plan.instruments["plan-400"]


def test_a_release_file_that_undoes_another_one_can_be_read_aloud() -> None:
    later = releases({**TARGET, **DEADLINE, **PILOTS})[-1].plan
    assert amendment_text(later, PLAN, "plan-308") == (
        "campaign: quang-ninh-2020\n"
        "instrument: plan-308\n"
        "stages:\n"
        f"- id: {GRASSROOTS}\n"
        "  opens: 2020-04-01\n"
        "  target:\n"
        "    date: 2020-05-31\n"
        '    source: "newspaper article of 2020-06-11 (medium)"\n'
        "  deadline:\n"
        "    date: 2020-06-30\n"
        "    source: directive-35\n"
        "  pilots:\n"
        "    from: 2020-03-01\n"
        "    to: 2020-03-31\n"
        '    source: "directive-36 (medium; pilots in the first quarter, and those of 2020 met from 5 to 11 March)"\n'
    )


@pytest.mark.parametrize("instrument", ["plan-308", "plan-400"])
def test_a_release_file_has_the_instruments_that_it_cites_and_the_older_plan_lacks(instrument: str) -> None:
    later = releases(TARGET)[-1].plan
    data: Any = read_yaml(amendment_text(PLAN, later, instrument)).data
    assert data["instruments"] == {"plan-400": {"number": "400-KH/TU", "date": "2020-05-20"}}
    assert applied(amendment_text(PLAN, later, instrument)) == later
    assert "instruments" not in str(read_yaml(amendment_text(later, PLAN, instrument)).data)


def test_plans_without_a_difference_give_no_release() -> None:
    amendment, problems = check_amendment(amendment_text(PLAN, PLAN, "plan-308"), PLAN)
    assert amendment is None
    assert [problem.message for problem in problems] == ["`stages` is a list, expected at least one entry"]


def test_a_date_without_a_source_is_then_ordered_by_the_instrument() -> None:
    document = PLAN.document()
    document["stages"][2]["target"] = {"date": "2020-06-10"}
    after = Plan.model_validate(document)
    target = applied(amendment_text(PLAN, after, "plan-308")).stage(GRASSROOTS).target
    assert target == Due(date=date(2020, 6, 10), source="plan-308")


def releases(*changed: Changes) -> list[Release]:
    """The plan as launched, and a release after it for each of these, every month from May 2020."""
    found = [Release(1, PLAN, date(2019, 12, 1))]
    for number, each in enumerate(changed, start=2):
        plan = applied(text_of(each), found[-1].plan)
        found.append(Release(number, plan, date(2020, 3 + number, 21), "plan-400"))
    return found


TARGET: Changes = {(GRASSROOTS, "target"): {"date": "2020-06-10"}, (GRASSROOTS, "opens"): "2020-04-15"}
DEADLINE: Changes = {(GRASSROOTS, "deadline"): {"date": "2020-07-15", "source": "directive-35 art. 4"}}
PILOTS: Changes = {(GRASSROOTS, "pilots"): {"from": "2020-03-05", "to": "2020-03-31"}}
NO_TARGET: Changes = {(GRASSROOTS, "target"): None}


@pytest.mark.parametrize(
    ("changed", "name", "day", "number", "en", "vi"),
    [
        (
            [TARGET],
            "target",
            "2020-06-10",
            2,
            "release 2 of 21/05/2020, 400-KH/TU, 20/05/2020",
            "bản 2 ngày 21/05/2020, 400-KH/TU, 20/05/2020",
        ),
        (
            [TARGET, DEADLINE, PILOTS],
            "opens",
            "2020-04-15",
            2,
            "release 2 of 21/05/2020, 400-KH/TU, 20/05/2020",
            "bản 2 ngày 21/05/2020, 400-KH/TU, 20/05/2020",
        ),
        (
            [TARGET, DEADLINE],
            "deadline",
            "2020-07-15",
            3,
            "release 3 of 21/06/2020, 35-CT/TW, 30/05/2019, art. 4",
            "bản 3 ngày 21/06/2020, 35-CT/TW, 30/05/2019, art. 4",
        ),
        (
            [PILOTS],
            "pilots",
            "2020-03-05/2020-03-31",
            2,
            "release 2 of 21/05/2020, 400-KH/TU, 20/05/2020",
            "bản 2 ngày 21/05/2020, 400-KH/TU, 20/05/2020",
        ),
        (
            [TARGET],
            "deadline",
            "2020-06-30",
            1,
            "the plan as launched, 35-CT/TW, 30/05/2019",
            "kế hoạch ban đầu, 35-CT/TW, 30/05/2019",
        ),
        (
            [DEADLINE],
            "opens",
            "2020-04-01",
            1,
            "the plan as launched, 35-CT/TW, 30/05/2019 (may start in April 2020, at most 2 days)",
            "kế hoạch ban đầu, 35-CT/TW, 30/05/2019 (may start in April 2020, at most 2 days)",
        ),
    ],
)
def test_each_date_knows_the_release_and_the_instrument_that_set_it(
    changed: list[Changes], name: DateField, day: str, number: int, en: str, vi: str
) -> None:
    found = origin(releases(*changed), GRASSROOTS, name)
    assert found
    assert (found.shown, found.release) == (day, number)
    assert found.text == {"en": en, "vi": vi}


def test_a_date_that_the_plan_has_not_or_no_longer_comes_from_nowhere() -> None:
    assert origin(releases(), GRASSROOTS, "on") is None
    assert origin(releases(NO_TARGET), GRASSROOTS, "target") is None
    with pytest.raises(KeyError):
        origin(releases(), "nothing", "on")


def test_a_date_that_was_moved_and_moved_back_comes_from_the_release_that_moved_it_back() -> None:
    there = releases(TARGET)
    back = applied(amendment_text(there[-1].plan, PLAN, "plan-400"), there[-1].plan)
    found = origin([*there, Release(3, back, date(2020, 6, 21), "plan-400")], GRASSROOTS, "opens")
    assert found
    assert (found.shown, found.release, found.source) == ("2020-04-01", 3, "400-KH/TU, 20/05/2020")


WORDS = ["on", "yes", "null", "true", "~", "0o17", "1e5", "2020-01-01", "a: b", "#", "", " x ", "a\u2028b\x85c", "Đ 🙂"]


@pytest.mark.parametrize("word", WORDS)
def test_a_written_text_is_read_as_the_same_text(word: str) -> None:
    assert read_yaml(write_yaml({"x": [word], "y": {"z": word}})).data == {"x": [word], "y": {"z": word}}


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_any_printable_text_is_read_as_the_same_text(text: str) -> None:
    assert read_yaml(write_yaml({"x": text})).data == {"x": text}
