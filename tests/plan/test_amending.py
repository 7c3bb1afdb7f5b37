"""Release files: what they change, and every mistake in them with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.campaigns.bundle import find_bundle
from calendars.errors import Problems, UserError
from calendars.plan.amending import check_amendment, load_amendment
from calendars.plan.loading import load_plan
from calendars.plan.model import Due, Plan
from calendars.plan.releases import DateChange, Release, amendment_text, diff, origin

PLAN = load_plan(find_bundle("quang-ninh-2020") / "plan.yaml")
GRASSROOTS = "grassroots_congress"
HEAD = "campaign: quang-ninh-2020\ninstrument: plan-400\n"
NEW = "instruments:\n  plan-400: {number: 400-KH/TU, date: 2020-05-20}\n"


def release(stages: str, head: str = HEAD + NEW) -> str:
    return f"{head}stages:\n{stages}"


def places(text: str) -> list[tuple[int, int]]:
    _, problems = check_amendment(text, PLAN)
    return [(problem.line, problem.column) for problem in problems]


def sentences(text: str) -> str:
    amendment, problems = check_amendment(text, PLAN)
    assert amendment is None
    return "\n".join(problem.message for problem in problems)


def test_a_release_changes_the_dates_it_names_and_no_other() -> None:
    text = release(f"  - id: {GRASSROOTS}\n    target: {{date: 2020-06-10}}\n    opens: 2020-04-15\n")
    amendment, problems = check_amendment(text, PLAN)
    assert problems == ()
    assert amendment is not None
    assert diff(PLAN, amendment.plan) == (
        DateChange(GRASSROOTS, "opens", "2020-04-01", "2020-04-15"),
        DateChange(GRASSROOTS, "target", "2020-05-31", "2020-06-10"),
    )
    assert amendment.plan.stage(GRASSROOTS).target == Due(date=date(2020, 6, 10), source="plan-400")
    assert amendment.plan.instruments["plan-400"].number == "400-KH/TU"
    assert amendment.plan.stage(GRASSROOTS).deadline == PLAN.stage(GRASSROOTS).deadline


def test_null_takes_a_date_away() -> None:
    amendment, _ = check_amendment(release(f"  - id: {GRASSROOTS}\n    pilots: null\n"), PLAN)
    assert amendment is not None
    assert diff(PLAN, amendment.plan) == (DateChange(GRASSROOTS, "pilots", "2020-03-01/2020-03-31", None),)


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("", (1, 1), "found nothing, expected a release"),
        ("stages: [", (1, 10), "not YAML"),
        (release("  - id: grassroots_congres\n    opens: 2020-04-15\n"), (6, 9), "unknown stage"),
        (release(f"  - id: {GRASSROOTS}\n"), (6, 5), "a stage without a change"),
        (release(f"  - id: {GRASSROOTS}\n    opens: 2020-04-31\n"), (7, 12), "a day that exists"),
        (release(f"  - id: {GRASSROOTS}\n    max_days: 3\n"), (7, 5), "unknown key"),
        (release(f"  - id: {GRASSROOTS}\n    opens: 2020-04-01\n"), (6, 3), "no date that differs"),
        (
            release(f"  - id: {GRASSROOTS}\n    opens: 2020-04-15\n  - id: {GRASSROOTS}\n    opens: 2020-04-16\n"),
            (8, 9),
            "is here twice",
        ),
        (release(f"  - id: {GRASSROOTS}\n    target: {{date: 2020-07-01}}\n"), (7, 20), "no day after the deadline"),
        (release(f"  - id: {GRASSROOTS}\n    opens: 2020-03-15\n"), (6, 5), "pilots to end before the stage begins"),
        (release(f"  - id: {GRASSROOTS}\n    opens: 2021-04-15\n"), (7, 12), "no day after the campaign's `until`"),
        (
            release(f"  - id: {GRASSROOTS}\n    opens: 2020-04-15\n", HEAD.replace("2020", "2021") + NEW),
            (1, 11),
            'found the campaign "quang-ninh-2021"',
        ),
        (release(f"  - id: {GRASSROOTS}\n    opens: 2020-04-15\n", HEAD), (2, 13), "unknown instrument"),
        (
            release(
                f"  - id: {GRASSROOTS}\n    opens: 2020-04-15\n",
                HEAD + "instruments:\n  plan-308: {number: 9-KH/TU, date: 2020-05-20}\n",
            ),
            (4, 3),
            "with another content",
        ),
        (release(f"  - id: {GRASSROOTS}\n    opens: 2020-04-15\n", "instrument: plan-308\n"), (1, 1), "`campaign` is"),
    ],
)
def test_a_mistake_is_named_at_its_place(text: str, place: tuple[int, int], sentence: str) -> None:
    assert sentence in sentences(text)
    assert place in places(text)


def test_every_mistake_is_named_at_once() -> None:
    text = release("  - id: nothing\n    opens: 2020-02-30\n  - id: district_congress\n", "campaign: other\n")
    assert len(places(text)) == 5


def test_a_file_is_read_or_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "release.yaml"
    with pytest.raises(UserError, match="cannot be read"):
        load_amendment(file, PLAN)
    file.write_text("campaign: other\n", encoding="utf-8")
    with pytest.raises(Problems, match=r"release\.yaml"):
        load_amendment(file, PLAN)
    file.write_text(release(f"  - id: {GRASSROOTS}\n    opens: 2020-04-15\n"), encoding="utf-8")
    assert load_amendment(file, PLAN).instrument == "plan-400"


DAYS = st.integers(-20, 20)
MOVES = st.dictionaries(st.sampled_from([stage.id for stage in PLAN.stages]), st.tuples(DAYS, DAYS), max_size=4)


def moved(moves: dict[str, tuple[int, int]]) -> Plan:
    """The plan with targets and deadlines of some stages moved by days."""
    document = PLAN.document()
    for stage in document["stages"]:
        for key, by in zip(("target", "deadline"), moves.get(stage["id"], (0, 0)), strict=True):
            if key in stage:
                stage[key]["date"] = date.fromordinal(
                    date.fromisoformat(stage[key]["date"]).toordinal() + by
                ).isoformat()
    return Plan.model_validate(document)


@given(MOVES)
def test_what_a_release_did_another_one_undoes(moves: dict[str, tuple[int, int]]) -> None:
    after = moved(moves)
    there, problems = check_amendment(amendment_text(PLAN, after, "plan-308"), PLAN)
    if there is None:
        assert problems  # the moved dates make no plan, or nothing moved
        return
    assert diff(after, there.plan) == ()
    back, _ = check_amendment(amendment_text(there.plan, PLAN, "plan-308"), there.plan)
    assert back is not None
    assert back.plan.stages == PLAN.stages


def test_each_date_knows_the_release_and_the_instrument_that_set_it() -> None:
    text = release(f"  - id: {GRASSROOTS}\n    target: {{date: 2020-06-10}}\n    opens: 2020-04-15\n")
    amendment, _ = check_amendment(text, PLAN)
    assert amendment is not None
    releases = [
        Release(1, PLAN, date(2019, 12, 1)),
        Release(2, amendment.plan, date(2020, 5, 21), "plan-400"),
    ]
    target = origin(releases, GRASSROOTS, "target")
    assert target is not None
    assert (target.shown, target.release) == ("2020-06-10", 2)
    assert target.text["en"] == "release 2 of 21/05/2020, 400-KH/TU, 20/05/2020"
    assert target.text["vi"] == "bản 2 ngày 21/05/2020, 400-KH/TU, 20/05/2020"
    opens = origin(releases, GRASSROOTS, "opens")
    assert opens is not None
    assert opens.text["en"] == "release 2 of 21/05/2020, 400-KH/TU, 20/05/2020"
    deadline = origin(releases, GRASSROOTS, "deadline")
    assert deadline is not None
    assert (deadline.release, deadline.text["en"]) == (1, "the plan as launched, 35-CT/TW, 30/05/2019")
    assert origin(releases, GRASSROOTS, "on") is None
