"""Release files: what they change, and every mistake in them with its place."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from calendars.campaigns.bundle import find_bundle
from calendars.errors import Problems, UserError
from calendars.plan.amending import Amendment, ReleaseFile, check_amendment, load_amendment
from calendars.plan.loading import load_plan
from calendars.plan.model import Due, Plan, Text
from calendars.plan.releases import DateChange, diff
from calendars.plan.yaml_text import read_yaml
from tests.plan.test_mutations import Steps, changed, places, values

PLAN = load_plan(find_bundle("quang-ninh-2020") / "plan.yaml")
GRASSROOTS = "grassroots_congress"
HEAD = "campaign: quang-ninh-2020\ninstrument: plan-400\n"
NEW = "instruments:\n  plan-400: {number: 400-KH/TU, date: 2020-05-20}\n"
OPENS = f"  - id: {GRASSROOTS}\n    opens: 2020-04-15\n"
# The first entry of `stages` begins in line 6, its first date is in line 7.
WHOLE = f"""\
campaign: quang-ninh-2020
reason: {{vi: Dịch bệnh, en: The epidemic}}
instrument: plan-400
instruments:
  plan-400: {{number: 400-KH/TU, date: 2020-05-20, issuer: Tỉnh ủy Quảng Ninh}}
stages:
  - id: {GRASSROOTS}
    opens: 2020-04-15
    target: {{date: 2020-06-10}}
    deadline: {{date: 2020-07-15, source: "plan-400, sec. 2"}}
    pilots: {{from: 2020-03-05, to: 2020-03-28}}
  - id: cell_congress
    on: 2020-01-19
    target: null
