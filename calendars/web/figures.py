"""What the board shows beside the campaign's status: progress below each unit, conflicts, and feeds with their size.

Nothing here reads a clock; the campaign's day is handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from urllib.parse import quote, urlencode, urlsplit

from sqlalchemy import Connection, or_, select

from calendars.store.feeds import CampaignView, FeedUnit, Selection
from calendars.store.neighbourhood import UnitConflict
from calendars.store.schema import stages, units
from calendars.web.feed_addresses import PUBLIC_PREFIX

NAMES_SHOWN = 3
GOOGLE_OCTETS = 1_000_000
PROTON_OCTETS = 10_000_000
HEADER_OCTETS = 1_500


@dataclass(frozen=True, slots=True)
class Progress:
    """Stages of a unit and everything below it: all, held by the day, overdue on the day."""

    stages: int = 0
    held: int = 0
    overdue: int = 0

    @property
    def share(self) -> float:
        """The share held; 0 where there is no stage."""
        return self.held / self.stages if self.stages else 0.0


@dataclass(frozen=True, slots=True)
class Conflicts:
    """How many conflicts there are, in how many units, and the first few of these."""

    count: int
    units: int
    named: tuple[FeedUnit, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed to subscribe to. `levels` are those it is narrowed to, none when it is not."""

    address: str
    levels: tuple[str, ...]
    entries: int
    octets: int

    @property
    def webcal(self) -> str:
        """The address that Apple and others open as a subscription."""
        return f"webcal://{self.address.partition('://')[2]}"

    @property
    def google(self) -> str:
        """Google's page for adding it, on Android too, which knows no webcal."""
        return f"https://calendar.google.com/calendar/r?cid={quote(self.webcal, safe='')}"

    @property
    def is_public(self) -> bool:
        """Whether it is no secret."""
        return f"{self.address.partition('?')[0].rpartition('/')[0]}/".endswith(PUBLIC_PREFIX)

    @property
    def fits_google(self) -> bool:
        """Whether Google reads all of it."""
        return self.octets < GOOGLE_OCTETS

    @property
    def fits_proton(self) -> bool:
        """Whether Proton reads all of it."""
        return self.octets < PROTON_OCTETS


def progress(connection: Connection, campaign: CampaignView, day: date) -> Mapping[str, Progress]:
    """For every unit, the stages of it and of everything below it, as they stand on `day`. Units that ended by then
    count nowhere."""
    totals: dict[str, list[int]] = {}
    query = (
        select(stages.c.unit, stages.c.held_last, stages.c.due)
        .join(units, (units.c.campaign == stages.c.campaign) & (units.c.unit == stages.c.unit))
        .where(stages.c.campaign == campaign.name, or_(units.c.ended.is_(None), units.c.ended > day))
    )
    for unit, held_last, due in connection.execute(query):
        held = held_last is not None and held_last <= day
        overdue = not held and due is not None and due < day
        for superior in campaign.upward(unit):
            total = totals.setdefault(superior.code, [0, 0, 0])
            total[0] += 1
            total[1] += held
            total[2] += overdue
    return {code: Progress(*total) for code, total in totals.items()}


def ended(connection: Connection, campaign: CampaignView, day: date) -> frozenset[str]:
    """The codes of the units that ended by `day`."""
    query = select(units.c.unit).where(units.c.campaign == campaign.name, units.c.ended <= day)
    return frozenset(connection.scalars(query))


def conflicts(found: Collection[UnitConflict], view: CampaignView) -> Conflicts:
    """The conflicts that were found, counted; units in the order of their codes."""
    codes = [code for code in dict.fromkeys(one.unit for one in found) if code in view.units]
    return Conflicts(len(found), len(codes), tuple(view.units[code] for code in codes[:NAMES_SHOWN]))


def offers(campaign: CampaignView, address: str, under: str, language: str) -> list[Offer]:
    """Feeds of the unit and what is below it: first one that every program takes, then the whole of it.

    The first leaves out the lowest levels until it is small enough; it is missing when the whole is small enough.
    """
    below = {campaign.units[code].level for code in campaign.below(under)}
    levels = [level for level in campaign.plan.levels if level in below]
    fixed = ({"under": under} if under != root(campaign) else {}) | ({"lang": language} if language != "vi" else {})
    whole = _offer(campaign, address, under, (), fixed)
    while levels and not whole.fits_google:
        levels.pop()
        narrow = _offer(campaign, address, under, tuple(levels), fixed)
        if levels and narrow.fits_google:
            return [narrow, whole]
    return [whole]


def _offer(
    campaign: CampaignView, address: str, under: str, levels: tuple[str, ...], fixed: Mapping[str, str]
) -> Offer:
    pieces = campaign.select(Selection(under, levels=frozenset(levels)))
    filters = {**fixed, **({"level": ",".join(levels)} if levels else {})}
    octets = HEADER_OCTETS + sum(max(len(piece.vi), len(piece.en)) for piece in pieces)
    query = f"?{urlencode(filters, safe=',')}" if filters else ""
    return Offer(f"{address}{query}", levels, len(pieces), octets)


def root(campaign: CampaignView) -> str:
    """The unit at the top of the tree. The campaign has units."""
    return [unit.code for unit in campaign.upward(next(iter(campaign.units)))][-1]


def is_loopback(address: str) -> bool:
    """Whether only this machine can open the address."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
