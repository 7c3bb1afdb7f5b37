"""What is wrong with parameters and bodies before anything is looked up, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from calendars.plan.model import Text
from calendars.web.api.problems import Mistake, Problem

# By the kinds of pydantic's errors; `{x}` are its context. What is not listed is told in general.
_EXPECTED: Mapping[str, Text] = {
    "missing": Text(en="it is missing", vi="còn thiếu"),
    "extra_forbidden": Text(en="no such field", vi="không có trường này"),
    "day": Text(en="expected a day as 2020-06-30", vi="cần một ngày như 2020-06-30"),
    "line": Text(en="expected a text without control characters", vi="cần văn bản không có ký tự điều khiển"),
    "string_type": Text(en="expected a text", vi="cần văn bản"),
    "string_too_long": Text(en="expected at most {max_length} characters", vi="tối đa {max_length} ký tự"),
    "string_too_short": Text(en="expected at least {min_length} character", vi="cần ít nhất {min_length} ký tự"),
    "too_long": Text(en="expected at most {max_length} of them", vi="tối đa {max_length} mục"),
    "enum": Text(en="expected {expected}", vi="cần {expected}"),
    "literal_error": Text(en="expected {expected}", vi="cần {expected}"),
    "int_parsing": Text(en="expected a whole number", vi="cần một số nguyên"),
    "int_type": Text(en="expected a whole number", vi="cần một số nguyên"),
    "bool_parsing": Text(en="expected true or false", vi="cần true hoặc false"),
    "greater_than_equal": Text(en="expected at least {ge}", vi="ít nhất là {ge}"),
    "less_than_equal": Text(en="expected at most {le}", vi="nhiều nhất là {le}"),
}
_OTHERWISE = Text(en="it is not what is expected here", vi="giá trị không hợp lệ")


def problem_of(errors: Sequence[Mapping[str, Any]], language: str) -> Problem:
    """The mistakes that were found in a request, parameters before the body."""
    first = errors[0]
    if first["type"] == "json_invalid" or (first["loc"] == ("body",) and first["type"] != "missing"):
        return Problem(400 if first["type"] == "json_invalid" else 422, "not_json")
    outside = [error for error in errors if error["loc"][0] != "body"]
    chosen = outside or errors
    mistakes = [Mistake(field=_field(error), detail=_said(error)[language]) for error in chosen[:50]]
    field = _field(chosen[0])
    return Problem(
        400 if outside else 422,
        "bad_value",
        field=field,
        said=Text(**{one: f"{field}: {_said(chosen[0])[one]}." for one in ("vi", "en")}),
        errors=mistakes if len(mistakes) > 1 else (),
    )


def _field(error: Mapping[str, Any]) -> str:
    return ".".join(str(part)[:100] for part in error["loc"][1:]) or str(error["loc"][0])


def _said(error: Mapping[str, Any]) -> Text:
    text = _EXPECTED.get(error["type"], _OTHERWISE)
    context = error.get("ctx", {})
    try:
        return Text(vi=text.vi.format_map(context), en=text.en.format_map(context))
    except KeyError:
        return _OTHERWISE
