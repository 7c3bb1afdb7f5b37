"""Results as people write them."""

from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.plan.model import ResultType
from calendars.sequence.results import MAX_TEXT, check_result, parse_result
from calendars.sequence.state import ResultValue
from tests.sequence.strategies import WILD_VALUES

BOOL, INT, PERCENT, RATIO, TEXT = ResultType


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        *(
            (BOOL, text, True)
            for text in ("true", "TRUE", "Yes", "có", "CÓ", unicodedata.normalize("NFD", "Có"), " 1 ")
        ),
        *((BOOL, text, False) for text in ("false", "False", "NO", "không", "KHÔNG", "0")),
        (INT, "350", 350),
        (INT, " -3 ", -3),
        (INT, "+007", 7),
        (PERCENT, "93,25%", 93.25),
        (PERCENT, "93.25", 93.25),
        (PERCENT, "98,12 %", 98.12),
        (PERCENT, "0", 0.0),
        (PERCENT, "100%", 100.0),
        (RATIO, "290/292", "290/292"),
        (RATIO, " 0290 / 292 ", "290/292"),
        (RATIO, "339/339", "339/339"),
        (RATIO, "0/1", "0/1"),
        (TEXT, "", ""),
        (TEXT, " bầu\tlại \x00", "bầu lại"),
        (TEXT, unicodedata.normalize("NFD", "trưởng thôn"), "trưởng thôn"),
        (TEXT, "x" * MAX_TEXT, "x" * MAX_TEXT),
        (TEXT, "\ud800x", "x"),
    ],
)
def test_text_becomes_a_value(type: ResultType, text: str, value: ResultValue) -> None:
    parsed = parse_result(type, text)
    assert (parsed, parsed.__class__) == (value, value.__class__)


@pytest.mark.parametrize(
    ("type", "text", "expected"),
    [
        *((BOOL, text, "true or false") for text in ("", "2", "ja", "c", "truefalse")),
        *((INT, text, "a whole number") for text in ("", "1.5", "1_000", "٣", "1e3", "9" * 16, "9" * 5000)),
        *(
            (PERCENT, text, "a percentage from 0 to 100")
            for text in ("", "100,01", "-1", "nan", "inf", "1e1", "93,25%%", "1.000,5", "%")
        ),
        *(
            (RATIO, text, "a ratio like 290/292")
            for text in ("", "293/292", "0/0", "1/", "1/2/3", "-1/2", "1.5/2", "１/２", "290")
        ),
        (TEXT, "x" * (MAX_TEXT + 1), "a text of at most 500 characters"),
    ],
)
def test_other_text_is_refused_with_what_was_expected(type: ResultType, text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=f"^{expected}$"):
        parse_result(type, text)


@pytest.mark.parametrize(
    ("type", "value", "stored"),
    [(BOOL, True, True), (INT, 0, 0), (PERCENT, 93, 93.0), (PERCENT, 93.25, 93.25), (RATIO, "1/ 2", "1/2")],
)
def test_typed_values_are_stored(type: ResultType, value: ResultValue, stored: ResultValue) -> None:
    checked = check_result(type, value)
    assert (checked, checked.__class__) == (stored, stored.__class__)


@pytest.mark.parametrize(
    ("type", "value"),
    [
        *((BOOL, value) for value in (1, 0, 1.0, "true")),
        *((INT, value) for value in (True, 1.0, "1", 2**53)),
        *((PERCENT, value) for value in (True, math.nan, math.inf, -math.inf, 100.5, -0.1, 10**400, "93")),
        *((RATIO, value) for value in (True, 0.5, "2/1")),
        *((TEXT, value) for value in (True, 1, 1.0)),
    ],
)
def test_values_of_another_type_are_refused(type: ResultType, value: ResultValue) -> None:
    with pytest.raises(ValueError, match=r"^(a|true) "):
        check_result(type, value)


@given(st.sampled_from(ResultType), WILD_VALUES)
def test_a_stored_value_is_stored_as_it_is(type: ResultType, value: ResultValue) -> None:
    try:
        stored = check_result(type, value)
    except ValueError:
        return
    assert check_result(type, stored) == stored
    if type is not PERCENT:  # people write no exponents
        assert parse_result(type, str(stored)) == stored
