"""What is still wanted when its turn comes: each notice is looked at once more as it is claimed. On both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, delete, text

from calendars.ical.renderer import IcalRenderer
from calendars.notices import delivering
from calendars.notices.claiming import LEASE, claim
from calendars.notices.delivering import Delivered, Delivery
from calendars.notices.pretending import Pretence
from calendars.sequence.commands import Acknowledge, End, Freeze, Postpone, Report, Schedule, SetPin
from calendars.sequence.deciding import decide
from calendars.sequence.due import due_facts
from calendars.sequence.facts import Sealed
from calendars.sequence.state import Clock, Span
from calendars.store import contacts
from calendars.store.database import Store, open_store
from calendars.store.journal import Journal
from calendars.store.outbox import QUIET_PERIOD, Outbox
from calendars.store.schema import outbox
from tests.notices.house import (
    CAMPAIGN,
    LATER,
    PLANNED,
    SENT,
    STAGE,
    House,
    Paper,
    after_the_lease,
    at,
    deliver,
    with_target,
)
from tests.notices.reading import body, read

MONDAY = "2020-06-01 08:00"  # when it is said that the target, a Friday, has passed
HELD = Report(STAGE, date(2020, 5, 14))


@pytest.fixture
def house(store: Store) -> House:
    """A province, a district and two communes; nobody is told of them yet."""
    made = House(store)
    made.enrol("22", level="province")
    made.enrol("193", "22", "district")
    made.enrol("200", "193")
    made.enrol("300", "193")
    return made


@pytest.fixture
def reminded(house: House) -> House:
    """The secretary of commune 200 is to be reminded of the target, two weeks before."""
    house.contact("200")
    house.wake(PLANNED, "200")
    assert house.statuses() == [("reminder", "planned", "")]
    return house


@pytest.fixture
def late(house: House) -> House:
    """The target has passed, and the secretary of commune 200 is to hear so."""
    house.contact("200")
    house.wake("2020-05-30 00:10", "200")
    assert house.row("overdue").due == at(MONDAY)
    return house


def to(paper: Paper) -> list[str]:
    return sorted(address for address, _ in paper.sent)


def subject(message: bytes) -> str:
    return str(read(message)["Subject"])


# A report and a claim.


async def test_a_report_between_the_plan_and_the_claim_withdraws_the_notice(
    reminded: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = Paper()

    def reported_first(*arguments: Any, **more: Any) -> Any:
        monkeypatch.undo()
        reminded.order(PLANNED, "200", HELD)
        return claim(*arguments, **more)

    monkeypatch.setattr(delivering, "claim", reported_first)
    assert (await deliver(reminded.delivery(paper), PLANNED)).total == 0
    assert paper.sent == []
    assert reminded.statuses() == [("reminder", "withdrawn", "held")]


async def test_a_report_after_the_claim_finds_the_notice_on_its_way(
    reminded: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = Paper()

    def reported_then(*arguments: Any, **more: Any) -> Any:
        monkeypatch.undo()
        claimed = claim(*arguments, **more)
        reminded.order(PLANNED, "200", HELD)
        return claimed

    monkeypatch.setattr(delivering, "claim", reported_then)
    delivery = reminded.delivery(paper)
    assert (await deliver(delivery, PLANNED)).sent == 1
    assert (await deliver(delivery, "2020-05-16 08:00")).total == 0
    assert len(paper.sent) == 1
    assert reminded.statuses() == [("reminder", "sent", "")]


class Paused(Store):
    """Its first transaction that writes stops before its commit, until it may go on."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.engine)
        self.reached, self.may_go = Event(), Event()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            yield connection
            self.reached.set()
            assert self.may_go.wait(20), "nobody let it go on"


@contextmanager
def held_up(paused: Paused, work: Callable[[], Any]) -> Iterator[Any]:
    """Inside the block the work waits before its commit; after it, it is done."""
    with ThreadPoolExecutor() as threads:
        doing = threads.submit(work)
        assert paused.reached.wait(20), "it did not come so far"
        try:
            yield threads
        finally:
            paused.may_go.set()
        doing.result(20)


