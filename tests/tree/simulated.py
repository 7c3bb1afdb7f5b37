"""A whole campaign in memory: units as their workflows keep them, news that come late or twice, a real journal.

What `workflows.unit` does in its loop and `activities.changes` with a change is done here in the same order, so that
the rules and the neighbours' news are tried together; nothing waits and nothing runs at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from pydantic import TypeAdapter

from activities.changes import opening_of
from calendars.errors import UserError
from calendars.plan.model import Plan
from calendars.sequence.commands import Command, Enrol
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts, next_due
from calendars.sequence.events import Event, Line, line_of
from calendars.sequence.evolving import evolve, number
from calendars.sequence.facts import Fact
from calendars.sequence.gates import gate_facts, seal_facts
from calendars.sequence.messages import Append, CampaignClock, Order, UnitStart
from calendars.sequence.refusals import Refused
from calendars.sequence.rules import Rules
from calendars.sequence.state import Profile, UnitState
from calendars.sequence.status import is_pilot
from calendars.sequence.surroundings import Child, Surroundings, child_of, superior_of
from calendars.store.changes import lasting_freezes
from calendars.store.journal import Journal
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import Campaign
from calendars.tree.changes import Amend, Change, Lift
from calendars.tree.checking import check_change
from calendars.tree.model import Tree, Unit
from calendars.tree.reaching import Step, steps
from tests.tree.small import profile_of, tree_of
from workflows.neighbours import ABOVE, Neighbours, News

DAY = timedelta(days=1)
BEGINNING = datetime(2020, 1, 5, 1, tzinfo=UTC)
# Refusals that rest on what other units did: the client makes the unit look around before they stand.
OF_OTHERS = ("gate_closed", "pilots_first", "sealed")
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)
_START: TypeAdapter[UnitStart] = TypeAdapter(UnitStart)


@dataclass
class Node:
    """One unit's workflow, with all its events, and for each held stage what it was held by."""

    start: UnitStart
    state: UnitState
    neighbours: Neighbours
    blank: UnitState
    events: list[Event] = field(default_factory=list)
    unflushed: list[Line] = field(default_factory=list)

    @property
    def profile(self) -> Profile:
        """Who the unit is."""
        assert self.state.profile is not None
        return self.state.profile


@dataclass(frozen=True)
class Taken:
    """An order that a unit took: how it was before, what it knew of those around it, on which day."""

    unit: str
    before: UnitState
    around: Surroundings
    command: Command
    today: date


