"""The program that draws charts, started when the first is wanted and ended with the process that asks."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from pathlib import Path
from threading import Lock, Timer
from typing import Any

from calendars.errors import CalendarError

PROGRAM = Path(__file__).with_name("vega.py")
LIMIT_SECONDS = 20.0


class NotDrawn(CalendarError):
    """No picture came of a specification."""


class Engine:
    """One drawing at a time; who asks meanwhile waits. Safe to use from several threads.

    A program that ended, or did not answer for 20 seconds, is started again for the next drawing.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._program: subprocess.Popen[str] | None = None

    def draw(self, spec: str) -> str:
        """The SVG of a Vega-Lite specification in JSON. Raises `NotDrawn`."""
        with self._lock:
            program = self._running()
            assert program.stdin, "it was started with both ends"
            assert program.stdout, "it was started with both ends"
            limit = Timer(LIMIT_SECONDS, program.kill)
            limit.start()
            try:
                program.stdin.write(f"{spec}\n")
                program.stdin.flush()
                line = program.stdout.readline()
            except OSError as error:
                raise NotDrawn(f"the drawing program is away: {error}") from error
            finally:
                limit.cancel()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "the drawing program ended"}
        if "svg" not in answer:
            raise NotDrawn(answer["error"])
        return str(answer["svg"])

    def close(self) -> None:
        """Ends the program."""
        with self._lock:
            program, self._program = self._program, None
            if program is not None:
                program.kill()
                program.communicate()

    def _running(self) -> subprocess.Popen[str]:
        if self._program is not None and self._program.poll() is not None:
            self._program.communicate()
            self._program = None
        if self._program is None:
            # A session of its own: an interrupt at the terminal is for the service, which ends this when it is done.
            self._program = subprocess.Popen(  # noqa: S603 - our own file, run by our own interpreter
                [sys.executable, "-I", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                start_new_session=True,
            )
        return self._program


ENGINE = Engine()
atexit.register(ENGINE.close)
