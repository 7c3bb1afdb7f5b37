"""The filters of feeds, pages, files and commands, checked against the campaign: a misspelt one must not show an empty
calendar. One grammar for all: names with values, wherever they were written."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode

from calendars.errors import UserError
from calendars.ical.detail import Detail
from calendars.ical.entry import Kind
from calendars.ical.variants import ALARM, TASKS, Variant
from calendars.sequence.state import Status
from calendars.store.feeds import CampaignView, Selection

LANGUAGES = ("vi", "en")
STATUSES = (Status.HELD, Status.SCHEDULED, Status.OPEN, Status.OVERDUE, Status.POSTPONED, Status.ENDED)
LISTS = ("level", "stage", "kind", "status", "tag")
SINGLE = ("under", "from", "to", "lang", "cancelled", "as_of", "detail", "as", "lunar", "gzip")
SHAPES = ("event", "todo")
NAMES = frozenset((*LISTS, *SINGLE, "alarms"))
CANCELLED = ("keep", "hide")
MOST_ALARMS = 3
MOST_FIELDS = 50
NO_STAGE = ""  # of an entry that tells of a whole unit


class OutOfScope(UserError):
    """The unit exists, but this address does not open it."""


class UnknownUnit(UserError):
    """The campaign has no such unit."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is asked for: as things stand, or stood at the end of the day `as_of`. `given` are the filters in one order
    and spelling, for the ETag and for people."""

    selection: Selection
    as_of: date | None
    language: str
    detail: Detail
    variant: Variant
    gzip: bool
    given: tuple[tuple[str, str], ...]

    @property
    def query(self) -> str:
        """The same filters as the query of an address, without its question mark."""
        return urlencode(self.given, safe=",")


def pairs_of(query: str) -> list[tuple[str, str]]:
    """The filters as an address has them behind its question mark. Raises `UserError` for what is none."""
    try:
        return parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise UserError(
            f"The filters are not understood ({error}), expected NAME=VALUE joined by &.",
            vi=f"Không hiểu được bộ lọc ({error}), cần viết TÊN=GIÁ_TRỊ, nối bằng dấu &.",
        ) from error


def read(
    pairs: Iterable[tuple[str, str]], campaign: CampaignView, scope: str, names: Collection[str] = NAMES
) -> Parameters:
    """The filters within the grant's `scope`: they narrow what it opens and never widen it. `names` are those that
    make sense where they were given. Raises `UserError` with one sentence that names what is allowed.

    A filter by stage or kind also lets through the entry that says a unit ended: it stands in the place of everything
    that was subscribed to and left with the unit, and an empty calendar would look like lost data. A filter by status
    does not: entries come into and leave such a calendar all the time.
    """
    values = _values(pairs, names)
    under = _one(values, "under") or scope
    if under not in campaign.units:
        raise UnknownUnit(
            f"under={under}: campaign {campaign.name} has no such unit.",
            vi=f"under={under}: đợt {campaign.name} không có đơn vị này.",
        )
    if not campaign.is_below(under, scope):
        raise OutOfScope(
            f"under={under}: this address opens unit {scope} and what is below it.",
            vi=f"under={under}: địa chỉ này chỉ mở đơn vị {scope} và các đơn vị bên dưới.",
        )
    shape = _choice(values, "as", SHAPES)
    chosen: dict[str, frozenset[str]] = {
        "level": _list(values, "level", campaign.plan.levels),
        "stage": _list(values, "stage", [stage.id for stage in campaign.plan.stages]),
        "kind": _list(values, "kind", sorted(TASKS) if shape == "todo" else Kind),
        "status": _list(values, "status", STATUSES),
        "tag": _list(values, "tag", campaign.tags),
    }
    since, until = _day(values, "from") or date.min, _day(values, "to") or date.max
    if since > until:
        raise UserError(
            f"from={since}: expected a day up to to={until}.", vi=f"from={since}: cần ngày không sau to={until}."
        )
    language = _choice(values, "lang", LANGUAGES)
    cancelled = _choice(values, "cancelled", CANCELLED)
    detail = _choice(values, "detail", [*Detail])
    gzip = _choice(values, "gzip", ("on", "off"))
    variant = Variant(_alarms(values), _choice(values, "lunar", ("0", "1")) == "1", shape == "todo", language)
    selection = Selection(
        under,
        levels=chosen["level"],
        stages=chosen["stage"] and chosen["stage"] | {NO_STAGE},
        kinds=_kinds(chosen["kind"], shape),
        statuses=chosen["status"],
        tags=chosen["tag"],
        since=since,
        until=until,
        cancelled=cancelled == "keep",
    )
    given = {name: ",".join(sorted(chosen[name])) for name in LISTS if chosen[name]}
    given |= {name: values[name][0] for name in SINGLE if name in values}
    if variant.alarms:
        given["alarms"] = ",".join(variant.alarms)
    return Parameters(
        selection, _day(values, "as_of"), language, Detail(detail), variant, gzip == "on", tuple(sorted(given.items()))
    )


def _values(pairs: Iterable[tuple[str, str]], names: Collection[str]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in names:
            what = "it means nothing here" if name in NAMES else "no such filter"
            what_vi = "ở đây không có nghĩa" if name in NAMES else "không có bộ lọc này"
            allowed = _or(sorted(names))
            raise UserError(
                f"{name}: {what}, expected one of {allowed}.", vi=f"{name}: {what_vi}, cần một trong số: {allowed}."
            )
        values.setdefault(name, []).append(value)
    return values


def _one(values: dict[str, list[str]], name: str) -> str | None:
    found = values.get(name)
    if found is None:
        return None
    if len(found) > 1 or not found[0]:
        raise UserError(f"{name}: expected one value.", vi=f"{name}: cần đúng một giá trị.")
    return found[0]


def _list(values: dict[str, list[str]], name: str, allowed: Iterable[str]) -> frozenset[str]:
    chosen = frozenset(part for value in values.get(name, ()) for part in value.split(","))
    _check(name, chosen, list(allowed))
    return chosen


def _choice(values: dict[str, list[str]], name: str, allowed: Collection[str]) -> str:
    """The value, or the first of the allowed ones."""
    chosen = _one(values, name) or next(iter(allowed))
    _check(name, [chosen], allowed)
    return chosen


def _kinds(chosen: frozenset[str], shape: str) -> frozenset[str]:
    if shape == "todo":
        return chosen or TASKS
    return chosen and chosen | {Kind.ENDED}


def _alarms(values: dict[str, list[str]]) -> tuple[str, ...]:
    """Durations from the beginning of the day, each once, in the order they were given."""
    found = tuple(dict.fromkeys(part for value in values.get("alarms", ()) for part in value.split(",")))
    for alarm in found:
        if not ALARM.fullmatch(alarm):
            raise UserError(
                f"alarms={alarm}: expected a time from the beginning of the day, as -PT15H or PT8H.",
                vi=f"alarms={alarm}: cần khoảng thời gian tính từ đầu ngày, ví dụ -PT15H hoặc PT8H.",
            )
    if len(found) > MOST_ALARMS:
        raise UserError(f"alarms: expected at most {MOST_ALARMS}.", vi=f"alarms: tối đa {MOST_ALARMS} giá trị.")
    return found


def _check(name: str, chosen: Iterable[str], allowed: Collection[str]) -> None:
    for value in sorted(chosen):
        if value not in allowed:
            known = _or(sorted(allowed))
            expected = f"expected {known}" if known else f"no unit here has a {name}"
            expected_vi = f"cần một trong số: {known}" if known else f"không đơn vị nào ở đây có {name}"
            raise UserError(f"{name}={value}: {expected}.", vi=f"{name}={value}: {expected_vi}.")


def _day(values: dict[str, list[str]], name: str) -> date | None:
    value = _one(values, name)
    if value is None:
        return None
    try:
        if len(value) != len("2020-06-30"):  # other forms of ISO 8601 name weeks, which nobody means here
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise UserError(
            f"{name}={value}: expected a day as 2020-06-30.", vi=f"{name}={value}: cần một ngày, ví dụ 2020-06-30."
        ) from None


def _or(values: Iterable[str]) -> str:
    return ", ".join(str(value) for value in values)
