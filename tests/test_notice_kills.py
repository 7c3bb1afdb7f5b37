"""`kill -9` of the service twenty times while two thousand reminders go out: everybody has the message, and who has it
twice has it because the service died between the mail server's "250" and the record of it."""

from __future__ import annotations

import faulthandler
import os
import random
import re
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.notices.mailserver import Received, read_maildir
from tests.service import ROOT, Service, running, wait_for

pytestmark = pytest.mark.slow
COMMUNES, VILLAGES = 10, 50
# Four people of each village: two thousand villages would only take longer to launch.
ROLES = ("secretary", "deputy", "office", "head")
CODES = [f"{100 + commune}-{number:02}" for commune in range(COMMUNES) for number in range(VILLAGES)]
PEOPLE = {f"{role}.{code}@thon.example" for role in ROLES for code in CODES}
REMINDERS = len(PEOPLE)
KILLS = 20
MOST_SECONDS = 900  # twenty starts of the service take their time beside other work
DELAY = "0.05"  # seconds between keeping a message and saying so: most kills fall into some of these
TODAY = "2020-01-16"  # a Thursday
PLAN = """\
campaign: reminders-2020
title: {{vi: Đại hội thử, en: Trial congresses}}
timezone: {zone}
from: 2020-01-01
until: 2020-12-31
levels: [province, commune, village]
stages:
  - {{id: cell_congress, level: village, on: 2020-01-17}}
reminders: {{before: [1], digest: "off", at: "00:00", jitter_minutes: 0}}
"""


def zone_at_noon() -> str:
    """A zone in which it is about noon: no midnight comes while the test runs, whenever that is."""
    ahead = (datetime.now(UTC) + timedelta(minutes=30)).hour - 12
    return f"Etc/GMT{ahead:+d}"  # east is minus there


def write_campaign(folder: Path) -> Path:
    """500 villages, of each of which four people are to be reminded on the day of the launch."""
    folder.mkdir()
    units, contacts = ["code,name,level,parent,tags,source,certainty"], ["unit,role,name,language,email"]
    units.append("22,Tỉnh Thử,province,,,test,synthetic")
    units += [f"{100 + commune},Xã {commune},commune,22,,test,synthetic" for commune in range(COMMUNES)]
    for code in CODES:
        units.append(f"{code},Thôn {code},village,{code.partition('-')[0]},,test,synthetic")
        contacts += [f"{code},{role},Ông {role},vi,{role}.{code}@thon.example" for role in ROLES]
    texts = {"plan.yaml": PLAN.format(zone=zone_at_noon()), "units.csv": units, "contacts.csv": contacts}
    for name, text in texts.items():
        written = text if isinstance(text, str) else "\n".join(text) + "\n"
        (folder / name).write_text(written, encoding="utf-8")
    return folder


@contextmanager
def mail_server(maildir: Path) -> Iterator[str]:
    """The address of a mail server in a process of its own, which keeps messages as files."""
    command = [sys.executable, "-m", "tests.notices.mailserver", "--maildir", str(maildir), "--delay", DELAY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield f"smtp://127.0.0.1:{process.stdout.readline().removeprefix('Listening on ').strip()}"
        finally:
            process.terminate()


def query(service: Service, statement: str) -> list[Any]:
    with closing(sqlite3.connect(service.data / "congress.db")) as connection:
        return connection.execute(statement).fetchall()


def count(service: Service, status: str) -> int:
    return int(query(service, f"SELECT count(*) FROM outbox WHERE status = '{status}'")[0][0])


@dataclass(frozen=True)
class Killed:
    """The moment after a kill: which messages were recorded as sent, and how many others somebody had claimed."""

    at: datetime
    recorded: frozenset[str]
    under_way: int


def kill(service: Service) -> Killed:
    service.kill()
    now = datetime.now(UTC)
    recorded = frozenset(name for (name,) in query(service, "SELECT message_id FROM outbox WHERE status = 'sent'"))
    held = f"SELECT count(*) FROM outbox WHERE status = 'planned' AND lease > '{now.isoformat()}'"
    return Killed(now, recorded, query(service, held)[0][0])


def arrived(maildir: Path) -> int:
    with os.scandir(maildir) as entries:
        return sum(entry.name.endswith(".eml") for entry in entries)


def name_of(received: Received) -> str:
    found = re.search(rb"^Message-ID: <([^>]+)>\r$", received.content, re.MULTILINE)
    assert found
    return found[1].decode()


def test_every_reminder_arrives_though_the_service_is_killed_twenty_times(tmp_path: Path) -> None:
    faulthandler.dump_traceback_later(MOST_SECONDS, exit=True, file=sys.__stderr__)  # instead of pytest's own
    data, maildir, folder = tmp_path / "var", tmp_path / "mail", write_campaign(tmp_path / "campaign")
    with running(Service(data)) as service:
        launched = service.congress("launch", str(folder), "--today", TODAY, timeout=300)
        assert launched.returncode == 0, launched.stderr
        # Without a mail server nothing goes out.
        wait_for(lambda: count(service, "planned") == REMINDERS)
        assert service.stop() == 0
    chance, kills = random.Random(2020), []
    with mail_server(maildir) as url, running(Service(data, CONGRESS_SMTP_URL=url, CONGRESS_MAIL_RATE="0")) as service:
        for _ in range(KILLS):
            enough = arrived(maildir) + chance.randint(20, 100)
            wait_for(lambda enough=enough: arrived(maildir) >= enough)
            kills.append(kill(service))
            service.start()
        wait_for(lambda: count(service, "sent") == REMINDERS, 180)
        assert service.stop() == 0
    found: dict[str, list[Received]] = defaultdict(list)
    for received in read_maildir(maildir):
        (address,) = received.rcpt
        found[address].append(received)
    assert set(found) == PEOPLE
    assert all(len({one.content for one in copies}) == 1 for copies in found.values())
    last = {name_of(copies[-1]): copies[-1].at for copies in found.values()}
    assert len(last) == REMINDERS
    # What was recorded before a kill never comes after it.
    assert [name for killed in kills for name in killed.recorded if last[name] > killed.at] == []
    # And the kills fell where it matters.
    twice = [copies for copies in found.values() if len(copies) > 1]
    assert all(killed.under_way for killed in kills)
    assert len(twice) >= KILLS / 2
    sent = "FROM deliveries WHERE outcome = 'sent'"
    assert query(service, f"SELECT count(*), count(DISTINCT notice) {sent}") == [(REMINDERS, REMINDERS)]
