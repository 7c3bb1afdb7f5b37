"""Random years on real workflows: whatever officials try in whatever order, books balance and histories replay.

The rules themselves are tried far more often in `tests/tree`, where units live in memory; here each order goes through
the server, several at once, and news between units arrive when they arrive.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from calendars.errors import UserError
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
    Schedule,
    SetPin,
    Waive,
)
from calendars.sequence.messages import unit_workflow_id
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Clock, Gate, UnitState
from calendars.store.journal import Journal
from calendars.store.reading import read_campaign, unit_states
from calendars.store.schema import PROJECTIONS
from calendars.store.status import campaign_status
from calendars.tree.changes import Add, Amend, Change, Dissolve, Lift, Merge, RenameUnit, Split, Suspend, Transfer
from tests.workflows.gated import CELL, CELLS_MET, ELECTED, ELECTION, GRASSROOTS, JUNE, gated_campaign
from tests.workflows.launches import launched, lines
from tests.workflows.temporal import Workbench
from workflows.campaign import CampaignCongress
from workflows.conversion import DATA_CONVERTER
from workflows.unit import UnitCongress

pytestmark = pytest.mark.asyncio(loop_scope="session")
ROUNDS, AT_ONCE = 25, 4
LIKELY = {ELECTION: ELECTED, CELL: CELLS_MET}
REFUSED = "refused"


class Officials:
    """People who order this and that; what is refused is only counted."""

    def __init__(self, bench: Workbench, name: str, seed: int) -> None:
        self.bench, self.name, self.random = bench, name, Random(seed)
        self.congress = bench.congress(name)
        self.seen: Counter[str] = Counter()
        self.made = 0

    def states(self) -> dict[str, UnitState]:
        """Every unit as readers see it."""
        with self.bench.store.reading() as connection:
            found = unit_states(connection, read_campaign(connection, self.name))
        return {one.profile.code: one for one in found if one.profile}

    async def a_round(self) -> None:
        """A few orders at once, and every third time a change of the whole campaign beside them."""
        now = self.states()
        living = {code: one for code, one in now.items() if one.ended is None}
        sent: list[Awaitable[None]] = [self._order(*self._command(living)) for _ in range(AT_ONCE)]
        if self.random.random() < 0.34:
            sent.append(self._change(self._a_change(living)))
        await asyncio.gather(*sent)

    async def _order(self, unit: str, command: Command) -> None:
        try:
            await self.congress.send(unit, command, by="official")
        except (Refused, UserError):
            self.seen[REFUSED] += 1
        else:
            self.seen[command.kind] += 1

    async def _change(self, change: Change) -> None:
        try:
            await self.congress.change(change, by="province")
        except UserError:
            self.seen[REFUSED] += 1
        else:
            self.seen[change.kind] += 1

    def _command(self, living: dict[str, UnitState]) -> tuple[str, Command]:
        dice = self.random
        unit = dice.choice(sorted(living))
        state = living[unit]
        stage = dice.choice(state.rules.stages).id
        on = LIKELY.get(stage, date(2020, 5, 1) + timedelta(dice.randrange(40)))
        ahead = JUNE + timedelta(dice.randrange(1, 60))
        commands: list[Command] = [
            Schedule(stage, ahead),
            Postpone(stage, "flood", ahead),
            Retract(stage, "a mistake"),
            Correct(stage, "a slip", on + timedelta(1)),
            Reopen(stage, "a slip"),
            SetPin(stage, Clock.DEADLINE, ahead, "flood"),
        ]
        if stage == GRASSROOTS:
            commands += [Waive(stage, "one is merging"), GiveConsent(stage, "Quân ủy", on)]
        return unit, dice.choice([*[Report(stage, on)] * len(commands), *commands])

    def _a_change(self, living: dict[str, UnitState]) -> Change:
        dice = self.random
        self.made += 1
        new, day = f"9{self.made:02}", JUNE - timedelta(dice.randrange(3))
        parents = {code: one.profile.parent for code, one in living.items() if one.profile}
        communes = [code for code, parent in sorted(parents.items()) if parent == "22"]
        villages = [code for code, parent in sorted(parents.items()) if parent in communes]
        if not villages:
            return Add(new, "Xã Mới", "commune", "22", day) if not communes else self._village(new, communes, day)
        one, other = dice.choice(communes), dice.choice(communes)
        village = dice.choice(villages)
        return dice.choice(
            [
                self._amended(),
                Suspend(JUNE + timedelta(dice.randrange(5)), None, "flood", dice.choice(["", one])),
                Lift(JUNE + timedelta(dice.randrange(9)), dice.choice(["", one])),
                Merge((one,), other, day),
                Merge(tuple(sorted({one, other})), new, day, "Phường Mới"),
                Split(one, new, "Xã Mới", day, (village,) if parents[village] == one else ()),
                Transfer(village, other, day),
                Dissolve(village, day),
                self._village(new, communes, day),
                RenameUnit(one, f"Xã {new}", day),
            ]
        )

    def _village(self, code: str, communes: list[str], day: date) -> Add:
        return Add(code, "Thôn Mới", "village", self.random.choice(communes), day)

    def _amended(self) -> Amend:
        with self.bench.store.reading() as connection:
            campaign = read_campaign(connection, self.name)
        document = campaign.plan.document()
        for stage in document["stages"]:
            if stage["id"] == GRASSROOTS:
                day = JUNE + timedelta(self.random.randrange(10, 40))
                stage["deadline"] = {"date": day.isoformat(), "source": "directive-35"}
        return Amend(Plan.model_validate(document).document(), campaign.release, "directive-35")


@pytest.mark.parametrize("seed", [20, 202, 2020])
async def test_a_random_year_balances_and_replays(bench: Workbench, tmp_path: Path, name: str, seed: int) -> None:
    await launched(bench, gated_campaign(tmp_path / "gated", name), JUNE)
    officials = Officials(bench, name, seed)
    for _ in range(ROUNDS):
        await officials.a_round()
    now = await settled(officials)
    assert officials.seen.total() - officials.seen[REFUSED] > ROUNDS, officials.seen
    check_counts(bench, name, now)
    check_gates(now)
    for code in now:
        assert [line.no for line in lines(bench, name, code)] == list(range(1, now[code].version + 1))
    grown = projections(bench)
    await asyncio.to_thread(Journal(bench.store, IcalRenderer()).rebuild)
    assert projections(bench) == grown
    await replay_all(bench, name, now)


async def settled(officials: Officials) -> dict[str, UnitState]:
    """The units once the news between them have arrived, downward and upward."""
    async with asyncio.timeout(60):
        while True:
            now = officials.states()
            living = [code for code, one in now.items() if one.ended is None]
            if all(gate_is_true(now, code) and seal_is_true(now, code) for code in living):
                return now
            await asyncio.sleep(0.05)


def gate_is_true(now: dict[str, UnitState], code: str) -> bool:
    """Whether each gate of the unit stands as what is below it asks for."""
    state = now[code]
    for rule in state.rules.gates:
        of_stage = state.stage(rule.stage)
        below = [one for one in now.values() if one.profile and one.profile.parent == code and one.ended is None]
        below = [one for one in below if one.profile and one.profile.level == rule.level]
        if of_stage.held:
            since = max(of_stage.held.first, state.placed or of_stage.held.first)
            below = [one for one in below if one.placed is None or one.placed <= since]
        days = [held.last for one in below if (held := one.stage(rule.children).held)]
        enough = sum(not of_stage.held or day <= of_stage.held.first for day in days) >= rule.share * len(below)
        missing = Gate.CONFLICT if of_stage.held else Gate.CLOSED
        expected = Gate.WAIVED if of_stage.waived else Gate.OPEN if enough else missing
        if (of_stage.gate or Gate.CLOSED) is not expected:
            return False
    return True


def seal_is_true(now: dict[str, UnitState], code: str) -> bool:
    """Whether the unit knows which congresses its superior held, of those that rest on it."""
    state = now[code]
    superior = now.get(state.profile.parent) if state.profile else None
    if superior is None:
        return True
    resting = {rule.stage for rule in superior.rules.gates} & set(state.rules.seals)
    return all(state.superior.get(above) == superior.stage(above).held for above in resting)


def check_gates(now: dict[str, UnitState]) -> None:
    """No stage is held against a closed gate unless something below it changed later, and then it says so."""
    for code, state in now.items():
        for rule in state.rules.gates:
            if state.ended is None and state.stage(rule.stage).held:
                assert state.stage(rule.stage).gate in (Gate.OPEN, Gate.WAIVED, Gate.CONFLICT), code


def check_counts(bench: Workbench, name: str, now: dict[str, UnitState]) -> None:
    """The figures of the campaign are those of its living units, one by one."""
    with bench.store.reading() as connection:
        status = campaign_status(connection, read_campaign(connection, name), JUNE)
    living = [one for one in now.values() if one.ended is None]
    for stage in status.stages:
        of_stage = [one for one in living if one.rules.stage(stage.stage)]
        held = sum(one.stage(stage.stage).held is not None for one in of_stage)
        assert (stage.units, stage.held) == (len(of_stage), held), stage.stage


def projections(bench: Workbench) -> dict[str, list[tuple[object, ...]]]:
    """All rows that are derived from the journal."""
    with bench.store.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in PROJECTIONS
        }


async def replay_all(bench: Workbench, name: str, now: dict[str, UnitState]) -> None:
    """Each workflow's history replays, those of units that ended as well."""
    replayer = Replayer(
        workflows=[UnitCongress, CampaignCongress],
        data_converter=DATA_CONVERTER,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    for workflow_id in (f"congress/{name}", *(unit_workflow_id(name, code) for code in now)):
        history: WorkflowHistory = await bench.client.get_workflow_handle(workflow_id).fetch_history()
        await replayer.replay_workflow(history)
