"""The tree of 2019, as the official list of October has it, and what made that of 2020 of it on 01/01/2020.

`python -m calendars.campaigns.making.before_merger [FOLDER]` writes units.csv and changes.csv, into the bundle's folder
`before-merger` or another one. Official units are those of `before-merger/sources/units.csv`; what differs from the
bundle's own source has changed. No source read names the successors of nine communes, and villages are synthetic
anyway: both are made by the rules here.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from calendars.campaigns.making import units
from calendars.campaigns.making.tables import BUNDLE, HIGH, MEDIUM, SYNTHETIC, Record, read_source, write_table

FOLDER = BUNDLE / "before-merger"
COLUMNS = ("kind", "unit", "into", "on", "name", "level", "parent", "tags", "children", "source", "certainty")
DAY = "2020-01-01"
RESOLUTION = "Resolution 837/NQ-UBTVQH14 of 17/12/2019"

HOANH_BO, HA_LONG = "204", "193"
# Each in the same district.
SUCCESSORS = {
    "06850": "06838",  # Tình Húc: township of Bình Liêu
    "06869": "06868",  # Đại Thành: Đại Dực
    "06907": "06913",  # Quảng Lợi: Quảng Tân
    "06934": "06931",  # Quảng Thắng: Quảng Thành
    "06955": "06922",  # Quảng Trung: township of Quảng Hà
    "06958": "06922",  # Phú Hải: township of Quảng Hà
    "06961": "06952",  # Quảng Điền: Quảng Phong
    "06964": "06949",  # Tiến Tới: Đường Hoa
    "07141": "06820",  # Điền Công: Trưng Vương
}


def make_units() -> list[Record]:
    """All units, top down: 1 province, 14 localities and 5 bodies, 186 communes, and the 1,544 villages of 2020."""
    later = units.make_units()
    official = [_official(unit) for unit in _source()]
    above = [unit for unit in official if unit["level"] != "commune"]
    bodies = [unit for unit in later if unit["level"] == "district" and not unit["code"].isdigit()]
    communes = [unit for unit in official if unit["level"] == "commune"]
    return above + bodies + communes + _villages([unit for unit in later if unit["level"] == "village"])


def make_changes() -> list[Record]:
    """The merged communes, Hoành Bồ with its communes into Hạ Long, then the new names, each by code."""
    before = {unit["code"]: unit for unit in _source()}
    after = {unit["code"]: unit for unit in read_source("units.csv")}
    gone = [code for code in before if code not in after and code != HOANH_BO]
    renamed = [code for code in after if after[code]["name"] != before[code]["name"]]
    successor = f"{RESOLUTION} removed it; made: no source read names its successor, this one is assumed"
    names = f"{RESOLUTION}; the lists of units before and after it have these two names"
    return [
        *(_change("merge", code, successor, SYNTHETIC, into=SUCCESSORS[code]) for code in sorted(gone)),
        _change("merge", HOANH_BO, f"{RESOLUTION}: Hoành Bồ joins Hạ Long", HIGH, into=HA_LONG),
        *(_change("rename", code, names, MEDIUM, name=after[code]["name"]) for code in sorted(renamed)),
    ]


def _source() -> list[dict[str, str]]:
    with (FOLDER / "sources" / "units.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _official(unit: Record) -> Record:
    kept = {column: unit[column] for column in ("code", "name", "level", "parent", "source")}
    return {**kept, "tags": "pilot" if unit["code"] in units.PILOTS else "", "certainty": HIGH}


def _villages(later: Iterable[Record]) -> list[Record]:
    """The villages of a successor shared out evenly in their order: first to itself, then to each that joins it."""
    of_commune: dict[str, list[Record]] = {}
    for village in later:
        of_commune.setdefault(village["parent"], []).append(village)
    return [village for commune, villages in of_commune.items() for village in _shared(commune, villages)]


def _shared(commune: str, villages: list[Record]) -> Iterator[Record]:
    joining = sorted(code for code, successor in SUCCESSORS.items() if successor == commune)
    if not joining:
        yield from villages
        return
    communes = [commune, *joining]
    shares = units.apportion(len(villages), [1] * len(communes))
    parents = [parent for parent, share in zip(communes, shares, strict=True) for _ in range(share)]
    for village, parent in zip(villages, parents, strict=True):
        yield {
            **village,
            "parent": parent,
            "source": f"{village['source']}; made as well: its commune before 01/01/2020",
        }


def _change(kind: str, unit: str, source: str, certainty: str, **cells: str) -> Record:
    return {"kind": kind, "unit": unit, "on": DAY, "source": source, "certainty": certainty, **cells}


def make(folder: Path) -> None:
    """Write the two tables into `folder`."""
    write_table(folder / "units.csv", units.COLUMNS, make_units())
    write_table(folder / "changes.csv", COLUMNS, make_changes())


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
