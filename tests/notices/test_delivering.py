"""Delivering over real servers and through their failures: no message is lost, and what comes twice is the same one."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from calendars.errors import StoreAway
from calendars.notices import delivering
from calendars.notices.claiming import LEASE
from calendars.notices.delivering import BATCH, FIRST_PAUSE, LAST_PAUSE, MAIL_AT_ONCE, TRY_WITHIN, Delivered
from calendars.notices.settling import FIRST_RETRY, LAST_RETRY, PATIENCE, Tried, keep, settle
from calendars.notices.transports.base import Outcome, Verdict
from calendars.notices.transports.channels import AppriseTransport, key_of
from calendars.notices.transports.smtp import SmtpTransport
from calendars.store.database import Store, open_store
from calendars.store.notice_status import refused_children
from tests.databases import Postgres
from tests.notices import test_channels
from tests.notices.house import (
    CAMPAIGN,
    DOWN,
    LATER,
    PLANNED,
    REFUSED,
    SENT,
    House,
    Paper,
    after_the_lease,
    at,
    deliver,
)
from tests.notices.mailserver import MailServer, Received
from tests.notices.reading import check_rules, read
from tests.notices.test_channels import Hook

COMMUNES = ("200", "300")
ROLES = ("secretary", "office", "deputy")
PEOPLE = len(COMMUNES) * len(ROLES)
TIMEOUT = 0.1  # seconds, for servers that say nothing
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

hook = test_channels.hook


@pytest.fixture
def house(store: Store) -> House:
    """A district with one commune."""
    made = House(store)
    made.enrol("22", level="province")
    made.enrol("193", "22", "district")
    made.enrol("200", "193")
    return made


@pytest.fixture
def reminded(house: House) -> House:
    """The commune's secretary is to be reminded, two weeks before the target."""
    house.contact("200")
    house.wake(PLANNED, "200")
    assert house.row().due == at(PLANNED)
    return house


@pytest.fixture
def many(house: House) -> House:
    """Six people in two communes are to be reminded."""
    for code in COMMUNES:
        if code != "200":
            house.enrol(code, "193")
        for role in ROLES:
            house.contact(code, f"{role}.{code}@xa.example", role=role)
    house.wake(PLANNED, *COMMUNES)
    assert len(house.rows()) == PEOPLE
    return house


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


