"""States of units as the read model keeps them: JSON without the rules, which their release of the plan gives again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from calendars.plan.model import Plan
from calendars.sequence.pins import with_pins
from calendars.sequence.rules import Rules
from calendars.sequence.state import UnitState
from calendars.store.schema import releases

_STATE = TypeAdapter(UnitState)


class Plans:
    """The releases of one campaign's plan by number, and what each of them asks of each level."""

    def __init__(self, campaign: str, documents: Mapping[int, Any]) -> None:
        self._campaign = campaign
        self._documents = dict(documents)
        self._plans: dict[int, Plan] = {}
        self._rules: dict[tuple[int, str], Rules] = {}

    def add(self, release: int, document: Any) -> None:
        """One more release."""
        self._documents[release] = document

    @property
    def newest(self) -> Plan:
        """The plan of the last release."""
        return self.plan(max(self._documents))

    def plan(self, release: int) -> Plan:
        """The plan of a release. Raises `LookupError` for one that is not journalled."""
        if release not in self._plans:
            if release not in self._documents:
                raise LookupError(f"release {release} of campaign {self._campaign} is not journalled yet")
            self._plans[release] = Plan.model_validate(self._documents[release])
        return self._plans[release]

    def rules(self, release: int, level: str) -> Rules:
        """What a release asks of the units of a level. Raises `LookupError` for one that is not journalled."""
        if (release, level) not in self._rules:
            self._rules[release, level] = Rules.of(self.plan(release), level)
        return self._rules[release, level]


def read_plans(connection: Connection, campaign: str) -> Plans:
    """The plans of a campaign. Raises `LookupError` before its launch is journalled."""
    query = select(releases.c.number, releases.c.plan).where(releases.c.campaign == campaign)
    documents = {row.number: row.plan for row in connection.execute(query)}
    if not documents:
        raise LookupError(f"campaign {campaign} is not journalled yet")
    return Plans(campaign, documents)


def dump_state(state: UnitState) -> dict[str, Any]:
    """The state as JSON data without its rules."""
    data: dict[str, Any] = _STATE.dump_python(state, mode="json", exclude={"rules"})
    return data


def load_state(data: dict[str, Any], plans: Plans, level: str) -> UnitState:
    """The state of a unit of `level` that `dump_state` wrote, under its release and its own due days."""
    return ruled(_STATE.validate_python({**data, "rules": plans.rules(data["rules_version"], level)}), plans)


def ruled(state: UnitState, plans: Plans) -> UnitState:
    """The state under the rules of the release it follows, with the unit's own due days in them."""
    assert state.profile is not None, "units are stored enrolled"
    rules = with_pins(plans.rules(state.rules_version, state.profile.level), state.stages)
    return state if rules is state.rules else replace(state, rules=rules)
