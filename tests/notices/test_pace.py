"""How many messages a minute, on a clock that jumps to the next timer."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

import pytest

from calendars.notices.transports.base import Pace, clean
from calendars.notices.transports.smtp import SmtpTransport


class _Jump(selectors.SelectSelector):
    """Waits for no timer: the time until the next one passes at once."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0
        return super().select(0)


def run(work: Coroutine[Any, Any, list[float]]) -> list[float]:
    """The seconds of virtual time at which turns came, from the start."""
    selector = _Jump()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now
    try:
        return [round(at - 1000, 3) for at in loop.run_until_complete(work)]
    finally:
        loop.close()


async def times(pace: Pace, turns: int) -> list[float]:
    clock = asyncio.get_running_loop().time
    taken: list[float] = []

    async def one() -> None:
        await pace.turn()
        taken.append(clock())

    await asyncio.gather(*(one() for _ in range(turns)))
    return taken


def test_no_limit() -> None:
    assert run(times(Pace(0), 1000)) == [0.0] * 1000


def test_a_slow_pace_has_no_bursts() -> None:
    assert run(times(Pace(30), 4)) == [0, 2, 4, 6]


def test_a_quick_pace_lets_one_second_through_at_once() -> None:
    assert run(times(Pace(300), 8)) == [0, 0, 0, 0, 0, 0.2, 0.4, 0.6]


def test_a_minute_holds_no_more_than_it_may_beside_the_first_second() -> None:
    came = run(times(Pace(600), 1300))
    assert sum(at < 60 for at in came) <= 600 + 10
    assert came[-1] == pytest.approx(129, abs=0.2)


def test_silence_saves_up_one_second_and_no_more() -> None:
    async def after_a_rest() -> list[float]:
        pace = Pace(120)
        await times(pace, 2)
        await asyncio.sleep(600)
        return await times(pace, 4)

    assert run(after_a_rest()) == [600, 600, 600.5, 601]


def test_turns_come_in_order() -> None:
    async def in_order() -> list[float]:
        pace, order = Pace(60), []

        async def one(number: int) -> None:
            await pace.turn()
            order.append(1000.0 + number)

        await asyncio.gather(*(one(number) for number in range(5)))
        return order

    assert run(in_order()) == [0, 1, 2, 3, 4]


def test_who_gives_up_takes_no_turn() -> None:
    async def with_cancelled() -> list[float]:
        pace = Pace(60)
        waiting = [asyncio.create_task(pace.turn()) for _ in range(100)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return await times(pace, 2)

    first, second = run(with_cancelled())
    assert first <= 1
    assert second == first + 1


def test_a_negative_pace_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        Pace(-1)


def test_mail_keeps_the_pace() -> None:
    async def refused() -> list[float]:
        clock = asyncio.get_running_loop().time
        transport = SmtpTransport("smtp://127.0.0.1:1", per_minute=60)
        transport._deliver = lambda *_: asyncio.sleep(0, clock())
        message = b"From: a@example.vn\r\n\r\n"
        return list(await asyncio.gather(*(transport.send("b@example.vn", message) for _ in range(3))))

    assert run(refused()) == [0, 1, 2]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("250 OK", "250 OK"),
        ("550-5.1.1 no\r\n550\tsuch\x00user\x1b[31m", "550-5.1.1 no 550 such user [31m"),
        ("550 <Van.Phong@example.vn>: unknown", "550 <(hidden)>: unknown"),
        ("550 other@example.vn, x@y unknown", "550 (address), (address) unknown"),
        ("535 topsecretx rejected", "535 (hidden)x rejected"),
        ("553 an answer cannot name an", "553 (hidden) answer cannot name (hidden)"),
        ("451 caf\udce9", "451 caf"),
        ("x" * 500, "x" * 199 + "…"),
        ("x" * 195 + " van.phong@example.vn", "x" * 195 + " (hi…"),
    ],
)
def test_what_is_kept_of_an_answer(said: str, kept: str) -> None:
    assert clean(said, "van.phong@example.vn", "topsecret", "an", "") == kept