class Line:
    """Opens transports to a server, and closes them at the end of the test."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.opened: list[SmtpTransport] = []

    def __call__(self, timeout: float = 10, per_minute: int = 0) -> SmtpTransport:
        self.opened.append(SmtpTransport(self.server.url, timeout=timeout, per_minute=per_minute))
        return self.opened[-1]


@pytest.fixture
async def line(server: MailServer) -> AsyncIterator[Line]:
    made = Line(server)
    yield made
    for transport in made.opened:
        await transport.close()


def by_person(received: list[Received]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for one in received:
        (address,) = one.rcpt
        found[address].append(one.content)
    return found


async def test_a_notice_becomes_a_message_that_is_sent_once_and_recorded(
    reminded: House, server: MailServer, line: Line
) -> None:
    delivery = reminded.delivery(line())
    assert await deliver(delivery, PLANNED) == Delivered(sent=1)
    assert await deliver(delivery, PLANNED) == Delivered()
    (received,) = server.received
    row = reminded.row()
    message = check_rules(received.content)
    assert received.rcpt == ("bi-thu.200@xa.example",)
    assert message["Message-ID"] == f"<{row.message_id}>"
    assert message["Subject"] == row.subject
    assert "14 days left" in row.subject
    assert (row.status, row.reason, row.attempts, row.lease, row.message) == ("sent", "", 1, None, None)
    assert row.settled == at(PLANNED)
    (tried,) = reminded.tries()
    assert (tried.notice, tried.channel, tried.channel_key) == (row.id, "email", key_of("email"))
    assert (tried.outcome, tried.detail, tried.at) == ("sent", "250 2.0.0 kept", at(PLANNED))


async def test_nothing_goes_out_before_it_is_due(reminded: House, server: MailServer, line: Line) -> None:
    early = at(PLANNED) - timedelta(seconds=1)
    assert await deliver(reminded.delivery(line()), early) == Delivered(next_due=at(PLANNED))
    assert server.received == []


async def test_without_a_transport_nothing_is_claimed(reminded: House, hook: Hook) -> None:
    reminded.contact("200", "other@xa.example", channels=("email", f"json://{hook.place}/x"), role="office")
    reminded.contact("200", "muted@xa.example", channels=("email", f"json://{hook.place}/y"), role="deputy")
    reminded.wake("2020-05-22 08:00", "200")
    before = reminded.rows()
    assert {row.status for row in before[-3:]} == {"planned"}
    assert await deliver(reminded.delivery(), "2020-05-22 09:00") == Delivered(next_due=at("2020-05-22 08:00"))
    assert reminded.rows() == before
    assert reminded.tries() == []


async def test_mail_waits_for_a_server_while_other_channels_go_out(reminded: House, hook: Hook) -> None:
    url = f"json://{hook.place}/x"
    deputy = reminded.contact("200", "deputy@xa.example", channels=("email", url), role="deputy")
    reminded.contact("200", "", channels=(url,), role="office")
    reminded.wake("2020-05-22 08:00", "200")
    reminded.mute(deputy, url)  # after the notice was written: now it has e-mail alone
    delivery = reminded.delivery(other=AppriseTransport(timeout=10))
    done = await deliver(delivery, "2020-05-22 08:00")
    assert (done.sent, done.refused) == (1, 0)
    assert len(hook.posted) == 1
    waiting = {row.contact: row for row in reminded.rows() if row.status == "planned"}
    assert len(waiting) == 2
    assert (waiting[deputy.id].attempts, waiting[deputy.id].message) == (0, None)
    paper = Paper()
    assert (await deliver(reminded.delivery(paper), "2020-05-22 09:00")).sent == 2


# Two virtual days of a bad server. What it keeps it may keep more than once: then it is the same message.


def stopped(server: MailServer) -> None:
    server.stop()


def greets_with_an_error(server: MailServer) -> None:
    server.reject_greeting(554)


def is_closing(server: MailServer) -> None:
    server.reject_mail(421)


def refuses_the_sender(server: MailServer) -> None:
    server.reject_mail(550)


def refuses_for_now(server: MailServer) -> None:
    server.reject_rcpt(450)


def refuses_the_content_for_now(server: MailServer) -> None:
    server.reject_data(451)


def says_nothing(server: MailServer) -> None:
    server.hang()


def drops_the_line_before_the_content(server: MailServer) -> None:
    server.drop_before_data()


def drops_the_line_after_the_content(server: MailServer) -> None:
    server.drop_after_data()


TROUBLES = [
    stopped,
    greets_with_an_error,
    is_closing,
    refuses_the_sender,
    refuses_for_now,
    refuses_the_content_for_now,
    says_nothing,
    drops_the_line_before_the_content,
    drops_the_line_after_the_content,
]


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_two_days_of_trouble_lose_nothing(
    many: House, server: MailServer, line: Line, trouble: Callable[[MailServer], None]
) -> None:
    trouble(server)
    now, end = at(PLANNED), at(PLANNED) + 2 * DAY
    delivery = many.delivery(line(TIMEOUT))
    while now < end:
        done = await deliver(delivery, now)
        assert (done.sent, done.refused, done.withdrawn) == (0, 0, 0)
        now += 6 * HOUR
        if now - at(PLANNED) == DAY:  # the service starts anew, and knows nothing of the first day
            delivery = many.delivery(line(TIMEOUT))
    assert {(row.status, row.settled) for row in many.rows()} == {("planned", None)}
    assert {one.outcome for one in many.tries()} == {"deferred"}
    if trouble is stopped:
        server.start()
    server.normal()
    server.hang_up()
    delivery = many.delivery(line())
    done = await deliver(delivery, now + LAST_RETRY)
    assert done.sent == PEOPLE
    found = by_person(server.received)
    assert len(found) == PEOPLE
    assert all(len(set(contents)) == 1 for contents in found.values())
    twice = [address for address, contents in found.items() if len(contents) > 1]
    assert bool(twice) == (trouble is drops_the_line_after_the_content)
    assert {row.status for row in many.rows()} == {"sent"}
    assert {row.message_id for row in many.rows()} == {
        str(read(one.content)["Message-ID"]).strip("<>") for one in server.received
    }


# What a server refuses for good, and what it refuses for now.


async def test_what_is_refused_for_good_is_seen_and_keeps_nobody_else_waiting(
    many: House, server: MailServer, line: Line
) -> None:
    server.reject_rcpt(550, "office.200@xa.example")
    done = await deliver(many.delivery(line()), PLANNED)
    assert (done.sent, done.refused, done.deferred) == (PEOPLE - 1, 1, 0)
    assert len(by_person(server.received)) == PEOPLE - 1
    (row,) = [row for row in many.rows() if row.status == "refused"]
    assert (row.lease, row.message, row.settled) == (None, None, at(PLANNED))
    assert row.reason.startswith("550 5.0.0 RCPT")
    assert "office.200" not in row.reason
    (tried,) = [one for one in many.tries() if one.notice == row.id]
    assert (tried.outcome, tried.detail) == ("refused", row.reason)
    with many.store.reading() as connection:
        (seen,) = refused_children(connection, CAMPAIGN, "193")
    assert (seen.unit, seen.role, seen.reason) == ("200", "office", row.reason)
    server.normal()
    assert (await deliver(many.delivery(line()), at(PLANNED) + 6 * DAY)).total == 0


async def test_pauses_grow_until_it_is_given_up(reminded: House) -> None:
    paper = Paper(LATER)
    delivery = reminded.delivery(paper)
    now, pauses = at(PLANNED), []
    while (await deliver(delivery, now)).deferred:
        row = reminded.row()
        assert (row.status, row.reason) == ("planned", "451 busy")
        assert await deliver(delivery, row.due - timedelta(seconds=1)) == Delivered(next_due=row.due)
        pauses.append(row.due - now)
        now = row.due
    minutes = [pause / timedelta(minutes=1) for pause in pauses]
    assert minutes[:7] == [5, 10, 20, 40, 80, 160, 320]
    assert set(minutes[7:]) == {LAST_RETRY / timedelta(minutes=1)}
    assert PATIENCE <= now - at(PLANNED) < PATIENCE + LAST_RETRY
    assert (reminded.row().status, reminded.row().reason) == ("refused", "given up after 5 days; 451 busy")
    assert reminded.row().attempts == len(paper.sent) == len(reminded.tries())
    assert len({content for _, content in paper.sent}) == 1


async def test_patience_begins_with_the_first_try(house: House) -> None:
    """Whoever asked for weekly messages gets them days after they were planned; so does who was planned before Tết."""
    house.contact("200", digest="weekly")
    house.wake("2020-05-18 09:00", "200")  # a Monday morning, an hour late
    due = house.row().due
    assert due == at("2020-05-25 08:00")
    assert due - house.row().planned > PATIENCE
    delivery = house.delivery(Paper(LATER, SENT))
    assert (await deliver(delivery, due)).deferred == 1
    assert (await deliver(delivery, due + FIRST_RETRY)).sent == 1


async def test_a_server_that_is_away_is_asked_ever_less_often(many: House) -> None:
    paper = Paper(DOWN)
    delivery = many.delivery(paper)
    now, pauses = at(PLANNED), []
    while now < at(PLANNED) + 4 * HOUR:
        before = len(paper.sent)
        done = await deliver(delivery, now)
        assert 1 <= len(paper.sent) - before < PEOPLE  # those that were under way together, and nobody else
        assert (await deliver(delivery, now)).total == 0
        assert done.next_due is not None
        pauses.append(done.next_due - now)
        now = done.next_due
    minutes = [pause / timedelta(minutes=1) for pause in pauses]
    assert minutes[:8] == [0.5, 1, 2, 4, 8, 16, 32, LAST_PAUSE / timedelta(minutes=1)]
    assert set(minutes[7:]) == {60}
    paper.answers = [SENT]
    assert (await deliver(delivery, now)).sent == PEOPLE
    assert {row.status for row in many.rows()} == {"sent"}


async def test_who_was_not_tried_is_written_to_anew_when_the_turn_comes(many: House) -> None:
    """Days later other days are left. Whoever may have the message already gets the same one."""
    paper = Paper(DOWN)
    delivery = many.delivery(paper)
    await deliver(delivery, PLANNED)
    tried = dict(paper.sent)
    assert 1 <= len(tried) < PEOPLE
    waiting = [row for row in many.rows() if row.message is None]
    assert len(waiting) == PEOPLE - len(tried)
    assert {(row.status, row.attempts, row.lease) for row in waiting} == {("planned", 0, None)}
    paper.answers, paper.sent = [SENT], []
    await deliver(many.delivery(paper), at(PLANNED) + 2 * DAY)
    subjects = {address: str(read(content)["Subject"]) for address, content in paper.sent}
    assert len(subjects) == PEOPLE
    assert {address for address, subject in subjects.items() if "14 days left" in subject} == set(tried)
    assert {address for address, subject in subjects.items() if "12 days left" in subject} == set(subjects) - set(tried)


async def test_what_becomes_due_meanwhile_is_left_alone(house: House) -> None:
    house.contact("200")
    house.contact("200", "office.200@xa.example", role="office", quiet="07:00-08:40")
    house.wake(PLANNED, "200")
    paper = Paper(DOWN)
    delivery, now = house.delivery(paper), at(PLANNED)
    while now < at("2020-05-15 08:35"):
        done = await deliver(delivery, now)
        assert done.next_due is not None
        now = done.next_due
    assert now == at("2020-05-15 08:40")  # the server is asked again more than an hour after the first time
    before, paper.answers = house.rows(), [SENT]
    assert (await deliver(delivery, now)).total == 0
    assert house.rows() == before
    assert (await deliver(delivery, "2020-05-15 09:03:30")).sent == 2


async def test_a_silent_server_costs_one_timeout_and_not_one_for_each_message(
    many: House, server: MailServer, line: Line
) -> None:
    server.hang()
    done = await deliver(many.delivery(line(TIMEOUT)), PLANNED)
    assert done.deferred == PEOPLE
    assert sorted(row.attempts for row in many.rows()) == [0] * (PEOPLE - MAIL_AT_ONCE) + [1] * MAIL_AT_ONCE


# Crashes, leases and who else delivers.


class Crash(BaseException):
    """The process ends here."""


def crash(*_: object, **__: object) -> None:
    raise Crash


async def test_a_crash_before_the_record_sends_the_same_message_again(
    many: House, server: MailServer, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(delivering, "settle", crash)
        with pytest.raises(Crash):
            await deliver(many.delivery(line()), PLANNED)
    sent = len(server.received)
    assert sent
    # Whoever starts meanwhile leaves it alone: the one that had it may live.
    assert (await deliver(many.delivery(line()), at(PLANNED) + LEASE)).total == 0
    assert len(server.received) == sent
    assert (await deliver(many.delivery(line()), after_the_lease(PLANNED))).sent == PEOPLE
    found = by_person(server.received)
    assert len(found) == PEOPLE
    assert all(len(set(contents)) == 1 for contents in found.values())
    assert sum(len(contents) for contents in found.values()) == PEOPLE + sent
    assert {row.attempts for row in many.rows()} == {2}


async def test_a_crash_before_a_message_is_written_leaves_nothing_of_it(
    reminded: House, server: MailServer, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(delivering, "keep", crash)
        with pytest.raises(Crash):
            await deliver(reminded.delivery(line()), PLANNED)
    assert server.received == []
    assert (await deliver(reminded.delivery(line()), after_the_lease(PLANNED))).sent == 1
    assert len(server.received) == 1


async def test_what_is_under_way_is_nobody_elses(many: House) -> None:
    """Two deliverers at once, as when the first one's beats do not arrive: each message is sent by one of them."""
    first, second = Paper(), Paper()
    await asyncio.gather(deliver(many.delivery(first), PLANNED), deliver(many.delivery(second), PLANNED))
    sent = [address for address, _ in (*first.sent, *second.sent)]
    assert len(sent) == len(set(sent)) == PEOPLE


