"""The summary for a superior, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, update

from calendars.errors import UserError
from calendars.notices.digest import read_digest
from calendars.notices.items import Digest, DigestLine
from calendars.notices.phrases import DATES, SCHEDULED
from calendars.plan.model import Plan, Text
from calendars.sequence.facts import Ended, Enrolled, Fact, FellOverdue, Held, Pinned, Postponed, Retracted, Scheduled
from calendars.sequence.state import Clock, Profile
from calendars.store.database import Store
from calendars.store.schema import contacts, outbox, units
from tests.store.congress import COMMUNE, Chronicle
from tests.store.support import CAMPAIGN

TODAY = date(2020, 6, 3)
SINCE = date(2020, 5, 27)
TITLE = Text(vi="Grassroots congress", en="Grassroots congress")
MORNING = datetime(2020, 6, 3, 1, 5, tzinfo=UTC)  # 08:05 in the campaign's time zone
VILLAGE_PLAN = Plan.model_validate(
    {
        "campaign": CAMPAIGN,
        "title": {"vi": "Đại hội", "en": "Congresses"},
        "from": "2020-01-01",
        "until": "2020-12-31",
        "levels": ["commune", "village"],
        "stages": [
            {"id": "election", "level": "village", "title": {"vi": "Bầu trưởng", "en": "Election"}, "on": "2020-06-10"},
            {"id": "cell", "level": "village", "on": "2020-06-01", "deadline": {"date": "2020-06-30"}},
        ],
    }
)


@pytest.fixture
def chronicle(store: Store) -> Chronicle:
    """A province with the district D1 and its communes C1 to C3, each with a contact."""
    told = Chronicle(store)
    told.enrol("P", "", "province")
    told.enrol("D1", "P", "district")
    for code in ("C1", "C2", "C3"):
        told.enrol(code, "D1", "commune")
        reach(store, code)
    return told


def reach(store: Store, unit: str, id: str = "", gone: datetime | None = None) -> None:
    """The unit gets a contact."""
    row: dict[str, Any] = dict.fromkeys(("name", "role", "email", "digest", "quiet", "source"), "")
    row |= {"id": id or f"contact-{unit}", "campaign": CAMPAIGN, "unit": unit, "language": "vi", "channels": []}
    with store.writing() as connection:
        connection.execute(insert(contacts), row | {"muted": [], "added": MORNING, "gone": gone})


def refuse(store: Store, recipient: str, contact: str, day: date, status: str = "refused") -> None:
    """A message to the contact came back."""
    row: dict[str, Any] = {column.name: "" for column in outbox.c if column.type.python_type is str}
    row |= {column.name: 0 for column in outbox.c if column.type.python_type in {int, bool} and column.name != "id"}
    row |= {"campaign": CAMPAIGN, "unit": "C9", "contact": contact, "recipient": recipient, "status": status}
    row |= {"anchor_date": day, "day": day, "planned": MORNING, "due": MORNING, "data": {}, "kind": "reminder"}
    with store.writing() as connection:
        connection.execute(
            insert(outbox), row | {"anchor": f"{recipient}-{contact}-{day}", "lease": None, "settled": None}
        )


def tell(chronicle: Chronicle, unit: str, fact: Fact, recorded: datetime) -> None:
    """Journals a fact that became known at the instant `recorded`."""
    append = chronicle.of_unit(unit, fact)
    chronicle.append([replace(append, lines=tuple(replace(line, recorded=recorded) for line in append.lines))])


def digest(chronicle: Chronicle, unit: str = "D1", since: date | None = SINCE, today: date = TODAY) -> Digest:
    with chronicle.store.reading() as connection:
        return read_digest(connection, chronicle.campaign, unit, since, today, "https://example.org/units/D1")


def held(first: date, last: date | None = None) -> Held:
    return Held(last or first, COMMUNE, first, last or first)


def at(day: int, hour: int, month: int = 5) -> datetime:
    """An hour of the campaign's time zone."""
    return datetime(2020, month, day, hour, tzinfo=UTC) - timedelta(hours=7)


def test_who_it_is_for_and_totals(chronicle: Chronicle) -> None:
    chronicle.tell("C1", held(date(2020, 4, 20)))
    found = digest(chronicle)
    assert found.unit == Profile("D1", "Unit D1", "district", "P", "Unit P")
    assert (found.today, found.since, found.unit_url) == (TODAY, SINCE, "https://example.org/units/D1")
    assert found.totals == ((TITLE, 1, 3),)
    above = digest(chronicle, "P")
    assert above.totals == ((Text(vi="District congress", en="District congress"), 0, 1),)
    assert digest(chronicle, "C1").is_empty
    assert digest(chronicle, "C1").totals == ()


def test_an_unknown_unit(chronicle: Chronicle) -> None:
    with pytest.raises(UserError, match="no unit X in campaign"):
        digest(chronicle, "X")


