"""The messages of a whole rehearsed campaign, counted at a real SMTP server, against a table computed on its own.

Of each message the server's bytes tell all: the address it came for, the day in its Date, the kind in its subject, the
unit in the page that it links to. The table is in `tests.notices.expected`.
"""

from __future__ import annotations

import email
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
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

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
CAMPAIGN = "quang-ninh-2020"
SENDER = "Ban Tổ chức <to-chuc@quang-ninh.invalid>"
URL = "https://example.org"
SHOWN = 20
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
def mail_server(folder: Path) -> Iterator[str]:
    """A mail server as a process of its own; gives its address."""
    command = [sys.executable, "-m", "tests.notices.mailserver", "--maildir", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield f"smtp://{HOST}:{int(server.stdout.readline().removeprefix('Listening on '))}"
        finally:
            server.terminate()


def told(received: Received, zone: ZoneInfo, shift: timedelta) -> Message:
    """What the bytes of a message say of it; `shift` leads from the days of the messages to those of the campaign."""
    parsed = email.message_from_bytes(received.content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    (address,) = received.rcpt
    assert [one.addr_spec for one in parsed["To"].addresses] == [address]
    subject = str(parsed["Subject"])
    (kind,) = (kind for words, kind in KINDS.items() if subject.startswith(words))
    text = parsed.get_body(("plain",))
    assert text
    units = set(UNIT.findall(text.get_content()))
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


async def rehearsed_year(campaign: str, delays: Mapping[str, int], folder: Path) -> Found:
    """Rehearses a year; the mail server keeps its messages in the folder."""
    with mail_server(folder) as url:
        post = Post(SENDER, SmtpTransport(url))

        def delivering(store: Store) -> Delivery:
            return Delivery(store, post, Templates(), Links(b"secret of a test", URL))

        async with rehearse(campaign, BadYear(delays), lambda *_: None, delivering=delivering) as rehearsed:
            await post.close()
            received = read_maildir(folder)
            zone, shift = ZoneInfo(rehearsed.bundle.plan.timezone), shift_of(rehearsed.store)
            names = Counter(str(email.message_from_bytes(one.content)["Message-ID"]) for one in received)
            assert names == Counter(sent(rehearsed.store))
            refused = {(one.unit, one.stage) for one in rehearsed.found if one.code == "refused"}
            return Found(rehearsed.bundle, Counter(told(one, zone, shift) for one in received), refused)


def differences(found: Counter[Message], expected: Counter[Message]) -> str:
    """The first differences, by day, so that a failing test can be read."""
    lines = [
        f"{one.day:%a %d/%m/%Y} {one.kind} about {one.unit} to {one.address}: {found[one]} came, {expected[one]} expected"
        for one in sorted({*found, *expected})
        if found[one] != expected[one]
    ]
    more = f"\n... {len(lines) - SHOWN:,} more" if len(lines) > SHOWN else ""
    return "\n".join(lines[:SHOWN]) + more


def by_kind(messages: Counter[Message]) -> dict[str, int]:
    """How many messages of each kind."""
    return dict(Counter(one.kind for one in messages.elements()))


async def check(campaign: str, delays: Mapping[str, int], folder: Path) -> Found:
    """Rehearses a year and compares what came with the table of it."""
    year = await rehearsed_year(campaign, delays, folder)
    table = Year(year.bundle, delays)
    assert year.refused == table.refused
    expected = table.messages()
    if year.messages != expected:
        counts = f"{by_kind(year.messages)} came, {by_kind(expected)} expected"
        pytest.fail(f"{counts}\n{differences(year.messages, expected)}", pytrace=False)
    return year


async def test_quang_ninh_as_its_reports_came(tmp_path: Path) -> None:
    year = await check(CAMPAIGN, {}, tmp_path)
    assert not year.refused
    assert by_kind(year.messages).keys() == {"reminder", "digest"}


async def test_quang_ninh_with_fifty_late_communes(tmp_path: Path) -> None:
    late = fifty_late(load_bundle(find_bundle(CAMPAIGN)))
    assert len(late) == 50
    year = await check(CAMPAIGN, late, tmp_path)
    assert {unit for unit, stage in year.refused if stage == "grassroots_congress"} == PILOTS.keys()
    assert len({unit for unit, stage in year.refused if stage == "district_congress"}) in range(5, 13)
    assert by_kind(year.messages).keys() == set(KINDS.values())
