"""Contacts in the store: imports, removals, what people unsubscribed, and who is not reached. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from calendars.campaigns.contacts import ContactRow
from calendars.errors import UserError
from calendars.notices.transports.channels import key_of
from calendars.sequence.facts import Ended
from calendars.store import contacts
from calendars.store.contacts import Contact, contact_id, find, listed, missing, mute, of_units, put, remove, unmute
from calendars.store.database import Store, open_store
from calendars.store.notice_status import RefusedNotice, refused_children, unreached_children
from calendars.store.schema import outbox
from tests.store.congress import Chronicle
from tests.store.support import CAMPAIGN, START

LATER = START + timedelta(days=1)
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544/"
OFFICE = ContactRow("205", "Văn phòng", "office", "vi", "Office.205@example.org", ("email", TELEGRAM), "22:00-06:00")
SECRETARY = ContactRow("205", "Bí thư", "secretary", "en", "bi-thu.205@example.org", ("email",), "", "daily", "list")
NTFY = ContactRow("206", "Bí thư", "secretary", "vi", "", ("ntfy://topic-206",))
WATCHER = ContactRow("207", "Người theo dõi", "superior", "vi", "watch@example.org", ("email",))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def told(store: Store) -> Chronicle:
    """A province with a district, which has three communes, and a second district without any."""
    told = Chronicle(store)
    for code, parent, level in (
        ("22", "", "province"),
        ("193", "22", "district"),
        ("194", "22", "district"),
        ("205", "193", "commune"),
        ("206", "193", "commune"),
        ("207", "193", "commune"),
    ):
        told.enrol(code, parent, level)
    return told


def write(store: Store, *rows: ContactRow, campaign: str = CAMPAIGN) -> tuple[int, int, int]:
    with store.writing() as connection:
        return put(connection, campaign, rows, START)


def living(store: Store, unit: str = "") -> list[Contact]:
    with store.reading() as connection:
        return listed(connection, CAMPAIGN, unit)


def id_of(row: ContactRow) -> str:
    return contact_id(CAMPAIGN, row.unit, row.role, row.email, row.channels)


def missed(store: Store, under: str = "") -> list[str]:
    with store.reading() as connection:
        return [unit.code for unit in missing(connection, CAMPAIGN, under)]


def test_ids_are_the_same_at_every_import() -> None:
    assert id_of(OFFICE) == contact_id(CAMPAIGN, "205", "office", "office.205@EXAMPLE.org", ())
    assert id_of(OFFICE) == "d256ad79c6c8ae35"
    assert id_of(NTFY) == contact_id(CAMPAIGN, "206", "secretary", "", ("ntfy://topic-206", TELEGRAM))
    others = [
        contact_id("other", "205", "office", OFFICE.email, ()),
        contact_id(CAMPAIGN, "206", "office", OFFICE.email, ()),
        contact_id(CAMPAIGN, "205", "secretary", OFFICE.email, ()),
        contact_id(CAMPAIGN, "205", "office", "other@example.org", ()),
    ]
    assert len({id_of(OFFICE), *others}) == 5


def test_what_a_row_says_is_kept(store: Store) -> None:
    assert write(store, OFFICE, SECRETARY) == (2, 0, 0)
    office, secretary = living(store)
    assert office == Contact(
        id_of(OFFICE),
        CAMPAIGN,
        "205",
        "Văn phòng",
        "office",
        "vi",
        "Office.205@example.org",
        ("email", TELEGRAM),
        (),
        "",
        "22:00-06:00",
        "",
        START,
    )
    assert (secretary.digest, secretary.source, secretary.language) == ("daily", "list", "en")
    assert (office.mail_only, secretary.mail_only) == (False, True)


def test_importing_again_counts_what_changed_and_keeps_who_came_when(store: Store) -> None:
    write(store, OFFICE, SECRETARY)
    renamed = replace(SECRETARY, name="Bí thư mới", email="BI-THU.205@example.org")
    with store.writing() as connection:
        assert put(connection, CAMPAIGN, [OFFICE, renamed, NTFY, NTFY], LATER) == (1, 1, 1)
    office, secretary, ntfy = living(store)
    assert (secretary.name, secretary.email, secretary.added) == ("Bí thư mới", "BI-THU.205@example.org", START)
    assert (office.added, ntfy.added) == (START, LATER)
    assert write(store) == (0, 0, 0)


def test_a_removed_contact_is_told_no_more_and_may_come_back(store: Store) -> None:
    write(store, OFFICE, SECRETARY)
    with store.writing() as connection:
        assert [one.role for one in remove(connection, CAMPAIGN, "205", "office.205@example.org", LATER)] == ["office"]
    assert [one.role for one in living(store)] == ["secretary"]
    with store.reading() as connection:
        gone = find(connection, id_of(OFFICE))
        assert find(connection, "0123456789abcdef") is None
    assert gone is not None
    assert (gone.gone, gone.reachable, gone.open_channels) == (LATER, False, ())
    assert write(store, OFFICE) == (0, 1, 0)
    assert [(one.role, one.gone) for one in living(store)] == [("office", None), ("secretary", None)]


@pytest.mark.parametrize("who", ["office.205@example.org", id_of(OFFICE), id_of(NTFY), "", TELEGRAM])
def test_removing_who_is_not_there(store: Store, who: str) -> None:
    write(store, SECRETARY, NTFY)
    with store.writing() as connection, pytest.raises(UserError) as refused:
        remove(connection, CAMPAIGN, "205", who, LATER)
    assert str(refused.value) == (
        "Unit 205 has no contact with this id or e-mail address, expected one that `congress contacts list 205` shows."
    )
    assert len(living(store)) == 2


def test_one_address_may_have_several_roles(store: Store) -> None:
    both = replace(SECRETARY, role="office")
    write(store, SECRETARY, both)
    with store.writing() as connection:
        assert len(remove(connection, CAMPAIGN, "205", SECRETARY.email, LATER)) == 2
    write(store, SECRETARY, both)
    with store.writing() as connection:
        assert [one.role for one in remove(connection, CAMPAIGN, "205", id_of(both), LATER)] == ["office"]


def test_who_unsubscribed_stays_so_at_every_import_until_they_come_back(store: Store) -> None:
    write(store, OFFICE)
    for _ in range(2):
        with store.writing() as connection:
            mute(connection, id_of(OFFICE), "email")
    write(store, replace(OFFICE, name="Another"))
    (office,) = living(store)
    assert (office.name, office.muted, office.open_channels) == ("Another", ("email",), (TELEGRAM,))
    with store.writing() as connection:
        mute(connection, id_of(OFFICE), TELEGRAM)
    (office,) = living(store)
    assert (office.reachable, office.mail_only) == (False, False)
    with store.writing() as connection:
        unmute(connection, id_of(OFFICE), "email")
        unmute(connection, id_of(OFFICE), "email")
        mute(connection, "0123456789abcdef", "email")
    (office,) = living(store)
    assert (office.muted, office.mail_only) == ((TELEGRAM,), True)


def test_an_import_that_runs_meanwhile_does_not_overrule_who_unsubscribes(store: Store) -> None:
    write(store, OFFICE)
    with ThreadPoolExecutor() as others, store.writing() as connection:
        mute(connection, id_of(OFFICE), "email")
        importing = others.submit(write, store, replace(OFFICE, name="Another"))
        muting = others.submit(muted_telegram, store)
        # They have read by now what stood there before, or wait for this transaction to end.
        assert not wait([importing, muting], 0.3).done
        connection.commit()
        assert importing.result(10) == (0, 1, 0)
        muting.result(10)
    (office,) = living(store)
    assert (office.name, set(office.muted)) == ("Another", {"email", TELEGRAM})


def muted_telegram(store: Store) -> None:
    with store.writing() as connection:
        mute(connection, id_of(OFFICE), TELEGRAM)


def test_channels_are_found_by_their_keys(store: Store) -> None:
    write(store, OFFICE)
    (office,) = living(store)
    assert office.channel(key_of("email")) == "email"
    assert office.channel(key_of(TELEGRAM)) == TELEGRAM
    assert office.channel(key_of("ntfy://topic-206")) is None


def test_contacts_of_units_come_in_one_statement(store: Store) -> None:
    write(store, OFFICE, NTFY, SECRETARY, WATCHER)
    write(store, replace(NTFY, name="of another campaign"), campaign="other")
    with store.writing() as connection:
        remove(connection, CAMPAIGN, "207", WATCHER.email, LATER)
    statements: list[str] = []

    def count(*arguments: Any) -> None:
        statements.append(arguments[2])

    with store.reading() as connection:
        event.listen(store.engine, "before_cursor_execute", count)
        found = of_units(connection, CAMPAIGN, ["206", "205", "207", "22"])
        event.remove(store.engine, "before_cursor_execute", count)
        assert of_units(connection, CAMPAIGN, []) == {}
    assert len([one for one in statements if one.startswith("SELECT")]) == 1
    assert {code: [one.role for one in of] for code, of in found.items()} == {
        "22": [],
        "205": ["office", "secretary"],
        "206": ["secretary"],
        "207": [],
    }


def test_rows_that_the_store_never_had(store: Store) -> None:
    write(store, OFFICE, SECRETARY)
    with store.writing() as connection:
        remove(connection, CAMPAIGN, "205", id_of(SECRETARY), LATER)
        rows = [replace(OFFICE, name="Another"), SECRETARY, NTFY]
        assert contacts.missing_rows(connection, CAMPAIGN, rows) == [NTFY]
        assert contacts.missing_rows(connection, "other", rows) == rows


def test_units_that_nobody_is_told_of(told: Chronicle) -> None:
    store = told.store
    assert missed(store) == ["193", "194", "205", "206", "207", "22"]
    write(store, OFFICE, NTFY, WATCHER)
    # Who watches 207 from its superior hears of escalations only.
    assert missed(store) == ["193", "194", "207", "22"]
    assert missed(store, "193") == ["193", "207"]
    assert missed(store, "205") == []
    with store.writing() as connection:
        mute(connection, id_of(OFFICE), "email")
    assert missed(store, "205") == []
    with store.writing() as connection:
        mute(connection, id_of(OFFICE), TELEGRAM)
        remove(connection, CAMPAIGN, "206", id_of(NTFY), LATER)
    assert missed(store, "193") == ["193", "205", "206", "207"]
    told.tell("206", Ended(date(2020, 3, 1), "dissolved"))
    assert missed(store, "193") == ["193", "205", "207"]
    with store.reading() as connection:
        assert [unit.code for unit in unreached_children(connection, CAMPAIGN, "193")] == ["205", "207"]
        assert [unit.code for unit in unreached_children(connection, CAMPAIGN, "22")] == ["193", "194"]
        assert [unit.name for unit in missing(connection, CAMPAIGN, "205")] == ["Unit 205"]


def notice(row: ContactRow, status: str, minutes: int, reason: str = "") -> dict[str, Any]:
    """A settled notice to a contact."""
    at = START + timedelta(minutes=minutes)
    return {
        "campaign": CAMPAIGN,
        "unit": row.unit,
        "stage": "grassroots_congress",
        "anchor": "target",
        "anchor_date": date(2020, 5, 31),
        "offset": minutes,
        "kind": "reminder",
        "contact": id_of(row),
        "recipient": row.unit,
        "mail_only": True,
        "event": 1,
        "day": date(2020, 5, 1),
        "planned": START,
        "due": START,
        "status": status,
        "reason": reason,
        "data": {},
        "attempts": 1,
        "message_id": f"{row.unit}-{minutes}",
        "subject": "",
        "settled": at,
    }


def test_units_whose_messages_are_refused(told: Chronicle) -> None:
    store = told.store
    write(store, OFFICE, SECRETARY, NTFY)
    rows = [
        notice(OFFICE, "refused", 1, "550 no such user"),
        notice(OFFICE, "refused", 2, "550 mailbox full"),
        notice(OFFICE, "withdrawn", 3),
        notice(SECRETARY, "refused", 1, "550 gone"),
        notice(SECRETARY, "sent", 2),
        notice(NTFY, "sent", 1),
        notice(NTFY, "refused", 2, "topic closed"),
    ]

    def refused() -> list[RefusedNotice]:
        with store.reading() as connection:
            assert refused_children(connection, CAMPAIGN, "22") == []
            assert refused_children(connection, "other", "193") == []
            return refused_children(connection, CAMPAIGN, "193")

    assert refused() == []
    with store.writing() as connection:
        connection.execute(outbox.insert(), rows)
    office = RefusedNotice("205", "Unit 205", "office", "550 mailbox full", START + timedelta(minutes=2))
    ntfy = RefusedNotice("206", "Unit 206", "secretary", "topic closed", START + timedelta(minutes=2))
    assert refused() == [office, ntfy]
    with store.writing() as connection:
        remove(connection, CAMPAIGN, "205", id_of(OFFICE), LATER)
    assert refused() == [ntfy]
