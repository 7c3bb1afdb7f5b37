"""A province with two communes and three villages, as a tree and as units, under a plan that has every rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from calendars.plan.model import Plan
from calendars.sequence.commands import Command, Enrol
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts
from calendars.sequence.evolving import fold, number
from calendars.sequence.facts import Fact
from calendars.sequence.rules import Rules
from calendars.sequence.state import Profile, UnitState
from calendars.sequence.surroundings import UNKNOWN, Surroundings
from calendars.tree.changes import Amend
from calendars.tree.model import Tree, Unit
from calendars.tree.reaching import Step

ELECTION, CELL = "headman_election", "cell_congress"
GRASSROOTS, PROVINCIAL = "grassroots_congress", "provincial_congress"
BODY = "Quân ủy"
RECORDED = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
START = date(2020, 1, 5)
PLAN = Plan.model_validate(
    {
        "campaign": "trial-2020",
        "title": {"vi": "Đại hội", "en": "Congresses"},
        "from": "2020-01-01",
        "until": "2020-12-31",
        "instruments": {"plan-9": {"number": "9-KH/TU", "date": "2020-01-05"}},
        "levels": ["province", "commune", "village"],
        "stages": [
            {"id": ELECTION, "level": "village", "on": "2020-01-12", "results": {"turnout": "percent"}},
            {
                "id": CELL,
                "level": "village",
                "opens": "2020-01-15",
                "target": {"date": "2020-02-10"},
                "deadline": {"date": "2020-02-20"},
                "after": ELECTION,
                "max_days": 2,
            },
            {
                "id": GRASSROOTS,
                "level": "commune",
                "pilots": {"from": "2020-02-01", "to": "2020-02-15"},
                "target": {"date": "2020-03-20"},
                "deadline": {"date": "2020-03-31"},
                "max_days": 3,
                "lead_ins": [{"id": "notice", "days": 10}],
                "results": {"direct_election": "bool"},
                "gate": {"children": CELL},
            },
            {
                "id": PROVINCIAL,
                "level": "province",
                "opens": "2020-02-10",
                "deadline": {"date": "2020-04-30"},
                "gate": {"children": GRASSROOTS, "share": 0.5},
            },
        ],
        "freezes": [{"from": "2020-02-25", "to": "2020-02-27", "ordered": "2020-02-23"}],
        "consents": [{"stage": GRASSROOTS, "tag": "armed_forces", "result": "direct_election", "from": BODY}],
        "reminders": {"before": [7, 1]},
    }
)
UNITS = (
    Unit("22", "Tỉnh Thử", "province"),
    Unit("100", "Xã Một", "commune", "22", ("pilot",)),
    Unit("200", "Phường Hai", "commune", "22", ("armed_forces",)),
    Unit("100-01", "Thôn 1", "village", "100"),
    Unit("100-02", "Thôn 2", "village", "100"),
    Unit("200-01", "Khu phố 1", "village", "200"),
)
TREE = Tree(UNITS)


def shifted(plan: Plan, **dates: Mapping[str, Any]) -> Plan:
    """The plan with other dates of some stages, given as in a plan's file."""
    document = plan.document()
    for stage in document["stages"]:
        stage.update(dates.get(stage["id"], {}))
    return Plan.model_validate(document)


def amendment(plan: Plan, base: int = 1) -> Amend:
    """The change that makes `plan` the next release."""
    return Amend(plan.document(), base, "plan-9")


def taken(state: UnitState, facts: Iterable[Fact], command: str = "") -> UnitState:
    """The state after these facts."""
    return fold(state, number(state, facts, by="test", recorded=RECORDED, command=command))


def sent(state: UnitState, command: Command, today: date, around: Surroundings = UNKNOWN) -> UnitState:
    """The state after the command and what fell due with it. Raises `Refused`."""
    return settled(taken(state, decide(state, command, today, around)), today)


def settled(state: UnitState, today: date) -> UnitState:
    """The state after what fell due by `today`."""
    while due := due_facts(state, today):
        state = taken(state, due)
    return state


def profile_of(tree: Tree, unit: Unit) -> Profile:
    """How the unit enrols."""
    parent = tree.units[unit.parent].name if unit.parent else ""
    return Profile(unit.code, unit.name, unit.level, unit.parent, parent, unit.tags)


def enrolled(profile: Profile, today: date = START, plan: Plan = PLAN, release: int = 1) -> UnitState:
    """A unit that just joined."""
    return sent(UnitState(Rules.of(plan, profile.level), rules_version=release), Enrol(profile, release), today)


def states(tree: Tree = TREE, today: date = START, plan: Plan = PLAN) -> dict[str, UnitState]:
    """Every unit of the tree, just joined."""
    return {code: enrolled(profile_of(tree, unit), today, plan) for code, unit in tree.units.items()}


def tree_of(states: Mapping[str, UnitState]) -> Tree:
    """The tree as the units say that it is."""
    return Tree(
        Unit(one.code, one.name, one.level, one.parent, one.tags, state.ended.on if state.ended else None)
        for state in states.values()
        if (one := state.profile)
    )


def applied(
    states: Mapping[str, UnitState], steps: Sequence[Step], today: date, most: int | None = None
) -> dict[str, UnitState]:
    """The units after what `steps` ask, or after its first `most` beginnings and commands."""
    after = dict(states)
    todo: list[tuple[str, Profile | Command]] = []
    for step in steps:
        todo += [(profile.code, profile) for profile in step.begin]
        todo += step.commands
    for code, what in todo[:most]:
        if not isinstance(what, Profile):
            after[code] = sent(after[code], what, today)
        elif code not in after:
            after[code] = enrolled(what, today)
    return after


def length(steps: Sequence[Step]) -> int:
    """How many units begin and how many commands are sent."""
    return sum(len(step.begin) + len(step.commands) for step in steps)
