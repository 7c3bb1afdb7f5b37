"""`/tree`: the units from the top down, each with its state and margins; unfolded, sorted, filtered and searched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from calendars.errors import UserError
from calendars.ical.entry import Kind
from calendars.plan.model import Stage
from calendars.sequence.state import Span, Status, UnitState
from calendars.sequence.status import stage_status
from calendars.store.feeds import FeedUnit
from calendars.store.past import Past
from calendars.store.reading import unit_states, unit_states_on
from calendars.web.branches import EMPTY, Branch, Branches, Grown
from calendars.web.figures import ended, is_loopback
from calendars.web.listing import SORTS, Asked, arranged, asked, found
from calendars.web.pages.frame import Settings
from calendars.web.pages.page import KEPT, Page, Seen
from calendars.web.pages.subscription import filtered, shown_address
from calendars.web.parameters import STATUSES, OutOfScope, UnknownUnit

PAGE_UNITS = 50
MOST_ROWS = 250


@dataclass(frozen=True, slots=True)
class Now:
    """The stage at which a unit is: the first that it has not held, or the last one."""

    stage: str
    status: str
    days: Span | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the tree. `below` are the units directly below; `more` says how many of those that this unfolded
    unit has are not among the lines."""

    unit: FeedUnit
    depth: int
    branch: Branch
    below: int
    opened: bool
    ended: bool
    superiors: tuple[FeedUnit, ...] = ()
    more: int = 0


class Tree:
    """The page."""

    def __init__(self, settings: Settings, grown: Grown, past: Past) -> None:
        self._settings = settings
        self._grown = grown
        self._past = past

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """The units that the viewer sees and the address asks for."""
        try:
            wanted = asked(page.parameters.multi_items(), seen.view, seen.top)
        except (UnknownUnit, OutOfScope):
            return page.respond("missing.html", 404)
        except UserError as error:
            return page.mistaken(error.text(page.language))
        units = self._grown.branches(seen)
        gone = ended(seen.connection, seen.view, seen.day)
        top = seen.view.units[wanted.filters.selection.under]
        listed = found(wanted, seen.view, self._past, seen.day, seen.today) if wanted.flat else seen.children(top.code)
        if not wanted.flat or not wanted.typed or wanted.sort != SORTS[0]:
            listed = arranged(listed, wanted.sort, units, gone)
        pages = max(1, -(-len(listed) // PAGE_UNITS))
        first = (min(wanted.page, pages) - 1) * PAGE_UNITS
        rows = _Rows(seen, wanted, units, gone)
        rows.list(top, listed[first : first + PAGE_UNITS])

        def address(path: str = "/tree", **changes: str | None) -> str:
            kept = {name: page.parameters[name] for name in KEPT if name in page.parameters}
            return f"{path}?{urlencode({**wanted.parameters(**changes), **kept, 'lang': page.language}, safe=',')}"

        def toggle(code: str) -> str:
            opened = [one for one in wanted.opened if one != code]
            return address(open=",".join(opened if code in wanted.opened else [*opened, code]) or None)

        def sorted_by(sort: str) -> str:
            turned = f"-{sort}" if wanted.sort == sort else sort
            return address(sort=turned if turned != SORTS[0] else None, page=None)

        return page.respond(
            "tree.html",
            asked=wanted,
            top=top,
            superiors=[one for one in seen.view.upward(top.code) if seen.viewer.sees(seen.view, one.code)][:0:-1],
            rows=rows.found,
            now=_now(seen, [row.unit.code for row in rows.found]),
            count=len(listed),
            page_no=min(wanted.page, pages),
            pages=pages,
            address=address,
            toggle=toggle,
            sorted_by=sorted_by,
            chosen=chosen(wanted),
            choices=choices(seen),
            feed=filtered(self._settings, page, seen, wanted.filters),
            loopback=is_loopback(shown_address(self._settings, seen) or self._settings.public_url),
        )


class _Rows:
    """Gathers the lines of one page, of which there are never more than `MOST_ROWS`."""

    def __init__(self, seen: Seen, wanted: Asked, branches: Branches, gone: Collection[str]) -> None:
        self._seen = seen
        self._wanted = wanted
        self._branches = branches
        self._gone = gone
        self.found: list[Row] = []

    def list(self, top: FeedUnit, units: list[FeedUnit]) -> None:
        """The units below `top`, or one by one where they were filtered."""
        if self._wanted.flat:
            for unit in units:
                above = list(self._seen.view.upward(unit.code))[1:]
                inside = [one for one in above if self._seen.viewer.sees(self._seen.view, one.code)]
                self.found.append(self._row(unit, 0, opened=False, superiors=tuple(inside[::-1])))
            return
        self.found.append(self._row(top, 0, opened=True))
        for unit in units:
            self._unfold(unit, 1)

    def _unfold(self, unit: FeedUnit, depth: int) -> None:
        if len(self.found) >= MOST_ROWS:
            return
        opened = unit.code in self._wanted.opened
        children = self._seen.children(unit.code) if opened else []
        shown = arranged(children, self._wanted.sort, self._branches, self._gone)[:PAGE_UNITS]
        self.found.append(self._row(unit, depth, opened=opened and bool(children), more=len(children) - len(shown)))
        for child in shown:
            self._unfold(child, depth + 1)

    def _row(
        self, unit: FeedUnit, depth: int, *, opened: bool, superiors: tuple[FeedUnit, ...] = (), more: int = 0
    ) -> Row:
        code = unit.code
        below = len(self._seen.view.children.get(code, ()))
        branch = self._branches.get(code, EMPTY)
        return Row(unit, depth, branch, below, opened, code in self._gone, superiors, more)


def _now(seen: Seen, codes: Collection[str]) -> dict[str, Now]:
    """Where the units stand on the shown day, those with a stage."""
    if seen.day == seen.today:
        states = {
            state.profile.code: state for state in unit_states(seen.connection, seen.campaign, codes) if state.profile
        }
    else:
        states = unit_states_on(seen.connection, seen.campaign, codes, seen.day)
    standing = ((code, _stage_now(state, seen.day)) for code, state in states.items())
    return {code: now for code, now in standing if now}


def _stage_now(state: UnitState, day: date) -> Now | None:
    standing: list[tuple[Stage, Status]] = [(one, stage_status(state, one, day)) for one in state.rules.stages]
    if not standing:
        return None
    stage, status = next((one for one in standing if one[1] is not Status.HELD), standing[-1])
    days = state.stage(stage.id)
    return Now(stage.id, status.value, days.held or days.scheduled)


def choices(seen: Seen) -> dict[str, list[str]]:
    """What each filter by a list may be set to."""
    plan = seen.campaign.plan
    inside = {seen.view.units[code].level for code in seen.view.below(seen.top)}
    return {
        "level": [level for level in plan.levels if level in inside],
        "stage": [stage.id for stage in plan.stages if stage.level in inside],
        "status": [status.value for status in STATUSES],
        "kind": [kind.value for kind in Kind],
        "tag": sorted(seen.view.tags),
    }


def chosen(wanted: Asked) -> dict[str, list[str]]:
    """What each filter is set to."""
    return {name: value.split(",") for name, value in wanted.narrowing.items()}