def report(house: House, store: Store) -> Callable[[], Any]:
    """Journals the report of commune 200 through another connection."""
    append = house.events(at(PLANNED), "200", decide(house.states["200"], HELD, date(2020, 5, 15)))
    return lambda: Journal(store, IcalRenderer(), Outbox()).append([append])


def waits_for_a_lock(store: Store) -> bool:
    with store.reading() as connection:
        query = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(connection.scalar(query))


async def test_a_claim_beside_a_report_that_is_not_committed_leaves_the_notice_alone(postgres_url: str) -> None:
    store = open_store(postgres_url)
    house = House(store)
    house.enrol("200")
    house.contact("200")
    house.wake(PLANNED, "200")
    paused, paper = Paused(store), Paper()
    delivery = house.delivery(paper)
    with held_up(paused, report(house, paused)):
        assert (await deliver(delivery, PLANNED)).total == 0  # and does not wait either
    assert (await deliver(delivery, PLANNED)).total == 0
    assert paper.sent == []
    assert house.statuses() == [("reminder", "withdrawn", "held")]
    store.close()


async def test_a_report_beside_a_claim_that_is_not_committed_comes_after_it(reminded: House) -> None:
    store = reminded.store
    paused = Paused(store)
    claimed: list[Any] = []
    with held_up(paused, lambda: claimed.append(claim(paused, at(PLANNED), 60, mail=True))) as threads:
        reporting = threads.submit(report(reminded, store))
        while not store.is_sqlite and not waits_for_a_lock(store):
            assert not reporting.done(), "it must wait for the claim"
    reporting.result(20)
    (parcel,) = claimed[0].parcels
    assert reminded.states["200"].stage(STAGE).held
    assert [row.lease for row in reminded.rows()] == [parcel.leased_until]
    assert reminded.statuses() == [("reminder", "planned", "")]


async def test_reports_and_claims_at_once_send_each_notice_once_or_not_at_all(store: Store) -> None:
    house, codes = House(store), [str(code) for code in range(200, 230)]
    for code in codes:
        house.enrol(code)
        house.contact(code)
    house.wake(PLANNED, *codes)
    paper = Paper()
    with ThreadPoolExecutor() as threads:
        reporting = threads.submit(lambda: [house.order(PLANNED, code, HELD) for code in reversed(codes)])
        while not reporting.done():
            await house.delivery(paper).deliver_due(at(PLANNED), 1)
        reporting.result()
    await deliver(house.delivery(paper), PLANNED)
    ends = {f"bi-thu.{row.unit}@xa.example": row.status for row in house.rows()}
    assert set(ends.values()) <= {"sent", "withdrawn"}
    assert to(paper) == sorted(address for address, status in ends.items() if status == "sent")


# What makes a notice useless. It may happen while the notice waits, or while somebody has it who then dies.


def is_held(house: House) -> None:
    house.order(PLANNED, "200", HELD)


def is_held_and_sealed(house: House) -> None:
    house.order(PLANNED, "200", HELD)
    days = Span(date(2020, 5, 14), date(2020, 5, 14))
    house.append(at(PLANNED), ("200", [Sealed(date(2020, 5, 15), "193", "district_congress", days, (STAGE,))]))


def is_dissolved(house: House) -> None:
    house.order(PLANNED, "200", End("dissolved", date(2020, 5, 15)))


def is_merged(house: House) -> None:
    house.order(PLANNED, "200", End("merged", date(2020, 5, 15), "300", "Xã 300"))


def is_frozen(house: House) -> None:
    house.order(PLANNED, "200", Freeze("flood", date(2020, 5, 15), None, "flood"))


def has_another_target(house: House) -> None:
    house.amend(PLANNED, with_target("2020-06-05"))


