"""Headless Chromium, told what to do over its DevTools protocol through a pair of pipes, without a driver program."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium reads commands at file descriptor 3 and answers at 4; $0 and $1 are the numbers of our ends for it.
LAUNCH = 'exec 3<&"$0" 4>&"$1" "${@:2}"'
# The sandbox needs rights that root and containers lack; the only pages opened are the project's own.
OPTIONS = ("--headless", "--remote-debugging-pipe", "--no-sandbox", "--no-first-run", "--disable-dev-shm-usage")


class Page:
    """One tab. A call returns when the browser has done it, or fails after 30 silent seconds."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = _messages(answers)
        self._numbers = count(1)
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def open(self, url: str, *, width: int, height: int, mobile: bool) -> None:
        """Load `url` on a screen of this size in CSS pixels; returns once everything on the page is loaded.

        A mobile screen lays out as phones do: a page that does not say it fits is laid out 980 pixels wide.
        """
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        started = self.call("Page.navigate", url=url)
        assert "errorText" not in started, f"{url}: {started['errorText']}"
        next(message for message in self._answers if message.get("method") == "Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """The JSON value of a JavaScript expression."""
        done = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def screenshot(self, file: Path) -> None:
        """The whole page as PNG, as high as it is."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))

    def call(self, method: str, **params: Any) -> Any:
        """One command of the DevTools protocol and its result."""
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": params, "sessionId": self._session}
        os.write(self._commands, json.dumps({k: v for k, v in command.items() if v is not None}).encode() + b"\0")
        answer = next(message for message in self._answers if message.get("id") == number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]


def chromium() -> str | None:
    """The path of the browser, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def new_page(profile: Path) -> Iterator[Page]:
    """A tab of a browser that starts with the block and ends with it; `profile` is an empty folder for it."""
    program = chromium()
    assert program is not None
    its_commands, commands = os.pipe()
    answers, its_answers = os.pipe()
    browser = subprocess.Popen(
        [
            "/bin/bash",
            "-c",
            LAUNCH,
            str(its_commands),
            str(its_answers),
            program,
            *OPTIONS,
            f"--user-data-dir={profile}",
        ],
        pass_fds=(its_commands, its_answers),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(its_commands)
    os.close(its_answers)
    try:
        yield Page(commands, answers)
    finally:
        os.close(commands)  # which ends Chromium
        browser.wait(timeout=30)
        os.close(answers)


def _messages(answers: int) -> Iterator[dict[str, Any]]:
    """What the browser says, message by message, each ended by a NUL."""
    buffer = b""
    while True:
        *complete, buffer = buffer.split(b"\0")
        for message in complete:
            yield json.loads(message)
        readable, _, _ = select.select([answers], [], [], 30)
        if not readable:
            raise TimeoutError("Chromium said nothing for 30 seconds")
        chunk = os.read(answers, 1 << 20)
        if not chunk:
            raise ConnectionError("Chromium ended")
        buffer += chunk
