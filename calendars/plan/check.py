"""Cross-checks of a plan: what no key can tell alone.

Works on data of which parts may be wrong already (`calendars.plan.draft`), so that one run finds everything. Days of a
stage are here, what refers to something by name is in `calendars.plan.references`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calendars.plan.draft import Draft, Part
from calendars.plan.references import check_references

# Working days are known from 2000 to 2100, and lead-ins reach back more than a year.
EARLIEST = date(2002, 1, 1)
LATEST = date(2099, 12, 31)
LONGEST_YEARS = 6
DAYS_OF_A_STAGE = ("on", "opens", "target", "deadline")


def check(draft: Draft) -> None:
    """Add every mistake between the keys of a plan to the draft's findings."""
    plan = draft.root
    _check_timezone(plan["timezone"])
    _check_campaign_days(plan)
    for name in ("levels", "stages", "indicators"):
        _check_unique(plan[name].items(), key=None if name == "levels" else "id", what=name)
    for stage in plan["stages"].items():
        _check_stage(stage, plan)
    for freeze in plan["freezes"].items():
        _check_inside(freeze["from"], plan)
        _check_inside(freeze["to"], plan)
        _check_order(freeze["to"], freeze["from"])
    for key in ("before", "lead_ins"):
        _check_offsets(plan["reminders"][key])
    for indicator in plan["indicators"].items():
        _check_one_of(indicator, "stage", "level")
        _check_one_of(indicator, "target", "at_least")
    check_references(plan)


def _check_timezone(zone: Part) -> None:
    if zone.text is None:
        return
    try:
        ZoneInfo(zone.text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone.wrong(f'found the time zone "{zone.text}", expected one of the IANA names, like Asia/Ho_Chi_Minh')


def _check_campaign_days(plan: Part) -> None:
    first, last = plan["from"], plan["until"]
    for part in (first, last):
        if part.day and not EARLIEST <= part.day <= LATEST:
            part.wrong(f"found {part.day}, expected a day from {EARLIEST} to {LATEST}")
    if first.day and last.day:
        if last.day < first.day:
            last.wrong(f"`until` is {last.day}, expected no day before `from`, {first.day}")
            first.doubt()
        elif last.day.year - first.day.year > LONGEST_YEARS:
            last.wrong(f"`until` is {last.day}, expected at most {LONGEST_YEARS} years after `from`, {first.day}")


def _check_unique(parts: Iterable[Part], *, key: str | None, what: str) -> None:
    seen: set[str] = set()
    for part in parts:
        name = part[key] if key else part
        if name.text is None:
            continue
        if name.text in seen:
            name.wrong(f"`{name.text}` is here twice in `{what}`, expected every name once")
        else:
            seen.add(name.text)


def _check_inside(day: Part, plan: Part) -> None:
    """A day of the campaign lies in it, first and last day included."""
    first, last = plan["from"].day, plan["until"].day
    if day.day is None:
        return
    if first and day.day < first:
        day.wrong(f"found {day.day}, expected no day before the campaign's `from`, {first}")
    elif last and day.day > last:
        day.wrong(f"found {day.day}, expected no day after the campaign's `until`, {last}")


def _check_order(later: Part, earlier: Part) -> None:
    if later.day and earlier.day and later.day < earlier.day:
        later.wrong(f"`{later.path[-1]}` is {later.day}, expected no day before `{earlier.path[-1]}`, {earlier.day}")


def _check_stage(stage: Part, plan: Part) -> None:
    on, opens, pilots = stage["on"], stage["opens"], stage["pilots"]
    target, deadline = stage["target"]["date"], stage["deadline"]["date"]
    if stage.lacks(*DAYS_OF_A_STAGE):
        stage.wrong("found a stage without a day, expected `on`, `opens`, `target` or `deadline`")
    if on.given and opens.given:
        opens.wrong("found `opens` beside `on`, expected one day for all or a first day, not both")
    for part in (on, opens, target, deadline, pilots["from"], pilots["to"]):
        _check_inside(part, plan)
    if target.day and deadline.day and target.day > deadline.day:
        target.wrong(f"the target is {target.day}, expected no day after the deadline, {deadline.day}")
    start = on if on.day else opens
    dues = [due.day for due in (target, deadline) if due.day]
    if start.day and dues and start.day > min(dues):
        start.wrong(f"`{start.path[-1]}` is {start.day}, expected no day after the stage is due, {min(dues)}")
    _check_order(pilots["to"], pilots["from"])
    last_pilot = pilots["to"] if pilots["to"].day else pilots["from"]
    if last_pilot.day and start.day and last_pilot.day >= start.day:
        last_pilot.wrong(f"found {last_pilot.day}, expected pilots to end before the stage begins, {start.day}")
    _check_unique(stage["lead_ins"].items(), key="id", what="lead_ins")
    for lead_in in stage["lead_ins"].items():
        _check_one_of(lead_in, "days", "working_days")
        _check_offsets(lead_in["remind"])
    _check_offsets(stage["remind"])


def _check_one_of(part: Part, one: str, other: str) -> None:
    if part[one].given and part[other].given:
        part[other].wrong(f"found `{other}` beside `{one}`, expected one of them")
    elif part.lacks(one, other):
        part.wrong(f"found neither `{one}` nor `{other}`, expected one of them")


def _check_offsets(offsets: Part) -> None:
    seen: set[int] = set()
    for offset in offsets.items():
        if offset.doubtful or not isinstance(offset.raw, int):
            continue
        if offset.raw in seen:
            offset.wrong(f"found {offset.raw} days twice, expected every reminder once")
        seen.add(offset.raw)
