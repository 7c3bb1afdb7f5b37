"""Campaigns of any size under the plan of Quang Ninh 2020, with units that are made up."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

from calendars.campaigns.bundle import find_bundle
from calendars.plan.yaml_text import read_yaml
from calendars.plan.yaml_writing import write_yaml

PLAN = "quang-ninh-2020"
PROVINCE = "22"
COLUMNS = ("code", "name", "level", "parent", "tags", "source", "certainty")
DISTRICTS, VILLAGES = 14, 9


def write_campaign(folder: Path, name: str, units: int) -> Path:
    """The folder of a campaign with exactly so many units: a province, districts, communes of nine villages each."""
    made = folder / name
    made.mkdir(parents=True)
    plan = (find_bundle(PLAN) / "plan.yaml").read_text(encoding="utf-8")
    (made / "plan.yaml").write_text(plan.replace(f"campaign: {PLAN}", f"campaign: {name}"), encoding="utf-8")
    with (made / "units.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows((*row, "", "made up", "synthetic") for row in _units(units))
    (made / "reports.csv").write_text("unit,stage,on,to,announced,source,certainty\n", encoding="utf-8")
    return made


def write_shared_deadline(folder: Path, name: str, units: int, day: date, timezone: str) -> Path:
    """The same with one deadline for all of its units and no other date of any; nobody waits for anybody's jitter, and
    each unit has one contact, with an address of its own."""
    made = write_campaign(folder, name, units)
    plan: Any = read_yaml((made / "plan.yaml").read_text(encoding="utf-8")).data
    plan["timezone"] = timezone
    plan["reminders"]["jitter_minutes"] = 0
    plan["stages"] = [_only_due(stage, day) for stage in plan["stages"] if stage["id"] != "headman_election"]
    (made / "plan.yaml").write_text(write_yaml(plan), encoding="utf-8")
    with (made / "contacts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("unit", "name", "role", "language", "email", "channels", "source", "certainty"))
        for code, unit, *_ in _units(units):
            row = (code, f"Bí thư {unit}", "secretary", "vi", f"bi-thu.{code}@bench.invalid", "email")
            writer.writerow((*row, "made up", "synthetic"))
    return made


def _only_due(stage: dict[str, Any], day: date) -> dict[str, Any]:
    kept = {key: value for key, value in stage.items() if key not in {"on", "after", "target"}}
    return {**kept, "deadline": {"date": day, "source": "made up"}}


def villages(units: int) -> list[str]:
    """The codes of the villages of such a campaign."""
    return [code for code, _, level, _ in _units(units) if level == "village"]


def _units(count: int) -> list[tuple[str, str, str, str]]:
    districts = [(f"{200 + no}", f"Huyện Số {no}", "district", PROVINCE) for no in range(DISTRICTS)]
    communes, below = [], []
    for no in range(count):
        commune = f"{6000 + no:05}"
        communes.append((commune, f"Xã Số {no}", "commune", districts[no % DISTRICTS][0]))
        below += [(f"{commune}-{one:02}", f"Thôn {one}", "village", commune) for one in range(1, VILLAGES + 1)]
        made = [(PROVINCE, "Tỉnh Quảng Ninh", "province", ""), *districts, *communes, *below]
        if len(made) >= count:
            return made[:count]
    return []
