"""`congress contacts` beside a store, without a running service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calendars.campaigns.contacts import reference
from calendars.store.contacts import listed
from calendars.store.database import open_store
from calendars.store.schema import journal
from tests.campaigns.files import workbook
from tests.commands import Command
from tests.web.stores import Filled

TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544/"
HEADER = "unit,name,role,language,email,channels,quiet,digest\n"
OFFICE = f"193,Văn phòng [x],office,vi,office.193@example.org,email {TELEGRAM},22:00-06:00,\n"
WARD = "06664,Bí thư,secretary,en,bi-thu@example.org,,,weekly\n"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small province in a data folder."""
    store = open_store(f"sqlite:///{tmp_path}/congress.db")
    Filled(store)
    store.close()
    monkeypatch.setenv("CONGRESS_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def contacts(capfd: pytest.CaptureFixture[str]) -> Command:
    return Command(capfd, "contacts")


def written(folder: Path, rows: str, name: str = "contacts.csv") -> str:
    file = folder / name
    file.write_text(HEADER + rows, encoding="utf-8")
    return str(file)


def test_import_list_and_remove(contacts: Command, data: Path) -> None:
    file = written(data, OFFICE + WARD)
    assert contacts("import", file) == (0, f"{file}: 2 contacts added, 0 changed, 0 were there already.\n", "")
    written(data, OFFICE + WARD.replace("weekly", "daily"))
    assert contacts.json("import", file) == {"file": file, "added": 0, "changed": 1, "same": 1}

    ward, office = contacts.json("list")
    assert {key: office[key] for key in office if key not in {"id", "added"}} == {
        "unit": "193",
        "name": "Văn phòng [x]",
        "role": "office",
        "language": "vi",
        "email": "office.193@example.org",
        "channels": ["email", "tgram"],
        "muted": [],
        "quiet": "22:00-06:00",
        "digest": "",
        "source": "",
    }
    assert (ward["unit"], ward["digest"]) == ("06664", "daily")
    assert contacts.json("list", "06664") == [ward]
    assert contacts.json("list", "200") == []
    code, shown, _ = contacts("list", "193")
    assert code == 0
    for text in ("Văn phòng [x]", "email tgram", "22:00-06:00", office["id"]):
        assert text in shown
    assert "abcdefg" not in shown

    removed = contacts("remove", "193", "Office.193@example.org")
    assert removed == (0, "193 Thành phố Hạ Long: Văn phòng [x] (office) is told no more.\n", "")
    assert contacts.json("list", "193") == []
    assert contacts("remove", "06664", ward["id"])[0] == 0
    code, out, error = contacts("remove", "06664", ward["id"])
    assert (code, out, len(error.splitlines())) == (1, "", 1)
    assert "Unit 06664 has no contact with this id or e-mail address" in error


def test_units_that_nobody_is_told_of(contacts: Command, data: Path) -> None:
    contacts("import", written(data, OFFICE))
    assert [one["unit"] for one in contacts.json("list", "--missing")] == ["06664", "06664-01", "06868", "200"]
    assert contacts.json("list", "193", "--missing") == [
        {"unit": "06664", "name": "Phường Hà Tu", "level": "commune", "parent": "193"},
        {"unit": "06664-01", "name": "Khu phố 1", "level": "village", "parent": "06664"},
    ]
    code, shown, _ = contacts("list", "193", "--missing")
    assert code == 0
    assert "Phường Hà Tu" in shown


def test_a_file_with_a_mistake_changes_nothing_and_names_every_one(contacts: Command, data: Path) -> None:
    file = written(data, OFFICE + "999,,office,,a@example.org,,,\n193,,Chief,,s3cret@nowhere,,,\n")
    code, out, error = contacts("import", file)
    assert (code, out) == (1, "")
    assert error.splitlines() == [
        f"{file}: line 3: unknown unit '999'",
        f"{file}: line 4: email: expected an address like office@example.org",
        f"{file}: line 4: role 'Chief': expected a word like secretary or office",
    ]
    assert contacts.json("list") == []


def test_a_file_that_the_board_gave_out(contacts: Command, data: Path) -> None:
    contacts("import", written(data, OFFICE))
    file = written(data, OFFICE.replace(TELEGRAM, reference(TELEGRAM)))
    assert contacts.json("import", file) == {"file": file, "added": 0, "changed": 0, "same": 1}
    code, _, error = contacts("import", written(data, OFFICE.replace(TELEGRAM, "kept:tgram:0123456789abcdef")))
    assert (code, "line 2: channel 2: expected email, or a channel that a contact has here" in error) == (1, True)


def test_an_excel_file(contacts: Command, data: Path) -> None:
    file = workbook(data, [("unit", "role", "email"), (193, "office", "a@example.org")])
    assert contacts.json("import", str(file))["added"] == 1


def test_contacts_are_no_events(contacts: Command, data: Path) -> None:
    def events() -> list[Any]:
        store = open_store(f"sqlite:///{data}/congress.db")
        with store.reading() as connection:
            found = list(connection.execute(journal.select()))
        store.close()
        return found

    before = events()
    contacts("import", written(data, OFFICE))
    contacts("remove", "193", "office.193@example.org")
    assert events() == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("list", "999"), "There is no unit 999"),
        (("list", "999", "--missing"), "There is no unit 999"),
        (("remove", "999", "a@example.org"), "There is no unit 999"),
        (("import", "nothing.csv"), "nothing.csv: cannot be read"),
        (("--campaign", "other", "list"), "There is no campaign other"),
    ],
)
def test_refusals(contacts: Command, arguments: tuple[str, ...], sentence: str) -> None:
    code, out, error = contacts(*arguments)
    assert (code, out, len(error.splitlines())) == (1, "", 1)
    assert sentence in error


def test_before_a_launch(contacts: Command, data: Path) -> None:
    (data / "congress.db").unlink()
    assert contacts("list")[0] == 1
    open_store(f"sqlite:///{data}/congress.db").close()
    code, _, error = contacts("import", written(data, OFFICE))
    assert (code, error) == (1, "No campaign is launched here; start one with `congress launch NAME`.\n")
    store = open_store(f"sqlite:///{data}/congress.db")
    with store.reading() as connection:
        assert listed(connection, "quang-ninh-2020") == []
    store.close()
