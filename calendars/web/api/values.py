"""The kinds of values that orders and parameters are made of, each checked as strictly as it is documented."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from calendars.sequence.results import MAX_INT

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOST_TEXT = 500
MOST_NAME = 64


def _day(value: Any) -> date:
    # Pydantic would also take numbers of seconds, and midnights.
    if isinstance(value, date):
        return value
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("day", "expected a day as 2020-06-30") from None


def _line(value: Any) -> Any:
    if isinstance(value, str) and any(unicodedata.category(sign) in ("Cc", "Cs") for sign in value):
        raise PydanticCustomError("line", "expected a text without control characters")
    return value


_DAY_SCHEMA = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_PRINTABLE = r"^[^\u0000-\u001f\u007f-\u009f]*$"


def _text(longest: int, shortest: int = 0) -> dict[str, Any]:
    return {"type": "string", "minLength": shortest, "maxLength": longest, "pattern": _PRINTABLE}


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema(_DAY_SCHEMA)]
Name = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=MOST_NAME),
    BeforeValidator(_line),
    WithJsonSchema(_text(MOST_NAME, 1)),
]
Line = Annotated[
    str, Field(strict=True, max_length=MOST_TEXT), BeforeValidator(_line), WithJsonSchema(_text(MOST_TEXT))
]
Number = Annotated[int, Field(strict=True, ge=-MAX_INT, le=MAX_INT)]
Fraction = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Result = Annotated[bool, Field(strict=True)] | Number | Fraction | Line
