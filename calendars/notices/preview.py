"""Which notices a unit will cause, and when, if nothing happens meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from calendars.notices.composing import compose
from calendars.notices.itemising import About, item
from calendars.notices.items import Envelope, NoticeKind, Recipient
from calendars.notices.links import Links
from calendars.notices.templates import Templates
from calendars.sequence.foreseeing import foreseen
from calendars.sequence.notices import Wanted, consequences, goes_out
from calendars.sequence.rules import NoticeRules
from calendars.sequence.state import UnitState
from calendars.store.contacts import Contact, of_units
from calendars.store.moments import Moments
from calendars.store.neighbourhood import around
from calendars.store.reading import Campaign, unit_state
from calendars.store.recipients import Above, reached
from calendars.store.states import read_plans


@dataclass(frozen=True, slots=True)
class Previewed:
    """A notice to come: `at` is when it goes out, `recipient` the unit whose `contact` gets it. Subject and text are as
    they would be if it were written on that day with what is known now; a summary has none, for it tells of others."""

    at: datetime
    kind: str
    stage: str
    anchor: str
    date: date
    recipient: str
    contact: Contact | None
    subject: str = ""
    text: str = ""


class Preview:
    """Foresees the notices of one campaign. `sender` is where they come from."""

    def __init__(
        self, connection: Connection, campaign: Campaign, templates: Templates, links: Links, sender: str
    ) -> None:
        self._connection, self._campaign = connection, campaign
        self._templates, self._links, self._sender = templates, links, sender

    def of_unit(self, unit: str, today: date, now: datetime, until: date) -> list[Previewed]:
        """The notices that events of the unit will cause after `today`, up to the day `until`, in the order in which
        they go out; `now` is an aware instant. Raises `UserError` for an unknown unit."""
        state = unit_state(self._connection, self._campaign, unit)
        seen = around(self._connection, self._campaign, unit)
        above = Above(self._connection)
        found: list[Previewed] = []
        before = state
        for fact, after in foreseen(state, seen, today, until):
            for wanted in consequences(before, fact, after).wanted:
                found += self._of(wanted, after, above, now)
            before = after
        return sorted(found, key=lambda one: (one.at, one.kind, one.recipient))

    def _of(self, wanted: Wanted, state: UnitState, above: Above, now: datetime) -> Iterator[Previewed]:
        profile = state.profile
        assert profile is not None, "units are stored enrolled"
        recipient = above.heard_at(self._campaign.name, profile.code, profile.parent, wanted.step)
        contacts = of_units(self._connection, self._campaign.name, {profile.code, recipient} - {""})
        moments = self._moments(state)
        due = moments.at(goes_out(state.rules.notices, wanted), now)
        people = list(reached(contacts, profile.code, recipient, wanted.step))
        if not people and recipient:
            yield Previewed(due, wanted.kind, wanted.stage, wanted.of, wanted.due, recipient, None)
        for unit, contact in people:
            gathers = wanted.kind != NoticeKind.DIGEST
            at = moments.awake(moments.gathered(due, contact.digest) if gathers else due, contact.quiet)
            shown = Previewed(at, wanted.kind, wanted.stage, wanted.of, wanted.due, unit, contact)
            yield self._written(shown, wanted, state, at) if gathers else shown

    def _written(self, shown: Previewed, wanted: Wanted, state: UnitState, at: datetime) -> Previewed:
        contact, profile = shown.contact, state.profile
        assert contact is not None
        assert profile is not None
        plan = read_plans(self._connection, self._campaign.name).plan(state.rules_version)
        kind = NoticeKind(wanted.kind)
        about = About(kind, profile.code, wanted.stage, wanted.of, wanted.due, wanted.offset)
        day = self._campaign.clock.day_at(at)
        said = item(self._connection, plan, state, about, day, self._links, contact.id)
        who = Recipient(contact.id, contact.name, contact.email, contact.language)
        envelope = Envelope("preview@congress-calendars", at, self._sender, who, items=(said,))
        composed = compose(envelope, self._templates)
        return replace(shown, subject=composed.subject, text=composed.text)

    def _moments(self, state: UnitState) -> Moments:
        works = state.rules.notices or NoticeRules(0, 0)
        return Moments(self._campaign.clock, self._campaign.plan.reminders.at, works.works)
