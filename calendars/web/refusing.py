"""Which field of an order a refusal of the rules is about."""

from __future__ import annotations

from collections.abc import Mapping

from calendars.sequence.refusals import Refused

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
