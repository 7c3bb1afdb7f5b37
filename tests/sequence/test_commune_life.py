"""A commune among its cells and its district, through random commands, releases and freezes, day after day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from calendars.plan.model import Due
from calendars.plan.working_days import is_working_day
from calendars.sequence import commands
from calendars.sequence.commands import Command, Enrol
from calendars.sequence.conflicts import conflicts
from calendars.sequence.deciding import decide
from calendars.sequence.digests import digest_facts, next_digest
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.events import Event, event_of, line_of
from calendars.sequence.evolving import fold, number
from calendars.sequence.facts import DigestDue, Escalated, Fact, ReminderDue, StillOverdue
from calendars.sequence.gates import gate_facts, seal_facts
from calendars.sequence.pins import with_pins
from calendars.sequence.refusals import Refused
from calendars.sequence.rules import Rules, StageDates
from calendars.sequence.state import Clock, Gate, Profile, Span, StageState, Status
from calendars.sequence.status import stage_status
from calendars.sequence.surroundings import Child, Superior, Surroundings
from tests.sequence.quang_ninh import FULL, RECORDED, blank, changed

STAGE = "grassroots_congress"
# Without an opening day, so that those who are no pilots meet the pilots' turn and not the window.
PLAN = changed(FULL, grassroots_congress={"opens": None})
CODES = ("06664-01", "06664-02", "06664-03")
CHILDREN = st.sampled_from(CODES)
SPRING = st.dates(date(2020, 3, 20), date(2020, 6, 10))
CLOCKS = st.sampled_from((Clock.TARGET, Clock.DEADLINE))
FREEZES = st.sampled_from(("freeze-1", "freeze-2"))


class CommuneLife(RuleBasedStateMachine):
    """What the workflow does, without the workflow: it sleeps until the next due day and no longer."""

    def __init__(self) -> None:
        super().__init__()
        self.state = blank("commune", PLAN)
        self.plan = PLAN
        self.events: list[Event] = []
        self.today = date(2020, 2, 20)
        self.children = {code: Child(code, code[-2:], "village", "06664") for code in CODES}
        self.pilots: tuple[str, ...] = ()
        self.superior = Superior("200")

    @property
    def around(self) -> Surroundings:
        return Surroundings(self.children, self.pilots, self.superior)

    def record(self, facts: tuple[Fact, ...], command: str = "") -> None:
        events = number(self.state, facts, by="clerk", recorded=RECORDED, command=command)
        assert [event_of(line_of(event)) for event in events] == list(events)
        self.state = fold(self.state, events)
        self.events += events

    def settle(self) -> None:
        for _ in range(5):
            facts = due_facts(self.state, self.today)
            self.record(facts)
            if not facts:
                break
        self.record(gate_facts(self.state, self.around, self.today))
        self.record(seal_facts(self.state, self.superior, self.today))
        self.record(digest_facts(self.state, self.around, self.today))
        assert due_facts(self.state, self.today) == ()
        assert gate_facts(self.state, self.around, self.today) == ()
        assert seal_facts(self.state, self.superior, self.today) == ()
        assert digest_facts(self.state, self.around, self.today) == ()

    def send(self, command: Command) -> bool:
        try:
            self.record(decide(self.state, command, self.today, self.around), command.kind)
        except Refused:
            return False
        self.settle()
        return True

    @initialize(tags=st.sampled_from(((), (), ("pilot",), ("armed_forces",))))
    def enrol(self, tags: tuple[str, ...]) -> None:
        self.record(decide(self.state, Enrol(Profile("06664", "Tân Bình", "commune", "200", "", tags)), self.today))
        self.settle()

    @rule(days=st.integers(1, 45))
    def pass_time(self, days: int) -> None:
        until, upcoming = self.today + timedelta(days=days), next_due(self.state, self.today)
        assert upcoming is None or (upcoming > self.today and due_facts(self.state, upcoming))
        summary = next_digest(self.state, self.around, self.today)
        assert summary is None or (summary > self.today and digest_facts(self.state, self.around, summary))
        quiet = self.today + timedelta(days=1)
        while quiet <= until and quiet not in (upcoming, summary):
            assert due_facts(self.state, quiet) == (), quiet
            assert digest_facts(self.state, self.around, quiet) == (), quiet
            quiet += timedelta(days=1)
        self.today = min(until, upcoming or until, summary or until)
        self.settle()

    # The commune's own congress

    @rule(on=SPRING, days=st.integers(0, 1), announced=st.none() | SPRING)
    def schedule(self, on: date, days: int, announced: date | None) -> None:
        to = on + timedelta(days=days)
        frozen = self.frozen(Span(on, to))
        if self.send(commands.Schedule(STAGE, on, to, announced)):
            assert not frozen
            assert self.now.scheduled == Span(on, to)
        else:
            assert frozen or self.now.held or on < self.today or self.now.scheduled == Span(on, to)

    @rule(back=st.integers(0, 20), elected=st.booleans())
    def report(self, back: int, elected: bool) -> None:
        span = Span(self.today - timedelta(days=back), self.today - timedelta(days=back))
        before = self.now
        if self.send(commands.Report(STAGE, span.first, results={"direct_election": elected})):
            assert before.held is None
            assert self.permitted(span)
            assert not elected or self.consented(span)

    @rule(days=st.integers(-20, 5), elected=st.none() | st.booleans())
    def correct(self, days: int, elected: bool | None) -> None:
        held, sealed = self.now.held, self.now.sealed
        on = held.first + timedelta(days=days) if held else self.today
        results = {} if elected is None else {"direct_election": elected}
        if self.send(commands.Correct(STAGE, "typing error", on=on, results=results)):
            assert held
            assert not sealed
            assert days == 0 or self.permitted(Span(on, on))
            assert not elected or self.consented(Span(on, on))

    @rule()
    def retract(self) -> None:
        sealed = self.now.sealed
        assert not (self.send(commands.Retract(STAGE, "void")) and sealed)

    @rule(on=st.none() | SPRING)
    def postpone(self, on: date | None) -> None:
        if self.send(commands.Postpone(STAGE, "flood", on)):
            assert self.now.scheduled == (Span(on, on) if on else None)

    @rule(day=SPRING, clock=CLOCKS)
    def pin(self, day: date, clock: Clock) -> None:
        if self.send(commands.SetPin(STAGE, clock, day, "a day of its own")):
            assert clock not in self.now.overdue or day < self.today

    @rule(clock=CLOCKS)
    def unpin(self, clock: Clock) -> None:
        self.send(commands.Unpin(STAGE, clock, "as planned"))

    @rule(stage=st.sampled_from(("", STAGE)))
    def acknowledge(self, stage: str) -> None:
        overdue = not self.now.held and (self.now.scheduled or not self.now.postponed) and self.passed
        taken = self.send(commands.Acknowledge(stage))
        assert bool(overdue) or not taken
        assert not overdue or self.passed[-1] in self.now.acknowledged

    @precondition(lambda self: self.today > date(2020, 3, 1))
    @rule()
    def waive(self) -> None:
        self.send(commands.Waive(STAGE, "two cells are flooded"))

    @rule(on=SPRING)
    def consent(self, on: date) -> None:
        self.send(commands.GiveConsent(STAGE, "Quân ủy", on))

    @rule(lead_in=st.sampled_from(("notice", "dossier")))
    def done(self, lead_in: str) -> None:
        self.send(commands.Done(STAGE, lead_in))

    @rule()
    def review(self) -> None:
        self.send(commands.Review(STAGE, self.today))

    @rule()
    def reopen(self) -> None:
        self.send(commands.Reopen(STAGE, "typing error"))

    # What reaches it from above

    @rule(first=SPRING, days=st.integers(0, 60))
    def follow(self, first: date, days: int) -> None:
        dues = {"target": Due(date=first), "deadline": Due(date=first + timedelta(days=days), source="amended")}
        self.plan = changed(self.plan, **{STAGE: dues})
        stage = StageDates.of(self.plan.stage(STAGE))
        assert self.send(commands.Follow(self.state.rules_version + 1, (stage,), "312-KH/TU"))
        assert self.send(commands.Follow(self.state.rules_version, (), "312-KH/TU"))

    @rule(freeze=FREEZES, first=SPRING, days=st.none() | st.integers(0, 30))
    def freeze(self, freeze: str, first: date, days: int | None) -> None:
        last = None if days is None else first + timedelta(days=days)
        self.send(commands.Freeze(freeze, first, last, "flood"))

    @rule(freeze=FREEZES)
    def resume(self, freeze: str) -> None:
        self.send(commands.Resume(freeze, self.today))
        assert all(one.last for one in self.state.freezes if one.id == freeze)

    # Its neighbours

    @rule(code=CHILDREN, back=st.integers(0, 90))
    def a_cell_reports(self, code: str, back: int) -> None:
        day = self.today - timedelta(days=back)
        self.children[code] = replace(self.children[code], held={"cell_congress": Span(day, day)})
        self.settle()

    @rule(code=CHILDREN)
    def a_cell_retracts(self, code: str) -> None:
        self.children[code] = replace(self.children[code], held={})
        self.settle()

    @rule(code=CHILDREN, living=st.booleans(), parent=st.sampled_from(("06664", "06664", "06665")))
    def a_cell_ends_or_moves(self, code: str, *, living: bool, parent: str) -> None:
        self.children[code] = replace(self.children[code], living=living, parent=parent)
        self.settle()

    @rule(through=st.booleans())
    def the_pilots_go(self, through: bool) -> None:
        self.pilots = (STAGE,) if through else ()

    @rule(held=st.booleans())
    def the_district(self, held: bool) -> None:
        days = {"district_congress": Span(self.today, self.today)} if held else {}
        self.superior = replace(self.superior, version=self.superior.version + 1, held=days)
        self.settle()
        assert self.now.sealed or not held or self.state.superior == days

    # What holds

    @property
    def now(self) -> StageState:
        return self.state.stage(STAGE)

    @property
    def passed(self) -> list[Clock]:
        """The clocks that ran out, the last one last."""
        stage = self.state.rules.stage(STAGE)
        assert stage
        assert stage.target
        assert stage.deadline
        days = ((stage.target.date, 0, Clock.TARGET), (stage.deadline.date, 1, Clock.DEADLINE))
        return [clock for day, _, clock in sorted(days) if day < self.today]

    def missing(self, by: date) -> list[str]:
        """The living children that did not hold theirs by the day, counted by hand."""
        below = [child for child in self.children.values() if child.living and child.parent == "06664"]
        return [
            child.code for child in below if "cell_congress" not in child.held or child.held["cell_congress"].last > by
        ]

    def frozen(self, span: Span) -> bool:
        """Whether a freeze known today takes one of the days, counted day by day."""
        days = [span.first + timedelta(days=n) for n in range(span.days)]
        own = [(one.first, one.last) for one in self.state.freezes]
        covid = [
            (freeze.from_, freeze.to) for freeze in PLAN.freezes if freeze.ordered and freeze.ordered <= self.today
        ]
        return any(first <= day and (last is None or day <= last) for first, last in own + covid for day in days)

    def permitted(self, span: Span) -> bool:
        assert self.state.profile
        in_turn = "pilot" in self.state.profile.tags or span.first > date(2020, 3, 31) or STAGE in self.pilots
        return not self.frozen(span) and (bool(self.now.waived) or (not self.missing(span.first) and in_turn))

    def consented(self, span: Span) -> bool:
        assert self.state.profile
        given = self.now.consents.get("Quân ủy")
        return "armed_forces" not in self.state.profile.tags or (given is not None and given <= span.last)

    @invariant()
    def the_gate_says_what_is_below(self) -> None:
        held = self.now.held
        missing = self.missing(held.first if held else date.max)
        gate = Gate.OPEN if not missing else Gate.CONFLICT if held else Gate.CLOSED
        assert (self.now.gate or Gate.CLOSED) is (Gate.WAIVED if self.now.waived else gate)
        told = [conflict.code for conflict in conflicts(self.state)]
        assert ("gate" in told) == (self.now.gate is Gate.CONFLICT)

    @invariant()
    def nothing_is_planned_in_a_freeze(self) -> None:
        if self.now.scheduled and not self.now.held:
            assert not self.frozen(self.now.scheduled)

    @invariant()
    def every_passed_clock_is_marked_and_no_other(self) -> None:
        stage, passed = self.state.rules.stage(STAGE), set(self.passed)
        assert stage
        assert set(self.now.overdue) <= passed
        if not self.now.held:
            assert set(self.now.overdue) == passed
            assert (stage_status(self.state, stage, self.today) is Status.OVERDUE) == bool(passed)

    @invariant()
    def no_reminder_is_of_the_past(self) -> None:
        for event in self.events:
            if isinstance(event.fact, ReminderDue):
                assert event.fact.days >= 0
                assert event.fact.due == event.fact.effective + timedelta(days=event.fact.days)

    @invariant()
    def nobody_is_pressed_on_a_day_off_or_told_twice_a_week(self) -> None:
        given = [event.fact for event in self.events]
        assert all(is_working_day(fact.effective) for fact in given if isinstance(fact, StillOverdue))
        assert all(fact.step <= 2 for fact in given if isinstance(fact, Escalated))
        weeks = [fact.effective.isocalendar()[:2] for fact in given if isinstance(fact, DigestDue)]
        assert len(set(weeks)) == len(weeks)

    @invariant()
    def the_stream_gives_the_state_and_the_release_its_rules(self) -> None:
        assert fold(blank("commune", PLAN), self.events) == self.state
        assert self.state.rules == with_pins(Rules.of(self.plan, "commune"), self.state.stages)


CommuneLife.TestCase.settings = settings(max_examples=120, stateful_step_count=30)
TestCommuneLife = CommuneLife.TestCase
