"""A store with a small campaign whose units live by the real rules, contacts, and the real delivery to real servers.

Time is what a test says it is: instants are written as clocks in the campaign show them, `2020-05-15 08:00`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from calendars.campaigns.contacts import ContactRow
from calendars.ical.renderer import IcalRenderer
from calendars.notices.claiming import LEASE, Claimed, claim
from calendars.notices.delivering import Delivered, Delivery, Post
from calendars.notices.links import Links
from calendars.notices.templates import Templates
from calendars.notices.transports.base import Outcome, Transport, Verdict
from calendars.plan.clock import instant_of
from calendars.plan.model import Plan
from calendars.sequence.commands import Command, Enrol, Follow
from calendars.sequence.deciding import decide
from calendars.sequence.digests import digest_facts
from calendars.sequence.due import due_facts
from calendars.sequence.events import Event, Line, line_of
from calendars.sequence.evolving import fold, number
from calendars.sequence.facts import Fact
from calendars.sequence.messages import Append
from calendars.sequence.rules import Rules, StageDates
from calendars.sequence.state import Profile, UnitState
from calendars.sequence.surroundings import UNKNOWN
from calendars.store import contacts
from calendars.store.contacts import Contact
from calendars.store.database import Store
from calendars.store.journal import Journal
from calendars.store.outbox import Outbox
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.schema import deliveries, outbox

CAMPAIGN, ZONE = "trial-2020", "Asia/Ho_Chi_Minh"
STAGE = "grassroots_congress"
SENDER = "Ban Tổ chức <lich@tinh.example>"
LINKS = Links(b"s" * 32, "https://lich.example")
# The target is a Friday: two weeks, a week and a day before it are working days too.
PLAN = Plan.model_validate(
    {
        "campaign": CAMPAIGN,
        "title": {"vi": "Đại hội", "en": "Congresses"},
        "from": "2020-01-01",
        "until": "2020-12-31",
        "instruments": {"plan-400": {"number": "400-KH/TU", "date": "2020-05-20"}},
        "levels": ["province", "district", "commune"],
        "stages": [
            {
                "id": STAGE,
                "level": "commune",
                "title": {"vi": "Đại hội Đảng bộ", "en": "Grassroots congress"},
                "opens": "2020-04-01",
                "target": {"date": "2020-05-29"},
                "deadline": {"date": "2020-06-30"},
            },
        ],
    }
)
PLANNED = "2020-05-15 08:00"  # when the reminder of the target goes out


def at(text: str) -> datetime:
    """The instant at which clocks in the campaign show this."""
    shown = datetime.fromisoformat(text)
    return instant_of(shown.date(), shown.time(), ZONE, 0)


def with_target(day: str) -> Plan:
    """The plan with another target."""
    document = PLAN.document()
    document["stages"][0]["target"] = {"date": day}
    return Plan.model_validate(document)


class House:
    """Journals what happens to the units and keeps what follows of notices, as the service does."""

    def __init__(self, store: Store, plan: Plan = PLAN) -> None:
        self.store = store
        self.journal = Journal(store, IcalRenderer(), Outbox())
        self.plans = [plan]
        self.states: dict[str, UnitState] = {}
        self._of_campaign = 0
        launched = {"plan": plan.document(), "timezone": ZONE, "shift_days": 0, "renderer": 1}
        self._say("launched", launched, at("2020-05-01 06:00"))

    def enrol(self, code: str, parent: str = "", level: str = "commune", when: str = "2020-05-01 07:00") -> None:
        """A unit joins."""
        names = {"province": "Tỉnh", "district": "Huyện", "commune": "Xã"}
        profile = Profile(code, f"{names[level]} {code}", level, parent, f"Unit {parent}" if parent else "")
        self.states[code] = UnitState(Rules.of(self.plans[0], level))
        self.order(when, code, Enrol(profile))

    def order(self, when: str | datetime, code: str, command: Command) -> None:
        """Somebody gives the unit an order."""
        instant = at(when) if isinstance(when, str) else when
        self.append(instant, (code, decide(self.states[code], command, self._day(instant))))

    def wake(self, when: str | datetime, *codes: str) -> None:
        """The units look at what fell due, as their workflows do."""
        instant = at(when) if isinstance(when, str) else when
        today = self._day(instant)
        for code in codes or self.states:
            while facts := due_facts(self.states[code], today):
                self.append(instant, (code, facts))
            self.append(instant, (code, digest_facts(self.states[code], UNKNOWN, today)))

    def amend(self, when: str, plan: Plan) -> None:
        """A release of the plan, which all units follow."""
        self.plans.append(plan)
        release = len(self.plans)
        self._say("amended", {"release": release, "plan": plan.document(), "instrument": "plan-400"}, at(when))
        dates = tuple(StageDates.of(stage) for stage in plan.stages)
        for code, state in self.states.items():
            if state.rules.stages:
                self.order(when, code, Follow(release, dates, "plan-400"))

    def append(self, instant: datetime, *told: tuple[str, Sequence[Fact]]) -> None:
        """Journals facts of units in one transaction."""
        appends = [self.events(instant, code, facts) for code, facts in told if facts]
        if appends:
            self.journal.append(appends)

    def events(self, instant: datetime, code: str, facts: Sequence[Fact]) -> Append:
        """Facts as the next events of a unit, which has them from now on; whoever asked is to journal them."""
        events: tuple[Event, ...] = number(self.states[code], facts, by="test", recorded=instant)
        self.states[code] = fold(self.states[code], events)
        return Append(CAMPAIGN, code, tuple(line_of(event) for event in events))

    def contact(self, unit: str, email: str = "", **more: Any) -> Contact:
        """Somebody who is told of the unit."""
        given = {"role": "secretary", "language": "en", "channels": ("email",), "quiet": "", "digest": "", **more}
        address = email or f"bi-thu.{unit}@xa.example"
        row = ContactRow(unit, f"Bí thư {unit}", email=address, **given)
        with self.store.writing() as connection:
            contacts.put(connection, CAMPAIGN, [row], at("2020-05-01 06:30"))
            name = contacts.contact_id(CAMPAIGN, unit, row.role, row.email, row.channels)
            found = contacts.find(connection, name)
        assert found is not None
        return found

    def mute(self, contact: Contact, channel: str = "email") -> None:
        """The contact unsubscribes a channel."""
        with self.store.writing() as connection:
            contacts.mute(connection, contact.id, channel)

    def rows(self, *kinds: str) -> list[Row[Any]]:
        """The notices, or those of some kinds, in the order in which they were written."""
        query = select(outbox).order_by(outbox.c.id)
        with self.store.reading() as connection:
            return [row for row in connection.execute(query) if not kinds or row.kind in kinds]

    def row(self, kind: str = "") -> Row[Any]:
        """The one notice there is, or of its kind."""
        (found,) = self.rows(*[kind] if kind else [])
        return found

    def statuses(self) -> list[tuple[str, str, str]]:
        """Kind, status and reason of each notice."""
        return [(row.kind, row.status, row.reason) for row in self.rows()]

    def tries(self) -> list[Row[Any]]:
        """What became of each try."""
        with self.store.reading() as connection:
            return list(connection.execute(select(deliveries).order_by(deliveries.c.id)))

    def change(self, **values: Any) -> None:
        """Changes all notices, as no part of the service does."""
        with self.store.writing() as connection:
            connection.execute(update(outbox).values(**values))

    def claim(self, when: str | datetime, *, mail: bool = True) -> Claimed:
        """What somebody would send then."""
        return claim(self.store, at(when) if isinstance(when, str) else when, 60, mail=mail)

    def delivery(self, mail: Transport | None = None, other: Transport | None = None) -> Delivery:
        """A deliverer, as a service that has just started has one."""
        return Delivery(self.store, Post(SENDER, mail, other), Templates(), LINKS)

    def _say(self, kind: str, data: dict[str, Any], instant: datetime) -> None:
        self._of_campaign += 1
        line = Line(self._of_campaign, kind, self._day(instant), instant, "test", data)
        self.journal.append([Append(CAMPAIGN, CAMPAIGN_STREAM, (line,))])

    def _day(self, instant: datetime) -> date:
        return (instant + timedelta(hours=7)).date()


class Paper:
    """A transport that keeps what it is given and answers as it is told: the last answer for all that follow."""

    name = "paper"

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers) or [Outcome(Verdict.SENT, "250 kept")]
        self.sent: list[tuple[str, bytes]] = []

    async def send(self, address: str, message: bytes) -> Outcome:
        self.sent.append((address, message))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def close(self) -> None:
        """Nothing is open."""


LATER = Outcome(Verdict.LATER, "451 busy")
REFUSED = Outcome(Verdict.REFUSED, "550 no such user")
DOWN = Outcome(Verdict.LATER, "no connection", down=True)
SENT = Outcome(Verdict.SENT, "250 kept")


async def deliver(delivery: Delivery, when: str | datetime) -> Delivered:
    """Delivers what is due then."""
    return await delivery.deliver_due(at(when) if isinstance(when, str) else when)


def after_the_lease(when: str) -> datetime:
    """When what somebody claimed at `when` is anybody's again."""
    return at(when) + LEASE + timedelta(seconds=1)
