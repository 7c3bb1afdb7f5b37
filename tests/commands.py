"""The command line inside a test's own process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workflows.cli import run


class Command:
    """Runs one command as a terminal does; what each call adds comes after its first `words`."""

    def __init__(self, capfd: pytest.CaptureFixture[str], *words: str) -> None:
        self._capfd, self._words = capfd, words

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, and what was written to both outputs."""
        code = run([*self._words, *arguments])
        return code, *self._capfd.readouterr()

    def json(self, *arguments: str) -> Any:
        """The document of a command that succeeds."""
        code, out, error = self(*arguments, "--json")
        assert (code, error) == (0, "")
        return json.loads(out)