def has_a_day_of_its_own(house: House) -> None:
    house.order(PLANNED, "200", SetPin(STAGE, Clock.TARGET, date(2020, 6, 12), "flood"))


USELESS = [
    (is_held, "held"),
    (is_held_and_sealed, "held"),
    (is_dissolved, "ended"),
    (is_merged, "ended"),
    (is_frozen, "frozen"),
    (has_another_target, "moved"),
    (has_a_day_of_its_own, "moved"),
]


@pytest.mark.parametrize(("happens", "reason"), USELESS)
async def test_a_reminder_that_became_useless_is_withdrawn(
    reminded: House, happens: Callable[[House], None], reason: str
) -> None:
    happens(reminded)
    paper = Paper()
    assert (await deliver(reminded.delivery(paper), PLANNED)).sent == 0
    assert paper.sent == []
    assert reminded.statuses() == [("reminder", "withdrawn", reason)]
    assert reminded.row().settled == at(PLANNED)


@pytest.mark.parametrize(("happens", "reason"), USELESS)
async def test_so_is_one_that_a_dead_service_had_claimed(
    reminded: House, happens: Callable[[House], None], reason: str
) -> None:
    assert len(reminded.claim(PLANNED).parcels) == 1
    happens(reminded)
    assert reminded.row("reminder").status == "planned"  # it may be on its way
    paper = Paper()
    assert (await deliver(reminded.delivery(paper), after_the_lease(PLANNED))).withdrawn == 1
    assert paper.sent == []
    assert (reminded.row("reminder").status, reminded.row("reminder").reason) == ("withdrawn", reason)


async def test_a_reminder_of_days_that_were_put_off(house: House) -> None:
    """The target stays: what is postponed is the date alone."""
    house.contact("200")
    house.order("2020-05-08 09:00", "200", Schedule(STAGE, date(2020, 5, 22)))
    house.wake(PLANNED, "200")
    assert [row.anchor for row in house.rows()] == ["target", "scheduled"]
    house.order("2020-05-15 07:59", "200", Postpone(STAGE, "flood"))
    paper = Paper()
    await deliver(house.delivery(paper), PLANNED)
    assert [(row.anchor, row.status, row.reason) for row in house.rows()] == [
        ("target", "sent", ""),
        ("scheduled", "withdrawn", "moved"),
    ]


async def test_a_reminder_on_the_day_itself_and_one_of_the_past(reminded: House) -> None:
    paper = Paper()
    assert (await deliver(reminded.delivery(paper), "2020-05-29 23:59")).sent == 1
    assert "today" in subject(paper.sent[0][1])
    reminded.change(status="planned", lease=None)
    assert (await deliver(reminded.delivery(paper), "2020-05-30 00:00")).sent == 0
    assert reminded.row().reason in {"past", ""}


async def test_a_reminder_of_the_past_is_withdrawn(reminded: House) -> None:
    paper = Paper()
    assert (await deliver(reminded.delivery(paper), "2020-05-30 00:00")).withdrawn == 1
    assert reminded.statuses() == [("reminder", "withdrawn", "past")]


async def test_what_is_said_of_a_target_is_overtaken_by_the_deadline(late: House) -> None:
    paper = Paper()
    await deliver(late.delivery(paper), "2020-07-01 00:00")
    assert paper.sent == []
    assert (late.row("overdue").status, late.row("overdue").reason) == ("withdrawn", "overtaken")


async def test_who_is_late_and_postpones_hears_no_more_of_it(late: House) -> None:
    late.order("2020-05-30 09:00", "200", Schedule(STAGE, date(2020, 6, 9)))
    late.order("2020-05-30 09:05", "200", Postpone(STAGE, "flood"))
    paper = Paper()
    await deliver(late.delivery(paper), MONDAY)
    assert not [message for _, message in paper.sent if subject(message).startswith("Overdue")]
    assert (late.row("overdue").status, late.row("overdue").reason) == ("withdrawn", "postponed")


