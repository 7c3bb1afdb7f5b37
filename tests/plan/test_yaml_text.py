from __future__ import annotations

import math

import pytest

from calendars.plan.yaml_text import read_yaml


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", -math.inf),
        ("08:00", "08:00"),
        ("1:30:00", "1:30:00"),
        ("2020-01-05", "2020-01-05"),
        ("35-CT/TW", "35-CT/TW"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("!!str 12", "12"),
        ("<<", "<<"),
        ("=", "="),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    document = read_yaml(f"key: {written}\n")
    assert document.problems == []
    assert document.data == {"key": value}
    assert isinstance(document.data, dict)
    assert type(document.data["key"]) is type(value)


def test_keys_are_texts() -> None:
    assert read_yaml("{on: 1, true: 2, 3: 4, null: 5, 2020-01-05: 6}").data == {
        "on": 1,
        "true": 2,
        "3": 4,
        "null": 5,
        "2020-01-05": 6,
    }


def test_everything_has_its_place() -> None:
    document = read_yaml("a: 1\nb:\n  - c: {d: x}\n  -\n")
    assert document.keys == {("a",): (1, 1), ("b",): (2, 1), ("b", 0, "c"): (3, 5), ("b", 0, "c", "d"): (3, 9)}
    assert document.values == {
        (): (1, 1),
        ("a",): (1, 4),
        ("b",): (3, 3),
        ("b", 0): (3, 5),
        ("b", 0, "c"): (3, 8),
        ("b", 0, "c", "d"): (3, 12),
        ("b", 1): (4, 4),
    }


@pytest.mark.parametrize("written", ["!!int abc", "!!float abc", "!!bool maybe", "!!timestamp 2020-01-05", "!mine x"])
def test_a_value_that_does_not_fit_its_tag_is_one_problem(written: str) -> None:
    document = read_yaml(f"key: {written}")
    assert document.data == {"key": None}
    assert document.mistaken == {("key",)}
    assert [(problem.line, problem.column) for problem in document.problems] == [(1, 6)]
