"""What a message says, before any words: the notices it is made of, and whom it goes to.

Days are those of the campaign's time zone. Nothing here knows a store, a template or a transport.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from calendars.plan.model import Text
from calendars.sequence.state import Ending, Profile, Span


class NoticeKind(StrEnum):
    """Why somebody is told: a date comes near, has passed, still has passed and nobody answered, was moved; or the
    regular summary for a superior."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"
    CHANGE = "change"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person or office: `language` is "vi" or "en", `email` may be empty where another channel is used."""

    id: str
    name: str
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """The calendar entry of a date as it stands in the feed, or last stood there: `facts` is its canonical JSON."""

    uid: str
    facts: str
    sequence: int
    created: datetime
    modified: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One notice. `day` is the one it is about, None when that was called off; `today` the campaign's day on which the
    message is written, so that `day - today` are the days left.

    `anchor` tells which date it is: "on", "target", "deadline", "scheduled" (then `planned` are all its days) or
    "lead_in.ID" (then `anchor_title` names the step). For a change, `former` is the day that the person was told,
    `reason` why it moved and `source` the instrument that ordered it, cited. `step` is how far an escalation climbed:
    1 for the direct superior. `acknowledge_url` is empty where nothing is to be acknowledged. `ended` is how the unit
    ended, where a date was called off by that.
    """

    kind: NoticeKind
    unit: Profile
    stage: str
    stage_title: Text
    anchor: str
    anchor_title: Text
    day: date | None
    today: date
    planned: Span | None = None
    former: date | None = None
    reason: str = ""
    source: str = ""
    step: int = 0
    target: date | None = None
    deadline: date | None = None
    lead_ins: tuple[tuple[Text, date], ...] = ()
    unit_url: str = ""
    acknowledge_url: str = ""
    entry: FeedEntry | None = None
    ended: Ending | None = None


@dataclass(frozen=True, slots=True)
class DigestLine:
    """A unit below with a stage: `day` is when it was held, is due or was due; `margin` the days ahead of the local
    target, and of the central deadline, of what was held; `days` how long it is overdue, or until it is due."""

    unit: str
    name: str
    stage_title: Text
    day: date
    anchor_title: Text | None = None
    margin_target: int | None = None
    margin_deadline: int | None = None
    days: int = 0
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """The summary for a superior: what the units directly below it did since the last one, and what is ahead.

    `since` is the day of the last summary, None for the first one. `silent` are units whose overdue stage nobody
    acknowledged, `unreachable` those that have no contact left or refuse messages.
    """

    unit: Profile
    today: date
    since: date | None
    held: tuple[DigestLine, ...] = ()
    due: tuple[DigestLine, ...] = ()
    overdue: tuple[DigestLine, ...] = ()
    silent: tuple[DigestLine, ...] = ()
    unreachable: tuple[tuple[str, str], ...] = ()
    totals: tuple[tuple[Text, int, int], ...] = ()  # stage, held, of
    unit_url: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say: then nothing is sent."""
        return not (self.held or self.due or self.overdue or self.silent or self.unreachable)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds the words of a message. `message_id` is without its angle brackets and stays the same whenever the
    message is sent again; `written` is an aware instant; `sender` is an address with an optional name."""

    message_id: str
    written: datetime
    sender: str
    recipient: Recipient
    unsubscribe_url: str = ""
    items: tuple[Item, ...] = ()
    digest: Digest | None = field(default=None)