async def test_a_late_outcome_does_not_undo_what_another_recorded(reminded: House) -> None:
    """The lease ran out, somebody else sent the message, and then the first one hears that the server is away."""
    first, second = Paper(LATER), Paper()

    async def slowly(address: str, message: bytes) -> Outcome:
        assert (await deliver(reminded.delivery(second), after_the_lease(PLANNED))).sent == 1
        return await Paper.send(first, address, message)

    first.send = slowly  # type: ignore[method-assign]
    await deliver(reminded.delivery(first), PLANNED)
    assert reminded.statuses() == [("reminder", "sent", "")]
    assert [one.outcome for one in reminded.tries()] == ["sent", "deferred"]
    assert (await deliver(reminded.delivery(second), at(PLANNED) + DAY)).total == 0
    assert len(second.sent) == 1
    assert set(second.sent) == set(first.sent)


async def test_a_late_deferral_leaves_the_message_to_whoever_tries_now(reminded: House) -> None:
    first, second, third = Paper(DOWN), Paper(LATER), Paper()

    async def slowly(address: str, message: bytes) -> Outcome:
        assert (await deliver(reminded.delivery(second), after_the_lease(PLANNED))).deferred == 1
        return await Paper.send(first, address, message)

    first.send = slowly  # type: ignore[method-assign]
    await deliver(reminded.delivery(first), PLANNED)
    assert reminded.statuses() == [("reminder", "planned", "451 busy")]
    assert (await deliver(reminded.delivery(third), at(PLANNED) + DAY)).sent == 1
    assert third.sent == first.sent == second.sent


