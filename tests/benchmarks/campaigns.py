"""Campaigns of any size under the plan of Quang Ninh 2020, with units that are made up."""

from __future__ import annotations

import csv
from pathlib import Path

from calendars.campaigns.bundle import find_bundle

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
