"""Whatever happens in a campaign, and whatever a reader asks for: a feed is what the read model says, stamps tell every
change and nothing else, and the journal alone gives the same bytes again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from calendars.ical.entries import entries
from calendars.ical.entry import Entry, Kind
from calendars.ical.linking import linking
from calendars.ical.renderer import IcalRenderer
from calendars.sequence import facts
from calendars.sequence.facts import Fact
from calendars.sequence.state import Clock, Profile
from calendars.store.database import Store, open_store
from calendars.store.feeds import Feeds
from calendars.store.past import Past
from calendars.store.reading import read_campaign, unit_states
from calendars.web.content import content
from calendars.web.parameters import read
from tests.ical.cases import PLAN
from tests.sequence.strategies import CLEAN, FACTS, FREEZES, TAGS
from tests.web.stores import DAM_HA, PROVINCE, Filled

STAGES = [stage.id for stage in PLAN.stages]
DAYS = st.dates(date(2019, 12, 1), date(2020, 12, 31))
UNITS = ("22", "193", "200", "06664", "06868", "06664-01", "06664-02")
# A release would have to be journalled, and a unit that moves anywhere might come to stand below itself.
ELSEWHERE = (facts.Enrolled, facts.Amended, facts.Transferred)
SENSIBLE: st.SearchStrategy[Fact] = st.one_of(
    st.builds(facts.Scheduled, effective=DAYS, stage=st.sampled_from(STAGES), first=DAYS, last=DAYS),
    st.builds(facts.Held, effective=DAYS, stage=st.sampled_from(STAGES), first=DAYS, last=DAYS),
    st.builds(facts.Postponed, effective=DAYS, stage=st.sampled_from(STAGES), first=DAYS, last=DAYS, reason=CLEAN),
    st.builds(facts.FellOverdue, effective=DAYS, stage=st.sampled_from(STAGES), clock=st.sampled_from(Clock), due=DAYS),
    st.builds(facts.Retracted, effective=DAYS, stage=st.sampled_from(STAGES), reason=CLEAN),
    st.builds(
        facts.Frozen,
        effective=DAYS,
        freeze=FREEZES,
        first=DAYS,
        last=st.none() | DAYS,
        reason=CLEAN,
        under=st.sampled_from(UNITS),
    ),
    st.builds(facts.Ended, effective=DAYS, how=st.just("merged"), successor=st.just("200"), shown=st.none() | DAYS),
    st.builds(facts.Cleared, effective=DAYS),
)
HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(UNITS), SENSIBLE | FACTS.filter(lambda fact: not isinstance(fact, ELSEWHERE))),
    min_size=1,
    max_size=12,
)
LAST = st.lists(
    st.tuples(
        st.sampled_from(UNITS),
        st.builds(facts.Ended, effective=DAYS, how=st.just("merged"), successor=st.just("200"), shown=DAYS),
    ),
    max_size=2,
)
STATUSES = ("held", "scheduled", "open", "overdue", "postponed", "ended")


def some(values: Sequence[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(list(values)), min_size=1, max_size=3).map(",".join)


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "under": st.sampled_from(UNITS),
        "level": some(PLAN.levels),
        "stage": some(STAGES),
        "kind": some(list(Kind)),
        "status": some(STATUSES),
        "from": DAYS.map(str),
        "cancelled": st.sampled_from(["keep", "hide"]),
        "lang": st.sampled_from(["vi", "en"]),
    },
)


@dataclass
class Served:
    """What calendar programs were given of each entry: its SEQUENCE, its DTSTAMP and all it says."""

    entries: dict[str, tuple[int, datetime, bytes]] = field(default_factory=dict)

    def look(self, store: Store, instants: set[datetime]) -> None:
        """Takes what stands in the feed now and compares it with what stood there."""
        view = Feeds(store).refresh().campaigns[PLAN.campaign]
        for uid, piece in view.pieces.items():
            (event,) = Calendar.from_ical(b"BEGIN:VCALENDAR\r\n" + piece.vi + b"END:VCALENDAR\r\n").events
            stamp = event["DTSTAMP"].dt
            assert str(event["UID"]) == uid
            assert event["LAST-MODIFIED"].dt == stamp
            assert stamp in instants  # of an event, and never now
            sequence = int(event["SEQUENCE"])
            says = b"\n".join(
                line
                for line in piece.vi.split(b"\r\n")
                if not line.startswith((b"DTSTAMP", b"LAST-MODIFIED", b"SEQUENCE", b"CREATED"))
            )
            if uid in self.entries:
                former, before, said = self.entries[uid]
                assert stamp >= before
                assert (sequence > former) if said != says else (sequence >= former)
                assert (sequence, stamp) != (former, before) or said == says
            self.entries[uid] = sequence, stamp, says


@contextmanager
def campaign(tags: Sequence[str]) -> Iterator[Filled]:
    profiles = (
        PROVINCE,
        Profile("193", "Thành phố Hạ Long", "district", "22", "Tỉnh Quảng Ninh", tuple(tags)),
        DAM_HA,
        Profile("06664", "Phường Hà Tu", "commune", "193", "Thành phố Hạ Long", tuple(tags)),
        Profile("06868", "Xã Tân Bình", "commune", "200", "Huyện Đầm Hà"),
        Profile("06664-01", "Khu phố 1", "village", "06664", "Phường Hà Tu"),
        Profile("06664-02", "Khu phố 2", "village", "06664", "Phường Hà Tu"),
    )
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'congress.db'}", durable=False)
        yield Filled(store, profiles)
        store.close()


def expected(store: Store, asked: dict[str, str]) -> dict[str, Entry]:
    """The entries that the read model has under these filters, found without the feed's own code."""
    wanted = {name: set(value.split(",")) for name, value in asked.items()}
    found: dict[str, Entry] = {}
    with store.reading() as connection:
        states = unit_states(connection, read_campaign(connection))
    parents = {state.profile.code: state.profile.parent for state in states if state.profile}

    def line(code: str) -> Iterator[str]:
        while code:
            yield code
            code = parents.get(code, "")

    for state in states:
        assert state.profile is not None
        if asked.get("under", "22") not in line(state.profile.code):
            continue
        for entry in entries(PLAN, state):
            of_the_unit = entry.stage == ""
            admitted = [
                entry.level in wanted.get("level", {entry.level}),
                of_the_unit or entry.stage in wanted.get("stage", {entry.stage}),
                entry.kind == Kind.ENDED or entry.kind in wanted.get("kind", {entry.kind}),
                entry.status in wanted.get("status", {entry.status}),
                entry.last >= date.fromisoformat(asked.get("from", "0001-01-01")),
                asked.get("cancelled") != "hide" or entry.confirmation != "CANCELLED",
            ]
            if all(admitted):
                found[entry.uid] = entry
    return found


