"""What was held when: known congresses as the source has them, all others put into the known frame.

A row's certainty speaks of the days held and the results. The day of announcement is synthetic in every row that has
one, and the row's source says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from calendars.campaigns.making import units
from calendars.campaigns.making.days import DAY, announced, spread, two_day_starts
from calendars.campaigns.making.tables import HIGH, MEDIUM, SYNTHETIC, Record, read_source

RESULTS = (
    "turnout",
    "head_is_member",
    "secretary_is_head",
    "direct_election",
    "secretary_votes",
    "secretary_is_chair",
    "secretary_not_local",
    "merged_bodies_kept",
    "delegates",
    "committee_members",
    "committee_candidates",
)
COLUMNS = ("unit", "stage", "on", "to", *(f"result.{key}" for key in RESULTS), "announced", "source", "certainty")

COMMUNES_FIRST, COMMUNES_LAST = date(2020, 4, 23), date(2020, 5, 31)
DISTRICTS_FIRST, DISTRICTS_LAST = date(2020, 6, 15), date(2020, 7, 23)
# A locality's communes have finished a week before the locality itself meets.
PREPARATION = timedelta(weeks=1)
CLOSING_LOCALITY = "193"
COMMITTEE_CHAIRS = 3

EVENTS = {
    "tan-binh-2020": units.TAN_BINH,
    "duc-yen-2020": units.DUC_YEN,
    "dam-ha-2020": units.DAM_HA,
    "mong-cai-2020": units.MONG_CAI,
    "than-qn-2020": units.COAL,
    "binh-lieu-2020": "198",
    "dong-trieu-2020": "205",
    "van-don-2020": "203",
    "ha-long-2020": "193",
    "quang-yen-2020": "206",
    "cam-pha-2020": "195",
    "quang-ninh-2020": units.PROVINCE,
}
# As sources/congresses.csv has them. A planned number of delegates is no result; 98,79 % is no ratio of votes.
KNOWN_RESULTS: dict[str, dict[str, str]] = {
    units.MONG_CAI: {"delegates": "300", "direct_election": "true", "secretary_votes": "300/300"},
    units.COAL: {"delegates": "300"},
    "198": {"delegates": "250", "direct_election": "true"},
    "205": {"delegates": "300"},
    "203": {"delegates": "251"},
    "193": {"delegates": "339", "direct_election": "true", "secretary_votes": "339/339"},
    "206": {"delegates": "292", "direct_election": "true", "secretary_votes": "290/292"},
    units.PROVINCE: {"delegates": "350", "committee_members": "53", "committee_candidates": "59"},
}
STAGES = {"province": "provincial_congress", "district": "district_congress", "commune": "grassroots_congress"}


def make_reports(tree: list[Record]) -> list[Record]:
    """All reports, by first day, then unit."""
    events = {event["event_id"]: event for event in read_source("congresses.csv")}
    stage_of = {unit["code"]: STAGES[unit["level"]] for unit in tree if unit["level"] in STAGES}
    known = {code: _known(code, stage_of[code], events[event]) for event, code in EVENTS.items()}
    upper = _districts(tree, known)
    rows = [*_villages(tree, events), *_communes(tree, known, upper), *upper.values(), known[units.PROVINCE]]
    return sorted(rows, key=lambda row: (row["on"], row["unit"]))


def _known(code: str, stage: str, event: Record) -> Record:
    """A congress of which a source tells the first day, the last or both; it lasted two days like all fully known."""
    start, end = event["start"], event["end"]
    first = date.fromisoformat(start) if start else date.fromisoformat(end) - DAY
    last = date.fromisoformat(end) if end else first + DAY
    source, certainty = event["source"], HIGH if event["confidence"].startswith(HIGH) else MEDIUM
    if not start or not end:
        source, certainty = f"{'last' if end else 'first'} day certain, the other made: {source}", SYNTHETIC
    if "%" in event["secretary_vote"]:
        source += f"; vote for the secretary {event['secretary_vote']}"
    return {**_held(code, stage, first, last), **_results(KNOWN_RESULTS.get(code, {})), **_mark(source, certainty)}


def _villages(tree: list[Record], events: dict[str, dict[str, str]]) -> list[Record]:
    election, cells = events["qn-village-heads-2020"], events["qn-cells-2020"]
    rows: list[Record] = []
    for unit in tree:
        if unit["level"] != "village":
            continue
        for stage, event, results, certainty in (
            ("headman_election", election, {}, HIGH),
            ("cell_congress", cells, {"result.secretary_is_head": "true"}, MEDIUM),
        ):
            held = {"unit": unit["code"], "stage": stage, "on": event["start"]}
            rows.append({**held, **results, "source": event["source"].partition(" ; ")[0], "certainty": certainty})
    return rows


def _districts(tree: list[Record], known: Mapping[str, Record]) -> dict[str, Record]:
    """The 18 of the district level. Those of unknown days follow one another, localities by code, then the bodies,
    evenly from 15 June to 23 July, on days on which no known one met."""
    level = [unit["code"] for unit in tree if unit["level"] == "district"]
    made = [code for code in level if code not in known]
    localities = [code for code in made if code.isdigit()]
    taken = {date.fromisoformat(known[code][column]) for code in level if code in known for column in ("on", "to")}
    starts = two_day_starts(DISTRICTS_FIRST, DISTRICTS_LAST, taken)
    rows = {code: known[code] for code in level if code in known}
    for code, first in zip(made, spread(len(made), starts), strict=True):
        results = {"direct_election": "true"}
        if code in localities:
            chair = localities.index(code) < COMMITTEE_CHAIRS
            results |= {"secretary_is_chair": "true" if chair else "false", "secretary_not_local": "true"}
            results["merged_bodies_kept"] = "true"
        source = "made: days not found, held before 2020-07-25; results are the campaign's goals"
        held = _held(code, "district_congress", first, first + DAY)
        rows[code] = {**held, **_results(results), **_mark(source, SYNTHETIC)}
    return rows


def _communes(tree: list[Record], known: Mapping[str, Record], upper: Mapping[str, Record]) -> list[Record]:
    """The 177 communes: two pilots known, the others evenly from the end of the suspension to a week before their
    locality's congress, 31 May at the latest; the last one of the largest locality closes the series on that day."""
    localities = [unit["code"] for unit in tree if unit["level"] == "district" and unit["code"].isdigit()]
    rows: list[Record] = []
    for place, locality in enumerate(localities):
        communes = [unit["code"] for unit in tree if unit["parent"] == locality]
        rows += [known[code] for code in communes if code in known]
        made = [code for code in communes if code not in known]
        last = min(COMMUNES_LAST, date.fromisoformat(upper[locality]["on"]) - PREPARATION)
        days = spread(len(made), two_day_starts(COMMUNES_FIRST, last), place / len(localities))
        if locality == CLOSING_LOCALITY:
            days[-1] = COMMUNES_LAST - DAY
        rows += [
            _made_commune(code, day, number)
            for number, (code, day) in enumerate(zip(made, days, strict=True), len(rows))
        ]
    return rows


def _made_commune(code: str, first: date, number: int) -> Record:
    """Four of five communes fill each of the two posts as the campaign wants, so that both goals (75 %) are met."""
    results = {
        "direct_election": "true",
        "secretary_is_chair": "false" if number % 5 == 4 else "true",
        "secretary_not_local": "false" if number % 5 == 2 else "true",
    }
    source = "made: days not found, all held by 2020-05-31; results are the campaign's goals"
    held = _held(code, "grassroots_congress", first, first + DAY)
    return {**held, **_results(results), **_mark(source, SYNTHETIC)}


def _held(code: str, stage: str, first: date, last: date) -> Record:
    days = {"on": first.isoformat(), "to": last.isoformat(), "announced": announced(first).isoformat()}
    return {"unit": code, "stage": stage, **days}


def _results(results: Mapping[str, str]) -> Record:
    return {f"result.{key}": value for key, value in results.items()}


def _mark(source: str, certainty: str) -> Record:
    return {"source": f"{source}; day of announcement made", "certainty": certainty}
