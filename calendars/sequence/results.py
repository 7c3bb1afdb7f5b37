"""The values of reported results: from text as people write it, or from typed data."""

from __future__ import annotations

import re
import unicodedata

from calendars.plan.model import ResultType, Text
from calendars.sequence.state import ResultValue

MAX_TEXT = 500
# Larger ones lose digits in JSON readers that keep numbers as doubles.
MAX_INT = 2**53 - 1

EXPECTED: dict[ResultType, Text] = {
    ResultType.BOOL: Text(en="true or false", vi="có hoặc không"),
    ResultType.INT: Text(en="a whole number", vi="một số nguyên"),
    ResultType.PERCENT: Text(en="a percentage from 0 to 100", vi="tỷ lệ phần trăm từ 0 đến 100"),
    ResultType.RATIO: Text(en="a ratio like 290/292", vi="một tỷ số như 290/292"),
    ResultType.TEXT: Text(en=f"a text of at most {MAX_TEXT} characters", vi=f"văn bản không quá {MAX_TEXT} ký tự"),
}
_BOOLS = {"true": True, "yes": True, "có": True, "1": True, "false": False, "no": False, "không": False, "0": False}
_INT = re.compile(r"[+-]?[0-9]{1,16}")
_PERCENT = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,15})?) ?%?")
_RATIO = re.compile(r"([0-9]{1,9}) ?/ ?([0-9]{1,9})")


def clean(text: str) -> str:
    """`text` on one line: NFC, white space as single blanks, without control characters and lone surrogates."""
    kept = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def parse_result(type: ResultType, text: str) -> ResultValue:
    """The value of a result written as text: "có", "93,25%", "290/292".

    Raises `ValueError` with a short English phrase of what was expected.
    """
    text = clean(text)
    value: ResultValue = text
    match type:
        case ResultType.BOOL:
            value = _BOOLS.get(text.casefold(), text)
        case ResultType.INT if _INT.fullmatch(text):
            value = int(text)
        case ResultType.PERCENT if found := _PERCENT.fullmatch(text):
            value = float(found[1].replace(",", "."))
    return check_result(type, value)


def check_result(type: ResultType, value: ResultValue) -> ResultValue:
    """The value as it is stored, from data that has types already: whole percentages become floats, texts are cleaned.

    Raises `ValueError` with a short English phrase of what was expected.
    """
    match type, value:
        case ResultType.BOOL, bool():
            return value
        case ResultType.INT, int() if not isinstance(value, bool) and abs(value) <= MAX_INT:
            return value
        case ResultType.PERCENT, int() | float() if not isinstance(value, bool) and 0 <= value <= 100:
            return float(value)
        case ResultType.RATIO, str() if found := _RATIO.fullmatch(clean(value)):
            part, whole = int(found[1]), int(found[2])
            if part <= whole and whole > 0:
                return f"{part}/{whole}"
        case ResultType.TEXT, str() if len(text := clean(value)) <= MAX_TEXT:
            return text
    raise ValueError(EXPECTED[type].en)
