"""The templates of notices: packaged ones, before which those of a province are taken.

A folder of templates is laid out as `templates/` beside this file: `vi/reminder.txt.j2` and so on, for each of `KINDS`
and each of `PARTS`. Templates see `language`, `recipient` and `sender` (names, perhaps empty), `subject` (text and HTML
only), `items` and, of one, `item` (`calendars.notices.views.ItemView`), `digest` (`DigestView`) or none, `invitations`
(how many calendar files are attached) and `unsubscribe_url` (perhaps empty).
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from calendars.notices.headers import one_line

KINDS = ("reminder", "overdue", "escalation", "change", "digest", "several")
PARTS = ("subject", "txt", "html")
PACKAGED = Path(__file__).with_name("templates")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The words of a message: `subject` is one line, `text` and `html` end with a line break."""

    subject: str
    text: str
    html: str


class Templates:
    """Templates of both languages; those in the folder `override`, which need not exist, come first.

    A template that fails there is passed over for the packaged one, and the log says once where it fails. It is read
    again when it changes.
    """

    def __init__(self, override: Path | None = None) -> None:
        own = FileSystemLoader(PACKAGED)
        self._packaged = _environment(own)
        self._override = override.resolve() if override else None
        self._environment = self._packaged
        if self._override:
            # Editors on Windows begin a file with a byte order mark.
            self._environment = _environment(ChoiceLoader([FileSystemLoader(self._override, "utf-8-sig"), own]))
        self._said: set[str] = set()

    def render(self, kind: str, language: str, context: Mapping[str, Any]) -> Rendered:
        """The words of a message of this kind, one of `KINDS`."""
        name = f"{language}/{kind}"
        values = {**context, "language": language}
        values["subject"] = subject = one_line(self._part(f"{name}.subject.j2", values))
        return Rendered(
            subject, _tidy(self._part(f"{name}.txt.j2", values)), _tidy(self._part(f"{name}.html.j2", values))
        )

    def _part(self, name: str, values: Mapping[str, Any]) -> str:
        if self._override:
            try:
                if found := self._environment.get_template(name).render(values).strip():
                    return found
                self._warn(f"{self._override / name} says nothing")
            except Exception as error:  # noqa: BLE001 - whatever a template of others does, the notice goes out
                self._warn(f"{self._place(error, name)}: {type(error).__name__}: {error}")
        return self._packaged.get_template(name).render(values).strip()

    def _place(self, error: Exception, name: str) -> str:
        """The file and line of a failing template, as far as they are known."""
        if isinstance(error, TemplateSyntaxError):
            return f"{error.filename or error.name or name}, line {error.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename.endswith(".j2"):
                return f"{frame.filename}, line {frame.lineno}"
        return str(self._override / name) if self._override else name

    def _warn(self, message: str) -> None:
        if message not in self._said:
            self._said.add(message)
            _log.warning("Own template passed over for the packaged one: %s", one_line(message))


def _environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _tidy(text: str) -> str:
    """The text without spaces at the ends of lines and with no two empty lines in a row, as conditions leave them."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines) + "\n"
