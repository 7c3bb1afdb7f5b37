"""A plan's data while it is being checked.

What is known to be wrong is not looked at again: a value with a problem reads as unknown from then on, so that one
mistake gives one problem, and the rest of the file is checked as if that value had not been settled yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from calendars.plan.yaml_text import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake: what it belongs to, whether to its key or its value, and a sentence."""

    path: Path
    message: str
    at: Literal["key", "value"] = "value"


class Draft:
    """The data with its findings. `strays` are the mappings that hold an unknown or badly named key."""

    def __init__(self, data: object, mistaken: Iterable[Path] = ()) -> None:
        self.mistaken = set(mistaken)
        self.strays: set[Path] = set()
        self.findings: list[Finding] = []
        self.root = Part(self, (), data)


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a draft, absent and mistaken ones included: whatever is asked of those is unknown."""

    draft: Draft
    path: Path
    raw: object

    def __getitem__(self, key: str) -> Part:
        return Part(self.draft, (*self.path, key), self.raw.get(key) if isinstance(self.raw, dict) else None)

    @property
    def given(self) -> bool:
        """Whether the file has, or was meant to have, something here."""
        return self.raw is not None or self.doubtful

    @property
    def doubtful(self) -> bool:
        """Whether a problem was found here."""
        return self.path in self.draft.mistaken

    @property
    def has_stray(self) -> bool:
        """Whether this mapping holds a key that is unknown or badly named, and so might be any."""
        return self.path in self.draft.strays

    @property
    def text(self) -> str | None:
        """The text here, None when there is none to go by."""
        return self.raw if isinstance(self.raw, str) and not self.doubtful else None

    @property
    def day(self) -> date | None:
        """The day here, None when there is none to go by."""
        try:
            return date.fromisoformat(self.text or "")
        except ValueError:
            return None

    def items(self) -> Iterator[Part]:
        """The entries of a list."""
        if isinstance(self.raw, list):
            for index, raw in enumerate(self.raw):
                yield Part(self.draft, (*self.path, index), raw)

    def entries(self) -> Iterator[tuple[str, Part]]:
        """The keys of a mapping with their values."""
        if isinstance(self.raw, dict):
            for key, raw in self.raw.items():
                yield key, Part(self.draft, (*self.path, key), raw)

    def lacks(self, *keys: str) -> bool:
        """Whether this is a mapping with none of `keys`, and no stray key that may have been meant for one of them."""
        return isinstance(self.raw, dict) and not self.has_stray and not any(self[key].given for key in keys)

    def doubt(self) -> None:
        """Go no longer by this value, because the problem that was found may be here."""
        self.draft.mistaken.add(self.path)

    def wrong(self, message: str, at: Literal["key", "value"] = "value") -> None:
        """Record a mistake here."""
        self.doubt()
        self.draft.findings.append(Finding(self.path, message, at))
