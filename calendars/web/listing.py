"""Which units the tree shows, in which order: filters of the feeds' grammar, a search, a sort, and what is unfolded.

The parameters that are the tree's own stand beside the filters: `q`, `sort`, `open`, `page`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from calendars.errors import UserError
from calendars.store.feeds import CampaignView, FeedUnit
from calendars.store.past import Past
from calendars.web.branches import Branches
from calendars.web.finding import in_order, matching
from calendars.web.parameters import NAMES, Parameters, read

FILTERS = frozenset(("under", "level", "stage", "kind", "status", "tag", "from", "to", "cancelled"))
OWN = ("q", "sort", "open", "page")
FRAME = ("lang", "campaign", "as_of")
SORTS = ("code", "name", "margin", "done", "overdue")
DOWNWARD = frozenset(("overdue",))  # of which the largest is wanted first
MOST_OPEN = 40
MOST_TYPED = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the tree asks for. `sort` begins with a minus where it runs the other way."""

    filters: Parameters
    typed: str
    sort: str
    opened: tuple[str, ...]
    page: int

    @property
    def given(self) -> dict[str, str]:
        """The filters that were given, in the feeds' spelling."""
        return dict(self.filters.given)

    @property
    def narrowing(self) -> dict[str, str]:
        """The filters beside the unit under which to look."""
        return {name: value for name, value in self.given.items() if name != "under"}

    @property
    def flat(self) -> bool:
        """Whether units are listed one by one instead of as a tree."""
        return bool(self.typed or self.narrowing)

    @property
    def feed_query(self) -> str:
        """The filters as the query of a feed's address."""
        return urlencode(self.given, safe=",")

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """All that was asked for, to build an address from; `changes` replace or, with None, leave out."""
        own: dict[str, str | None] = {
            "q": self.typed or None,
            "sort": self.sort if self.sort != SORTS[0] else None,
            "open": ",".join(self.opened) or None,
            "page": str(self.page) if self.page > 1 else None,
        }
        return {name: value for name, value in {**self.given, **own, **changes}.items() if value}


def asked(pairs: Iterable[tuple[str, str]], view: CampaignView, scope: str) -> Asked:
    """Reads the address of the tree. An empty value is that of a field which was left empty. Raises `UserError` as
    the filters of feeds do, with one sentence."""
    given = [(name, value) for name, value in pairs if value and name not in FRAME]
    own = {name: value for name, value in given if name in OWN}
    filters = [(name, value) for name, value in given if name not in OWN]
    sort = own.get("sort", SORTS[0])
    if sort.removeprefix("-") not in SORTS:
        known = ", ".join(SORTS)
        raise UserError(
            f"sort={sort}: expected {known}, or one of them after a minus.",
            vi=f"sort={sort}: cần một trong số: {known}, có thể thêm dấu trừ ở trước.",
        )
    page = own.get("page", "1")
    if not (page.isascii() and page.isdecimal()) or not int(page[:9]) >= 1 or len(page) > len("99999"):
        raise UserError(
            f"page={page[:20]}: expected a number from 1 on.", vi=f"page={page[:20]}: cần một số từ 1 trở lên."
        )
    opened = [code for code in dict.fromkeys(own.get("open", "").split(",")) if code in view.units]
    typed = " ".join(own.get("q", "").split())[:MOST_TYPED]
    return Asked(read(filters, view, scope, FILTERS & NAMES), typed, sort, tuple(opened[:MOST_OPEN]), int(page))


def found(asked: Asked, view: CampaignView, past: Past, day: date, today: date) -> list[FeedUnit]:
    """The units that pass filters and search: those that have an entry in the feed with these filters, as it was on
    `day`; in the order of the search, or else of their codes."""
    selection = asked.filters.selection
    codes: Collection[str] = view.admitted(selection)
    if selection.narrows_entries:
        entries = view if day == today else past.on(view, day, codes)
        codes = {piece.unit for piece in entries.select(selection)}
    if asked.typed:
        return matching(view, codes, asked.typed)
    return [view.units[code] for code in sorted(codes)]


def arranged(units: Iterable[FeedUnit], sort: str, branches: Branches, ended: Collection[str]) -> list[FeedUnit]:
    """The units in the order of `sort`; those that ended, and those without the figure, come last either way."""
    by, backward = sort.removeprefix("-"), sort.startswith("-") is not (sort.removeprefix("-") in DOWNWARD)
    if by in ("code", "name"):
        ordered = sorted(units, key=lambda unit: (in_order(unit.name) if by == "name" else unit.code, unit.code))
        return ordered[::-1] if backward else ordered
    figures: Mapping[str, float | int | None] = {
        code: None
        if code in ended or not branch.stages
        else {"margin": branch.margin, "done": branch.share, "overdue": branch.overdue}[by]
        for code, branch in branches.items()
    }

    def place(unit: FeedUnit) -> tuple[bool, float, str]:
        figure = figures.get(unit.code)
        return figure is None, (-figure if backward else figure) if figure is not None else 0.0, unit.code

    return sorted(units, key=place)
