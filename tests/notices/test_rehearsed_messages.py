"""The messages of a whole rehearsed campaign, counted at a real SMTP server, against a table computed on its own.

Of each message the server's bytes tell all: the address it came for, the day in its Date, the kind in its subject, the
unit in the page that it links to. The table is in `tests.notices.expected`.
"""

from __future__ import annotations

import asyncio
import email
import faulthandler
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import Message as Parsed
from email.utils import parseaddr, parsedate_to_datetime
from itertools import cycle
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from calendars.campaigns.bundle import Bundle, find_bundle, load_bundle
from calendars.notices.delivering import Delivery, Post
from calendars.notices.links import Links
from calendars.notices.templates import Templates
from calendars.notices.transports.smtp import SmtpTransport
from calendars.store.database import Store
from calendars.store.schema import campaigns, outbox
from tests.notices.expected import Message, Year
from tests.notices.mailserver import HOST, Received, read_maildir
from workflows.rehearsal.running import rehearse
from workflows.rehearsal.scenario import BadYear

ROOT = Path(__file__).parents[2]
CAMPAIGN = "quang-ninh-2020"
SENDER = "Ban Tổ chức <to-chuc@quang-ninh.invalid>"
URL = "https://example.org"
SHOWN = 20
LONGEST = 1_800  # seconds, on a machine that does much else
KINDS = {
    "Nhắc: ": "reminder",
    "Quá hạn: ": "overdue",
    "Chưa phản hồi: ": "escalation",
    "Thay đổi: ": "change",
    "Tổng hợp ngày ": "digest",
}
UNIT = re.compile(rf"{URL}/units/([^?\s]+)\?campaign=")
# How many days after the local target late communes are through: some are past the central deadline, 30 days later,
# some past the congress of their district, which is then refused, and one on each due day itself.
LATE = (1, 3, 8, 15, 24, 30, 31, 38, 45, 52, 66, 120)
PILOTS = {"06904": 25, "06910": 30}  # two that meet when all congresses are suspended, one of them only on its last day


