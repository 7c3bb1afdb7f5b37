"""The plans that tests start from."""

from __future__ import annotations

from pathlib import Path

from calendars.plan.loading import check_plan
from calendars.plan.model import Plan

PLANS = Path(__file__).parent / "plans"


def sample(name: str) -> str:
    """The text of a plan in `plans`."""
    return (PLANS / name).read_text(encoding="utf-8")


def small_plan() -> Plan:
    """The valid plan that uses every key."""
    plan, problems = check_plan(sample("small.yaml"))
    assert plan, problems
    return plan
