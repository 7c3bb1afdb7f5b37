"""Contacts that a launch and an import of units bring along: into the store, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import to_json

from calendars.errors import Problems
from calendars.sequence.messages import CampaignStart, Progress
from calendars.store.contacts import Contact, listed, mute, remove
from calendars.store.database import Store, open_store
from calendars.wallclock import real_now
from tests.web.stores import Filled
from tests.workflows.launches import JUNE, edit
from tests.workflows.small import CAMPAIGN, write_campaign
from workflows import adding
from workflows.cli import run
from workflows.commands.context import Context
from workflows.datafolder import DataFolder
from workflows.launching import Prepared, prepare

HEADER = "unit,name,role,email\n"
OFFICE, WARD = "22,Văn phòng,office,office@example.org\n", "100,Bí thư,secretary,bi-thu@example.org\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    return folder


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{data}/congress.db")
    yield opened
    opened.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The small campaign with two contacts."""
    made = write_campaign(tmp_path)
    (made / "contacts.csv").write_text(HEADER + OFFICE + WARD, encoding="utf-8")
    return made


def prepared(source: Path, store: Store, data: Path) -> Prepared:
    return prepare(str(source), DataFolder(data), store, today=JUNE, now=real_now(), reports=True, by="test")


def contacts(store: Store, campaign: str = CAMPAIGN) -> list[Contact]:
    with store.reading() as connection:
        return listed(connection, campaign)


def named(store: Store, campaign: str = CAMPAIGN) -> list[tuple[str, str]]:
    return [(one.unit, one.name) for one in contacts(store, campaign)]


def test_a_launch_takes_the_contacts_of_its_folder(source: Path, store: Store, data: Path) -> None:
    start = prepared(source, store, data).start
    assert named(store) == [("100", "Bí thư"), ("22", "Văn phòng")]
    # What travels to Temporal, and what is kept as a file, knows nothing of them.
    assert b"example.org" not in to_json(start)
    assert not (data / "campaigns" / CAMPAIGN / "launch" / "contacts.csv").exists()


def test_another_launch_undoes_nothing_and_adds_who_is_new(source: Path, store: Store, data: Path) -> None:
    prepared(source, store, data)
    ward, office = contacts(store)
    with store.writing() as connection:
        mute(connection, office.id, "email")
        remove(connection, CAMPAIGN, "100", ward.id, real_now())
    edit(source / "contacts.csv", "Văn phòng", "Another")
    with (source / "contacts.csv").open("a", encoding="utf-8") as file:
        file.write("200,Bí thư,secretary,new@example.org\n")
    prepared(source, store, data)
    assert named(store) == [("200", "Bí thư"), ("22", "Văn phòng")]
    assert contacts(store)[1] == Contact(**{**fields(office), "muted": ("email",)})


def fields(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in Contact.__slots__}


def test_a_repeated_launch_waits_for_no_writer(source: Path, store: Store, data: Path) -> None:
    prepared(source, store, data)
    with store.writing():
        prepared(source, store, data)


def test_a_units_file_may_bring_contacts(source: Path, store: Store, data: Path) -> None:
    (source / "units.csv").write_text(
        "code,name,level,parent,tags,contact.role,contact.email\n"
        "22,Tỉnh Thử,province,,,,\n"
        "100,Xã Một,commune,22,pilot,secretary,s3cret@example.org\n"
        "200,Phường Hai,commune,22,,,\n",
        encoding="utf-8",
    )
    for name in ("reports.csv", "contacts.csv"):
        (source / name).unlink()
    before = prepared(source, store, data).bundle.units
    assert [(one.unit, one.email) for one in contacts(store)] == [("100", "s3cret@example.org")]
    kept = data / "campaigns" / CAMPAIGN / "launch"
    assert "s3cret" not in (kept / "units.csv").read_text(encoding="utf-8")
    # What is kept is a campaign's folder like any other, and the same one.
    again = prepared(kept, store, data).bundle.units
    assert [(unit.code, unit.parent, unit.tags) for unit in again] == [
        (unit.code, unit.parent, unit.tags) for unit in before
    ]


def test_a_mistake_takes_none(source: Path, store: Store, data: Path) -> None:
    (source / "contacts.csv").write_text(f"{HEADER}{OFFICE}100,,,\n", encoding="utf-8")
    with pytest.raises(Problems):
        prepared(source, store, data)
    assert contacts(store) == []


UNITS = "code,name,level,parent,contact.role,contact.email\n06868-01,Thôn 1,village,06868,{role},s3cret@example.org\n"


@pytest.fixture
def running(store: Store, data: Path, monkeypatch: pytest.MonkeyPatch) -> list[CampaignStart]:
    """The other campaign, and a service that would admit units; what it was asked."""
    Filled(store)
    monkeypatch.setenv("CONGRESS_DATA", str(data))
    asked: list[CampaignStart] = []

    @asynccontextmanager
    async def client(_: Context, __: str) -> AsyncIterator[None]:
        yield

    async def admit(_: None, start: CampaignStart, __: object) -> Progress:
        asked.append(start)
        assert [one.email for one in contacts(store, "quang-ninh-2020")] == ["s3cret@example.org"]
        return Progress(7, 7, done=True)

    monkeypatch.setattr(Context, "client", client)
    monkeypatch.setattr(adding, "admit", admit)
    return asked


def imported(folder: Path, role: str = "secretary") -> int:
    file = folder / "more.csv"
    file.write_text(UNITS.format(role=role), encoding="utf-8")
    return run(["units", "import", str(file)])


def test_an_import_of_units_brings_contacts_first(
    running: list[CampaignStart], data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert imported(data) == 0
    file = data / "more.csv"
    assert capfd.readouterr().out == (
        f"{file}: 1 contacts added, 0 changed.\n{file}: 1 units added, quang-ninh-2020 has 7 now.\n"
    )
    (start,) = running
    assert b"s3cret" not in to_json(start)
    kept = data / "campaigns" / start.folder / "units.csv"
    assert "06868-01" in kept.read_text(encoding="utf-8")
    assert "s3cret" not in kept.read_text(encoding="utf-8")


def test_a_mistake_in_a_contact_adds_no_unit(
    running: list[CampaignStart], store: Store, data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert imported(data, "Chief") == 1
    expected = "line 2: contact.role 'Chief': expected a word like secretary or office"
    assert capfd.readouterr().err == f"{data / 'more.csv'}: {expected}\n"
    assert running == []
    assert contacts(store, "quang-ninh-2020") == []
    assert not (data / "campaigns").exists()


def test_without_a_service_nothing_is_added(
    store: Store, data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    Filled(store)
    monkeypatch.setenv("CONGRESS_DATA", str(data))
    assert imported(data) == 1
    assert "No service runs on the data folder" in capfd.readouterr().err
    assert contacts(store, "quang-ninh-2020") == []
