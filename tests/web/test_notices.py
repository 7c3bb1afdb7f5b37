"""Links in messages: pages that do nothing until a button is pressed, and the one click of mail programs."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from html import unescape

import httpx
import pytest

from calendars.campaigns.contacts import ContactRow
from calendars.errors import StoreAway, UserError
from calendars.notices.links import Links
from calendars.notices.transports.channels import key_of
from calendars.plan.model import Text
from calendars.store.contacts import Contact, contact_id, find, put, remove
from calendars.store.database import Store, open_store
from calendars.store.schema import outbox
from calendars.web.templating import asset
from tests.databases import Postgres
from tests.store.test_contacts import notice
from tests.web.stores import START, Filled
from tests.web.test_app import opened, text_of

CAMPAIGN = "quang-ninh-2020"
LINKS = Links(b"s" * 32, "http://127.0.0.1")
NTFY = "ntfy://topic-s3cret"
ROW = ContactRow("06664", "Bí thư Đảng ủy phường Hà Tu", "secretary", "vi", "bi-thu@example.org", ("email", NTFY))
ID = contact_id(CAMPAIGN, ROW.unit, ROW.role, ROW.email, ROW.channels)
ACKNOWLEDGE = LINKS.acknowledge(CAMPAIGN, "06664", ID)
UNSUBSCRIBE = LINKS.unsubscribe(CAMPAIGN, ID, key_of("email"))
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class Orders:
    """A command side that keeps what it was asked, and answers what a test wants."""

    def __init__(self, answer: Text | Exception | None = None) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, str]] = []

    async def acknowledge(self, campaign: str, unit: str, by: str) -> Text | None:
        self.asked.append((campaign, unit, by))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def told(filled: Filled) -> Filled:
    """The small province, where one person of one ward is told."""
    write(filled.store, ROW)
    return filled


def write(store: Store, *rows: ContactRow) -> None:
    with store.writing() as connection:
        put(connection, CAMPAIGN, rows, START)


def contact(store: Store) -> Contact:
    with store.reading() as connection:
        found = find(connection, ID)
    assert found is not None
    return found


@asynccontextmanager
async def over(store: Store, orders: Orders | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that strangers reach: its board is closed, and it has another name."""
    async with opened(store, open_board=False, links=LINKS, commands=orders) as http:
        http.headers["host"] = "lich.example"
        yield http


def said(response: httpx.Response) -> str:
    assert not re.search(r"None|built-in|Undefined", response.text)
    return unescape(text_of(response.text))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("url", [ACKNOWLEDGE, UNSUBSCRIBE])
async def test_looking_changes_nothing(told: Filled, url: str, method: str) -> None:
    orders, before = Orders(), contact(told.store)
    async with over(told.store, orders) as http:
        for _ in range(2):
            assert (await http.request(method, url)).status_code == 200
    assert orders.asked == []
    assert contact(told.store) == before


async def test_acknowledging(told: Filled) -> None:
    orders = Orders()
    async with over(told.store, orders) as http:
        page = await http.get(ACKNOWLEDGE)
        done = await http.post(ACKNOWLEDGE)
    assert "Xác nhận đã biết Phường Hà Tu · Đại hội đảng bộ các cấp, nhiệm kỳ 2020-2025" in said(page)
    assert re.findall(r"<form[^>]*>|<button[^>]*>", page.text) == ['<form method="post">', '<button class="button">']
    assert done.status_code == 200
    assert "Đã ghi nhận" in said(done)
    assert "<form" not in done.text
    # Neither a name nor an address goes where workflows are recorded.
    assert orders.asked == [(CAMPAIGN, "06664", f"contact {ID}")]


async def test_an_acknowledgement_that_is_refused(told: Filled) -> None:
    async with over(
        told.store, Orders(Text(vi="Không có việc <nào> quá hạn.", en="Nothing <here> is overdue."))
    ) as http:
        refused = await http.post(ACKNOWLEDGE)
    assert refused.status_code == 409
    assert "Không ghi nhận được: Không có việc <nào> quá hạn." in said(refused)
    assert "<nào>" not in refused.text


