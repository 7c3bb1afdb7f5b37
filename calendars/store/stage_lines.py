"""Every stage of every unit of a campaign in one query: what counts, charts, lists and comparisons are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from calendars.sequence.state import Results
from calendars.store.reading import Campaign
from calendars.store.schema import stages, units


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage of a unit as it is now. `due` is the earliest day after which it is overdue; margins are in days, + is
    early; `ended` is the day on which the unit ended, from which on nothing of it counts."""

    unit: str
    stage: str
    held_first: date | None
    held_last: date | None
    due: date | None
    target: date | None
    deadline: date | None
    margin_target: int | None
    margin_deadline: int | None
    results: Results
    ended: date | None

    def counts(self, day: date) -> bool:
        """Whether the unit stands on `day`."""
        return self.ended is None or self.ended > day

    def held_by(self, day: date) -> bool:
        """Whether the congress was over by the end of `day`."""
        return self.held_last is not None and self.held_last <= day

    def overdue_on(self, day: date) -> bool:
        """Whether a due day had passed by `day`; the due day itself is not late."""
        return not self.held_by(day) and self.due is not None and self.due < day


_COLUMNS = (
    *(stages.c[name] for name in ("unit", "stage", "held_first", "held_last", "due", "target", "deadline")),
    *(stages.c[name] for name in ("margin_target", "margin_deadline", "results")),
    units.c.ended,
)


def stage_lines(connection: Connection, campaign: Campaign) -> list[StageLine]:
    """The stages of all units, those that ended as well, by the codes of the units."""
    query = (
        select(*_COLUMNS)
        .join(units, (units.c.campaign == stages.c.campaign) & (units.c.unit == stages.c.unit))
        .where(stages.c.campaign == campaign.name)
        .order_by(stages.c.unit, stages.c.stage)
    )
    return [StageLine(*row) for row in connection.execute(query)]


def living(lines: Iterable[StageLine], day: date, inside: Collection[str] | None = None) -> list[StageLine]:
    """The lines that count on `day`, of all units or of those `inside`."""
    return [line for line in lines if line.counts(day) and (inside is None or line.unit in inside)]