"""


def release(stages: str, head: str = HEAD + NEW) -> str:
    return f"{head}stages:\n{stages}"


def entry(*dates: str, stage: str = GRASSROOTS) -> str:
    return "\n    ".join([f"  - id: {stage}", *dates]) + "\n"


def amended(text: str, plan: Plan = PLAN) -> Amendment:
    amendment, problems = check_amendment(text, plan)
    assert amendment, problems
    return amendment


def test_a_release_changes_the_dates_it_names_and_no_other() -> None:
    amendment = amended(WHOLE)
    assert diff(PLAN, amendment.plan) == (
        DateChange("cell_congress", "on", "2020-01-18", "2020-01-19"),
        DateChange("cell_congress", "target", "2020-05-31", None),
        DateChange(GRASSROOTS, "opens", "2020-04-01", "2020-04-15"),
        DateChange(GRASSROOTS, "target", "2020-05-31", "2020-06-10"),
        DateChange(GRASSROOTS, "deadline", "2020-06-30", "2020-07-15"),
        DateChange(GRASSROOTS, "pilots", "2020-03-01/2020-03-31", "2020-03-05/2020-03-28"),
    )
    before, after = PLAN.document(), amendment.plan.document()
    assert after["instruments"].pop("plan-400")["number"] == "400-KH/TU"
    for stage in (*before["stages"], *after["stages"]):
        for name in ("on", "opens", "target", "deadline", "pilots"):
            stage.pop(name, None)
    assert after == before


def test_a_date_comes_from_the_instrument_of_the_release_unless_it_says_otherwise() -> None:
    stage = amended(WHOLE).plan.stage(GRASSROOTS)
    assert stage.target == Due(date=date(2020, 6, 10), source="plan-400")
    assert stage.deadline == Due(date=date(2020, 7, 15), source="plan-400, sec. 2")
    assert stage.pilots
    assert stage.pilots.source == "plan-400"


def test_an_amendment_says_who_orders_what_and_why() -> None:
    amendment = amended(WHOLE)
    assert (amendment.instrument, amendment.reason) == ("plan-400", Text(vi="Dịch bệnh", en="The epidemic"))
    assert amendment.document == {
        "campaign": "quang-ninh-2020",
        "reason": {"vi": "Dịch bệnh", "en": "The epidemic"},
        "instrument": "plan-400",
        "instruments": {"plan-400": {"number": "400-KH/TU", "date": "2020-05-20", "issuer": "Tỉnh ủy Quảng Ninh"}},
        "stages": [
            {
                "id": GRASSROOTS,
                "opens": "2020-04-15",
                "target": {"date": "2020-06-10", "source": "plan-400"},
                "deadline": {"date": "2020-07-15", "source": "plan-400, sec. 2"},
                "pilots": {"from": "2020-03-05", "to": "2020-03-28", "source": "plan-400"},
            },
            {"id": "cell_congress", "on": "2020-01-19", "target": None},
        ],
    }


@pytest.mark.parametrize(
    "text",
    [
        release(OPENS, "campaign: quang-ninh-2020\ninstrument: plan-308\n"),
        release(
            OPENS,
            HEAD.replace("400", "308")
            + "instruments: {plan-308: {number: 308-KH/TU, date: 2019-07-04, issuer: Tỉnh ủy Quảng Ninh, url: null}}\n",
        ),
        release(entry("target: {date: 2020-05-31, source: plan-400}")),
        release(entry("opens: null")),
        release(entry("target: {date: 2020-06-10, source: null}")),
        release(entry("opens: null", "on: 2020-05-15")),
    ],
    ids=["instrument of the plan", "listed again", "another source", "null alone", "source null", "one day for all"],
)
def test_also_a_release(text: str) -> None:
    assert amended(text).plan != PLAN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, 1, "found nothing, expected a release")]),
        ("- campaign: x\n", [(1, 1, "the release is a list, expected keys with their values")]),
        ("stages: [", [(1, 10, "this is not YAML: ")]),
        (
            "instrument: plan-308\n",
            [
                (1, 1, "`campaign` is missing, expected in the release"),
                (1, 1, "`stages` is missing, expected in the r"),
            ],
        ),
        (release(" []\n"), [(6, 2, "`stages` is a list, expected at least one entry")]),
        (
            release(OPENS, HEAD.replace("-2020", "-2021") + NEW),
            [(1, 11, 'campaign "quang-ninh-2021", expected quang-n')],
        ),
        (release(OPENS, HEAD), [(2, 13, 'found the unknown instrument "plan-400", expected `plan-308`')]),
        (
            release(OPENS, HEAD + "instruments:\n  plan-308: {number: 9-KH/TU, date: 2020-05-20}\n"),
            [
                (2, 13, 'found the unknown instrument "plan-400", expected `plan-308`'),
                (4, 3, "`plan-308` is an instrument of the plan with another content, expected a name of its own"),
            ],
        ),
        (release(OPENS, HEAD + NEW.replace("20}", "32}")), [(4, 39, '`date` is "2020-05-32", expected a day that')]),
        (
            release(OPENS, HEAD + NEW.replace("  plan-400", "  Plan 400")),
            [(4, 3, 'found the key "Plan 400", expected')],
        ),
        (
            release(OPENS, HEAD + NEW.replace("instruments", "instrumens")),
            [(3, 1, 'unknown key "instrumens", expected `')],
        ),
        (
            release(OPENS.replace("ss\n", "s\n")),
            [(6, 9, 'unknown stage "grassroots_congres", expected `grassroots_con')],
        ),
        (
            release(entry("opens: 2020-04-15", stage="x")),
            [(6, 9, 'stage "x", expected one of headman_election, cell_')],
        ),
        (
            release(OPENS + OPENS.replace("15", "16")),
            [(8, 9, "`grassroots_congress` is here twice, expected every st")],
        ),
        (
            release(entry()),
            [(6, 5, "found a stage without a change, expected one of on, opens, target, deadline, pil")],
        ),
        (release("  - 3\n"), [(6, 5, "entry 1 of `stages` is 3, expected keys with their values")]),
        (release(entry("max_days: 3")), [(7, 5, 'found the unknown key "max_days", expected one of id, on, opens, t')]),
        (release(entry("dedline: {date: 2020-07-15}")), [(7, 5, 'unknown key "dedline", expected `deadline`')]),
        (release(entry("opens: 2020-04-31")), [(7, 12, '`opens` is "2020-04-31", expected a day that exists')]),
        (release(entry("target: 2020-06-10")), [(7, 13, '`target` is "2020-06-10", expected keys with their')]),
        (release(entry('target: {date: "20200701"}')), [(7, 20, '`date` is "20200701", expected a day written year-')]),
        (release(entry("target: {}")), [(7, 13, "`date` is missing, expected in `target`")]),
        (release(entry("target: {date: null}")), [(7, 20, "`date` is empty, expected a day")]),
        (release(entry("opens: 2020-04-01")), [(6, 3, "found no date that differs from the plan's, expected at l")]),
        (release(entry("target: {date: 2020-05-31}")), [(6, 3, "found no date that differs from the plan's")]),
        (
            release(entry("target: {date: 2020-05-31, source: newspaper article of 2020-06-11 (medium)}")),
            [(6, 3, "found no date that differs from the plan's")],
        ),
        (release(entry("on: null")), [(6, 3, "found no date that differs from the plan's")]),
        (
            release(OPENS, HEAD + "instruments:\n  plan-308: {number: 308-KH/TU, date: 2019-07-34}\n"),
            [(2, 13, 'the unknown instrument "plan-400"'), (4, 39, '`date` is "2019-07-34", expected a day that ex')],
        ),
        (
            release(entry("target: {date: 2020-06-10}"), HEAD + "instruments: 3\n"),
            [(3, 14, "`instruments` is 3, expected keys with their values")],
        ),
        (
            release(entry("target: {date: 2020-06-10}"), HEAD + NEW.replace("  plan-400", "  Plan 400")),
            [(4, 3, 'found the key "Plan 400", expected')],
        ),
        (
            release(entry("opens: null", "deadline: null", "when: 2020-10-01", stage="provincial_congress")),
            [(9, 5, 'found the unknown key "when", expected one of id, on,')],
        ),
        (
            release(entry("target: {date: 2020-06-10, source: plan-500}")),
            [(7, 40, 'found the unknown instrument "plan-500", expected `plan-400`, or free text')],
        ),
        (
            release(entry("target: {date: 2020-07-01}")),
            [(7, 20, "the target is 2020-07-01, expected no day after the deadline, 2020-06-30")],
        ),
        (
            release(entry("opens: 2021-04-15")),
            [(7, 12, "found 2021-04-15, expected no day after the campaign's `until`, 2020-12-31")],
        ),
        (
            release(entry("opens: 2020-03-15")),
            [
                (
                    6,
                    5,
                    "`pilots.to` of `grassroots_congress` is left as it was: found 2020-03-31, expected pilots to end",
                )
            ],
        ),
        (
            release(entry("deadline: {date: 2020-05-15}")),
            [
                (
                    6,
                    5,
                    "`target` of `grassroots_congress` is left as it was: the target is 2020-05-31, expected no day a",
                )
            ],
        ),
        (
            release(entry("on: 2020-05-15")),
            [(6, 5, "`opens` of `grassroots_congress` is left as it was: found `opens`")],
        ),
        (
            release(entry("pilots: {from: 2020-03-20, to: 2020-03-10}")),
            [(7, 36, "`to` is 2020-03-10, expected no day before `from`, 2020-03-20")],
        ),
        (
            release(entry("opens: null", "deadline: null", stage="provincial_congress")),
            [(6, 5, "found a stage without a day, expected `on`, `opens`, `target` or `deadline`")],
        ),
        (
            release(entry("on: 2020-01-04", stage="cell_congress")),
            [(7, 9, "`on` is 2020-01-04, expected no day before `headman_election` begins, 2020-01-05")],
        ),
        (
            release(entry("on: 2020-02-01", stage="headman_election")),
            [(6, 5, "`on` of `cell_congress` is left as it was: `on` is 2020-01-18, expected no day before `headman")],
        ),
        (
            release(entry("opens: 2020-06-15", "target: null")),
            [(6, 5, "`opens` of `district_congress` is left as it was: `opens` is 2020-06-01, expected no day befor")],
        ),
    ],
)
def test_mistakes_are_named_at_their_places(text: str, expected: list[tuple[int, int, str]]) -> None:
    amendment, problems = check_amendment(text, PLAN)
    assert amendment is None
    assert [(each.line, each.column) for each in problems] == [(line, column) for line, column, _ in expected], problems
    for problem, (_, _, sentence) in zip(problems, expected, strict=True):
        assert sentence in problem.message


def test_mistakes_of_the_file_and_of_the_amended_plan_are_named_at_once() -> None:
    text = """\
