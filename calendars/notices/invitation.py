"""A date as an iTIP message (RFC 5546): the feed's entry with who sends it and whom it reaches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

from icalendar import vCalAddress
from icalendar.parser import Parameters

from calendars.ical.entry import entry_of
from calendars.ical.lines import joined, line
from calendars.ical.rendering import Stamp, render
from calendars.notices.headers import Mailbox, cut
from calendars.notices.items import Item

REQUEST, CANCEL = "REQUEST", "CANCEL"
NAME_CHARACTERS = 100
# A parameter cannot hold a quotation mark (RFC 5545 3.2), few programs know the escape of RFC 6868, and to many a
# backslash hides what follows it.
UNSAFE = str.maketrans({'"': "'", "\\": "/", "^": None})
_END = b"END:VEVENT\r\n"


@dataclass(frozen=True, slots=True)
class Invitation:
    """The bytes of an .ics file and its METHOD, which the MIME part has to repeat."""

    method: str
    content: bytes


def invitation(item: Item, organizer: Mailbox, attendee: Mailbox, language: str) -> Invitation | None:
    """The entry of the notice's date for one person; None for a notice without one.

    A date that was called off is cancelled, any other requested, with the feed's UID, SEQUENCE, days and title, so that
    a program which has both shows one entry. Nothing is asked of the person: RSVP is FALSE. The role is REQ-PARTICIPANT
    all the same: Exchange files a NON-PARTICIPANT with the rooms and resources (MS-OXCICAL 2.1.3.1.1.20.2). No
    VTIMEZONE: the days are DATE.
    """
    if item.entry is None:
        return None
    entry = entry_of(item.entry.facts)
    method = REQUEST
    if item.day is None:
        method, entry = CANCEL, replace(entry, confirmation="CANCELLED")
    event = render(entry, Stamp(item.entry.sequence, item.entry.created, item.entry.modified), language)
    head = [
        b"BEGIN:VCALENDAR",
        b"VERSION:2.0",
        b"PRODID:-//Congress Calendars//Congress Calendars//EN",
        b"CALSCALE:GREGORIAN",
        b"METHOD:" + method.encode(),
    ]
    people = [_person("ORGANIZER", organizer), _person("ATTENDEE", attendee, **_ASKED)]
    content = joined(head) + event.removesuffix(_END) + joined(people) + _END + b"END:VCALENDAR\r\n"
    return Invitation(method, content)


_ASKED = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}


def _person(name: str, of: Mailbox, **parameters: str) -> bytes:
    shown = cut(of.name.translate(UNSAFE), NAME_CHARACTERS) or of.address
    address = vCalAddress("mailto:" + quote(of.address, safe="!$&'*+/=@^_`{|}~-."))
    return line(name, address, Parameters({"CN": shown, **parameters}))
