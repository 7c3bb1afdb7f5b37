"""A unit through a campaign, day after day: woken every day, only on the days it said it would, or now and then.

`ORDERS` are arbitrary commands on arbitrary days, such as people might give in such a year.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from hypothesis import Phase, settings
from hypothesis import strategies as st

from calendars.plan.model import Due, Plan, Reminders
from calendars.plan.working_days import is_working_day
from calendars.sequence import commands
from calendars.sequence.commands import Command
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.facts import Fact
from calendars.sequence.refusals import Refused
from calendars.sequence.rules import StageDates
from calendars.sequence.state import Clock, Span, UnitState
from calendars.sequence.status import suspended
from tests.sequence.quang_ninh import FULL, changed, taken, unit

DAY = timedelta(days=1)
FIRST, LAST = date(2019, 12, 1), date(2020, 9, 26)  # a Sunday and a Saturday
# Beyond the campaign's last day, for nothing is said there any more.
END = date(2020, 10, 20)
# A life takes long, and is short enough to be read as it is found: it is not made smaller.
ARBITRARY = settings(max_examples=30, phases=(Phase.explicit, Phase.reuse, Phase.generate))
# Few offsets that fall on the same working day, and some that do.
OFFSETS = st.lists(st.sampled_from((0, 1, 2, 3, 7, 14, 30)), max_size=4, unique=True).map(tuple)


@dataclass(frozen=True)
class Moment:
    """A fact, the day on which it came, and the unit just before and after it. `order` is what people said."""

    today: date
    fact: Fact
    before: UnitState
    after: UnitState
    order: Command | None = None


Orders = Sequence[tuple[date, Command]]
Waking = Callable[[UnitState, date], date]


def every_day(state: UnitState, today: date) -> date:
    """A unit that looks at its calendar each day."""
    return today + DAY


def when_due(state: UnitState, today: date) -> date:
    """A unit that sleeps until something is due, as its workflow does."""
    return next_due(state, today) or date.max


def on(days: Collection[date]) -> Waking:
    """A unit whose service runs on these days alone."""
    return lambda state, today: min((day for day in days if day > today), default=date.max)


def live(
    state: UnitState, orders: Orders = (), waking: Waking = when_due, last: date = date(2021, 2, 20)
) -> list[Moment]:
    """What happens to an enrolled unit up to `last`. Orders are given on their days whether or not it would wake then;
    what the rules refuse is left out."""
    assert state.since
    moments: list[Moment] = []
    coming = sorted(orders, key=lambda order: order[0])
    today = state.since
    while today <= last:
        state = _settle(state, today, moments)
        while coming and coming[0][0] <= today:
            _, command = coming.pop(0)
            try:
                facts = decide(state, command, today)
            except Refused:
                continue
            state = _take(state, facts, today, moments, command)
            state = _settle(state, today, moments)
        today = min(waking(state, today), coming[0][0] if coming else date.max)
    return moments


def given(moments: Sequence[Moment], *kinds: type) -> list[tuple[date, Fact]]:
    """What came of some kinds, with the days on which it came."""
    return [(one.today, one.fact) for one in moments if isinstance(one.fact, kinds)]


def rests(state: UnitState, day: date) -> bool:
    """Whether the unit is suspended on the day."""
    return suspended(state, Span(day, day), day) is not None


def last_working(before: date) -> date:
    """The working day before a day."""
    day = before - DAY
    while not is_working_day(day):
        day -= DAY
    return day


def _settle(state: UnitState, today: date, moments: list[Moment]) -> UnitState:
    for _ in range(9):
        if not (facts := due_facts(state, today)):
            return state
        state = _take(state, facts, today, moments)
    raise AssertionError(f"what is due on {today} has no end: {due_facts(state, today)}")


def _take(
    state: UnitState, facts: Sequence[Fact], today: date, moments: list[Moment], order: Command | None = None
) -> UnitState:
    for fact in facts:
        before, state = state, taken(state, (fact,))
        moments.append(Moment(today, fact, before, state, order))
    return state


# Arbitrary lives


@cache
def planned_with(reminders: Reminders) -> Plan:
    """The whole plan with other reminders, and a step of which there are reminders of its own."""
    election = FULL.stage("headman_election")
    announce = election.lead_ins[0].model_copy(update={"remind": (10, 1)})
    plan = changed(FULL, headman_election={"lead_ins": (announce,)})
    return plan.model_copy(update={"reminders": reminders, "until": LAST})


REMINDERS = st.builds(
    Reminders,
    before=OFFSETS,
    lead_ins=OFFSETS,
    overdue_every=st.sampled_from((2, 7, 7, 20)),
    escalate_after=st.sampled_from((1, 3, 10)),
)
LEVELS = st.sampled_from(("village", "commune", "commune", "district"))
JOINED = st.just(FIRST) | st.dates(FIRST, date(2020, 7, 31))
UNITS = st.builds(
    lambda level, reminders, joined: unit(level, plan=planned_with(reminders), joined=joined), LEVELS, REMINDERS, JOINED
)


@st.composite
def orders_for(draw: st.DrawFn, state: UnitState, most: int = 6) -> Orders:
    """Commands for the unit's stages; many of them make sense on the day they are given."""
    assert state.since
    stages = [stage.id for stage in state.rules.stages]
    days = sorted(draw(st.lists(st.dates(state.since, LAST), max_size=most)))
    return [(day, draw(_order(stages, day))) for day in days]


def _order(stages: list[str], day: date) -> st.SearchStrategy[Command]:
    stage, reason = st.sampled_from(stages), st.just("flood")
    clocks = st.sampled_from(Clock)
    later = st.integers(0, 60).map(lambda days: day + timedelta(days=days))
    around = st.integers(-60, 60).map(lambda days: min(max(day + timedelta(days=days), FIRST), LAST))
    freezes = st.sampled_from(("freeze-1", "freeze-2"))
    length = st.none() | st.integers(0, 40)

    def freeze(name: str, first: date, days: int | None) -> Command:
        return commands.Freeze(name, first, None if days is None else first + timedelta(days=days), "flood")

    def follow(stage: str, target: date, days: int, day_for_all: date | None) -> Command:
        of = StageDates(
            stage, day_for_all, None, Due(date=target), Due(date=min(target + timedelta(days=days), LAST)), None
        )
        return commands.Follow(day.toordinal(), (of,))  # later ones have higher numbers

    soon = st.integers(-3, 20).map(lambda days: day + timedelta(days=days))
    return st.one_of(
        st.builds(commands.Schedule, stage=stage, on=later),
        st.builds(commands.Postpone, stage=stage, reason=reason, on=st.none() | later),
        st.builds(commands.Acknowledge, stage=st.just("") | stage),
        st.builds(freeze, freezes, soon, length),
        st.builds(commands.Resume, freeze=freezes | st.just("plan/0"), on=soon),
        st.builds(commands.SetPin, stage=stage, clock=clocks, day=around, reason=reason),
        st.builds(commands.Unpin, stage=stage, clock=clocks, reason=reason),
        st.builds(follow, stage, around, st.integers(0, 60), st.none() | around),
        st.builds(commands.Report, stage=stage, on=around),
        st.builds(commands.Retract, stage=stage, reason=reason),
        st.builds(commands.Done, stage=stage, lead_in=st.sampled_from(("announce", "notice", "dossier"))),
    )


LIVES = UNITS.flatmap(lambda state: st.tuples(st.just(state), orders_for(state)))


def unaware(state: UnitState) -> UnitState:
    """The same unit as it was begun before there were notices."""
    return replace(state, rules=replace(state.rules, notices=None))