async def test_a_useless_notice_of_a_dead_service_that_wrote_nothing_stays_unsaid(house: House) -> None:
    """Gathered notices were claimed together, and one of them became useless before a message was written."""
    secretary = house.contact("200", digest="daily")
    house.order("2020-05-08 09:00", "200", Schedule(STAGE, date(2020, 5, 22)))
    house.wake("2020-05-15 07:00", "200")
    (parcel,) = house.claim(PLANNED).parcels
    assert len(parcel.rows) == 2
    house.order(PLANNED, "200", Postpone(STAGE, "flood"))
    paper = Paper()
    await deliver(house.delivery(paper), after_the_lease(PLANNED))
    assert [(row.anchor, row.status) for row in house.rows("reminder")] == [
        ("target", "sent"),
        ("scheduled", "withdrawn"),
    ]
    ((address, message),) = paper.sent
    assert address == secretary.email
    assert "22/05/2020" not in body(read(message), "plain").partition("Deadline")[0]


# What was tried as one message stays that message, or becomes another one under another name.


async def test_a_message_that_may_have_arrived_stays_whole_while_any_of_it_is_of_use(house: House) -> None:
    house.contact("200", digest="daily")
    house.order("2020-05-08 09:00", "200", Schedule(STAGE, date(2020, 5, 22)))
    house.wake("2020-05-15 07:00", "200")
    paper = Paper(LATER, SENT)
    delivery = house.delivery(paper)
    assert (await deliver(delivery, PLANNED)).deferred == 2
    assert (await deliver(delivery, "2020-05-25 08:00")).sent == 2  # the planned day has passed, the target has not
    assert len(set(paper.sent)) == 1
    assert {row.status for row in house.rows()} == {"sent"}


async def test_what_is_left_of_a_message_that_may_have_arrived_has_a_name_of_its_own(house: House) -> None:
    house.contact("200", digest="daily")
    house.order("2020-05-08 09:00", "200", Schedule(STAGE, date(2020, 5, 22)))
    house.wake("2020-05-15 07:00", "200")
    paper = Paper(LATER, SENT)
    delivery = house.delivery(paper)
    await deliver(delivery, PLANNED)
    lead = house.rows()[0]
    assert (lead.anchor, lead.message is not None) == ("target", True)
    house.amend("2020-05-15 08:01", with_target("2020-06-05"))  # withdraws the notice that kept the message
    await deliver(delivery, "2020-05-15 08:06")
    assert [(row.anchor, row.status) for row in house.rows("reminder")] == [
        ("target", "withdrawn"),
        ("scheduled", "sent"),
    ]
    (_, before), (_, after) = paper.sent
    assert before != after
    assert read(before)["Message-ID"] != read(after)["Message-ID"]
    assert read(after)["Message-ID"] == f"<{house.rows('reminder')[1].message_id}>"


@pytest.mark.parametrize("died", [True, False])
async def test_gathered_notices_go_apart_when_the_person_wants_them_apart(house: House, died: bool) -> None:
    """They were claimed together and not tried, be it that the service died or that it stopped: nothing of that is
    left."""
    wanted = {"role": "secretary", "email": "bi-thu.200@xa.example"}
    house.contact("200", digest="daily", **wanted)
    house.order("2020-05-08 09:00", "200", Schedule(STAGE, date(2020, 5, 22)))
    house.wake("2020-05-15 07:00", "200")
    names = [row.message_id for row in house.rows()]
    assert len(set(names)) == 2
    if died:
        (parcel,) = house.claim(PLANNED).parcels
        assert {row.message_id for row in house.rows()} == {parcel.id}
    else:
        await house.delivery(Paper()).deliver_due(at(PLANNED), 1, lambda: True)
        assert [row.message_id for row in house.rows()] == names
    house.contact("200", digest="", **wanted)
    paper = Paper()
    await deliver(house.delivery(paper), after_the_lease(PLANNED))
    found = {str(read(message)["Message-ID"]): subject(message) for _, message in paper.sent}
    assert len(found) == 2
    assert len(set(found.values())) == 2
    assert {row.status for row in house.rows()} == {"sent"}