async def test_a_late_success_is_recorded(reminded: House) -> None:
    first, second, third = Paper(SENT), Paper(LATER), Paper()

    async def slowly(address: str, message: bytes) -> Outcome:
        assert (await deliver(reminded.delivery(second), after_the_lease(PLANNED))).deferred == 1
        return await Paper.send(first, address, message)

    first.send = slowly  # type: ignore[method-assign]
    await deliver(reminded.delivery(first), PLANNED)
    assert reminded.statuses() == [("reminder", "sent", "")]
    assert (await deliver(reminded.delivery(third), at(PLANNED) + DAY)).total == 0
    assert third.sent == []


async def test_a_late_refusal_stands_and_is_seen(reminded: House) -> None:
    first, second, third = Paper(REFUSED), Paper(LATER), Paper()

    async def slowly(address: str, message: bytes) -> Outcome:
        assert (await deliver(reminded.delivery(second), after_the_lease(PLANNED))).deferred == 1
        return await Paper.send(first, address, message)

    first.send = slowly  # type: ignore[method-assign]
    await deliver(reminded.delivery(first), PLANNED)
    assert reminded.statuses() == [("reminder", "planned", "451 busy")]
    await deliver(reminded.delivery(third), at(PLANNED) + DAY)
    assert reminded.statuses() == [("reminder", "refused", "550 no such user")]
    assert third.sent == []