def test_held_since_the_last_one(chronicle: Chronicle) -> None:
    chronicle.tell("C1", held(SINCE))
    chronicle.tell("C2", held(date(2020, 5, 28), date(2020, 5, 29)))
    chronicle.tell("C3", held(TODAY))
    assert digest(chronicle).held == (
        DigestLine("C3", "Unit C3", TITLE, TODAY, None, -3, 27),
        DigestLine("C2", "Unit C2", TITLE, date(2020, 5, 29), None, 2, 32),
    )


def test_the_first_one_tells_of_seven_days(chronicle: Chronicle) -> None:
    chronicle.tell("C1", held(date(2020, 5, 27)))
    chronicle.tell("C2", held(date(2020, 5, 28)))
    assert [line.unit for line in digest(chronicle, since=None).held] == ["C2"]


@pytest.mark.parametrize(
    ("day", "recorded", "told_on"),
    [
        (date(2020, 5, 29), at(30, 10), [TODAY]),
        (date(2020, 4, 20), at(30, 10), [TODAY]),  # late, with an old day
        (date(2020, 5, 27), at(27, 7), [SINCE]),
        (date(2020, 5, 27), at(27, 15), [TODAY]),  # after that day's summary
        (date(2020, 6, 3), at(3, 7, 6), [TODAY]),
        (date(2020, 6, 2), at(3, 9, 6), [date(2020, 6, 10)]),  # after the hour of today's
        (date(2020, 4, 10), at(20, 9), [SINCE]),
        (date(2020, 4, 10), at(20, 7), []),  # the summary before has told of it
    ],
)
def test_each_report_is_told_once(chronicle: Chronicle, day: date, recorded: datetime, told_on: list[date]) -> None:
    tell(chronicle, "C1", held(day), recorded)
    days = [date(2020, 5, 20), SINCE, TODAY, date(2020, 6, 10), date(2020, 6, 17)]
    pairs = itertools.pairwise(days)
    found = [today for since, today in pairs if digest(chronicle, since=since, today=today).held]
    assert found == told_on


def test_what_was_taken_back_is_not_told_and_a_second_report_is(chronicle: Chronicle) -> None:
    tell(chronicle, "C1", held(date(2020, 4, 20)), at(21, 9, 4))
    tell(chronicle, "C1", Retracted(date(2020, 5, 28), COMMUNE, "wrong unit"), at(28, 9))
    assert digest(chronicle).held == ()
    tell(chronicle, "C1", held(date(2020, 4, 22)), at(29, 9))
    assert [line.day for line in digest(chronicle).held] == [date(2020, 4, 22)]


def test_what_the_launch_brought_is_told_by_its_day(store: Store) -> None:
    told = Chronicle(store)
    told.enrol("D1", "", "district")
    told.enrol("C1", "D1", "commune")
    tell(told, "C1", held(date(2020, 4, 20)), datetime(2020, 1, 1, 5, tzinfo=UTC))
    assert told.campaign.launched_on == date(2020, 1, 1)
    assert digest(told, since=date(2020, 1, 1), today=date(2020, 4, 25)).held
    assert not digest(told, since=date(2020, 4, 22), today=date(2020, 4, 25)).held


def test_due_within_fourteen_days(chronicle: Chronicle) -> None:
    chronicle.tell("C1", Scheduled(SINCE, COMMUNE, date(2020, 6, 16), date(2020, 6, 17)))
    chronicle.tell("C2", Scheduled(SINCE, COMMUNE, date(2020, 6, 18), date(2020, 6, 19)))
    chronicle.tell("C3", Scheduled(SINCE, COMMUNE, date(2020, 6, 2), date(2020, 6, 4)))
    assert digest(chronicle).due == (
        DigestLine("C3", "Unit C3", TITLE, date(2020, 6, 4), DATES[SCHEDULED], days=1),
        DigestLine("C1", "Unit C1", TITLE, date(2020, 6, 16), DATES[SCHEDULED], days=13),
    )
    due = {line.unit: (line.day, line.anchor_title) for line in digest(chronicle, today=date(2020, 6, 20)).due}
    assert due == dict.fromkeys(("C1", "C2", "C3"), (date(2020, 6, 30), DATES["deadline"]))
    before = digest(chronicle, today=date(2020, 5, 31)).due
    assert {line.anchor_title for line in before if line.day == date(2020, 5, 31)} == {DATES["target"]}
    chronicle.tell("C3", held(date(2020, 6, 2), date(2020, 6, 3)))
    assert "C3" not in {line.unit for line in digest(chronicle).due}


