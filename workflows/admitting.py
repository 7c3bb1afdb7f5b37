"""Admitting more units to a running campaign from a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection

from calendars.campaigns.tables import File, content_of
from calendars.campaigns.units import UnitRow, read_units
from calendars.campaigns.writing import csv_text
from calendars.sequence.messages import CampaignStart
from calendars.store.reading import Campaign, unit_rows
from workflows.datafolder import DataFolder

COLUMNS = ("code", "name", "level", "parent", "tags", "source", "certainty")


def stage_units(
    file: File, folder: DataFolder, connection: Connection, campaign: Campaign, *, by: str
) -> tuple[CampaignStart, int]:
    """Checks the units of `file` against the tree and keeps them in the data folder; gives how many are new.

    Raises `Problems` naming every mistake in the file; then nothing is kept.
    """
    there = unit_rows(connection, campaign)
    rows = read_units(file, campaign.plan.levels, there)
    digest = hashlib.sha256(content_of(file)).hexdigest()[:12]
    name = f"{campaign.name}/units-{digest}"
    kept = folder.path / "campaigns" / name
    kept.mkdir(parents=True, exist_ok=True)
    # JSON is YAML too: the plan as launched stands beside the units, so that the folder is a campaign's like any other.
    (kept / "plan.yaml").write_text(json.dumps(campaign.plan.document(), ensure_ascii=False), encoding="utf-8")
    write_units(kept / "units.csv", rows)
    known = {unit.code for unit in there}
    start = CampaignStart(
        campaign.name,
        campaign.launched_on,
        campaign.clock,
        by,
        name,
        reports=False,
        release=campaign.release,
        joins=True,
    )
    return start, sum(1 for row in rows if row.code not in known)


def tree_with(file: File, connection: Connection, campaign: Campaign) -> tuple[UnitRow, ...]:
    """The campaign's living units with those of `file`. Raises `Problems` naming every mistake in the file."""
    return read_units(file, campaign.plan.levels, unit_rows(connection, campaign))


def write_units(file: Path, rows: Iterable[UnitRow]) -> None:
    """Writes a units file with what units are, and none of the contacts that some units files name beside them."""
    table = ((row.code, row.name, row.level, row.parent, " ".join(row.tags), row.source, row.certainty) for row in rows)
    file.write_text(csv_text(COLUMNS, table), encoding="utf-8", newline="")
