"""The province's feed of 15,000 entries from the real web process: unchanged, and right after a report."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from statistics import median

from calendars.campaigns.bundle import load_bundle
from calendars.ical.renderer import IcalRenderer
from calendars.sequence.events import Event, Line, line_of
from calendars.sequence.facts import Enrolled, Fact, Held
from calendars.sequence.messages import Append
from calendars.sequence.state import Profile
from calendars.store.database import Store, open_store
from calendars.store.grants import Role, create
from calendars.store.journal import Journal
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.wallclock import real_now
from tests.benchmarks.campaigns import PROVINCE, villages, write_campaign
from tests.benchmarks.figures import Figure
from tests.benchmarks.loading import NAME, Connection, rate
from tests.benchmarks.others import nginx, radicale
from tests.benchmarks.processes import Server, served
from workflows.settings import Settings

CAMPAIGN, UNITS, ENTRIES = "bench-feed", 2_315, 15_000
SECONDS = 3
REPORTS, WHOLE = 15, 5
SHARE_304, SHARE_GZIP, FIRST_MS = 0.3, 0.5, 60.0
GROUP = 500


async def feed(folder: Path) -> list[Figure]:
    """Rates of the unchanged feed beside nginx with the same bytes, and the first answer after a report."""
    store = open_store(Settings(data=folder).store_url)
    try:
        journal = Journal(store, IcalRenderer())
        fill(journal, folder)
        path = f"/feeds/{_grant(store)}.ics"
        async with served(folder, "--role", "web", ready="Board: ") as server:
            return await _measured(server, path, folder, journal)
    finally:
        store.close()


def fill(journal: Journal, folder: Path) -> None:
    """Journals a campaign and its units, without a workflow for any of them."""
    bundle = load_bundle(write_campaign(folder / "sources", CAMPAIGN, UNITS))
    plan = bundle.plan
    data = {"plan": plan.document(), "timezone": plan.timezone, "shift_days": 0, "renderer": IcalRenderer.version}
    journal.append([Append(CAMPAIGN, CAMPAIGN_STREAM, (Line(1, "launched", plan.from_, real_now(), "bench", data),))])
    names = {unit.code: unit.name for unit in bundle.units}
    profiles = [Profile(row.code, row.name, row.level, row.parent, names.get(row.parent, "")) for row in bundle.units]
    for first in range(0, len(profiles), GROUP):
        journal.append(_appends((one.code, 1, Enrolled(plan.from_, one)) for one in profiles[first : first + GROUP]))


def _appends(facts: Iterable[tuple[str, int, Fact]]) -> list[Append]:
    return [Append(CAMPAIGN, unit, (line_of(Event(no, real_now(), "bench", fact)),)) for unit, no, fact in facts]


def _grant(store: Store) -> str:
    with store.writing() as connection:
        made = create(connection, campaign=CAMPAIGN, scope=PROVINCE, role=Role.VIEW, label="bench", created=real_now())
    return made[1]


async def _measured(server: Server, path: str, folder: Path, journal: Journal) -> list[Figure]:
    address = server.address
    reader = Connection(address)
    status, found, body = await reader.get(path)
    assert status == 200
    _, _, packed = await reader.get(path, accept_encoding="gzip")
    reader.close()
    assert gzip.decompress(packed) == body
    entries = body.count(b"BEGIN:VEVENT")
    assert abs(entries - ENTRIES) < ENTRIES / 20, entries
    ours_304 = await rate(address, path, SECONDS, if_none_match=found["etag"])
    ours_gzip = await rate(address, path, SECONDS, accept_encoding="gzip")
    theirs_304 = theirs_gzip = None
    memory, whole = {}, {}
    async with nginx(folder / "nginx", body, packed) as beside:
        if beside:
            other = Connection(beside.address)
            _, known, same = await other.get("/feed.ics", accept_encoding="gzip")
            assert same == packed
            other.close()
            unchanged = {"accept_encoding": "gzip", "if_none_match": known["etag"]}
            theirs_304 = await rate(beside.address, "/feed.ics", SECONDS, **unchanged)
            theirs_gzip = await rate(beside.address, "/feed.ics", SECONDS, accept_encoding="gzip")
            memory["nginx"] = beside.megabytes
    ours = await _whole(address, path, entries)
    async with radicale(folder / "radicale", body) as beside:
        if beside:
            whole["Radicale"] = await _whole(beside.address, "/bench/feed/", entries)
            memory["Radicale"] = beside.megabytes
    first = await _first_after_reports(address, path, journal)
    size = f"{entries:,} entries, {len(body) / 1e6:.1f} MB, {len(packed) / 1e6:.2f} MB packed"
    return [
        _beside("unchanged feed, 304s, of nginx", SHARE_304, ours_304, theirs_304),
        _beside("unchanged feed, gzip GETs, of nginx", SHARE_GZIP, ours_gzip, theirs_gzip),
        Figure("first gzip GET after a report", f"<= {FIRST_MS:.0f} ms", f"{first:.0f} ms", first <= FIRST_MS, size),
        Figure("one GET of all of it, not packed", "", f"{ours:.0f} ms", None, _named(whole, "ms")),
        Figure("memory of the web process after it", "", f"{server.megabytes:.0f} MB", None, _named(memory, "MB")),
    ]


def _beside(what: str, goal: float, ours: float, theirs: float | None) -> Figure:
    if theirs is None:
        return Figure(what, f">= {goal}", f"{ours:,.0f}/s", None, f"nginx is not installed; asked by {NAME}")
    share = ours / theirs
    how = f"{ours:,.0f} against {theirs:,.0f} a second; asked by {NAME}"
    return Figure(what, f">= {goal}", f"{share:.2f}", share >= goal, how)


def _named(values: Mapping[str, float], measure: str) -> str:
    return ", ".join(f"{name} {value:,.0f} {measure}" for name, value in values.items()) or "nothing else is installed"


async def _whole(address: str, path: str, entries: int) -> float:
    """The median of milliseconds from request to whole answer, without any coding, once the server is warm."""
    took = []
    for _ in range(WHOLE + 1):
        reader = Connection(address)  # Radicale ends each one after its answer
        began = time.perf_counter()
        status, _, body = await reader.get(path)
        took.append((time.perf_counter() - began) * 1000)
        assert (status, body.count(b"BEGIN:VEVENT")) == (200, entries)
        reader.close()
    return median(took[1:])


async def _first_after_reports(address: str, path: str, journal: Journal) -> float:
    """The median of milliseconds from request to whole answer, each the first after one more report."""
    took = []
    reader = Connection(address)
    await reader.get(path, accept_encoding="gzip")
    for unit in villages(UNITS)[:REPORTS]:
        day = date(2020, 1, 5)
        journal.append(_appends([(unit, 2, Held(day, "headman_election", day, day))]))
        began = time.perf_counter()
        status, _, body = await reader.get(path, accept_encoding="gzip")
        took.append((time.perf_counter() - began) * 1000)
        assert status == 200
        assert f"bench-feed.{unit}.headman_election@".encode() in gzip.decompress(body).replace(b"\r\n ", b"")
    reader.close()
    return median(took)