campaign: quang-ninh-2021
instrument: plan-40
colour: red
stages:
  - id: grassroots_congress
    opens: 2020-04-31
    target: {date: 2020-07-01}
  - id: provincial_congres
    opens: 2020-02-30
  - id: district_congress
    pilots: {from: 2020-05-20, to: 2020-05-10}
    max_days: 2
"""
    _, problems = check_amendment(text, PLAN)
    assert [(problem.line, problem.column) for problem in problems] == [
        (1, 11),
        (2, 13),
        (3, 1),
        (6, 12),
        (7, 20),
        (8, 9),
        (9, 12),
        (11, 36),
        (12, 5),
    ], problems


LATER = entry("opens: 2020-06-15", "target: {date: 2020-06-20}")


@pytest.mark.parametrize("name", ["district_congres", "x", "", "3"])
def test_a_stage_with_a_wrong_name_gives_no_problem_elsewhere(name: str) -> None:
    """Districts that must begin later too are in the file, under a wrong name."""
    _, problems = check_amendment(release(LATER + entry("opens: 2020-06-16", "pilots: null", stage=name)), PLAN)
    assert [problem.line for problem in problems] == [9]


def test_nor_does_one_with_a_wrong_key_as_well() -> None:
    _, problems = check_amendment(
        release(LATER + entry("opns: 2020-06-16", "pilots: null", stage="district_congres")), PLAN
    )
    assert [problem.line for problem in problems] == [9, 10]


def test_a_wrong_name_hides_no_problem_of_a_stage_that_it_cannot_mean() -> None:
    early = entry("on: 2020-02-01", stage="headman_election")
    _, problems = check_amendment(
        release(early + entry("on: 2020-06-16", "opens: null", stage="district_congres")), PLAN
    )
    assert [problem.line for problem in problems] == [6, 8]
    _, problems = check_amendment(release(entry("opens: 2021-04-15") + entry("opens: 2020-06-16", stage="x")), PLAN)
    assert [problem.line for problem in problems] == [7, 8]


def test_what_the_file_leaves_alone_is_named_at_the_change_that_it_contradicts() -> None:
    document = PLAN.document()
    opening = {"id": "district_opening", "level": "district", "opens": "2020-05-20"}
    document["stages"].insert(3, opening)
    document["stages"][4]["after"] = "district_opening"
    both = entry("opens: 2020-05-21", stage="district_opening") + entry("opens: 2020-06-15", "target: null")
    _, (problem,) = check_amendment(release(both), Plan.model_validate(document))
    assert (problem.line, problem.column) == (8, 5)
    assert problem.message.startswith("`opens` of `district_congress` is left as it was: ")


def test_a_file_is_read_or_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "release.yaml"
    with pytest.raises(UserError, match=r"release\.yaml: cannot be read \(No such file .*, expected a release file"):
        load_amendment(file, PLAN)
    file.write_text("campaign: other\n", encoding="utf-8")
    with pytest.raises(Problems, match=r"release\.yaml: line 1, column 1: `instrument` is missing"):
        load_amendment(file, PLAN)
    file.write_text(WHOLE, encoding="utf-8")
    assert load_amendment(file, PLAN) == amended(WHOLE)


def test_a_release_file_has_a_schema() -> None:
    schema = ReleaseFile.model_json_schema(by_alias=True)
    assert set(schema["required"]) == {"campaign", "instrument", "stages"}
    assert set(schema["$defs"]["StageChange"]["properties"]) == {"id", "on", "opens", "target", "deadline", "pilots"}


DATA: Any = read_yaml(WHOLE).data


@given(st.lists(st.tuples(st.sampled_from(places(DATA)), st.one_of(st.just(...), values)), min_size=1, max_size=4))
def test_any_change_of_a_valid_release_gives_a_release_or_problems(changes: list[tuple[Steps, Any]]) -> None:
    data = copy.deepcopy(DATA)
    for path, value in changes:
        changed(data, path, value)
    checked(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))


@given(st.integers(0, len(WHOLE)), st.integers(0, 30), st.text(max_size=5))
def test_any_slip_of_the_pen_gives_a_release_or_problems(start: int, length: int, written: str) -> None:
    checked(WHOLE[:start] + written + WHOLE[start + length :])


def checked(text: str) -> None:
    amendment, problems = check_amendment(text, PLAN)
    assert (amendment is None) == bool(problems)
    assert list(problems) == sorted(problems)
    for problem in problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.message.isprintable()
