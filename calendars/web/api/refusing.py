"""Refusals of the rules as problems: which status fits, and which field of the order is meant."""

from __future__ import annotations

from collections.abc import Mapping

from calendars.plan.model import Text
from calendars.sequence.refusals import Refused
from calendars.web.api.problems import Problem

# What is wrong with the order itself, whatever the unit has done so far: 422. All else is a conflict with it: 409.
_OF_THE_ORDER = frozenset(
    {
        "unknown_stage",
        "before_campaign",
        "after_campaign",
        "in_future",
        "in_past",
        "before_window",
        "too_long",
        "last_before_first",
        "unknown_result",
        "bad_result",
        "no_reason",
        "no_reason_given",
        "unknown_body",
        "day_in_future",
        "unknown_lead_in",
    }
)
_FIELDS: Mapping[str, str] = {
    "unknown_stage": "stage",
    "stage_not_overdue": "stage",
    "not_reported": "stage",
    "not_held_yet": "stage",
    "nothing_to_waive": "stage",
    "nothing_planned": "stage",
    "already_scheduled": "on",
    "before_campaign": "on",
    "after_campaign": "on",
    "in_future": "on",
    "in_past": "on",
    "before_window": "on",
    "before_previous": "on",
    "day_in_future": "on",
    "gate_closed": "on",
    "pilots_first": "on",
    "frozen": "on",
    "already_pinned": "on",
    "too_long": "to",
    "last_before_first": "to",
    "no_reason": "reason",
    "no_reason_given": "reason",
    "unknown_body": "body",
    "already_consented": "body",
    "unknown_lead_in": "lead_in",
    "already_done": "lead_in",
    "not_pinned": "clock",
}


def field_of(refused: Refused) -> str | None:
    """The field of the order that the refusal is about, `results.KEY` for a result, None where it is about none."""
    if refused.code in ("unknown_result", "bad_result"):
        return f"results.{refused.params.get('key', '')}"
    if refused.code == "no_consent":
        return f"results.{refused.params.get('result', '')}"
    return _FIELDS.get(refused.code)


def problem_of(refused: Refused) -> Problem:
    """The refusal as an answer. Its sources are to be cited already."""
    said = Text(vi=refused.text("vi"), en=refused.text("en"))
    return Problem(422 if refused.code in _OF_THE_ORDER else 409, refused.code, field=field_of(refused), said=said)