def fifty_late(bundle: Bundle) -> dict[str, int]:
    """Communes of all districts and the days by which each is late."""
    stage = bundle.plan.stage("grassroots_congress")
    assert stage.target
    rows = [row for row in bundle.reports if row.stage == stage.id and row.unit not in PILOTS]
    chosen = rows[:: len(rows) // 48][:48]
    late = zip(chosen, cycle(LATE), strict=False)
    return PILOTS | {row.unit: (stage.target.date - (row.to or row.on)).days + by for row, by in late}


@contextmanager
def mail_server() -> Iterator[tuple[str, Path]]:
    """A mail server as a process of its own; gives its address, and the folder of what came in."""
    with tempfile.TemporaryDirectory(prefix="congress-mail-") as folder:
        command = [sys.executable, "-m", "tests.notices.mailserver", "--maildir", folder]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout
                port = int(server.stdout.readline().removeprefix("Listening on "))
                yield f"smtp://{HOST}:{port}", Path(folder)
            finally:
                server.terminate()


def told(received: Received, parsed: Parsed, zone: ZoneInfo, shift: timedelta) -> Message:
    """What a message says of itself; `shift` leads from the days of the messages to those of the campaign."""
    (address,) = received.rcpt
    assert parseaddr(parsed["To"])[1] == address
    subject = str(make_header(decode_header(parsed["Subject"])))
    (kind,) = (kind for words, kind in KINDS.items() if subject.startswith(words))
    text = next(part for part in parsed.walk() if part.get_content_type() == "text/plain")
    content = text.get_payload(decode=True)
    assert isinstance(content, bytes)
    units = set(UNIT.findall(content.decode()))
    assert len(units) == 1, f"{subject}: {units}"
    day = parsedate_to_datetime(parsed["Date"]).astimezone(zone).date() + shift
    return Message(day, kind, unquote(units.pop()), address)


def shift_of(store: Store) -> timedelta:
    """A rehearsal begins today: by how much its days differ from those of the campaign."""
    with store.reading() as connection:
        return timedelta(days=connection.execute(select(campaigns.c.shift_days)).scalar_one())


def sent(store: Store) -> set[str]:
    """The Message-IDs under which the outbox says that notices went out."""
    with store.reading() as connection:
        query = select(outbox.c.message_id).where(outbox.c.status == "sent").distinct()
        return {f"<{name}>" for name in connection.scalars(query)}


@dataclass(frozen=True, slots=True)
class Found:
    """What a rehearsed year showed: the messages that came in, and the stages of which the rules refused something."""

    bundle: Bundle
    messages: Counter[Message]
    refused: set[tuple[str, str]]


async def rehearsed_year(campaign: str, delays: Mapping[str, int]) -> Found:
    """Rehearses a year."""
    with mail_server() as (url, folder):
        # What is late for the server of a busy machine would go out on another day of the campaign.
        post = Post(SENDER, SmtpTransport(url, timeout=300))

        def delivering(store: Store) -> Delivery:
            return Delivery(store, post, Templates(), Links(b"secret of a test", URL))

        async with rehearse(campaign, BadYear(delays), lambda *_: None, delivering=delivering) as rehearsed:
            await post.close()
            # The parser for old programs takes a sixth of the time of the modern one.
            mail = [(one, email.message_from_bytes(one.content)) for one in read_maildir(folder)]
            assert Counter(parsed["Message-ID"] for _, parsed in mail) == Counter(sent(rehearsed.store))
            zone, shift = ZoneInfo(rehearsed.bundle.plan.timezone), shift_of(rehearsed.store)
            messages = Counter(told(one, parsed, zone, shift) for one, parsed in mail)
            refused = {(one.unit, one.stage) for one in rehearsed.found if one.code == "refused"}
            return Found(rehearsed.bundle, messages, refused)


def differences(found: Counter[Message], expected: Counter[Message]) -> str:
    """The first differences, by day, so that a failing test can be read."""
    lines = [
        f"{one.day:%a %d/%m/%Y} {one.kind} about {one.unit} to {one.address}: "
        f"{found[one]} came, {expected[one]} expected"
        for one in sorted({*found, *expected})
        if found[one] != expected[one]
    ]
    more = f"\n... {len(lines) - SHOWN:,} more" if len(lines) > SHOWN else ""
    return "\n".join(lines[:SHOWN]) + more


def by_kind(messages: Counter[Message]) -> dict[str, int]:
    """How many messages of each kind."""
    return dict(Counter(one.kind for one in messages.elements()))


async def check(campaign: str, delays: Mapping[str, int]) -> Found:
    """Rehearses a year and compares what came with the table of it."""
    # A year takes longer than any other test may take before it counts as hanging.
    faulthandler.cancel_dump_traceback_later()
    async with asyncio.timeout(LONGEST):
        year = await rehearsed_year(campaign, delays)
    table = Year(year.bundle, delays)
    assert year.refused == table.refused
    expected = table.messages()
    if year.messages != expected:
        counts = f"{by_kind(year.messages)} came, {by_kind(expected)} expected"
        pytest.fail(f"{counts}\n{differences(year.messages, expected)}", pytrace=False)
    return year


def days_of(table: Counter[Message], unit: str, address: str) -> dict[str, list[str]]:
    """The days on which a contact is told of a unit, by kind."""
    found: dict[str, list[str]] = {}
    for one in sorted(table.elements()):
        if (one.unit, one.address.partition("@")[0]) == (unit, address):
            found.setdefault(one.kind, []).append(f"{one.day:%d/%m}")
    return found


def test_the_table_has_days_counted_by_hand() -> None:
    """In a calendar of 2020: Tết from 23/01 to 29/01, days off on 02/04, 30/04 and 01/05."""
    bundle = load_bundle(find_bundle(CAMPAIGN))
    table = Year(bundle, {}).messages()
    village = ["18/12", "27/12", "03/01", "10/01", "17/01"]
    assert days_of(table, "06649-01", "bi-thu.06649-01") == {"reminder": village}
    # 23-24/04, announced on 05/03: its notice is due on 11/03; the freeze withholds three reminders and lets one come.
    weeks = ["23/12", "30/12", "06/01", "13/01", "20/01"]
    assert days_of(table, "06649", "van-phong.06649") == {"digest": weeks, "reminder": ["06/03", "24/03", "23/04"]}
    # 71 days late on 07-08/07: of its target, its notice on 26/05, its deadline and its first day.
    table = Year(bundle, {"06661": 71}).messages()
    reminders = ["29/04", "15/05", "22/05", "22/05", "29/05", "29/05", "05/06", "16/06", "23/06", "23/06", "29/06"]
    assert days_of(table, "06661", "bi-thu.06661") == {
        "digest": weeks,
        "reminder": [*reminders, "30/06", "06/07"],
        "overdue": ["01/06", "08/06", "15/06", "22/06", "29/06", "01/07"],
    }
    assert days_of(table, "06661", "bi-thu.193") == {"escalation": ["04/06", "06/07"]}
    assert days_of(table, "06661", "van-phong.22") == {"escalation": ["08/06", "07/07"]}


@pytest.mark.slow
async def test_a_year_in_which_nothing_is_late() -> None:
    year = await check("quang-ninh-2025", {})
    assert not year.refused
    assert by_kind(year.messages).keys() == {"reminder", "digest"}


@pytest.mark.slow
async def test_quang_ninh_with_fifty_late_communes() -> None:
    late = fifty_late(load_bundle(find_bundle(CAMPAIGN)))
    assert len(late) == 50
    year = await check(CAMPAIGN, late)
    assert {unit for unit, stage in year.refused if stage == "grassroots_congress"} == PILOTS.keys()
    assert len({unit for unit, stage in year.refused if stage == "district_congress"}) == 10  # of 18
    assert by_kind(year.messages).keys() == set(KINDS.values())