def test_whoever_comes_too_late_forgets_no_message(reminded: House) -> None:
    """Its turn never came, and meanwhile somebody else tried the message that it had written."""
    (first,) = reminded.claim(PLANNED).parcels
    keep(reminded.store, [(first, "Reminder", b"message")])
    (second,) = reminded.claim(after_the_lease(PLANNED)).parcels
    assert second.message == b"message"
    settle(reminded.store, [Tried(second, {"email": LATER})], after_the_lease(PLANNED))
    settle(reminded.store, [Tried(first, away_until=at(PLANNED) + DAY)], after_the_lease(PLANNED))
    row = reminded.row()
    assert (row.status, row.message, row.reason) == ("planned", b"message", "451 busy")
    assert row.due == after_the_lease(PLANNED) + 2 * FIRST_RETRY


async def test_no_try_outlasts_its_lease(many: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow transport: what cannot begin in time goes back at once, what does not end in time is cut off."""
    monkeypatch.setattr(delivering, "END_WITHIN", 0.1)
    monkeypatch.setattr(delivering, "MAIL_AT_ONCE", 2)
    clock, began, cut = [1000.0], [], []
    monkeypatch.setattr(delivering.time, "monotonic", lambda: clock[0])

    async def for_ever(address: str, message: bytes) -> Outcome:
        began.append(address)
        if len(began) == 2:
            clock[0] += TRY_WITHIN
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            cut.append(address)
        raise AssertionError("nobody answers")

    paper = Paper()
    monkeypatch.setattr(paper, "send", for_ever)
    done = await many.delivery(paper).deliver_due(at(PLANNED), batches=1)
    assert done.deferred == PEOPLE
    assert len(began) == 2
    assert cut == began
    rows = many.rows()
    assert {row.lease for row in rows} == {None}
    assert sorted((row.attempts, row.reason) for row in rows) == [(0, "")] * 4 + [(1, "no answer in time")] * 2
    # Those that did not begin are due as they were.
    assert sum(row.due == at(PLANNED) for row in rows) == 4


async def test_leases_count_from_each_claim(many: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call may last for many batches; the last one is leased as long as the first."""
    monkeypatch.setattr(delivering, "BATCH", 1)
    clock, leases = [1000.0], []
    paper = Paper()

    async def half_a_minute(address: str, message: bytes) -> Outcome:
        (leased,) = [row.lease for row in many.rows() if row.lease]
        leases.append(leased - at(PLANNED) - timedelta(seconds=clock[0] - 1000))
        clock[0] += 30
        return await Paper.send(paper, address, message)

    monkeypatch.setattr(paper, "send", half_a_minute)
    monkeypatch.setattr(delivering.time, "monotonic", lambda: clock[0])
    assert (await deliver(many.delivery(paper), PLANNED)).sent == PEOPLE
    assert leases == [LEASE] * PEOPLE


async def test_a_service_that_stops_begins_no_other_message(many: House) -> None:
    paper, stopping = Paper(), [False]

    async def last(address: str, message: bytes) -> Outcome:
        stopping[0] = True
        await asyncio.sleep(0)
        return await Paper.send(paper, address, message)

    paper.send = last  # type: ignore[method-assign]
    done = await many.delivery(paper).deliver_due(at(PLANNED), 9, lambda: stopping[0])
    assert (done.sent, done.deferred) == (1, PEOPLE - 1)
    assert {row.lease for row in many.rows()} == {None}
    assert (await deliver(many.delivery(Paper()), PLANNED)).sent == PEOPLE - 1


async def test_the_store_is_away_when_the_outcome_is_to_be_recorded(
    reminded: House, server: MailServer, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message was sent: whoever forgets that sends it again."""
    monkeypatch.setattr(delivering, "STORE_SECONDS", 0)
    failures = [StoreAway("locked"), StoreAway("locked")]

    def sometimes(*arguments: object) -> None:
        if failures:
            raise failures.pop()
        settle(*arguments)

    monkeypatch.setattr(delivering, "settle", sometimes)
    assert (await deliver(reminded.delivery(line()), PLANNED)).sent == 1
    assert failures == []
    assert reminded.row().status == "sent"
    assert len(server.received) == 1


async def test_postgresql_ends_between_the_250_and_the_record(
    postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(postgres_url)
    house, paper = House(store), Paper()
    house.enrol("200")
    house.contact("200")
    house.wake(PLANNED, "200")
    failed: list[StoreAway] = []

    async def then_it_ends(address: str, message: bytes) -> Outcome:
        outcome = await Paper.send(paper, address, message)
        await asyncio.to_thread(postgres.stop)
        return outcome

    def and_comes_back(*arguments: Any) -> None:
        try:
            settle(*arguments)
        except StoreAway as error:
            failed.append(error)
            postgres.start()
            raise

    monkeypatch.setattr(paper, "send", then_it_ends)
    monkeypatch.setattr(delivering, "STORE_SECONDS", 0)
    monkeypatch.setattr(delivering, "settle", and_comes_back)
    assert (await deliver(house.delivery(paper), PLANNED)).sent == 1
    assert len(failed) == 1
    assert house.statuses() == [("reminder", "sent", "")]
    assert (await deliver(house.delivery(paper), after_the_lease(PLANNED))).total == 0
    assert len(paper.sent) == 1
    store.close()


async def test_the_store_is_away_before_anything_is_sent(reminded: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise StoreAway("locked")

    paper = Paper()
    with monkeypatch.context() as patched:
        patched.setattr(delivering, "keep", away)
        with pytest.raises(StoreAway):
            await deliver(reminded.delivery(paper), PLANNED)
    assert paper.sent == []
    assert (await deliver(reminded.delivery(paper), after_the_lease(PLANNED))).sent == 1
    assert len(paper.sent) == 1


async def test_a_message_that_cannot_be_written_keeps_nobody_else_waiting(
    many: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    items, bad = delivering.items, many.rows()[2].id

    def fails(connection: object, parcel: delivering.Parcel, *rest: object) -> object:
        if bad in parcel.numbers:
            raise KeyError("a stage that a release removed")
        return items(connection, parcel, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(delivering, "items", fails)
        done = await deliver(many.delivery(Paper()), PLANNED)
        assert (done.sent, done.deferred) == (PEOPLE - 1, 1)
        for day in range(1, 8):  # nobody refused it, so it is not given up
            assert (await deliver(many.delivery(Paper()), at(PLANNED) + day * DAY)).refused == 0
    (row,) = [row for row in many.rows() if row.status != "sent"]
    assert (row.id, row.status, row.reason, row.attempts) == (bad, "planned", "cannot be written: KeyError", 0)
    assert (await deliver(many.delivery(Paper()), at(PLANNED) + 8 * DAY)).sent == 1


async def test_a_transport_that_raises_keeps_nobody_else_waiting(many: House) -> None:
    paper = Paper()

    async def fails(address: str, message: bytes) -> Outcome:
        if address == "office.200@xa.example":
            raise RuntimeError("a plugin's own bug")
        return await Paper.send(paper, address, message)

    paper.send = fails  # type: ignore[method-assign]
    done = await deliver(many.delivery(paper), PLANNED)
    assert (done.sent, done.deferred) == (PEOPLE - 1, 1)
    assert {row.reason for row in many.rows()} == {"", "RuntimeError"}


# Several channels.


def both_channels(house: House, url: str) -> None:
    house.contact("200", channels=("email", url))
    house.wake(PLANNED, "200")


async def test_each_channel_is_tried_until_it_has_the_message(
    house: House,
    server: MailServer,
    line: Line,
    hook: Hook,
) -> None:
    both_channels(house, f"json://{hook.place}/secret")
    hook.status = 500
    delivery = house.delivery(line(), AppriseTransport(timeout=10))
    assert (await deliver(delivery, PLANNED)).deferred == 1
    assert house.statuses() == [("reminder", "planned", "json: not taken, error 500")]
    hook.status = 200
    assert (await deliver(delivery, at(PLANNED) + FIRST_RETRY)).sent == 1
    assert len(server.received) == 1
    assert [(one.channel, one.outcome) for one in house.tries()] == [
        ("email", "sent"),
        ("json", "deferred"),
        ("json", "sent"),
    ]
    assert len({one.channel_key for one in house.tries()}) == 2
    assert "secret" not in repr(house.tries())
    assert house.row().reason == ""


async def test_a_channel_that_never_takes_it_does_not_undo_one_that_did(house: House) -> None:
    both_channels(house, "json://127.0.0.1:1/secret")
    mail, other = Paper(), Paper(Outcome(Verdict.LATER, "json: no connection"))
    delivery = house.delivery(mail, other)
    for hours in range(0, 5 * 24 + 7, 6):
        await deliver(delivery, at(PLANNED) + hours * HOUR)
    assert house.statuses() == [("reminder", "sent", "")]
    assert len(mail.sent) == 1
    assert len(other.sent) > 9


async def test_an_address_refused_on_one_channel_and_taken_on_the_other(house: House) -> None:
    both_channels(house, "json://127.0.0.1:1/secret")
    assert (await deliver(house.delivery(Paper(REFUSED), Paper()), PLANNED)).sent == 1
    assert [(one.channel, one.outcome) for one in house.tries()] == [("email", "refused"), ("json", "sent")]


async def test_mail_that_is_away_keeps_the_other_channel_not_waiting(house: House) -> None:
    both_channels(house, "json://127.0.0.1:1/secret")
    mail, other = Paper(DOWN, SENT), Paper()
    delivery = house.delivery(mail, other)
    assert (await deliver(delivery, PLANNED)).deferred == 1
    assert len(other.sent) == 1
    assert (await deliver(delivery, at(PLANNED) + FIRST_PAUSE)).sent == 1
    assert (len(mail.sent), len(other.sent)) == (2, 1)
    assert len({content for _, content in (*mail.sent, *other.sent)}) == 1


async def test_a_notice_that_one_channel_has_was_sent_whatever_comes_then(house: House) -> None:
    """The other channel is still tried when a report makes the reminder useless: it is not as if nobody had got it."""
    both_channels(house, "json://127.0.0.1:1/secret")
    delivery = house.delivery(Paper(), Paper(LATER))
    await deliver(delivery, PLANNED)
    house.change(attempts=1)
    late = at("2020-05-30 08:00")  # the target has passed, and with it the reminder
    await deliver(delivery, late)
    assert house.statuses() == [("reminder", "sent", "")]


async def test_a_batch_is_no_limit(house: House) -> None:
    for number in range(BATCH + 5):
        house.contact("200", f"office.{number}@xa.example", role="office")
    house.wake(PLANNED, "200")
    paper = Paper()
    assert (await deliver(house.delivery(paper), PLANNED)).sent == BATCH + 5
    assert len({address for address, _ in paper.sent}) == BATCH + 5