# Who hears what.


async def test_a_superior_that_watches_hears_of_escalations_only(house: House) -> None:
    house.contact("200")
    watcher = house.contact("200", "theo-doi@huyen.example", role="superior")
    for day in ("2020-05-15", "2020-05-22", "2020-05-28", "2020-06-01", "2020-06-08"):
        house.wake(f"{day} 08:00", "200")
        await deliver(house.delivery(Paper()), f"{day} 08:00")
    kinds = {row.kind for row in house.rows() if row.contact == watcher.id}
    assert kinds == {"escalation"}
    assert {row.kind for row in house.rows()} == {"reminder", "overdue", "escalation"}


async def test_escalations_end_with_an_answer(house: House) -> None:
    house.contact("200")
    house.contact("193", "van-phong@huyen.example")
    house.contact("22", "van-phong@tinh.example")
    for day in ("2020-06-01", "2020-06-04"):
        house.wake(f"{day} 08:00", "200")
        await deliver(house.delivery(Paper()), f"{day} 08:00")
    assert [row.recipient for row in house.rows("escalation")] == ["193"]
    house.wake("2020-06-08 00:10", "200")  # a second step is planned for the morning
    house.order("2020-06-08 07:00", "200", Acknowledge(STAGE))
    for day in ("2020-06-08", "2020-06-15"):
        house.wake(f"{day} 08:00", "200")
        await deliver(house.delivery(Paper()), f"{day} 08:00")
    escalations = [(row.recipient, row.status, row.reason) for row in house.rows("escalation")]
    assert escalations[0] == ("193", "sent", "")
    assert escalations[1:] in ([], [("22", "withdrawn", "acknowledged")])
    assert [row.status for row in house.rows("overdue")][-2:] == ["sent", "sent"]  # the unit is pressed as before


async def test_an_answer_comes_while_a_dead_service_had_the_escalation(house: House) -> None:
    house.contact("193", "van-phong@huyen.example")
    house.wake("2020-06-04 08:00", "200")
    assert [len(parcel.rows) for parcel in house.claim("2020-06-04 08:00").parcels] == [1]
    house.order("2020-06-04 08:00", "200", Acknowledge(STAGE))
    paper = Paper()
    await deliver(house.delivery(paper), after_the_lease("2020-06-04 08:00"))
    assert paper.sent == []
    assert house.statuses() == [("escalation", "withdrawn", "acknowledged")]


async def test_gathered_notices_are_one_message(house: House) -> None:
    house.contact("193", "van-phong@huyen.example", digest="daily")
    house.wake("2020-06-04 09:00", "200", "300")
    assert {row.due for row in house.rows("escalation")} == {at("2020-06-05 08:00")}
    paper = Paper()
    delivery = house.delivery(paper)
    assert (await deliver(delivery, "2020-06-04 10:00")).total == 0
    assert (await deliver(delivery, "2020-06-05 08:00")).sent == 2
    ((_, message),) = paper.sent
    assert all(f"Xã {code}" in body(read(message), "plain") for code in ("200", "300"))
    assert len({row.message_id for row in house.rows("escalation")}) == 1


async def test_all_that_is_due_to_one_person_is_gathered_whatever_a_batch_holds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.contact("193", "van-phong@huyen.example", digest="weekly")
    house.wake("2020-06-04 09:00", "200", "300")
    monkeypatch.setattr(delivering, "BATCH", 1)
    paper = Paper()
    assert (await deliver(house.delivery(paper), "2020-06-08 08:00")).sent == 2
    assert len(paper.sent) == 1


