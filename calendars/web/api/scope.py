"""Which lines of the journal a scope sees: those of its units, and of the campaign's own stream what concerns them."""

from __future__ import annotations

from typing import Any

from calendars.sequence.events import Line
from calendars.store.feeds import CampaignView
from calendars.store.projecting import CAMPAIGN_STREAM

_FOR_ALL = frozenset({"launched", "amended"})
_OF_A_PART = frozenset({"frozen", "resumed"})
_OF_THE_TREE = frozenset({"merged", "split", "transferred", "dissolved", "added", "renamed"})


def sees_line(view: CampaignView, scope: str, unit: str, line: Line) -> bool:
    """Whether whoever sees `scope` and what is below it sees this line. The scope of a whole campaign sees all."""
    if not scope or view.roots == {scope}:
        return True
    if unit != CAMPAIGN_STREAM:
        return view.is_below(unit, scope)
    if line.type in _FOR_ALL:
        return True
    if line.type in _OF_A_PART:
        under = line.data.get("under", "")
        return not under or view.is_below(under, scope) or view.is_below(scope, under)
    # A change of the tree names units of more than one superior: it is seen where all of them are. Of what else may
    # come nobody knows whom it names.
    return line.type in _OF_THE_TREE and all(view.is_below(code, scope) for code in _units_of(line.data))


def _units_of(data: dict[str, Any]) -> set[str]:
    named = {data[key] for key in ("unit", "into", "parent") if data.get(key)}
    return named | set(data.get("units", ())) | set(data.get("children", ()))
