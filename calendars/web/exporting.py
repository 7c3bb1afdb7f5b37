"""Feeds as files: for each unit the bytes that the service answers for it, and a page that leads to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calendars.errors import UserError
from calendars.ical.wording import unit_name
from calendars.store.feeds import CampaignView, FeedUnit
from calendars.store.past import Past
from calendars.web.content import content
from calendars.web.parameters import NAMES, read
from calendars.web.templating import environment

INDEX = "index.html"
SUFFIX = ".ics"


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit on the page. `file` is empty for one that has none and only holds others together."""

    name: str
    english: str
    file: str
    below: tuple[Branch, ...]


# A file is one unit's and is read by whatever opens it: what picks a unit or a coding means nothing there.
FILTERS = NAMES - {"under", "gzip"}


def exported(campaign: CampaignView, under: str, filters: Sequence[tuple[str, str]], past: Past) -> dict[str, bytes]:
    """The files of an export by name: those of `under` and what is below it, or of the whole campaign where it is
    empty, each with what the filters let through. A file is named by its unit's code alone: its address must outlive
    every change of the tree.

    Raises `UserError` for filters that are none, and when there is nothing to export; an export of nothing would take
    all calendars away.
    """
    tops = [under] if under else sorted(code for code, unit in campaign.units.items() if unit.parent == "")
    asked = [read(filters, campaign, top, FILTERS) for top in tops]
    day = asked[0].as_of if asked else None
    shown = campaign if day is None else past.on(campaign, day, campaign.units)
    with_entries = {piece.unit for one in asked for piece in shown.select(one.selection)}
    chosen = sorted(
        code
        for top in tops
        for code in campaign.below(top)
        if _has_file(campaign, campaign.units[code], code in with_entries, named=code == under)
    )
    if not chosen:
        where = f"unit {under}" if under else f"campaign {campaign.name}"
        raise UserError(f"There is nothing to export of {where}, expected entries or units with others below them.")
    files = {f"{code}{SUFFIX}": content(campaign, read(filters, campaign, code, FILTERS), past) for code in chosen}
    branches = [branch for top in tops for branch in _branches(campaign, top, set(chosen))]
    page = (
        environment()
        .get_template("export.html")
        .render(title=campaign.plan.title, branches=branches, language=asked[0].language)
    )
    return {**files, INDEX: page.encode()}


def _has_file(campaign: CampaignView, unit: FeedUnit, has_entries: bool, *, named: bool) -> bool:
    """Whether anybody would subscribe to the unit alone. Villages of a tree of three levels and more are too many and
    too small: their dates are in their commune's file, unless somebody named one."""
    if campaign.children.get(unit.code):
        return True
    levels = campaign.plan.levels
    return has_entries and (named or unit.level not in levels[2:] or unit.level != levels[-1])


def _branches(campaign: CampaignView, code: str, chosen: set[str]) -> Iterator[Branch]:
    unit = campaign.units[code]
    children = sorted(campaign.children.get(code, ()))
    below = tuple(branch for child in children for branch in _branches(campaign, child, chosen))
    if code in chosen or below:
        english = unit_name(unit.name).en
        file = f"{code}{SUFFIX}" if code in chosen else ""
        yield Branch(unit.name, english if english != unit.name else "", file, below)