async def test_quiet_hours_are_kept(house: House) -> None:
    house.contact("200", quiet="22:00-09:30")
    house.wake(PLANNED, "200")
    paper = Paper()
    delivery = house.delivery(paper)
    assert await deliver(delivery, "2020-05-15 09:29") == Delivered(next_due=at("2020-05-15 09:30"))
    assert (await deliver(delivery, "2020-05-15 09:30")).sent == 1


async def test_who_unsubscribed_meanwhile_gets_nothing(reminded: House) -> None:
    reminded.mute(reminded.contact("200"))
    paper = Paper()
    assert (await deliver(reminded.delivery(paper), PLANNED)).withdrawn == 1
    assert paper.sent == []
    assert reminded.statuses() == [("reminder", "withdrawn", "unsubscribed")]


async def test_who_was_removed_meanwhile_gets_nothing(reminded: House) -> None:
    with reminded.store.writing() as connection:
        contacts.remove(connection, CAMPAIGN, "200", "bi-thu.200@xa.example", at(PLANNED))
    paper = Paper()
    assert (await deliver(reminded.delivery(paper), PLANNED)).withdrawn == 1
    assert paper.sent == []


async def test_a_channel_that_was_unsubscribed_is_left_out(house: House) -> None:
    url = "json://127.0.0.1:1/secret"
    secretary = house.contact("200", channels=("email", url))
    house.wake(PLANNED, "200")
    house.mute(secretary)
    mail, other = Paper(), Paper()
    assert (await deliver(house.delivery(mail, other), PLANNED)).sent == 1
    assert (mail.sent, [address for address, _ in other.sent]) == ([], [url])


# Summaries.


async def test_a_summary_with_nothing_to_say_is_withdrawn(house: House) -> None:
    house.contact("193", "van-phong@huyen.example")
    house.contact("200")
    house.contact("300")
    house.wake("2020-05-11 08:00", "193")
    assert house.row("digest").due == at("2020-05-11 08:00")
    paper = Paper()
    assert (await deliver(house.delivery(paper), "2020-05-11 08:00")).withdrawn == 1
    assert paper.sent == []
    assert house.statuses() == [("digest", "withdrawn", "nothing to say")]
    assert (house.row().message, house.row().lease, house.tries()) == (None, None, [])


async def test_a_summary_says_what_there_is(house: House) -> None:
    house.contact("193", "van-phong@huyen.example")
    house.contact("300")
    house.wake("2020-05-11 08:00", "193")
    paper = Paper()
    assert (await deliver(house.delivery(paper), "2020-05-11 08:00")).sent == 1
    assert "1 out of reach" in subject(paper.sent[0][1])


async def test_a_rehearsal_sends_nothing_and_settles_everything(house: House) -> None:
    house.contact("193", "van-phong@huyen.example")
    house.contact("200")
    house.contact("300")
    house.wake("2020-05-11 08:00", "193")
    house.wake("2020-05-15 00:10", "200")
    await Pretence(house.store).deliver_due(at("2020-05-15 23:59"))
    assert house.statuses() == [("digest", "withdrawn", "nothing to say"), ("reminder", "sent", "")]
    assert [(one.outcome, one.detail) for one in house.tries()] == [("sent", "rehearsed")]


# After a standstill.


async def test_after_weeks_without_the_service_one_notice_says_what_counts(house: House) -> None:
    """It stood still from before the first reminder: past reminders are not given, and the overdue notices are one."""
    house.contact("200")
    house.contact("193", "van-phong@huyen.example")
    house.wake("2020-06-22 09:00", "200")
    paper = Paper()
    await deliver(house.delivery(paper), "2020-06-22 09:00")
    said = sorted((address, subject(message).partition(":")[0]) for address, message in paper.sent)
    assert said == [
        ("bi-thu.200@xa.example", "Overdue"),
        ("bi-thu.200@xa.example", "Reminder"),
        ("van-phong@huyen.example", "No answer"),
    ]
    (reminder,) = [message for _, message in paper.sent if subject(message).startswith("Reminder")]
    assert "8 days left" in subject(reminder)  # of the central deadline, which is still to come