def says(entry: Entry, language: str) -> tuple[Any, ...]:
    summary, description = getattr(entry.summary, language), getattr(entry.description, language)
    return entry.first, entry.last + timedelta(days=1), summary, description, entry.confirmation


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TAGS, st.lists(HAPPENINGS, min_size=1, max_size=3), LAST, st.lists(FILTERS, min_size=1, max_size=3))
def test_a_feed_is_what_the_read_model_says(
    tags: Sequence[str],
    happenings: list[list[tuple[str, Fact]]],
    last: list[tuple[str, Fact]],
    filters: list[dict[str, str]],
) -> None:
    with campaign(tags) as filled:
        served = Served()
        for batch in (*happenings, last):
            for unit, fact in batch:
                filled.take(unit, fact)
            instants = {filled.recorded - timedelta(seconds=no) for no in range(1000)}
            served.look(filled.store, {instant.astimezone(UTC) for instant in instants})
        finish = linking("https://lich.example.vn")
        past = Past(filled.store, IcalRenderer(), finish)
        view = Feeds(filled.store, finish).refresh().campaigns[PLAN.campaign]
        bodies = {}
        for asked in (*filters, {"cancelled": "hide"}):
            parameters = read(asked.items(), view, "22")
            body = bodies[parameters.given] = content(view, parameters, past)
            events = Calendar.from_ical(body).events
            found = {
                str(event["UID"]): (
                    event.start,
                    event.end,
                    str(event["SUMMARY"]),
                    str(event["DESCRIPTION"]),
                    str(event["STATUS"]),
                )
                for event in events
            }
            assert len(found) == len(events)
            language = asked.get("lang", "vi")
            assert found == {uid: says(entry, language) for uid, entry in expected(filled.store, asked).items()}
        filled.journal.rebuild()
        again = Feeds(filled.store, finish).refresh().campaigns[PLAN.campaign]
        for asked in filters:
            parameters = read(asked.items(), again, "22")
            assert content(again, parameters, past) == bodies[parameters.given]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HAPPENINGS, HAPPENINGS, DAYS)
def test_a_past_day_keeps_its_uids_and_its_sequences_only_grow(
    first: list[tuple[str, Fact]], second: list[tuple[str, Fact]], day: date
) -> None:
    with campaign(()) as filled:
        seen: dict[str, int] = {}
        for batch in (first, second):
            for unit, fact in batch:
                filled.take(unit, fact)
            view = Feeds(filled.store).refresh().campaigns[PLAN.campaign]
            body = content(view, read([("as_of", str(day))], view, "22"), Past(filled.store, IcalRenderer()))
            events = Calendar.from_ical(body).events
            sequences = {str(event["UID"]): int(event["SEQUENCE"]) for event in events}
            assert len(sequences) == len(events)
            assert all(sequences[uid] >= number for uid, number in seen.items() if uid in sequences)
            seen |= sequences
            assert {event["DTSTAMP"].dt <= filled.recorded for event in events} <= {True}
            again = content(view, read([("as_of", str(day))], view, "22"), Past(filled.store, IcalRenderer()))
            assert again == body
