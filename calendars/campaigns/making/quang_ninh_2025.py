"""`python -m calendars.campaigns.making.quang_ninh_2025 [FOLDER]`: the tables of quang-ninh-2025 from its sources.

The same bytes every time. What no source tells is made by the rules stated here and in that bundle's README.md, and
marked `synthetic` in the row.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

from calendars.campaigns.making import contacts, records
from calendars.campaigns.making.days import DAY, announced, next_monday, spread, two_day_starts
from calendars.campaigns.making.tables import BUNDLE, HIGH, LOW, MEDIUM, SYNTHETIC, Record, write_table
from calendars.campaigns.making.units import COLUMNS, PROVINCE

FOLDER = BUNDLE.parent / "quang-ninh-2025"
REPORTED = (
    *("unit", "stage", "on", "to"),
    *("result.delegates", "result.committee_members"),
    *("announced", "source", "certainty"),
)

COAL = "than-quang-ninh"
COUNTED = "59 party organisations under the province, 54 communes and 5 others: vietnamplus post1056401"
BODIES = (
    (COAL, "Than Quảng Ninh", HIGH, "its congress of 04-05/08/2025 is known"),
    ("cong-an", "Công an tỉnh", MEDIUM, "known indirectly"),
    ("quan-su", "Quân sự tỉnh", MEDIUM, "known indirectly; the Border Guard had become a part of it"),
    ("co-quan-dang", "Các cơ quan Đảng tỉnh", LOW, "made in all provinces in 2025; not confirmed for this one"),
    ("uy-ban-nhan-dan", "Ủy ban nhân dân tỉnh", LOW, "made in all provinces in 2025; not confirmed for this one"),
)
# Of the three pilots one is known.
TIEN_YEN = "06862"
MADE_PILOTS = {"06673": date(2025, 7, 22), "06793": date(2025, 7, 23)}

EVENTS = {
    "tien-yen-2025": TIEN_YEN,
    "dam-ha-xa-2025": "06895",
    "van-don-dk-2025": "06994",
    "than-qn-2025": COAL,
    "uong-bi-phuong-2025": "06811",
    "quang-ninh-2025": PROVINCE,
}
KNOWN_RESULTS = {PROVINCE: {"result.delegates": "366", "result.committee_members": "55"}}
# The first days of those that are no pilots, and the day on which all were done.
FIRST, LAST = date(2025, 7, 28), date(2025, 8, 14)
# The communes had existed since 01/07: their congresses could not be announced weeks ahead.
SHORT_NOTICE = timedelta(weeks=2)
STAGES = {"province": "provincial_congress", "commune": "commune_congress"}


def make_units() -> list[Record]:
    """1 province, 54 communes, wards and special zones, 5 bodies."""
    official = [_official(unit) for unit in _source("units.csv")]
    bodies = [
        {
            "code": code,
            "name": name,
            "level": "commune",
            "parent": PROVINCE,
            "source": f"{COUNTED}; {source}",
            "certainty": certainty,
        }
        for code, name, certainty, source in BODIES
    ]
    return official + bodies


def make_reports(tree: Iterable[Record]) -> list[Record]:
    """The known congresses, the two pilots that are not known, and all others evenly from 28/07 to 14/08, by code."""
    known = {EVENTS[event["event_id"]]: event for event in _source("congresses.csv") if event["event_id"] in EVENTS}
    levels = {unit["code"]: unit["level"] for unit in tree}
    rows = [_known(code, levels[code], event) for code, event in known.items()]
    rows += [_made(code, day, "made: two of the three pilots were not found") for code, day in MADE_PILOTS.items()]
    rest = [code for code, level in levels.items() if level == "commune" and code not in {*known, *MADE_PILOTS}]
    starts = two_day_starts(FIRST, LAST)
    rows += [
        _made(code, day, "made: day not found, all were held by 14/08/2025")
        for code, day in zip(sorted(rest), spread(len(rest), starts), strict=True)
    ]
    return sorted(rows, key=lambda row: (row["on"], row["unit"]))


def make_records(reports: Iterable[Record]) -> list[Record]:
    """A pilot is reviewed on the Monday after it."""
    held = {report["unit"]: report for report in reports}
    reviews = [
        {
            "kind": "review",
            "unit": code,
            "stage": held[code]["stage"],
            "on": next_monday(date.fromisoformat(held[code]["to"])).isoformat(),
            "body": "Tỉnh ủy Quảng Ninh",
            "text": "Rút kinh nghiệm sau đại hội điểm",
            "source": "made: pilots are reviewed before the others meet, day not found",
            "certainty": SYNTHETIC,
        }
        for code in (*MADE_PILOTS, TIEN_YEN)
    ]
    return sorted(reviews, key=lambda record: (record["on"], record["unit"]))


def make(folder: Path) -> None:
    """Write the four tables of quang-ninh-2025 into `folder`."""
    tree = make_units()
    held = make_reports(tree)
    write_table(folder / "units.csv", COLUMNS, tree)
    write_table(folder / "reports.csv", REPORTED, held)
    write_table(folder / "records.csv", records.COLUMNS, make_records(held))
    write_table(folder / "contacts.csv", contacts.COLUMNS, contacts.make_contacts(tree))


def _official(unit: Mapping[str, str]) -> Record:
    kept = {column: unit[column] for column in ("code", "name", "level", "parent", "source")}
    return {**kept, "tags": "pilot" if unit["code"] in {TIEN_YEN, *MADE_PILOTS} else "", "certainty": HIGH}


def _known(code: str, level: str, event: Mapping[str, str]) -> Record:
    first = date.fromisoformat(event["start"])
    last = date.fromisoformat(event["end"]) if event["end"] else first + DAY
    ahead = announced(first) if code == PROVINCE else first - SHORT_NOTICE
    guessed = "" if event["end"] else "; last day not found, made"
    return {
        "unit": code,
        "stage": STAGES[level],
        "on": first.isoformat(),
        "to": last.isoformat(),
        **KNOWN_RESULTS.get(code, {}),
        "announced": ahead.isoformat(),
        "source": f"{event['source']}{guessed}; day of announcement made",
        "certainty": MEDIUM if event["confidence"].startswith("medium") else HIGH,
    }


def _made(code: str, first: date, source: str) -> Record:
    return {
        "unit": code,
        "stage": "commune_congress",
        "on": first.isoformat(),
        "to": (first + DAY).isoformat(),
        "announced": (first - SHORT_NOTICE).isoformat(),
        "source": f"{source}; day of announcement made",
        "certainty": SYNTHETIC,
    }


def _source(name: str) -> list[dict[str, str]]:
    with (FOLDER / "sources" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
