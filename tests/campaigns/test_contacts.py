"""Contacts: defaults, and addresses that stay out of messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from calendars.campaigns.bundle import bundled, find_bundle, load_bundle
from calendars.campaigns.contacts import ContactRow, contacts_in_units, read_contacts
from calendars.campaigns.units import read_units
from calendars.errors import Problems
from tests.campaigns.files import LEVELS, UNITS, table, told, workbook

TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544/"
NTFY = "ntfy://congress-06904"


def test_defaults(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "unit,name,role,language,email,channels\n"
        f"22,Văn phòng Tỉnh ủy,office,en,office@example.org,email {TELEGRAM} Email\n"
        "200,,secretary,,bi-thu.200@example.org,\n"
        f"06904,Bí thư,secretary,vi,,{NTFY}\n",
    )
    assert read_contacts(path, UNITS) == (
        ContactRow("22", "Văn phòng Tỉnh ủy", "office", "en", "office@example.org", ("email", TELEGRAM), line=2),
        ContactRow("200", "", "secretary", "vi", "bi-thu.200@example.org", ("email",), line=3),
        ContactRow("06904", "Bí thư", "secretary", "vi", "", (NTFY,), line=4),
    )


@pytest.mark.parametrize(
    ("written", "quiet", "digest"),
    [
        (",", "", ""),
        ("22:00-06:00,daily", "22:00-06:00", "daily"),
        ("12:30-13:15,weekly", "12:30-13:15", "weekly"),
        ("00:00-23:59,no", "00:00-23:59", ""),
    ],
)
def test_hours_and_digests(tmp_path: Path, written: str, quiet: str, digest: str) -> None:
    path = table(tmp_path, f"unit,role,email,quiet,digest\n200,superior,a@example.org,{written}\n")
    (contact,) = read_contacts(path, UNITS)
    assert (contact.role, contact.quiet, contact.digest) == ("superior", quiet, digest)


@pytest.mark.parametrize("quiet", ["22:00", "24:00-06:00", "7:00-8:00", "22:00-22:00", "22:00-06:60", "22h-6h"])
def test_hours_that_are_none(tmp_path: Path, quiet: str) -> None:
    path = table(tmp_path, f"unit,role,email,quiet\n200,office,a@example.org,{quiet}\n")
    with pytest.raises(Problems) as refused:
        read_contacts(path, UNITS)
    assert told(refused.value) == [(2, f"quiet {quiet!r}: expected two different times of day like 22:00-06:00")]


def test_every_bad_contact_is_named_without_its_address(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "unit,role,language,email,channels,digest\n"
        "22,secretary,,a@example.org,,\n"
        "999,secretary,,b@example.org,,\n"
        "200,Bí thư,fr,c@example.org,,hourly\n"
        "200,office,,,,\n"
        "200,office,,two@example.org;three@example.org,,\n"
        "200,office,,Office <four@example.org>,,\n"
        f"200,office,,five@localhost,{NTFY},\n"
        "22,secretary,,A@Example.org,,\n"
        f"200,office,,,email {NTFY},\n"
        f"200,secretary,,,{NTFY},\n"
        f"200,secretary,,,{NTFY},no\n",
    )
    with pytest.raises(Problems) as refused:
        read_contacts(path, UNITS)
    assert told(refused.value) == [
        (3, "unknown unit '999'"),
        (4, "digest 'hourly': expected no, daily or weekly"),
        (4, "language 'fr': expected vi or en"),
        (4, "role 'Bí thư': expected a word like secretary or office"),
        (5, "email and channels are empty, expected at least one of them"),
        (6, "email: expected an address like office@example.org"),
        (7, "email: expected an address like office@example.org"),
        (8, "email: expected an address like office@example.org"),
        (9, "the same contact is already on line 2"),
        (10, "email: expected an address like office@example.org"),
        (12, "the same contact is already on line 11"),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("200,office,,,nonsense://s3cret/", "channel 1: not an address that Apprise knows"),
        ("200,office,,a@example.org,email sms://s3cret", "channel 2: not an address that Apprise knows"),
        ("200,office,,a@example.org,s3cret", "channel 1: not an address that Apprise knows"),
        ("tgram://s3cret/1,office,,a@example.org,", "unit: an address, expected a code"),
        ("200,tgram://s3cret/1,,a@example.org,", "role: expected a word like secretary or office"),
        ("200,office,s3cret@example.org,a@example.org,", "language: expected vi or en"),
        ("200,office,,tgram://s3cret/1,", "email: expected an address like office@example.org"),
        ("200,office,,a@example.org,,x,,tgram://s3cret/1", "digest: expected no, daily or weekly"),
        (
            "200,office,,a@example.org,,x,ntfy://s3cret,",
            "quiet: expected two different times of day like 22:00-06:00",
        ),
    ],
)
def test_no_message_holds_an_address(tmp_path: Path, row: str, message: str) -> None:
    path = table(tmp_path, f"unit,role,language,email,channels,name,quiet,digest\n{row}\n")
    with pytest.raises(Problems) as refused:
        read_contacts(path, UNITS)
    assert told(refused.value) == [(2, message)]
    assert "s3cret" not in str(refused.value)


def test_a_file_without_any_way_to_reach_people(tmp_path: Path) -> None:
    with pytest.raises(Problems) as refused:
        read_contacts(table(tmp_path, "unit,role,name\n200,office,Văn phòng\n22,office,Văn phòng\n"), UNITS)
    assert told(refused.value) == [(0, "the header lacks the column 'email' or 'channels'")]


def test_an_excel_file(tmp_path: Path) -> None:
    rows = [("unit", "role", "email", "quiet"), (200, "office", "a@example.org", "22:00-06:00")]
    assert read_contacts(workbook(tmp_path, rows), UNITS) == (
        ContactRow("200", "", "office", "vi", "a@example.org", ("email",), "22:00-06:00", line=2),
    )


def test_a_units_file_may_name_one_contact_a_row(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "code,name,level,parent,source,contact.name,contact.role,contact.email,contact.channels,contact.digest\n"
        "22,Tỉnh Quảng Ninh,province,,s,Văn phòng,office,a@example.org,,daily\n"
        "200,Huyện Đầm Hà,district,22,s,,,,,\n"
        f"06904,Xã Tân Bình,commune,200,,,secretary,,{NTFY},\n",
        "units.csv",
    )
    assert contacts_in_units(path, read_units(path, LEVELS)) == (
        ContactRow("22", "Văn phòng", "office", "vi", "a@example.org", ("email",), "", "daily", "s", line=2),
        ContactRow("06904", "", "secretary", "vi", "", (NTFY,), line=4),
    )
    assert contacts_in_units(table(tmp_path, "code,name,level,parent\n22,Tỉnh,province,\n"), UNITS) == ()


def test_mistakes_of_contacts_in_a_units_file(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "code,name,level,parent,contact.name,contact.role,contact.mail\n"
        "22,Tỉnh Quảng Ninh,province,,,office,\n"
        "200,Huyện Đầm Hà,district,22,Bí thư,,a@example.org\n",
        "units.csv",
    )
    with pytest.raises(Problems) as refused:
        contacts_in_units(path, UNITS)
    known = "name, contact.role, contact.language, contact.email, contact.channels, contact.quiet, contact.digest"
    empty = "contact.email and contact.channels are empty, expected at least one of them"
    assert told(refused.value) == [
        (0, f"the header's column 'contact.mail': expected one of contact.{known}"),
        (2, empty),
        (3, empty),
        (3, "contact.role '': expected a word like secretary or office"),
    ]
    assert "example.org" not in str(refused.value)


@pytest.mark.parametrize("name", bundled())
def test_bundled_contacts(name: str) -> None:
    bundle = load_bundle(find_bundle(name))
    assert {contact.unit for contact in bundle.contacts} >= {unit.code for unit in bundle.units}
    assert {contact.channels for contact in bundle.contacts} == {("email",)}
    assert contacts_in_units(find_bundle(name) / "units.csv", bundle.units) == ()