async def test_weeks_without_a_mail_server_end_with_what_counts(house: House) -> None:
    house.contact("200")
    for day in ("05-15", "05-22", "05-28", "06-01", "06-08", "06-15", "06-22"):
        house.wake(f"2020-{day} 08:00", "200")
    paper = Paper()
    await deliver(house.delivery(paper), "2020-06-22 09:00")
    said = sorted(subject(message).partition(":")[0] for _, message in paper.sent)
    assert said == ["Overdue", "Reminder"]
    reasons = {row.reason for row in house.rows() if row.status == "withdrawn"}
    assert reasons <= {"overtaken", "past"}
    assert all(row.status in {"sent", "withdrawn"} for row in house.rows())


# Dates that move.


@pytest.fixture
def told(house: House) -> House:
    """The secretary of commune 200 was told of the target; the office came later and was told nothing."""
    house.contact("200")
    house.wake(PLANNED, "200")
    return house


async def told_first(house: House) -> Delivery:
    delivery = house.delivery(Paper())
    assert (await deliver(delivery, PLANNED)).sent == 1
    house.contact("200", "van-phong.200@xa.example", role="office")
    return delivery


async def test_five_changes_within_the_quiet_period_are_told_as_one(told: House) -> None:
    delivery = await told_first(told)
    for minute, day in enumerate(("2020-06-01", "2020-06-02", "2020-06-03", "2020-06-04", "2020-06-05")):
        told.amend(f"2020-05-15 10:0{minute}", with_target(day))
        assert (await deliver(delivery, f"2020-05-15 10:0{minute}")).total == 0
    row = told.row("change")
    assert row.due == at("2020-05-15 10:04") + QUIET_PERIOD
    assert (row.data["former"], row.data["new"]) == ("2020-05-29", "2020-06-05")
    paper = Paper()
    assert (await deliver(told.delivery(paper), row.due - timedelta(seconds=1))).total == 0
    assert (await deliver(told.delivery(paper), row.due)).sent == 1
    ((address, message),) = paper.sent
    assert address == "bi-thu.200@xa.example"  # who was told nothing is told of no change
    assert "moved from 29/05/2020 to 05/06/2020" in subject(message)


async def test_a_change_that_was_tried_in_vain_tells_the_last_date(told: House) -> None:
    delivery = await told_first(told)
    told.amend("2020-05-15 10:00", with_target("2020-06-05"))
    paper = Paper(LATER)
    assert (await deliver(told.delivery(paper), "2020-05-15 10:10")).deferred == 1
    told.amend("2020-05-15 10:12", with_target("2020-06-12"))
    paper.answers = [SENT]
    await deliver(delivery, "2020-05-15 10:15")
    await deliver(told.delivery(paper), "2020-05-15 10:22")
    before, after = (message for _, message in paper.sent)
    assert "moved from 29/05/2020 to 12/06/2020" in subject(after)
    assert read(before)["Message-ID"] != read(after)["Message-ID"]


async def test_who_got_a_message_on_one_channel_was_told(house: House) -> None:
    """The other channel never takes it: the date was told all the same, and so is its change."""
    house.contact("200", channels=("email", "json://127.0.0.1:1/secret"))
    house.wake(PLANNED, "200")
    mail = Paper()
    delivery = house.delivery(mail, Paper(LATER))
    await deliver(delivery, PLANNED)
    assert house.statuses() == [("reminder", "planned", "451 busy")]
    house.amend("2020-05-15 10:00", with_target("2020-06-05"))
    await deliver(delivery, "2020-05-15 10:10")
    assert [subject(message).partition(":")[0] for _, message in mail.sent] == ["Reminder", "Change"]


async def test_a_date_that_moved_back_is_no_change(told: House) -> None:
    delivery = await told_first(told)
    told.amend("2020-05-15 10:00", with_target("2020-06-05"))
    told.amend("2020-05-15 10:05", with_target("2020-05-29"))
    assert (await deliver(delivery, "2020-05-16 10:00")).total == 0
    assert told.statuses()[1:] == [("change", "withdrawn", "moved back")]