def test_overdue_and_silent(chronicle: Chronicle, store: Store) -> None:
    chronicle.tell("C1", held(date(2020, 4, 20)))
    for code in ("C2", "C3"):
        chronicle.tell(code, FellOverdue(date(2020, 6, 1), COMMUNE, Clock.TARGET, date(2020, 5, 31)))
    late = DigestLine("C2", "Unit C2", TITLE, date(2020, 5, 31), DATES["target"], days=3)
    assert digest(chronicle).overdue == digest(chronicle).silent == (late, replace(late, unit="C3", name="Unit C3"))
    assert digest(chronicle, today=date(2020, 5, 31)).overdue == ()
    acknowledge(store, "C3", {"target": "2020-06-02"})
    found = digest(chronicle)
    assert [(line.unit, line.answered) for line in found.overdue] == [("C2", False), ("C3", True)]
    assert found.silent == (late,)
    # A further day that passes asks for a new answer; what stands is how long it has been since the first.
    later = digest(chronicle, today=date(2020, 7, 1))
    assert [(line.day, line.days, line.answered) for line in later.overdue] == [(date(2020, 5, 31), 31, False)] * 2
    acknowledge(store, "C3", {"deadline": "2020-07-01"})
    assert [line.unit for line in digest(chronicle, today=date(2020, 7, 1)).silent] == ["C2"]


def test_who_put_a_stage_off_has_answered(chronicle: Chronicle) -> None:
    chronicle.tell("C1", Postponed(SINCE, COMMUNE, date(2020, 5, 28), date(2020, 5, 28), "storm"))
    assert [(line.unit, line.answered) for line in digest(chronicle).overdue] == [
        ("C1", True),
        ("C2", False),
        ("C3", False),
    ]
    chronicle.tell("C1", Scheduled(TODAY, COMMUNE, date(2020, 6, 20), date(2020, 6, 20)))
    assert [line.unit for line in digest(chronicle).silent] == ["C1", "C2", "C3"]


def acknowledge(store: Store, unit: str, days: dict[str, str]) -> None:
    """Writes an answer into the unit's state, as its event would."""
    mine = (units.c.campaign == CAMPAIGN) & (units.c.unit == unit)
    with store.writing() as connection:
        state = connection.scalar(units.select().with_only_columns(units.c.state).where(mine))
        state["stages"][COMMUNE]["acknowledged"] = days
        connection.execute(update(units).where(mine).values(state=state))


def test_one_day_for_all(store: Store) -> None:
    told = Chronicle(store, VILLAGE_PLAN)
    told.enrol("C1", "", "commune")
    for code in ("V1", "V2", "V3"):
        told.enrol(code, "C1", "village")
    told.tell("V2", Postponed(SINCE, "cell", date(2020, 6, 1), date(2020, 6, 1), "storm"))
    told.tell("V3", Pinned(SINCE, "cell", Clock.DAY, date(2020, 6, 9), "storm"))
    found = digest(told, "C1")
    election = Text(vi="Bầu trưởng", en="Election")
    cell = Text(vi="Cell", en="Cell")
    assert found.due == (
        DigestLine("V3", "Unit V3", cell, date(2020, 6, 9), DATES["on"], days=6),
        *(
            DigestLine(code, f"Unit {code}", election, date(2020, 6, 10), DATES["on"], days=7)
            for code in ("V1", "V2", "V3")
        ),
    )
    assert found.overdue == (DigestLine("V1", "Unit V1", cell, date(2020, 6, 1), DATES["on"], days=2),)
    assert found.totals == ((election, 0, 3), (cell, 0, 3))


def test_unreachable(chronicle: Chronicle, store: Store) -> None:
    assert digest(chronicle).unreachable == ()
    chronicle.enrol("C4", "D1", "commune")
    chronicle.enrol("C5", "D1", "commune")
    reach(store, "C5", gone=MORNING)
    assert digest(chronicle).unreachable == (("C4", "Unit C4"), ("C5", "Unit C5"))
    refuse(store, "C1", "contact-C1", date(2020, 5, 5))
    refuse(store, "C2", "contact-C2", date(2020, 5, 4))  # more than thirty days ago
    refuse(store, "C3", "contact-C3", TODAY, status="sent")
    refuse(store, "C5", "contact-C5", TODAY)
    refuse(store, "D1", "contact-C3", TODAY)
    assert [code for code, _ in digest(chronicle).unreachable] == ["C1", "C4", "C5"]
    reach(store, "C5", "another")
    assert [code for code, _ in digest(chronicle).unreachable] == ["C1", "C4"]


def test_a_unit_that_ended_or_went_is_left_out(chronicle: Chronicle) -> None:
    chronicle.tell("C2", Ended(date(2020, 6, 1), "merged", "C1", "Unit C1"))
    chronicle.tell("C3", Ended(date(2020, 6, 10), "merged", "C1", "Unit C1"))
    found = digest(chronicle)
    assert found.totals == ((TITLE, 0, 2),)
    assert [line.unit for line in found.overdue] == ["C1", "C3"]


def test_three_statements_for_two_hundred_units(chronicle: Chronicle, store: Store) -> None:
    joined = [Profile(f"N{number:03}", "Xã", "district", "P", "Unit P") for number in range(200)]
    chronicle.append(chronicle.of_unit(one.code, Enrolled(date(2020, 1, 1), one)) for one in joined)
    statements: list[str] = []
    with store.reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
        found = read_digest(connection, chronicle.campaign, "P", SINCE, TODAY)
    assert len([statement for statement in statements if "SELECT" in statement]) == 3
    assert found.totals == ((Text(vi="District congress", en="District congress"), 0, 201),)
    assert len(found.unreachable) == 201
