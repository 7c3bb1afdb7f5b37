"""What goes wrong, by whose mistake it is.

CalendarError
+-- UserError            an operator's mistake: one sentence, no traceback, nothing done
|   +-- Problems         many mistakes of one file, each with its place
|   +-- NoTable          a file that is no table (`calendars.campaigns.tables`)
|   +-- Refused          a command that the rules do not allow (`calendars.sequence.refusals`)
+-- StoreAway            the store cannot be reached now; trying again later is right
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


class CalendarError(Exception):
    """Base of every error this project raises on purpose."""


class UserError(CalendarError):
    """An operator's mistake. Its text is the one sentence to show; a traceback would not help.

    `vi` is the same sentence in Vietnamese, of mistakes that can be made on pages too.
    """

    def __init__(self, *args: object, vi: str = "") -> None:
        super().__init__(*args)
        self.vi = vi

    def text(self, language: str) -> str:
        """The sentence in this language, in English where it has no other."""
        return self.vi if language == "vi" and self.vi else str(self)


class StoreAway(CalendarError):
    """The database does not answer or is locked; nothing was written."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file: where (line and column from 1, 0 when unknown) and what was expected; `vi` says the same
    in Vietnamese where pages show it."""

    line: int
    column: int
    message: str
    vi: str = field(default="", compare=False)

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", column {self.column}" if self.column else "") if self.line else "file"
        return f"{place}: {self.message}"

    def text(self, language: str) -> str:
        """What was expected, in English where there is no Vietnamese sentence."""
        return self.vi if language == "vi" and self.vi else self.message


class Problems(UserError):
    """Every mistake found in one file in one run."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(f"{file}: {problem}" for problem in self.problems))
