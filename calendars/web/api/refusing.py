"""Refusals of the rules as problems, with the status that fits."""

from __future__ import annotations

from calendars.plan.model import Text
from calendars.sequence.refusals import Refused
from calendars.web.api.problems import Problem
from calendars.web.refusing import field_of

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


def problem_of(refused: Refused) -> Problem:
    """The refusal as an answer. Its sources are to be cited already."""
    said = Text(vi=refused.text("vi"), en=refused.text("en"))
    return Problem(422 if refused.code in _OF_THE_ORDER else 409, refused.code, field=field_of(refused), said=said)
