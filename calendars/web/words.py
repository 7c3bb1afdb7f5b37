"""The board's words in both languages, and how it writes numbers and dates."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import yaml

LANGUAGES = ("vi", "en")


@cache
def words(language: str) -> SimpleNamespace:
    """The board's words in a language, as attributes: those of every file in `words`, one file for each page."""
    found: dict[str, str] = {}
    for path in sorted(Path(__file__).with_name("words").glob("*.yaml")):
        both: dict[str, dict[str, str]] = yaml.safe_load(path.read_text("utf-8"))
        twice = found.keys() & both.keys()
        assert not twice, f"{path.name} says {sorted(twice)} again"
        found |= {name: text[language] for name, text in both.items()}
    return SimpleNamespace(**found)


def preferred(accept_language: str) -> str:
    """The language of the board that a browser's Accept-Language ranks highest; Vietnamese when it names neither."""
    ranked = []
    for place, part in enumerate(accept_language.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        language = tag.split("-")[0].lower()
        try:
            rank = float(quality or 1)
        except ValueError:
            continue
        if language in LANGUAGES and rank > 0:
            ranked.append((-rank, place, language))
    return min(ranked)[2] if ranked else LANGUAGES[0]


class Format:
    """Numbers and dates as readers of a language write them."""

    def __init__(self, language: str) -> None:
        self._vi = language == "vi"

    def number(self, value: float) -> str:
        """1.544 or 1,544; a half day as 12,5 or 12.5."""
        english = f"{value:,.1f}".removesuffix(".0")
        return english.translate(str.maketrans(",.", ".,")) if self._vi else english

    def share(self, value: float) -> str:
        """A percentage to a tenth, rounded as the command line does."""
        return self._percent(f"{value:.1%}".removesuffix("%"))

    def whole_share(self, value: float) -> str:
        """A percentage without a fraction, rounded as the command line does."""
        return self._percent(f"{value:.0%}".removesuffix("%"))

    def _percent(self, rounded: str) -> str:
        shown = self.number(float(rounded))
        return f"{shown} %" if self._vi else f"{shown}%"

    def signed(self, value: float) -> str:
        """A margin in days with its sign."""
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{self.number(abs(value))}"

    def points(self, value: float) -> str:
        """The difference of two percentages to a tenth, with its sign."""
        tenths = round(value * 100, 1) + 0
        return f"{self.signed(tenths)} {'điểm %' if self._vi else 'points'}"

    def day(self, value: date) -> str:
        """dd/mm/yyyy."""
        return f"{value:%d/%m}/{value.year:04}"

    def day_month(self, value: date) -> str:
        """dd/mm, where the year is plain from what stands around it."""
        return f"{value:%d/%m}"

    def size(self, octets: int) -> str:
        """In kB or MB, as the limits of calendar programs are told."""
        return f"{self.number(octets / 1e6)} MB" if octets >= 1e6 else f"{self.number(-(-octets // 1000))} kB"