@pytest.mark.parametrize("outage", [StoreAway("x"), UserError("Nobody took it"), RuntimeError("boom"), None])
async def test_an_acknowledgement_that_nobody_takes_now(
    told: Filled, outage: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    async with over(told.store, Orders(outage) if outage else None) as http:
        away = await http.post(ACKNOWLEDGE)
    assert (away.status_code, away.headers["retry-after"]) == (503, "30")
    assert "Dịch vụ chưa trả lời được lúc này" in said(away)
    assert ID not in caplog.text


async def test_unsubscribing_and_coming_back(told: Filled) -> None:
    async with over(told.store) as http:
        page = said(await http.get(UNSUBSCRIBE))
        assert "Ngừng nhận thông báo Phường Hà Tu" in page
        assert "không gửi cho bạn nữa qua e-mail ." in page
        done = await http.post(UNSUBSCRIBE)
        assert contact(told.store).muted == ("email",)
        assert contact(told.store).open_channels == (NTFY,)
        for response in (done, await http.get(UNSUBSCRIBE), await http.post(UNSUBSCRIBE)):
            assert response.status_code == 200
            assert "Từ nay kênh này không nhận thông báo nữa. Muốn nhận lại" in said(response)
            assert '<button class="button" name="resume" value="1">' in response.text
        back = await http.post(UNSUBSCRIBE, data={"resume": "1"})
        assert "Thông báo lại được gửi như trước." in said(back)
        assert contact(told.store).muted == ()
        assert "Bấm nút dưới đây thì thông báo" in said(await http.get(UNSUBSCRIBE))


async def test_another_channel_is_named_by_its_kind_alone(told: Filled) -> None:
    link = LINKS.unsubscribe(CAMPAIGN, ID, key_of(NTFY))
    async with over(told.store) as http:
        page = await http.get(link)
        await http.post(link)
    assert "qua ntfy ." in said(page)
    assert "s3cret" not in page.text
    assert contact(told.store).muted == (NTFY,)


@pytest.mark.parametrize("form", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}])
async def test_one_click_of_a_mail_program(told: Filled, form: dict[str, dict[str, str]]) -> None:
    async with over(told.store) as http:
        for _ in range(2):
            done = await http.post(UNSUBSCRIBE, **form)  # type: ignore[arg-type]
            assert done.status_code == 200
            assert done.headers["content-type"] == "text/plain; charset=utf-8"
            assert done.text == "Từ nay kênh này không nhận thông báo nữa.\n"
            assert "set-cookie" not in done.headers
    assert contact(told.store).muted == ("email",)


