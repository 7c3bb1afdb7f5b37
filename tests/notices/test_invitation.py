"""Calendar files of messages, as `icalendar` reads them, beside the entry of the feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from calendars.ical.calendar import assemble
from calendars.ical.ending import pointer
from calendars.ical.entries import entries
from calendars.ical.entry import Entry, entry_of, facts
from calendars.ical.rendering import render
from calendars.notices.composing import compose
from calendars.notices.headers import Mailbox
from calendars.notices.invitation import Invitation, invitation
from calendars.notices.items import Item
from calendars.notices.templates import Templates
from tests.ical.cases import MERGED, PLAN, STAMP, STATES, VILLAGE
from tests.notices.cases import CALLED_OFF, MOVED, REMINDER, envelope, feed_entry
from tests.notices.reading import calendars, read

OFFICE = Mailbox("Ban Tổ chức Tỉnh ủy", "lich@quang-ninh.example")
PERSON = Mailbox("Bí thư Đảng ủy phường Hà Tu", "bi-thu@ha-tu.example")
ALL = [(name, entry) for name, state in STATES.items() for entry in entries(PLAN, state)]
LANGUAGES = ("vi", "en")


def made(item: Item, language: str = "vi", person: Mailbox = PERSON) -> Invitation:
    """The invitation of a notice that has one."""
    found = invitation(item, OFFICE, person, language)
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "entry"), ALL, ids=[f"{name}-{entry.key}" for name, entry in ALL])
def test_facts_give_the_entry_back(name: str, entry: Entry) -> None:
    assert entry_of(facts(entry)) == entry
    assert entry_of(facts(pointer(PLAN, VILLAGE, MERGED))) == pointer(PLAN, VILLAGE, MERGED)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("day", [date(2020, 5, 31), None], ids=["requested", "called-off"])
@pytest.mark.parametrize(("name", "entry"), ALL, ids=[f"{name}-{entry.key}" for name, entry in ALL])
def test_says_what_the_feed_says(name: str, entry: Entry, day: date | None, language: str) -> None:
    found = made(replace(REMINDER, entry=feed_entry(entry), day=day), language)
    calendar = Calendar.from_ical(found.content)
    feed = Calendar.from_ical(assemble("x", "x", [render(entry, STAMP, language)]))
    (event,), (of_feed,) = calendar.events, feed.events
    assert not [error for component in calendar.walk() for error in component.errors]
    assert found.method == str(calendar["METHOD"]) == ("REQUEST" if day else "CANCEL")
    assert (calendar["VERSION"], calendar["CALSCALE"]) == ("2.0", "GREGORIAN")
    assert str(calendar["PRODID"]) == str(feed["PRODID"])
    assert {key: value for key, value in event.items() if key not in {"ORGANIZER", "ATTENDEE", "STATUS"}} == {
        key: value for key, value in of_feed.items() if key != "STATUS"
    }
    assert str(event["STATUS"]) == (entry.confirmation if day else "CANCELLED")
    assert type(event.start) is type(event.end) is date
    assert (event.start, event.end) == (entry.first, entry.last + timedelta(days=1))
    assert event["SEQUENCE"] == STAMP.sequence
    assert event["DTSTAMP"].dt == STAMP.modified.replace(microsecond=0)


def test_names_who_sends_and_who_is_told() -> None:
    (event,) = Calendar.from_ical(made(REMINDER).content).events
    assert str(event["ORGANIZER"]) == "mailto:lich@quang-ninh.example"
    assert event["ORGANIZER"].params == {"CN": "Ban Tổ chức Tỉnh ủy"}
    assert str(event["ATTENDEE"]) == "mailto:bi-thu@ha-tu.example"
    assert event["ATTENDEE"].params == {
        "CN": "Bí thư Đảng ủy phường Hà Tu",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "FALSE",
    }


@pytest.mark.parametrize("item", [REMINDER, MOVED, CALLED_OFF])
@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_as_in_a_feed(item: Item, language: str) -> None:
    content = made(item, language).content
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert all(line and len(line) <= 75 and line.decode() for line in lines)
    assert not {b"BEGIN:VTIMEZONE", b"BEGIN:VALARM"} & set(lines)


def test_a_notice_without_an_entry_has_none() -> None:
    assert invitation(replace(REMINDER, entry=None), OFFICE, PERSON, "vi") is None


def test_the_message_repeats_the_method() -> None:
    for item, method in ((REMINDER, "REQUEST"), (CALLED_OFF, "CANCEL")):
        inline, attached = calendars(read(compose(envelope("vi", item), Templates()).content))
        content = inline.get_payload(decode=True)
        assert isinstance(content, bytes)
        assert attached.get_payload(decode=True) == content
        assert str(inline.get_param("method")) == str(Calendar.from_ical(content)["METHOD"]) == method
        (event,) = Calendar.from_ical(content).events
        assert str(event["ATTENDEE"]) == "mailto:van-phong@ha-tu.example"
        assert str(event["UID"]) == item.entry.uid if item.entry else False


def test_an_entry_that_left_the_feed_is_cancelled_as_it_last_stood() -> None:
    state = STATES["scheduled"]
    entry = next(entry for entry in entries(PLAN, state) if entry.key == "grassroots_congress")
    left = replace(feed_entry(entry), sequence=STAMP.sequence + 1)
    (event,) = Calendar.from_ical(made(replace(CALLED_OFF, entry=left)).content).events
    assert (event.start, event.end) == (date(2020, 5, 18), date(2020, 5, 20))
    assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CANCELLED", STAMP.sequence + 1)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=150).map(lambda text: " ".join(text.split())),
    st.from_regex(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,40}@example\.org", fullmatch=True),
)
def test_odd_names_and_addresses(name: str, address: str) -> None:
    content = made(REMINDER, person=Mailbox(name, address)).content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    calendar = Calendar.from_ical(content)
    (event,) = calendar.events
    assert not event.errors
    shown = name.replace('"', "'").replace("^", "").replace("\\", "/")
    assert len(shown) > 100 or event["ATTENDEE"].params["CN"] == (shown or address)
    assert set(event) == {*Calendar.from_ical(made(REMINDER).content).events[0]}
