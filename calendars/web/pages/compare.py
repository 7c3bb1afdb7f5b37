"""`/compare`: two days, two releases, two units or two campaigns beside each other, differences first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from calendars.errors import UserError
from calendars.store.feeds import FeedUnit
from calendars.store.reading import campaign_names, read_campaign, releases
from calendars.store.stage_lines import living, stage_lines
from calendars.web.comparing import Measure, of_campaigns, of_days, of_releases, of_units, turned
from calendars.web.pages.drawing import Drawing
from calendars.web.pages.frame import Settings
from calendars.web.pages.page import Page, Seen
from calendars.web.reporting import branches
from calendars.web.standing import Standing
from calendars.web.words import Format, words

KINDS = ("days", "releases", "units", "campaigns")
FORTNIGHT = timedelta(days=14)
NAMED = 60

# What a template may ask of a comparison that has nothing of the kind.
_NOTHING: dict[str, Any] = {
    "missing": "",
    "note": "",
    "under": "",
    "turned": None,
    "sides": None,
    "named": NAMED,
    "choice": {},
}

Sides = tuple[dict[str, Any], list[Measure]]


class Compare:
    """The page."""

    def __init__(self, settings: Settings, drawing: Drawing) -> None:
        self._settings = settings
        self._drawing = drawing

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """What the address asks to compare; without a choice the last fortnight."""
        kind = page.parameters.get("what") or KINDS[0]
        makers: dict[str, Callable[[Page, Seen], Sides]] = {
            "days": self._days,
            "releases": self._releases,
            "units": self._units,
            "campaigns": self._campaigns,
        }
        t = words(page.language)
        if kind not in makers:
            return page.mistaken(t.no_such_comparison.format(what=", ".join(KINDS)))
        try:
            told, measures = makers[kind](page, seen)
        except UserError as error:
            return page.mistaken(str(error))
        indicators = {
            one.id: one.title[page.language] if one.title else one.id for one in seen.campaign.plan.indicators
        }
        return page.respond(
            "compare.html",
            kind=kind,
            kinds=KINDS,
            different=[one for one in measures if one.differs],
            same=[one for one in measures if not one.differs],
            indicator_titles=indicators,
            **{**_NOTHING, "name": _plain(seen), **told},
        )

    def _days(self, page: Page, seen: Seen) -> Sides:
        t, f = words(page.language), Format(page.language)
        under = page.parameters.get("under") or seen.top
        if not seen.viewer.sees(seen.view, under):
            raise UserError(t.no_such_unit.format(unit=under))
        last = _day(page, "b", seen) or seen.day
        first = _day(page, "a", seen) or max(min(seen.campaign.plan.from_, last), last - FORTNIGHT)
        first, last = sorted((first, last))
        before, after = (self._drawing.standing(seen, under, day) for day in (first, last))
        told = {
            "first": f.day(first),
            "second": f.day(last),
            "choice": {"a": first.isoformat(), "b": last.isoformat()},
            "turned": turned(before, after),
            "name": after.name,
            "under": under,
        }
        return told, of_days(before, after)

    def _releases(self, page: Page, seen: Seen) -> Sides:
        t, f = words(page.language), Format(page.language)
        known = {release.number: release for release in releases(seen.connection, seen.campaign)}
        if len(known) < 2:
            return {"first": "", "second": "", "missing": t.one_release, "releases": known}, []
        numbers = sorted(known)
        first, last = (_number(page, side, numbers, default) for side, default in zip("ab", numbers[-2:], strict=True))
        standing = self._drawing.standing(seen, seen.top)
        told = {
            "first": f"{t.release} {first} ({f.day(known[first].effective)})",
            "second": f"{t.release} {last} ({f.day(known[last].effective)})",
            "choice": {"a": str(first), "b": str(last)},
            "releases": known,
        }
        return told, of_releases(known[first], known[last], standing.lines, seen.day)

    def _units(self, page: Page, seen: Seen) -> Sides:
        t = words(page.language)
        choices = _with_children(seen)
        if len(choices) < 2:
            return {"first": "", "second": "", "missing": t.one_unit, "units": choices}, []
        beside = [child for child in seen.children(seen.top) if child.code in seen.view.children] or choices
        defaults = [unit.code for unit in (beside if len(beside) > 1 else choices)[:2]]
        codes = [page.parameters.get(side) or default for side, default in zip("ab", defaults, strict=True)]
        for code in codes:
            if not seen.viewer.sees(seen.view, code):
                raise UserError(t.no_such_unit.format(unit=code))
        one, other = (self._drawing.standing(seen, code) for code in codes)
        told = {
            "first": seen.view.units[codes[0]].name,
            "second": seen.view.units[codes[1]].name,
            "choice": dict(zip("ab", codes, strict=True)),
            "units": choices,
            "sides": [_children(seen, side) for side in (one, other)],
        }
        return told, of_units(one, other)

    def _campaigns(self, page: Page, seen: Seen) -> Sides:
        t = words(page.language)
        # Whoever sees a part of one campaign sees nothing of another.
        names = [] if seen.viewer.scope else campaign_names(seen.connection)
        others = [name for name in names if name != seen.campaign.name]
        if not others:
            return {"first": "", "second": "", "missing": t.one_campaign, "others": []}, []
        chosen = page.parameters.get("b") or others[-1]
        if chosen not in others:
            raise UserError(t.no_such_campaign.format(campaign=chosen, others=", ".join(others)))
        other = read_campaign(seen.connection, chosen)
        lines = stage_lines(seen.connection, other)
        today = self._settings.today(other)
        this = self._drawing.standing(seen, seen.top)
        told = {
            "first": other.plan.title[page.language],
            "second": seen.campaign.plan.title[page.language],
            "choice": {"a": "", "b": chosen},
            "others": [(name, read_campaign(seen.connection, name).plan.title[page.language]) for name in others],
            "note": t.same_distance,
        }
        return told, of_campaigns(this, other, living(lines, today), today)


def _plain(seen: Seen) -> Callable[[str], str]:
    return lambda code: seen.view.units[code].name


def _children(seen: Seen, side: Standing) -> list[Any]:
    """What is directly below, the least margin first; what held nothing last."""
    found = branches(side, seen.children(side.under))
    return sorted(found, key=lambda one: (one.least_margin is None, one.least_margin or 0, one.unit.code))


def _with_children(seen: Seen) -> list[FeedUnit]:
    """The units with units below them, by level and name."""
    levels = {level: no for no, level in enumerate(seen.campaign.plan.levels)}
    found = (seen.view.units[code] for code in seen.view.children if seen.viewer.sees(seen.view, code))
    return sorted(found, key=lambda unit: (levels.get(unit.level, 0), unit.name))


def _day(page: Page, name: str, seen: Seen) -> date | None:
    given = page.parameters.get(name)
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError:
        day = None
    first = min(seen.campaign.plan.from_, seen.today)
    if day is None or not first <= day <= seen.today or given != day.isoformat():
        raise UserError(words(page.language).no_such_side.format(side=name))
    return day


def _number(page: Page, name: str, numbers: list[int], default: int) -> int:
    given = page.parameters.get(name) or str(default)
    found = {str(number): number for number in numbers}
    if given not in found:
        raise UserError(words(page.language).no_such_release.format(side=name, numbers=", ".join(found)))
    return found[given]