async def test_a_date_that_moved_back_while_a_dead_service_had_the_change(told: House) -> None:
    await told_first(told)
    told.amend("2020-05-15 10:00", with_target("2020-06-05"))
    due = told.row("change").due
    assert len(told.claim(due).parcels) == 1
    told.amend("2020-05-15 10:10", with_target("2020-05-29"))
    paper = Paper()
    await deliver(told.delivery(paper), due + LEASE + timedelta(days=1))
    # The first change may have arrived, so the second is told; the first is of no use any more.
    assert [(row.kind, row.status, row.reason) for row in told.rows("change")] == [
        ("change", "withdrawn", "moved back"),
        ("change", "sent", ""),
    ]


async def test_who_was_told_of_a_change_is_told_of_the_next_one(told: House) -> None:
    delivery = await told_first(told)
    told.amend("2020-05-15 10:00", with_target("2020-06-05"))
    assert (await deliver(delivery, "2020-05-15 10:10")).sent == 1
    told.amend("2020-05-15 11:00", with_target("2020-06-12"))
    paper = Paper()
    assert (await deliver(told.delivery(paper), "2020-05-15 11:10")).sent == 1
    assert "moved from 05/06/2020 to 12/06/2020" in subject(paper.sent[0][1])


async def test_a_change_is_not_told_once_the_stage_is_held(told: House) -> None:
    delivery = await told_first(told)
    told.amend("2020-05-15 10:00", with_target("2020-06-05"))
    told.order("2020-05-15 10:05", "200", HELD)
    assert (await deliver(delivery, "2020-05-15 10:10")).total == 0
    assert told.statuses()[1:] == [("change", "withdrawn", "held")]


async def test_two_dates_of_a_stage_that_change_together_are_one_message(house: House) -> None:
    house.contact("200")
    house.order("2020-05-08 09:00", "200", Schedule(STAGE, date(2020, 5, 22)))
    house.wake(PLANNED, "200")
    paper = Paper()
    delivery = house.delivery(paper)
    assert (await deliver(delivery, PLANNED)).sent == 2
    house.order("2020-05-15 10:00", "200", Schedule(STAGE, date(2020, 5, 26)))
    house.amend("2020-05-15 10:01", with_target("2020-06-05"))
    assert (await deliver(delivery, "2020-05-15 10:30")).sent == 2
    assert len(paper.sent) == 3
    message = body(read(paper.sent[-1][1]), "plain")
    assert "26/05/2020" in message
    assert "05/06/2020" in message


# What writes no notice.


async def test_a_rebuild_writes_no_notice_and_loses_none(reminded: House) -> None:
    await deliver(reminded.delivery(Paper(LATER)), PLANNED)
    before, tries = reminded.rows(), reminded.tries()
    Journal(reminded.store, IcalRenderer(), Outbox()).rebuild()
    assert (reminded.rows(), reminded.tries()) == (before, tries)
    assert (await deliver(reminded.delivery(Paper()), "2020-05-16 08:00")).sent == 1
    with reminded.store.writing() as connection:
        connection.execute(delete(outbox))
    Journal(reminded.store, IcalRenderer(), Outbox()).rebuild()
    assert reminded.rows() == []


async def test_an_event_that_is_appended_twice_makes_one_notice(house: House) -> None:
    house.contact("200")
    append = house.events(at(PLANNED), "200", due_facts(house.states["200"], date(2020, 5, 15)))
    house.journal.append([append])
    house.journal.append([append])
    Journal(house.store, IcalRenderer(), Outbox()).append([append, append])
    assert house.statuses() == [("reminder", "planned", "")]
    paper = Paper()
    await deliver(house.delivery(paper), PLANNED)
    house.journal.append([append])
    await deliver(house.delivery(paper), PLANNED)
    assert len(paper.sent) == 1