async def test_the_language_is_the_contacts(told: Filled) -> None:
    write(told.store, replace(ROW, language="en"))
    async with over(told.store) as http:
        http.headers["accept-language"] = "vi"
        page = await http.get(ACKNOWLEDGE)
        assert page.headers["content-language"] == "en"
        assert '<html lang="en">' in page.text
        assert "Acknowledge Hà Tu ward · Party congresses" in said(page)
        assert "Liên kết không dùng được" in said(await http.get("/notices/nonsense"))
        http.headers["accept-language"] = "en"
        assert "This link does nothing" in said(await http.get("/notices/nonsense"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "url",
    [
        "/notices/nonsense",
        "/notices/%F0%9F%98%80%00%ff",
        ACKNOWLEDGE[:-1],
        LINKS.acknowledge(CAMPAIGN, "06664", "0123456789abcdef"),
        LINKS.acknowledge("other", "06664", ID),
        LINKS.unsubscribe("other", ID, key_of("email")),
        Links(b"t" * 32, "http://127.0.0.1").acknowledge(CAMPAIGN, "06664", ID),
    ],
    ids=["text", "odd signs", "cut", "unknown contact", "unknown campaign", "unknown campaign too", "forged"],
)
async def test_other_links_do_nothing(told: Filled, url: str, method: str) -> None:
    orders = Orders()
    async with over(told.store, orders) as http:
        response = await http.request(method, url)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert ("Liên kết không dùng được" in said(response)) == (method != "HEAD")
    assert orders.asked == []
    assert contact(told.store).muted == ()


async def test_somebody_who_was_removed(told: Filled) -> None:
    orders = Orders()
    with told.store.writing() as connection:
        remove(connection, CAMPAIGN, "06664", ID, START)
    async with over(told.store, orders) as http:
        assert (await http.post(ACKNOWLEDGE)).status_code == 404
        for response in (await http.get(UNSUBSCRIBE), await http.post(UNSUBSCRIBE)):
            assert (response.status_code, "<form" in response.text) == (200, False)
            assert "Từ nay kênh này không nhận thông báo nữa." in said(response)
        assert (await http.post(UNSUBSCRIBE, data=ONE_CLICK)).status_code == 200
    assert orders.asked == []
    assert contact(told.store).muted == ()


async def test_a_channel_that_was_replaced(told: Filled) -> None:
    async with over(told.store) as http:
        done = await http.post(LINKS.unsubscribe(CAMPAIGN, ID, key_of("ntfy://former-topic")))
    assert (done.status_code, "<form" in done.text) == (200, False)
    assert contact(told.store).muted == ()


@pytest.mark.parametrize("url", [ACKNOWLEDGE, UNSUBSCRIBE, "/notices/nonsense"])
async def test_pages_stay_with_their_reader(
    told: Filled, url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, "calendars")
    async with over(told.store, Orders(RuntimeError("boom"))) as http:
        for response in (await http.get(url), await http.post(url)):
            assert response.headers["cache-control"] == "no-store"
            assert response.headers["referrer-policy"] == "no-referrer"
            assert response.headers["x-robots-tag"] == "noindex, nofollow"
            policy = response.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'self';")
            assert "form-action 'self'" in policy
            assert not re.search(r"<script|<iframe|\sstyle=|\son\w+=", response.text)
            assert re.findall(r'(?:href|src|action)="([^"]*)"', response.text) == ["data:,", asset("style.css")]
            token = url.rpartition("/")[2]
            assert token not in response.text
    printed = capfd.readouterr()
    assert token not in f"{caplog.text}{printed.out}{printed.err}"


async def test_other_methods(told: Filled) -> None:
    async with over(told.store) as http:
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            response = await http.request(method, ACKNOWLEDGE)
            assert response.status_code == 405
            assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


async def test_more_than_a_form(told: Filled) -> None:
    async with over(told.store) as http:
        assert (await http.post(UNSUBSCRIBE, content=b"x" * 5_000)).status_code == 413
    assert contact(told.store).muted == ()


async def test_without_links_there_is_nothing(told: Filled) -> None:
    async with opened(told.store) as http:
        assert (await http.get(ACKNOWLEDGE)).status_code == 404


async def test_an_outage_of_the_store(postgres: Postgres, postgres_url: str) -> None:
    store = open_store(postgres_url)
    Filled(store)
    write(store, ROW)
    async with over(store) as http:
        with postgres.away():
            for response in (await http.get(UNSUBSCRIBE), await http.post(UNSUBSCRIBE, data=ONE_CLICK)):
                assert (response.status_code, response.headers["retry-after"]) == (503, "30")
        assert (await http.post(UNSUBSCRIBE, data=ONE_CLICK)).status_code == 200
    assert contact(store).muted == ("email",)
    store.close()


async def test_a_units_page_names_those_below_whom_nobody_reaches(told: Filled) -> None:
    async with opened(told.store) as http:
        district = said(await http.get("/units/200?lang=vi"))
        ward = said(await http.get("/units/06664?lang=en"))
        reached = said(await http.get("/units/193?lang=vi"))
    assert "Đơn vị chưa có người nhận thông báo Không ai ở đây nhận được nhắc việc" in district
    assert "hoặc báo trực tiếp. Xã Tân Bình" in district
    assert "Units of which nobody is told Nobody there gets reminders: add a contact" in ward
    assert "chưa có người nhận" not in reached
    row = notice(ROW, "refused", 1, "550 <no> such user") | {"campaign": CAMPAIGN, "contact": ID}
    with told.store.writing() as connection:
        connection.execute(outbox.insert(), [row])
    async with opened(told.store) as http:
        assert "Thông báo không gửi được Phường Hà Tu (secretary): 550 <no> such user" in said(
            await http.get("/units/193?lang=vi")
        )
    async with opened(told.store, open_board=False) as http:
        assert (await http.get("/units/200")).status_code == 403
