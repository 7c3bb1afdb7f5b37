"""What holds for a whole campaign, whatever is sent to it in whatever order and however its news travel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete, select, update

from calendars.ical.renderer import IcalRenderer
from calendars.plan.model import Plan
from calendars.sequence.commands import (
    Command,
    Correct,
    GiveConsent,
    Postpone,
    Reopen,
    Report,
    Retract,
    Review,
    Schedule,
    SetPin,
    Unpin,
    Waive,
)
from calendars.sequence.conflicts import conflicts
from calendars.sequence.evolving import fold
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Clock, Gate, UnitState
from calendars.sequence.status import due_days, in_window
from calendars.store.changes import campaign_tree
from calendars.store.database import Store, open_store
from calendars.store.journal import Journal
from calendars.store.neighbourhood import around
from calendars.store.reading import read_campaign, unit_states
from calendars.store.schema import PROJECTIONS, counter, journal
from calendars.store.status import campaign_status
from calendars.tree.changes import (
    Add,
    Amend,
    Change,
    Dissolve,
    Lift,
    Merge,
    RenameUnit,
    Split,
    Suspend,
    Transfer,
)
from calendars.tree.foresight import compare, foresee
from calendars.tree.model import Unit
from calendars.tree.reaching import steps
from tests.tree.lawful import check_taken, enough_below, gate_of
from tests.tree.simulated import Node, SimulatedCampaign, Taken
from tests.tree.small import BODY, CELL, ELECTION, GRASSROOTS, PLAN, PROVINCIAL, START

DAY = timedelta(days=1)
ANY = st.integers(0, 59)  # of the units there are, by code
BACK = st.integers(0, 3) | st.integers(-3, 25)  # days before today
AHEAD = st.integers(-1, 30)
LONG = st.sampled_from([0, 0, 0, 1, 3])
STAGE = st.integers(0, 1)
FATES = st.sampled_from(["heard", "heard", "heard", "lost", "late", "unacknowledged"])
CUT = st.none() | st.none() | st.integers(0, 6)
RESULTS = st.sampled_from([{}, {}, {"direct_election": True}, {"direct_election": False}])
SHIFTS = st.lists(st.integers(-12, 12), min_size=4, max_size=4)
# What happened over all examples, to see while working on this test whether it gets anywhere.
SEEN: Counter[str] = Counter()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/congress.db")
    yield opened
    opened.close()


def projections(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in PROJECTIONS
        }


def moved(shifts: list[int]) -> Plan:
    """The first plan with the dates of each stage moved by so many days."""
    document = PLAN.document()
    for stage, days in zip(document["stages"], shifts, strict=True):
        by = timedelta(days=days)
        for key in ("on", "opens"):
            if key in stage:
                stage[key] = (date.fromisoformat(stage[key]) + by).isoformat()
        for key in ("target", "deadline"):
            if key in stage:
                stage[key] = {"date": (date.fromisoformat(stage[key]["date"]) + by).isoformat()}
        if "pilots" in stage:
            stage["pilots"] = {key: (date.fromisoformat(day) + by).isoformat() for key, day in stage["pilots"].items()}
    return Plan.model_validate(document)


class CampaignLife(RuleBasedStateMachine):
    """A province with its communes and villages, from January on."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        with store.writing() as connection:
            for table in (*PROJECTIONS, journal):
                connection.execute(delete(table))
            connection.execute(update(counter).values(position=0))
        self.made = 0  # units that were added to the tree

    @initialize(
        tags=st.lists(st.sampled_from([(), ("pilot",), ("armed_forces",)]), min_size=1, max_size=3),
        villages=st.lists(st.integers(0, 2), min_size=3, max_size=3),
        on=st.sampled_from([0, 9, 30, 50]),
    )
    def launch(self, tags: list[tuple[str, ...]], villages: list[int], on: int) -> None:
        units = [Unit("22", "Tỉnh Thử", "province")]
        for no, of_commune in enumerate(tags, 1):
            units.append(Unit(f"{no}00", f"Xã {no}", "commune", "22", of_commune))
            units += [Unit(f"{no}00-0{v}", f"Thôn {v}", "village", f"{no}00") for v in range(villages[no - 1])]
        self.campaign = SimulatedCampaign(PLAN, units, Journal(self.store, IcalRenderer()), START)
        self.campaign.pass_days(on)

    # Commands to one unit

    @rule(which=ANY, stage=STAGE, back=BACK, long=LONG, results=RESULTS)
    def report(self, which: int, stage: int, back: int, long: int, results: dict[str, Any]) -> None:
        node = self.node(which)
        name, on = self.stage(node, stage), self.campaign.today - back * DAY
        wanted = results if name == GRASSROOTS else {}
        self.send(node, Report(name, on, on + long * DAY if long else None, wanted))

    @rule(days=st.integers(1, 9), missing=st.none() | ANY, told=st.booleans())
    def villages_meet(self, days: int, missing: int | None, told: bool) -> None:
        """Some days go by, and villages report what they may, all of them or all but one."""
        self.campaign.pass_days(days)
        for node in self.campaign.living:
            if node.profile.level == "village" and (missing is None or node is not self.node(missing)):
                self.send(node, Report(ELECTION, min(self.on_the_day(node), self.campaign.today)))
                self.send(node, Report(CELL, self.campaign.today))
        if told:
            self.campaign.deliver_all()

    @rule(days=st.integers(0, 6), told=st.booleans())
    def communes_meet(self, days: int, told: bool) -> None:
        self.campaign.pass_days(days)
        for node in self.campaign.living:
            if node.profile.level == "commune":
                self.send(node, Report(GRASSROOTS, self.campaign.today))
        if told:
            self.campaign.deliver_all()

    @rule(days=st.integers(0, 9))
    def the_province_meets(self, days: int) -> None:
        self.send(self.node(0, "province"), Report(PROVINCIAL, self.campaign.today - days * DAY))

    @rule(which=ANY, stage=STAGE, ahead=AHEAD, long=LONG)
    def schedule(self, which: int, stage: int, ahead: int, long: int) -> None:
        node, on = self.node(which), self.campaign.today + ahead * DAY
        self.send(node, Schedule(self.stage(node, stage), on, on + long * DAY))

    @precondition(lambda self: self.held)
    @rule(which=ANY, back=st.none() | BACK, results=RESULTS)
    def correct(self, which: int, back: int | None, results: dict[str, Any]) -> None:
        node, name = self.held[which % len(self.held)]
        wanted = results if name == GRASSROOTS else {}
        on = None if back is None else self.campaign.today - back * DAY
        self.send(node, Correct(name, "a slip", on, None, wanted))

    @precondition(lambda self: self.held)
    @rule(which=ANY)
    def retract(self, which: int) -> None:
        node, name = self.held[which % len(self.held)]
        self.send(node, Retract(name, "a mistake"))

    @precondition(lambda self: self.held)
    @rule(which=ANY)
    def reopen(self, which: int) -> None:
        sealed = [(node, name) for node, name in self.held if node.state.stage(name).sealed]
        node, name = (sealed or self.held)[which % len(sealed or self.held)]
        self.send(node, Reopen(name, "a slip"))

    @rule(which=ANY, stage=STAGE, ahead=st.none() | AHEAD)
    def postpone(self, which: int, stage: int, ahead: int | None) -> None:
        node = self.node(which)
        on = None if ahead is None else self.campaign.today + ahead * DAY
        self.send(node, Postpone(self.stage(node, stage), "flood", on))

    @rule(which=ANY)
    def waive(self, which: int) -> None:
        node = self.node(which)
        self.send(node, Waive(self.stage(node, 0), "one is merging"))

    @rule(which=ANY, back=st.integers(0, 9))
    def consent(self, which: int, back: int) -> None:
        self.send(self.node(which), GiveConsent(GRASSROOTS, BODY, self.campaign.today - back * DAY))

    @rule()
    def review(self) -> None:
        for node in self.campaign.living:
            if "pilot" in node.profile.tags:
                self.send(node, Review(GRASSROOTS, self.campaign.today, "learnt"))

    @rule(which=ANY, stage=STAGE, clock=st.sampled_from(Clock), ahead=AHEAD)
    def pin(self, which: int, stage: int, clock: Clock, ahead: int) -> None:
        node = self.node(which)
        name = self.stage(node, stage)
        if clock in node.state.stage(name).pins:
            self.send(node, Unpin(name, clock, "dry"))
        else:
            self.send(node, SetPin(name, clock, self.campaign.today + ahead * DAY, "flood"))

    # Changes of the campaign

    @rule(shifts=SHIFTS, old=st.sampled_from([0, 0, 0, 1]), cut=CUT)
    def amend(self, shifts: list[int], old: int, cut: int | None) -> None:
        campaign = self.campaign
        change = Amend(moved(shifts).document(), campaign.release - old, "plan-9")
        self.foreseen(change, cut)

    @rule(which=st.none() | ANY, ahead=st.integers(-5, 9), days=st.none() | st.integers(0, 9), cut=CUT)
    def freeze(self, which: int | None, ahead: int, days: int | None, cut: int | None) -> None:
        first = max(self.campaign.today + ahead * DAY, PLAN.from_)
        last = None if days is None else first + days * DAY
        self.foreseen(Suspend(first, last, "flood", self.code(which)), cut)

    @precondition(lambda self: any(line.type == "frozen" for line in self.campaign.lines))
    @rule(which=st.none() | st.none() | ANY, ahead=st.integers(-5, 5), cut=CUT)
    def resume(self, which: int | None, ahead: int, cut: int | None) -> None:
        self.change(Lift(self.campaign.today + ahead * DAY, self.code(which)), cut)

    @rule(kind=st.sampled_from(["one", "new", "superior"]), which=ANY, into=ANY, cut=CUT)
    def merge(self, kind: str, which: int, into: int, cut: int | None) -> None:
        """A unit goes into another one, or both into a new one, or into their superior."""
        node, others = self.node(which), self.beside(self.node(which))
        code, today = node.profile.code, self.campaign.today
        other = others[into % len(others)].profile.code if others else code
        if kind == "new":
            self.change(Merge(tuple(sorted({code, other})), self.new_code(), today, "Mới"), cut)
        else:
            self.change(Merge((code,), other if kind == "one" else node.profile.parent, today), cut)

    @rule(which=ANY, to=ANY, cut=CUT)
    def transfer(self, which: int, to: int, cut: int | None) -> None:
        """A village comes under another commune, seldom right under the province."""
        villages = [node for node in self.campaign.living if node.profile.level == "village"]
        others = [node for node in self.campaign.living if node.profile.level != "village"]
        if villages:
            unit, parent = villages[which % len(villages)], others[to % len(others)]
            self.change(Transfer(unit.profile.code, parent.profile.code, self.campaign.today), cut)

    @rule(kind=st.sampled_from(["split", "dissolve", "add", "rename"]), which=ANY, taken=st.integers(0, 2), cut=CUT)
    def grow_or_cut(self, kind: str, which: int, taken: int, cut: int | None) -> None:
        unit, today = self.node(which).profile, self.campaign.today
        children = tuple(child.profile.code for child in self.campaign.children(unit.code)[:taken])
        level = "commune" if unit.level == "province" else "village"
        new = self.new_code()
        changes: dict[str, Change] = {
            "split": Split(unit.code, new, "Mới", today, children),
            "dissolve": Dissolve(unit.code, today),
            "add": Add(new, "Mới", level, unit.code, today, ("pilot",) if taken == 2 else ()),
            "rename": RenameUnit(unit.code, f"Tên {new}", today),
        }
        self.change(changes[kind], cut)

    # Time and news

    @rule(days=st.integers(1, 12))
    def advance(self, days: int) -> None:
        self.campaign.pass_days(days)

    @rule(fates=st.lists(FATES, min_size=1, max_size=8))
    def tell(self, fates: list[str]) -> None:
        for fate, (node, news) in zip(fates, self.campaign.owed(), strict=False):
            self.campaign.tell(node, news, fate)

    @rule(which=ANY, keep=st.booleans())
    def arrive(self, which: int, keep: bool) -> None:
        self.campaign.arrive(which, keep=keep)

    @rule(which=ANY)
    def look(self, which: int) -> None:
        self.campaign.look(self.node(which).profile.code)

    @rule(which=ANY)
    def renew(self, which: int) -> None:
        self.campaign.renew(self.node(which).profile.code)

    @rule()
    def journal(self) -> None:
        self.campaign.flush()

    @precondition(lambda self: hasattr(self, "campaign"))
    @rule()
    def settle(self) -> None:
        """Once all news have arrived everything is as the rules say."""
        campaign = self.campaign
        campaign.deliver_all()
        campaign.flush()
        for node in campaign.living:
            self.check_gates(node)
            self.check_seals(node)
            self.check_held(node.state)
        self.check_store()

    # Checks

    def check_gates(self, node: Node) -> None:
        code, known = node.profile.code, node.neighbours.around()
        for rule_ in node.state.rules.gates:
            expected = [one.profile.code for one in self.campaign.children(code) if one.profile.level == rule_.level]
            assert [child.code for child in known.below(code, rule_)] == expected
            gate = gate_of(self.campaign, code, rule_.stage)
            assert (node.state.stage(rule_.stage).gate or Gate.CLOSED) is gate
            SEEN[f"gate {gate.value}"] += 1
            conflict = any(one.code == "gate" and one.stage == rule_.stage for one in conflicts(node.state))
            assert conflict == (gate is Gate.CONFLICT)

    def check_seals(self, node: Node) -> None:
        """What a congress of the superior rests on is sealed, and was if it is open now."""
        for child in self.campaign.children(node.profile.code):
            for above, rests in child.state.rules.seals.items():
                days = node.state.stage(above).held
                if above in {rule_.stage for rule_ in node.state.rules.gates}:
                    assert days is None or child.state.superior.get(above) == days
                    opened = {event.fact.stage for event in child.events if event.fact.type == "reopened"}
                    assert days is None or all(child.state.stage(one).sealed or one in opened for one in rests)
                    SEEN["sealed"] += days is not None

    def check_held(self, state: UnitState) -> None:
        for stage in state.rules.stages:
            now = state.stage(stage.id)
            if now.held is None:
                continue
            if stage.after:
                previous = state.stage(stage.after).held
                assert previous is not None
                assert previous.last <= now.held.first
            if not in_window(stage, state.profile, now.held):
                assert now.waived or "window" in {one.code for one in conflicts(state) if one.stage == stage.id}

    def check_store(self) -> None:
        campaign, today = self.campaign, self.campaign.today
        with self.store.reading() as connection:
            read = read_campaign(connection)
            stored = {state.profile.code: state for state in unit_states(connection, read) if state.profile}
            assert stored == campaign.states
            assert campaign_tree(connection, read).units == campaign.tree.units
            assert (read.plan, read.release) == (campaign.plan, campaign.release)
            for code in campaign.nodes:
                known = campaign.nodes[code].neighbours.children
                assert around(connection, read, code) == campaign.truth(code)
                assert around(connection, read, code, known) == campaign.truth(code, known)
            under = next(iter(sorted(campaign.nodes)))
            for top in (None, under):
                status = campaign_status(connection, read, today, top)
                counted = {one.stage: (one.units, one.held, one.overdue) for one in status.stages if one.units}
                assert counted == self.counted(top)
        for node in campaign.nodes.values():
            assert fold(node.blank, node.events) == node.state
            assert [event.no for event in node.events] == list(range(1, node.state.version + 1))

    def counted(self, top: str | None) -> dict[str, tuple[int, int, int]]:
        """Per stage the units, those that held it and those that are late."""
        today, parents = self.campaign.today, {code: one.profile.parent for code, one in self.campaign.nodes.items()}
        found: dict[str, tuple[int, int, int]] = {}
        for code, node in self.campaign.nodes.items():
            chain, ended = [code], node.state.ended
            while chain[-1] in parents:
                chain.append(parents[chain[-1]])
            if (top is not None and top not in chain) or (ended and ended.on <= today):
                continue
            for stage in node.state.rules.stages:
                now = node.state.stage(stage.id)
                late = not now.held and any(day < today for day in due_days(stage, now).values())
                units, held, overdue = found.get(stage.id, (0, 0, 0))
                found[stage.id] = (units + 1, held + bool(now.held), overdue + late)
        return found

    def teardown(self) -> None:
        if not hasattr(self, "campaign"):
            return
        self.settle()
        grown = projections(self.store)
        self.campaign.journal.rebuild()
        assert projections(self.store) == grown

    # Helpers

    @property
    def held(self) -> list[tuple[Node, str]]:
        """Every stage of a unit that is held."""
        return [
            (node, stage.id)
            for _, node in sorted(self.campaign.nodes.items())
            for stage in node.state.rules.stages
            if node.state.stage(stage.id).held
        ]

    def node(self, which: int, level: str = "") -> Node:
        """A living unit, or one in ten times any."""
        among = self.campaign.living if which % 10 else [node for _, node in sorted(self.campaign.nodes.items())]
        among = [node for node in among if level in ("", node.profile.level)]
        return among[which % len(among)]

    def code(self, which: int | None) -> str:
        return "" if which is None else self.node(which).profile.code

    def stage(self, node: Node, no: int) -> str:
        stages = node.state.rules.stages
        return stages[no % len(stages)].id

    def beside(self, node: Node) -> list[Node]:
        return [one for one in self.campaign.living if one.profile.level == node.profile.level and one is not node]

    def on_the_day(self, node: Node) -> date:
        stage = node.state.rules.stage(ELECTION)
        assert stage is not None
        assert stage.on is not None
        return stage.on

    def new_code(self) -> str:
        self.made += 1
        return f"9{self.made:02}"

    def send(self, node: Node, command: Command) -> None:
        code = node.profile.code
        answer = self.campaign.order(code, command)
        if isinstance(answer, Taken):
            SEEN[f"took {command.kind} {getattr(command, 'stage', '')}"] += 1
            check_taken(self.campaign, answer)
            return
        SEEN[f"refused {answer.code}"] += 1
        self.check_refused(node, command, answer)

    def check_refused(self, node: Node, command: Command, refused: Refused) -> None:
        """After a look around a refusal that rests on others is right."""
        for language in ("en", "vi"):
            assert refused.text(language).endswith(".")
        if refused.code == "gate_closed":
            on = getattr(command, "on", None) or node.state.stage(command.stage).held.first
            assert not enough_below(self.campaign.truth(node.profile.code), node.state, command.stage, on)
        if refused.code == "pilots_first":
            assert GRASSROOTS not in self.campaign.through(node)

    def change(self, change: Change, cut: int | None) -> None:
        refused = self.campaign.change(change, cut)
        SEEN[f"{'refused' if refused else 'made'} {change.kind}"] += 1

    def foreseen(self, change: Change, cut: int | None) -> None:
        """A dry run says what then happens."""
        campaign, before = self.campaign, self.campaign.states
        no = len(campaign.lines) + 1
        todo = steps(campaign.tree, campaign.plan, change, no, campaign.release + isinstance(change, Amend))
        seen = foresee(before, todo, campaign.today, campaign.plan.instruments)
        self.change(change, cut)
        if len(campaign.lines) == no:
            assert compare(before, campaign.states, campaign.plan.instruments) == seen


SETTINGS = settings(
    max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


def test_a_campaign_stays_true_to_its_rules(store: Store) -> None:
    SEEN.clear()
    run_state_machine_as_test(lambda: CampaignLife(store), settings=SETTINGS)
    print(sorted(SEEN.items()))
