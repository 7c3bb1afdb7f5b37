"""Finding units by what people type: without diacritics, in any case, by name or by code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from calendars.store.feeds import CampaignView, FeedUnit

NAMES_KEPT = 50_000
BY_WORDS = 5  # the rank of what no name or code has as it was typed
_NUMBER = re.compile(r"(\d+)")
_Parts = tuple[tuple[int, int, str], ...]


@lru_cache(NAMES_KEPT)
def plain(text: str) -> str:
    """The text in lower case without diacritics and with single spaces: "Đông Triều" is "dong trieu"."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(one for one in decomposed if not unicodedata.combining(one)).split())


@lru_cache(NAMES_KEPT)
def in_order(name: str) -> tuple[_Parts, str]:
    """What to sort names by: letters without diacritics first, numbers in them by their size."""
    parts = (part for part in _NUMBER.split(plain(name)) if part)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts), name


def matching(campaign: CampaignView, codes: Iterable[str], typed: str) -> list[FeedUnit]:
    """The units among `codes` that somebody who typed this may mean, the likeliest first.

    A unit matches by its code or by a part of its name. Where none does, one matches of whose name or superiors' names
    each word begins a word, its own name having at least one: "ha tu khu 3" is quarter 3 of that ward.
    """
    wanted = plain(typed)
    spelt = " ".join(unicodedata.normalize("NFC", typed).casefold().split())
    if not wanted:
        return []
    found = []
    for code in codes:
        unit = campaign.units[code]
        rank = _rank(campaign, unit, wanted, spelt)
        if rank is not None:
            found.append((rank, campaign.plan.levels.index(unit.level), in_order(unit.name), code))
    found.sort()
    named = [code for rank, *_, code in found if rank < BY_WORDS]
    return [campaign.units[code] for code in named or [code for *_, code in found]]


def _rank(campaign: CampaignView, unit: FeedUnit, wanted: str, spelt: str) -> int | None:
    """How well the unit fits, 0 best; None when it does not. Diacritics that were typed come first."""
    code, name = unit.code.casefold(), plain(unit.name)
    if code == wanted:
        return 0
    if f" {wanted} " in f" {name} ":
        return 1 if spelt in unicodedata.normalize("NFC", unit.name).casefold() else 2
    if wanted in name:
        return 3
    if code.startswith(wanted):
        return 4
    words, own = wanted.split(), f" {name}"
    if len(words) < 2 or not any(f" {word}" in own for word in words):
        return None
    path = "".join(f" {plain(one.name)}" for one in campaign.upward(unit.code))
    return BY_WORDS if all(f" {word}" in path for word in words) else None
