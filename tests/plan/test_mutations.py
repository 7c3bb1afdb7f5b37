"""Whatever a text holds, checking it gives a plan or problems, never a traceback."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from calendars.errors import Problem
from calendars.plan.loading import check_plan
from calendars.plan.model import Plan
from calendars.plan.yaml_text import read_yaml
from tests.plan.samples import sample, small_plan

Steps = tuple[str | int, ...]

SMALL = sample("small.yaml")
DATA: Any = read_yaml(SMALL).data

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates().map(str),
    st.text(max_size=20),
    st.sampled_from(["village", "commune", "cell_congress", "direct_election", "directive-35", "directive-36", "bool"]),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def places(value: Any, path: Steps = ()) -> list[Steps]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for step, inner in steps for place in [(*path, step), *places(inner, (*path, step))]]


def changed(data: Any, path: Steps, value: Any) -> None:
    """Replace the value at `path`, or delete it when `value` is ...; nothing if an earlier change took it away."""
    *parents, last = path
    for step in parents:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(data, dict) or (isinstance(data, list) and isinstance(last, int) and last < len(data)):
        if value is not ...:
            data[last] = value
        elif not isinstance(data, dict) or last in data:
            del data[last]


def checked(text: str) -> tuple[Plan | None, tuple[Problem, ...]]:
    plan, problems = check_plan(text)
    assert (plan is None) == bool(problems)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\u2028", "\n")
    last = lines.replace("\u2029", "\n").count("\n") + 1
    for problem in problems:
        assert 1 <= problem.line <= last
        assert problem.column >= 1
        assert problem.message.isprintable()
    assert list(problems) == sorted(problems)
    return plan, problems


@given(st.text())
def test_any_text(text: str) -> None:
    checked(text)


@given(st.text(alphabet="ab:-*&!{}[],'\"\n #?|>%@~0.\\<", max_size=60))
def test_any_text_of_the_characters_that_mean_something(text: str) -> None:
    checked(text)


@given(values)
def test_any_data(value: Any) -> None:
    checked(yaml.safe_dump(value, allow_unicode=True))


@given(st.lists(st.tuples(st.sampled_from(places(DATA)), st.one_of(st.just(...), values)), min_size=1, max_size=4))
def test_any_change_of_a_valid_plan(changes: list[tuple[Steps, Any]]) -> None:
    data = copy.deepcopy(DATA)
    for path, value in changes:
        changed(data, path, value)
    plan, _ = checked(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
    if plan is not None:
        assert Plan.model_validate(plan.document()) == plan


@given(st.integers(0, len(SMALL)), st.integers(0, 30), st.text(max_size=5))
def test_any_slip_of_the_pen(start: int, length: int, written: str) -> None:
    checked(SMALL[:start] + written + SMALL[start + length :])


def test_the_data_that_is_changed_is_valid() -> None:
    plan, _ = checked(yaml.safe_dump(DATA, allow_unicode=True, sort_keys=False))
    assert plan == small_plan()


# What a plan cannot do without, wherever it stands.
REQUIRED = {
    ("campaign",): (),
    ("title", "vi"): ("title",),
    ("from",): (),
    ("until",): (),
    ("levels",): (),
    ("instruments", "directive-35", "number"): ("instruments", "directive-35"),
    ("stages", 0, "id"): ("stages", 0),
    ("stages", 2, "level"): ("stages", 2),
    ("stages", 2, "target", "date"): ("stages", 2, "target"),
    ("stages", 2, "gate", "children"): ("stages", 2, "gate"),
    ("stages", 2, "pilots", "to"): ("stages", 2, "pilots"),
    ("freezes", 0, "from"): ("freezes", 0),
    ("consents", 0, "result"): ("consents", 0),
    ("indicators", 0, "share_of"): ("indicators", 0),
}


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: ".".join(map(str, path)))
def test_a_required_value_that_is_gone_is_one_problem_at_what_lacks_it(path: Steps) -> None:
    data = copy.deepcopy(DATA)
    changed(data, path, ...)
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    _, (problem,) = checked(text)
    assert problem.message.startswith(f"`{path[-1]}` is missing")
    assert (problem.line, problem.column) == read_yaml(text).values[REQUIRED[path]]
