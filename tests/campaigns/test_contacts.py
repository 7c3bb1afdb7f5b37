"""Contacts: defaults, and addresses that stay out of messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from calendars.campaigns.contacts import ContactRow, read_contacts
from calendars.errors import Problems
from tests.campaigns.files import UNITS, table, told


def test_defaults(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "unit,name,role,language,email,channels\n"
        "22,Văn phòng Tỉnh ủy,office,en,office@example.org,email sms email\n"
        "200,,secretary,,bi-thu.200@example.org,\n"
        "06904,Bí thư,secretary,vi,,zalo\n",
    )
    assert read_contacts(path, UNITS) == (
        ContactRow("22", "Văn phòng Tỉnh ủy", "office", "en", "office@example.org", ("email", "sms"), line=2),
        ContactRow("200", "", "secretary", "vi", "bi-thu.200@example.org", ("email",), line=3),
        ContactRow("06904", "Bí thư", "secretary", "vi", "", ("zalo",), line=4),
    )


def test_every_bad_contact_is_named_without_its_address(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "unit,role,language,email,channels\n"
        "22,secretary,,a@example.org,\n"
        "999,secretary,,b@example.org,\n"
        "200,Bí thư,fr,c@example.org,\n"
        "200,office,,,\n"
        "200,office,,two@example.org;three@example.org,\n"
        "200,office,,Office <four@example.org>,\n"
        "200,office,,five@localhost,sms\n"
        "22,secretary,,A@Example.org,\n",
    )
    with pytest.raises(Problems) as refused:
        read_contacts(path, UNITS)
    assert told(refused.value) == [
        (3, "unknown unit '999'"),
        (4, "language 'fr': expected vi or en"),
        (4, "role 'Bí thư': expected a word like secretary or office"),
        (5, "email: expected an address like office@example.org"),
        (6, "email: expected an address like office@example.org"),
        (7, "email: expected an address like office@example.org"),
        (8, "email: expected an address like office@example.org"),
        (9, "the same contact is already on line 2"),
    ]
