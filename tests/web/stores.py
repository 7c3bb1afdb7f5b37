"""Stores with one campaign, filled through the journal: a small province, or a large one."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from datetime import UTC, date, datetime, timedelta

from calendars.ical.renderer import IcalRenderer
from calendars.plan.model import Plan
from calendars.sequence.events import Event, Line, line_of
from calendars.sequence.facts import Enrolled, Fact, FellOverdue, Held, Retracted, Scheduled
from calendars.sequence.messages import Append
from calendars.sequence.state import Clock, Profile, Results
from calendars.store import grants
from calendars.store.database import Store
from calendars.store.grants import Grant, Role
from calendars.store.journal import Journal
from calendars.store.projecting import CAMPAIGN_STREAM
from tests.ical.cases import PLAN

START = datetime(2020, 5, 20, 3, 4, 5, tzinfo=UTC)
PROVINCE = Profile("22", "Tỉnh Quảng Ninh", "province")
HA_LONG = Profile("193", "Thành phố Hạ Long", "district", "22", "Tỉnh Quảng Ninh", ("pilot",))
DAM_HA = Profile("200", "Huyện Đầm Hà", "district", "22", "Tỉnh Quảng Ninh")
HA_TU = Profile("06664", "Phường Hà Tu", "commune", "193", "Thành phố Hạ Long")
TAN_BINH = Profile("06868", "Xã Tân Bình", "commune", "200", "Huyện Đầm Hà")
QUARTER = Profile("06664-01", "Khu phố 1", "village", "06664", "Phường Hà Tu")
SMALL = (PROVINCE, HA_LONG, DAM_HA, HA_TU, TAN_BINH, QUARTER)


class Filled:
    """A store with one campaign, whose every event comes a second after the one before."""

    def __init__(self, store: Store, profiles: Iterable[Profile] = SMALL, plan: Plan = PLAN) -> None:
        self.store = store
        profiles = list(profiles)
        self.plan = plan
        self.recorded = START
        self.journal = Journal(store, IcalRenderer())
        self._numbers: dict[str, int] = {}
        self.codes = [profile.code for profile in profiles]
        launched = {"plan": plan.document(), "timezone": plan.timezone, "shift_days": 0, "renderer": 1}
        line = Line(1, "launched", date(2020, 5, 20), START, "test", launched)
        self.journal.append([Append(plan.campaign, CAMPAIGN_STREAM, (line,))])
        self._append([(profile.code, Enrolled(plan.from_, profile)) for profile in profiles])

    def copied(self, store: Store) -> Filled:
        """The same, over a store that is a copy of this one."""
        made = copy(self)
        made.store, made.journal, made._numbers = store, Journal(store, IcalRenderer()), dict(self._numbers)
        return made

    def _append(self, facts: Iterable[tuple[str, Fact]]) -> None:
        appends = []
        for unit, fact in facts:
            self.recorded += timedelta(seconds=1)
            self._numbers[unit] = self._numbers.get(unit, 0) + 1
            event = Event(self._numbers[unit], self.recorded, "test", fact)
            appends.append(Append(self.plan.campaign, unit, (line_of(event),)))
        self.journal.append(appends)

    def take(self, unit: str, *facts: Fact) -> None:
        """Facts of the unit, each a second later."""
        self._append([(unit, fact) for fact in facts])

    def happen(self, unit: str, facts: Iterable[Fact], *, by: str, command: str) -> None:
        """What an order caused, in one append."""
        lines = []
        for fact in facts:
            self.recorded += timedelta(seconds=1)
            self._numbers[unit] = self._numbers.get(unit, 0) + 1
            lines.append(line_of(Event(self._numbers[unit], self.recorded, by, fact, command)))
        self.journal.append([Append(self.plan.campaign, unit, tuple(lines))])

    def api_token(self, role: Role, scope: str, label: str) -> str:
        """The API token of a new grant."""
        with self.store.writing() as connection:
            grant, _ = grants.create(
                connection, campaign=self.plan.campaign, scope=scope, role=role, label=label, created=START
            )
            return grants.issue_api_token(connection, grant.id)

    def revoke_token(self, token: str) -> None:
        """Ends the grant of an API token."""
        with self.store.writing() as connection:
            grants.revoke(connection, grants.by_api_hash(connection)[grants.token_hash(token)].id, START)

    def schedule(self, unit: str, stage: str, first: str, last: str = "") -> None:
        """The days of the stage were set."""
        days = date.fromisoformat(first), date.fromisoformat(last or first)
        self._append([(unit, Scheduled(self.recorded.date(), stage, *days))])

    def hold(self, unit: str, stage: str, first: str, last: str = "", **results: bool | float | str) -> None:
        """The stage was held."""
        days = date.fromisoformat(first), date.fromisoformat(last or first)
        reported: Results = dict(results)
        self._append([(unit, Held(days[1], stage, *days, reported))])

    def retract(self, unit: str, stage: str) -> None:
        """The stage was not held after all."""
        self._append([(unit, Retracted(self.recorded.date(), stage, "a mistake"))])

    def pass_due(self, unit: str, stage: str, clock: Clock, due: str) -> None:
        """The stage fell overdue."""
        day = date.fromisoformat(due)
        self._append([(unit, FellOverdue(day + timedelta(days=1), stage, clock, day))])

    def grant(self, scope: str = "22") -> tuple[Grant, str]:
        """A grant for the unit, with its token."""
        with self.store.writing() as connection:
            return grants.create(
                connection, campaign=self.plan.campaign, scope=scope, role=Role.VIEW, label="test", created=START
            )

    def revoke(self, grant: Grant) -> None:
        """Ends the grant."""
        with self.store.writing() as connection:
            grants.revoke(connection, grant.id, START)


def province(communes: int, villages: int) -> list[Profile]:
    """One province, one district, so many communes with so many villages each."""
    made = [PROVINCE, HA_LONG]
    for commune in range(communes):
        made.append(Profile(f"{commune:05}", f"Xã Số {commune}", "commune", "193", "Thành phố Hạ Long"))
        made += [
            Profile(f"{commune:05}-{village:02}", f"Thôn {village}", "village", f"{commune:05}", f"Xã Số {commune}")
            for village in range(villages)
        ]
    return made