class SimulatedCampaign:
    """The units of a campaign and their journal."""

    def __init__(self, plan: Plan, units: Iterable[Unit], journal: Journal, today: date) -> None:
        self.plan, self.first_plan, self.release, self.today = plan, plan, 1, today
        self.journal = journal
        self.nodes: dict[str, Node] = {}
        self.lines: list[Line] = []  # of the campaign's own stream
        self.late: list[News] = []  # told, and still on their way
        self.pilots: dict[str, tuple[str, ...]] = {}  # through, when the unit looked last
        self._clock = 0
        data = {"plan": plan.document(), "timezone": plan.timezone, "shift_days": 0, "renderer": 1, "folder": "x"}
        self._append_to_campaign(Line(1, "launched", today, self._instant(), "test", data))
        tree = Tree(units)
        for unit in tree.below(""):
            self._launch(profile_of(tree, unit), [profile_of(tree, child) for child in tree.children(unit.code)])
        self.flush()

    # Truth

    @property
    def tree(self) -> Tree:
        """The tree as the units are."""
        return tree_of(self.states)

    @property
    def states(self) -> dict[str, UnitState]:
        """Every unit as it is, those that ended as well."""
        return {code: node.state for code, node in self.nodes.items()}

    @property
    def living(self) -> list[Node]:
        """The units that have not ended, by code."""
        return [node for _, node in sorted(self.nodes.items()) if node.state.ended is None]

    def children(self, code: str) -> list[Node]:
        """The living units directly below."""
        return [node for node in self.living if node.profile.parent == code]

    def truth(self, code: str, known: Collection[str] = ()) -> Surroundings:
        """What the read model would say to a unit that knows these children."""
        node = self.nodes[code]
        children = {
            key: child_of(one.state) for key, one in self.nodes.items() if one.profile.parent == code or key in known
        }
        parent = self.nodes.get(node.profile.parent)
        return Surroundings(children, self.through(node), superior_of(parent.state) if parent else None)

    def through(self, node: Node) -> tuple[str, ...]:
        """The stages whose pilots beside the unit held theirs and were reviewed."""
        beside = [one for one in self.children(node.profile.parent) if one.profile.level == node.profile.level]
        pilots = [one.state for one in beside if is_pilot(one.profile)] if node.profile.parent else []
        staged = [stage.id for stage in node.state.rules.stages if stage.pilots]
        return tuple(
            one for one in staged if all(state.stage(one).held and state.stage(one).reviewed for state in pilots)
        )

    # Commands

    def order(self, code: str, command: Command) -> Taken | Refused:
        """Sends a command as the client does: what rests on others is asked again after a look around."""
        node = self.nodes[code]
        try:
            return self._ordered(node, command)
        except Refused as refused:
            if refused.code not in OF_OTHERS:
                return refused
        self.look(code)
        try:
            return self._ordered(node, command)
        except Refused as refused:
            return refused

    def look(self, code: str) -> None:
        """Makes the unit look around, as `reconcile` does."""
        found = self.truth(code, self.nodes[code].neighbours.children)
        self.pilots[code] = found.pilots
        self.nodes[code].neighbours.look(found)
        self.wake(code)

    def change(self, change: Change, most: int | None = None) -> UserError | None:
        """Makes a change of the campaign; with `most` it is interrupted after so many messages and made again."""
        if isinstance(change, Lift):
            above = {unit.code for unit in self.tree.above(change.under)} | {""}
            lasting = lasting_freezes(self.lines, change.on)
            change = replace(change, freezes=tuple(one.id for one in lasting if one.under in above))
        try:
            check_change(self.tree, self.plan, self.release, change, self.today)
        except UserError as refused:
            return refused
        before = self.plan
        data = _CHANGE.dump_python(change, mode="json")
        kind, no = data.pop("kind"), len(self.lines) + 1
        if isinstance(change, Amend):
            self.plan, self.release = Plan.model_validate(change.plan), self.release + 1
            data["release"] = self.release
        on = getattr(change, "on", self.today)
        self._append_to_campaign(Line(no, kind, on, self._instant(), "officer", data, f"change-{no}"))
        if most is not None:
            self._reach(steps(self.tree, before, change, no, self.release), no, most)
        self._reach(steps(self.tree, before, change, no, self.release), no)
        return None

    # Time and news

    def pass_days(self, days: int) -> None:
        """Each unit wakes on the days it wanted to, and on no other."""
        for _ in range(days):
            yesterday, self.today = self.today, self.today + DAY
            for code, node in self.nodes.items():
                due = next_due(node.state, yesterday)
                if due is not None and due <= self.today:
                    self.wake(code)
                assert due_facts(node.state, self.today) == (), f"{code} slept over {self.today}"

    def wake(self, code: str) -> None:
        """What the loop of the unit's workflow does before it waits, its news excepted."""
        node = self.nodes[code]
        while True:
            version = node.state.version
            self._take(node, due_facts(node.state, self.today), by="calendar")
            self._take(node, gate_facts(node.state, node.neighbours.around(), self.today), by="calendar")
            self._take(node, seal_facts(node.state, node.neighbours.superior, self.today), by="calendar")
            if node.state.version == version:
                return

    def owed(self) -> list[tuple[Node, News]]:
        """All that some unit has still to tell another."""
        return [(node, news) for node in self.nodes.values() for news in node.neighbours.owed(node.state)]

    def tell(self, node: Node, news: News, fate: str) -> None:
        """The news are heard, lost, heard without the sender knowing it, or on their way for long."""
        if fate in ("heard", "unacknowledged"):
            self._hear(news)
        if fate == "late":
            self.late.append(news)
        if fate in ("heard", "late"):
            node.neighbours.sent(news)

    def arrive(self, index: int, *, keep: bool = False) -> None:
        """One of the late news arrives; `keep` lets it come once more."""
        if self.late:
            at = index % len(self.late)
            self._hear(self.late[at])
            if not keep:
                del self.late[at]

    def deliver_all(self) -> None:
        """Until nobody owes anything."""
        while self.late or self.owed():
            while self.late:
                self.arrive(0)
            for node, news in self.owed():
                self.tell(node, news, "heard")

    def renew(self, code: str) -> None:
        """The workflow continues as new, with what its start can carry."""
        node = self.nodes[code]
        carried = node.neighbours.carried(node.start, node.state)
        node.start = _START.validate_json(_START.dump_json(carried, by_alias=True))
        assert node.start.state == node.state
        node.neighbours = Neighbours(node.start)
        self.pilots.pop(code, None)

    def flush(self) -> None:
        """Journals what is new."""
        appends = []
        for code, node in self.nodes.items():
            if node.unflushed:
                appends.append(Append(self.plan.campaign, code, tuple(node.unflushed)))
                node.unflushed.clear()
        if appends:
            self.journal.append(appends)

    # Helpers

    def _launch(self, profile: Profile, below: list[Profile]) -> None:
        rules = Rules.of(self.plan, profile.level)
        order = Order(f"launch/{profile.code}", "test", Enrol(profile))
        children = tuple(Child(one.code, one.name, one.level, one.parent, 1) for one in below)
        self._start(
            UnitStart(self.plan.campaign, profile.code, CLOCK, UnitState(rules), (order,), children, None, True)
        )

    def _start(self, start: UnitStart) -> None:
        node = self.nodes[start.unit] = Node(start, start.state, Neighbours(start), start.state)
        for order in start.opening:
            self._take(
                node, decide(node.state, order.command, self.today, node.neighbours.around()), order.by, order.id
            )
        if start.introduced:
            node.neighbours.introduce(node.state)
        self.wake(start.unit)

    def _ordered(self, node: Node, command: Command, id: str = "") -> Taken:
        before, around = node.state, node.neighbours.around()
        facts = decide(before, command, self.today, around)
        self._take(node, facts, "test", id or f"order-{self._clock}")
        self.wake(node.profile.code)
        return Taken(node.profile.code, before, around, command, self.today)

    def _reach(self, todo: tuple[Step, ...], no: int, most: int | None = None) -> None:
        left = 10_000 if most is None else most
        for step in todo:
            for profile in step.begin[:left]:
                if self.tree.living(profile.code) is None:
                    self._begin(profile, no)
            left -= len(step.begin)
            for unit, command in step.commands[: max(left, 0)]:
                self._ordered(self.nodes[unit], command, f"change-{no}/{unit}")
            left = max(left - len(step.commands), 0)

    def _begin(self, profile: Profile, no: int) -> None:
        self.flush()  # the activity reads the tree from the store
        clock = CampaignClock(self.plan.timezone)
        campaign = Campaign(self.plan.campaign, self.plan, self.today, clock, self.release)
        orders = opening_of(campaign, self.tree, self.lines, profile, self.today, "officer", f"change-{no}")
        state = UnitState(Rules.of(self.plan, profile.level), rules_version=self.release)
        self._start(UnitStart(self.plan.campaign, profile.code, clock, state, orders, children=()))

    def _hear(self, news: News) -> None:
        neighbours = self.nodes[news.recipient].neighbours
        if news.signal == ABOVE:
            neighbours.hear_superior(news.message)  # type: ignore[arg-type]
        else:
            neighbours.hear_child(news.message)  # type: ignore[arg-type]
        self.wake(news.recipient)

    def _take(self, node: Node, facts: Iterable[Fact], by: str, command: str = "") -> None:
        for event in number(node.state, facts, by=by, recorded=self._instant(), command=command):
            node.state = evolve(node.state, event)
            node.neighbours.stand(node.state)
            node.events.append(event)
            node.unflushed.append(line_of(event))

    def _append_to_campaign(self, line: Line) -> None:
        self.flush()
        self.lines.append(line)
        self.journal.append([Append(self.plan.campaign, CAMPAIGN_STREAM, (line,))])

    def _instant(self) -> datetime:
        self._clock += 1
        return BEGINNING + timedelta(minutes=self._clock)


CLOCK = CampaignClock("Asia/Ho_Chi_Minh")
