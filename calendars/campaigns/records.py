"""Everything else that happened: `records.csv`.

kind      unit                 stage    on                             to             body           text
freeze    empty: all; a subtree  -      first suspended day            last, if known who ordered    reason
resume    as the freeze          -      first day allowed again        -              who ordered    -
review    the pilot            its own  day of the review              -              who reviewed   what was learnt
consent   who asked            its own  day of the consent             -              who agreed     -
waiver    who may go ahead     its own  day of the waiver              -              who waived     reason

`ordered` is the day a freeze or its end was made known; a freeze without `to` was open-ended when it was ordered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from calendars.campaigns.faults import Faults, UnitLike, by_code
from calendars.campaigns.tables import Row, read_table
from calendars.plan.model import Plan, Stage

COLUMNS = ("kind", "unit", "stage", "on")


class RecordKind(StrEnum):
    """What a record tells."""

    FREEZE = "freeze"
    RESUME = "resume"
    REVIEW = "review"
    CONSENT = "consent"
    WAIVER = "waiver"


CAMPAIGN_WIDE = (RecordKind.FREEZE, RecordKind.RESUME)
NEEDED = {RecordKind.FREEZE: ("text",), RecordKind.CONSENT: ("body",), RecordKind.WAIVER: ("text",)}


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record; which fields are filled follows from `kind`."""

    kind: RecordKind
    unit: str
    stage: str
    on: date
    to: date | None = None
    body: str = ""
    ordered: date | None = None
    text: str = ""
    source: str = ""
    certainty: str = ""
    line: int = 0


def read_records(path: Path | str, plan: Plan, units: Iterable[UnitLike]) -> tuple[RecordRow, ...]:
    """The records of a file in its order. Raises `Problems` with every mistake found, `UserError` for no table."""
    known = by_code(units)
    faults = Faults(path)
    records = [_record(row, plan, known, faults) for row in read_table(path, COLUMNS)]
    faults.raise_any()
    return tuple(record for record in records if record)


def _record(row: Row, plan: Plan, units: dict[str, UnitLike], faults: Faults) -> RecordRow | None:
    faults.shape(row)
    on, to = faults.days(row, plan)
    ordered = faults.day(row, "ordered")
    if row["kind"] not in list(RecordKind):
        faults.add(row.line, f"unknown kind {row['kind']!r}, expected one of {', '.join(RecordKind)}")
        return None
    kind = RecordKind(row["kind"])
    for column in NEEDED.get(kind, ()):
        if not row[column]:
            faults.add(row.line, f"{column} is empty, a {kind} needs it")
    if kind is not RecordKind.FREEZE and to:
        faults.add(row.line, f"to {to}: only a freeze lasts several days")
    if kind in CAMPAIGN_WIDE:
        _check_campaign_wide(row, units, faults)
    else:
        _check_of_stage(row, kind, plan, units, faults)
    if on is None:
        return None
    return RecordRow(
        kind,
        row["unit"],
        row["stage"],
        on,
        to,
        row["body"],
        ordered,
        row["text"],
        row["source"],
        row["certainty"],
        row.line,
    )


def _check_campaign_wide(row: Row, units: dict[str, UnitLike], faults: Faults) -> None:
    if row["unit"]:
        faults.unit(row, units)
    if row["stage"]:
        faults.add(row.line, f"stage {row['stage']!r}: a {row['kind']} holds for every stage, expected none")


def _check_of_stage(row: Row, kind: RecordKind, plan: Plan, units: dict[str, UnitLike], faults: Faults) -> None:
    unit = faults.unit(row, units)
    stage = faults.stage(row, plan, unit)
    if row["ordered"]:
        faults.add(row.line, f"ordered: only a freeze and its end are ordered, a {kind} has its day in on")
    if kind is RecordKind.CONSENT and unit and stage and row["body"]:
        _check_consent(row, plan, unit, stage, faults)


def _check_consent(row: Row, plan: Plan, unit: UnitLike, stage: Stage, faults: Faults) -> None:
    bodies = [consent.from_ for consent in plan.consents if consent.stage == stage.id and consent.tag in unit.tags]
    if row["body"] not in bodies:
        faults.add(row.line, f"body {row['body']!r}: {unit.code} needs the consent of {', '.join(bodies) or 'nobody'}")
