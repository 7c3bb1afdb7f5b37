"""Units, reports and contacts as files on the board: given out, looked through, applied once, by whom."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import httpx
import openpyxl
import pytest

from calendars.campaigns.contacts import read_contacts
from calendars.campaigns.reports import read_reports
from calendars.campaigns.tables import Received, read_table
from calendars.campaigns.units import read_units
from calendars.sequence.commands import Report
from calendars.sequence.facts import Enrolled
from calendars.sequence.messages import Answer
from calendars.sequence.state import Profile
from calendars.sequence.surroundings import Surroundings
from calendars.store.contacts import Contact, listed, put
from calendars.store.grants import Role
from calendars.store.neighbourhood import around
from calendars.store.reading import read_campaign, unit_profiles
from calendars.web.acting.sent import packed
from calendars.web.app import create_app
from calendars.web.exchange import forms, previews, runs
from calendars.web.orders import Unanswered
from calendars.web.words import words
from tests.web.api.house import CAMPAIGN, DAY, FakeOrders
from tests.web.conftest import over
from tests.web.stores import SMALL, START, Filled
from tests.web.test_acting import desk_of
from tests.web.test_app import text_of
from tests.web.test_sign_in import PUBLIC, granted, signed_in

TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544/"
GRASSROOTS = "grassroots_congress"
REPORTS = (
    "unit,stage,on,to,result.turnout\n"
    '06664-01,headman_election,05/01/2020,,"93,25%"\n'
    f"999,{GRASSROOTS},2020-05-18,,\n"
    f"06868,{GRASSROOTS},2020-06-30,,\n"
    "06664-01,cell_congress,2020-01-18,2020-01-19,\n"
)
GATED = f"unit,stage,on\n06664-01,headman_election,2020-01-05\n06664,{GRASSROOTS},2020-05-18\n"
UNITS = "code,name,level,parent\n06868-01,Thôn 1,village,06868\n06868,Xã Tân Bình,commune,200\n"
CONTACTS = "unit,name,role,email\n193,Văn phòng,office,office.193@example.org\n"


def fields(html: str, button: str = "apply") -> dict[str, str]:
    """What the form with this button sends, but for its file."""
    form = next(
        one for one in re.findall(r"<form method=\"post\" action=\"/data.*?</form>", html, re.DOTALL) if button in one
    )
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)">', form)
    }


async def sent(
    http: httpx.AsyncClient, kind: str, content: str | bytes, name: str = "", language: str = "en"
) -> httpx.Response:
    """A file on its way through the form."""
    page = await http.get(f"/data/{kind}", params={"lang": language})
    assert page.status_code == 200, text_of(page.text)
    file = (name or f"{kind}.csv", content if isinstance(content, bytes) else content.encode())
    return await http.post(f"/data/{kind}?lang={language}", data=fields(page.text, "file"), files={"file": file})


async def applied(http: httpx.AsyncClient, kind: str, seen: httpx.Response, language: str = "en") -> httpx.Response:
    """What the page says once a file that was seen is applied."""
    answer = await http.post(f"/data/{kind}?lang={language}", data={**fields(seen.text), "apply": "1"})
    assert answer.status_code == 303, text_of(answer.text)
    return await http.get(answer.headers["location"])


async def had(http: httpx.AsyncClient, name: str) -> Received:
    answer = await http.get(f"/data/{name}")
    assert answer.status_code == 200, name
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{CAMPAIGN}-')
    return Received(name, answer.content)


@asynccontextmanager
async def person(filled: Filled, role: Role, scope: str = "22") -> AsyncIterator[tuple[httpx.AsyncClient, FakeOrders]]:
    """Somebody who signed in."""
    orders = FakeOrders(filled)
    _, link = granted(filled, scope, role)
    web = create_app(
        filled.store, today=lambda _: DAY, now=lambda: START, public_url=PUBLIC, open_board=False, orders=orders
    )
    orders.web = web
    async with over(web) as http:
        http.base_url = httpx.URL(PUBLIC)
        await signed_in(http, link)
        yield http, orders


def people(filled: Filled) -> list[Contact]:
    with filled.store.reading() as connection:
        return listed(connection, CAMPAIGN)


def tell(filled: Filled, text: str) -> None:
    """Takes contacts into the store."""
    with filled.store.writing() as connection:
        put(connection, CAMPAIGN, read_contacts(Received("contacts.csv", text.encode()), SMALL), START)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_reports_are_looked_through_and_taken_beside_bad_rows(filled: Filled, language: str) -> None:
    async with desk_of(filled) as desk:
        seen = await sent(desk.http, "reports", REPORTS, language=language)
        assert seen.status_code == 200
        assert desk.orders.sent == []
        said = unescape(text_of(seen.text))
        for sentence in {
            "vi": (
                "dòng 3 : không có đơn vị '999'",
                "dòng 4 : 06868 grassroots_congress: ",
                "2 mới 2 bị loại",
                "Khu phố 1",
            ),
            "en": (
                "line 3 : unknown unit '999'",
                "line 4 : 06868 grassroots_congress: ",
                "2 new 2 left out",
                "Khu phố 1",
            ),
        }[language]:
            assert sentence in said
        assert ("because today is" in said) == (language == "en")
        done = await applied(desk.http, "reports", seen, language)
        said = unescape(text_of(done.text))
        assert words(language).import_done in said
        assert ("không có đơn vị '999'" if language == "vi" else "unknown unit '999'") in said
        assert [(unit, command) for unit, command, *_ in desk.orders.sent] == [
            ("06664-01", Report("headman_election", date(2020, 1, 5), None, {"turnout": 93.25})),
            ("06664-01", Report("cell_congress", date(2020, 1, 18), date(2020, 1, 19))),
        ]
        page = await desk.http.get("/units/06664-01?lang=en")
        assert "Held 18/01/2020 – 19/01/2020" in text_of(page.text)


async def test_what_rests_on_other_rows_is_left_to_the_unit(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        both = text_of((await sent(desk.http, "reports", GATED)).text)
        assert "1 new 1 decided then, by the units below" in both, both
        head, _, superior = GATED.splitlines(keepends=True)
        alone = await sent(desk.http, "reports", head + superior)
        assert alone.status_code == 422
        assert "Khu phố 1" in text_of(alone.text)


async def test_a_file_applied_twice_is_taken_once(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        seen = await sent(desk.http, "reports", REPORTS)
        form = {**fields(seen.text), "apply": "1"}
        first, again = await asyncio.gather(*(desk.http.post("/data/reports", data=form) for _ in range(2)))
        assert first.headers["location"] == again.headers["location"]
        assert len(desk.orders.sent) == 2
        ids = {order for *_, order in desk.orders.sent}
        assert len(ids) == 2
        # Another process knows nothing of the first; the orders are the same ones.
        desk.orders.answer = Answer(2, 2, repeated=True)
        desk.orders.web.imports._runs.clear()  # type: ignore[union-attr]
        lost = await desk.http.get(first.headers["location"].replace("lang=vi", "lang=en"))
        assert "Rows recorded: 2." in text_of(lost.text)
        third = await desk.http.post("/data/reports", data=form)
        assert third.headers["location"] == first.headers["location"]
        assert {order for *_, order in desk.orders.sent} == ids


async def test_another_file_under_the_same_form_is_another_import(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        page = await desk.http.get("/data/reports")
        form = fields(page.text, "file")
        for row in ("06664-01,headman_election,2020-01-05", "06664-01,cell_congress,2020-01-18"):
            file = ("reports.csv", f"unit,stage,on\n{row}\n".encode())
            seen = await desk.http.post("/data/reports", data=form, files={"file": file})
            assert "1 mới" in text_of((await applied(desk.http, "reports", seen, "vi")).text)
        assert len({order for *_, order in desk.orders.sent}) == 2


async def test_units_are_added_when_every_row_is_right(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        wrong = await sent(desk.http, "units", f"{UNITS}06868-02,Thôn 2,village,999\n", language="vi")
        assert wrong.status_code == 422
        assert "dòng 4 : '06868-02': không có đơn vị cấp trên '999'" in unescape(text_of(wrong.text))
        assert 'name="apply"' not in wrong.text
        seen = await sent(desk.http, "units", UNITS)
        assert "1 new" in text_of(seen.text)
        done = await applied(desk.http, "units", seen)
        assert "The import is through. 1 new" in text_of(done.text)
        ((kind, file, by, _),) = desk.orders.sent
        assert (kind, file.content.decode(), by) == ("@units", UNITS, "board")
        assert (await desk.http.get("/units/06868-01")).status_code == 200
        assert words("en").import_nothing in (await sent(desk.http, "units", UNITS)).text


async def test_contacts_are_added_and_changed(filled: Filled) -> None:
    async with person(filled, Role.ADMIN, "193") as (http, _):
        seen = await sent(http, "contacts", CONTACTS)
        assert "1 new" in text_of(seen.text)
        assert people(filled) == []
        assert "The import is through. 1 new" in text_of((await applied(http, "contacts", seen)).text)
        (one,) = people(filled)
        assert (one.unit, one.email) == ("193", "office.193@example.org")
        again = await sent(http, "contacts", CONTACTS.replace("Văn phòng", "Văn phòng Thành ủy"))
        assert "1 changed" in text_of(again.text)
        # One outside the scope is as unknown as one that is nowhere, and nothing is taken.
        wrong = await sent(http, "contacts", f"{CONTACTS}200,A,office,a@example.org\n999,A,office,a@example.org\n")
        assert wrong.status_code == 422
        said = unescape(text_of(wrong.text))
        assert "line 3 : unknown unit '200'" in said
        assert "line 4 : unknown unit '999'" in said
        assert [one.name for one in people(filled)] == ["Văn phòng"]


async def test_channels_keep_their_secrets(filled: Filled) -> None:
    tell(filled, f"unit,name,role,email,channels\n193,Văn phòng,office,office@example.org,email {TELEGRAM}\n")
    before = people(filled)
    async with person(filled, Role.ADMIN, "193") as (http, _):
        file = await had(http, "contacts.csv")
        assert b"abcdefg" not in file.content
        (row,) = read_table(file)
        assert row["channels"].startswith("email kept:tgram:")
        assert words("en").import_nothing in (await sent(http, "contacts", file.content)).text
        moved = file.content.replace("Văn phòng".encode(), "Phòng".encode())
        await applied(http, "contacts", await sent(http, "contacts", moved))
        assert people(filled) == [replace(before[0], name="Phòng")]
        for channel in ("kept:tgram:0123456789abcdef", TELEGRAM):
            text = f"unit,role,email,channels\n06664,office,a@example.org,{channel}\n"
            refused = await sent(http, "contacts", text)
            assert "channel 1: expected email, or a channel that a contact has here" in text_of(refused.text)
    async with person(filled, Role.ADMIN) as (http, _):
        assert "1 new" in text_of((await sent(http, "contacts", text)).text)


NASTY = Profile("06664-02", "'=1+1 [Thôn]", "village", "06664", "Phường Hà Tu")
NASTIER = Profile("06664-03", '=HYPERLINK("http://x")', "village", "06664", "Phường Hà Tu")
WIDE = Profile("06664-04", "\uff1d1+1", "village", "06664", "Phường Hà Tu")


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
async def test_what_is_given_out_can_be_taken_again(filled: Filled, format_: str) -> None:
    for profile in (NASTY, NASTIER, WIDE):
        filled.take(profile.code, Enrolled(filled.plan.from_, profile))
    filled.hold("06664", GRASSROOTS, "2020-05-18", "2020-05-19", direct_election=False)
    filled.hold("06664-01", "headman_election", "2020-01-05", turnout=93.25)
    tell(filled, "unit,name,role,email\n193,+84 Văn phòng,office,office@example.org\n")
    async with person(filled, Role.ADMIN) as (http, _):
        for kind in ("units", "reports", "contacts"):
            file = await had(http, f"{kind}.{format_}")
            assert file.content.startswith(b"\xef\xbb\xbf" if format_ == "csv" else b"PK")
            again = await sent(http, kind, file.content, f"{kind}.{format_}")
            assert again.status_code == 200, text_of(again.text)
            assert words("en").import_nothing in again.text
            assert "left out" not in text_of(again.text)
        with filled.store.reading() as connection:
            campaign = read_campaign(connection, CAMPAIGN)
            living = unit_profiles(connection, campaign)
        units = read_units(await had(http, f"units.{format_}"), campaign.plan.levels)
        assert {(one.code, one.name, one.parent) for one in units} == {
            (one.code, one.name, one.parent) for one in living
        }
        reports = read_reports(await had(http, f"reports.{format_}"), campaign.plan, living)
        assert [(one.unit, one.results) for one in reports] == [
            ("06664-01", {"turnout": 93.25}),
            ("06664", {"direct_election": False}),
        ]


async def test_no_text_becomes_a_formula(filled: Filled) -> None:
    names = ("=1+1", "+84", "-x", "@x", "'=1+1", "''@x", "'quoted'")
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(["unit", "name", "role", "email"])
    for no, name in enumerate(names):
        cell: Any = openpyxl.cell.WriteOnlyCell(sheet, name)
        cell.data_type = "s"
        sheet.append(["193", cell, "office", f"{no}@example.org"])
    octets = io.BytesIO()
    workbook.save(octets)
    async with person(filled, Role.ADMIN) as (http, _):
        await applied(http, "contacts", await sent(http, "contacts", octets.getvalue(), "contacts.xlsx"))
        assert [one.name for one in sorted(people(filled), key=lambda one: one.email)] == list(names)
        cells = [
            line.split(",")[1]
            for line in (await had(http, "contacts.csv")).content.decode("utf-8-sig").splitlines()[1:]
        ]
        assert sorted(cells) == sorted(["'=1+1", "'+84", "'-x", "'@x", "''=1+1", "'''@x", "'quoted'"])
        for format_ in ("csv", "xlsx"):
            file = await had(http, f"contacts.{format_}")
            assert sorted(row["name"] for row in read_table(file)) == sorted(names)
        book = openpyxl.load_workbook(io.BytesIO(file.content))
        assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row if cell.value} == {"s"}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("scope", ["22", "193"])
async def test_who_may_have_and_send_what(filled: Filled, role: Role, scope: str) -> None:
    admin, whole = role == Role.ADMIN, scope == "22"
    imports = {"units": admin and whole, "reports": role != Role.VIEW, "contacts": admin}
    tell(filled, CONTACTS.replace("193", "200"))
    async with person(filled, role, scope) as (http, orders):
        page = await http.get("/data")
        token = re.search(r'name="form_token" value="(\w+)"', page.text)[1]  # type: ignore[index]
        for kind, may in imports.items():
            assert (f'action="/data/{kind}?' in page.text) == may
            assert (f'href="/data/{kind}.csv?' in page.text) == (kind != "contacts" or admin)
            assert (await http.get(f"/data/{kind}")).status_code == (200 if may else 403)
            typed = {"form_token": token, "apply": "1"}
            files = {"file": ("x.csv", {"units": UNITS, "reports": REPORTS, "contacts": CONTACTS}[kind].encode())}
            answer = await http.post(f"/data/{kind}", data=typed, files=files)
            assert answer.status_code == (303 if may else 403)
            exported = await http.get(f"/data/{kind}.csv")
            assert exported.status_code == (200 if kind != "contacts" or admin else 403)
            if exported.status_code == 200 and not whole:
                assert not {"200", "06868", "22"} & {
                    row["code"] or row["unit"] for row in read_table(Received("x.csv", exported.content))
                }
        assert {unit for unit, *_ in orders.sent} <= (
            {"@units", "06664", "06664-01", "06868"} if whole else {"06664", "06664-01"}
        )


async def test_a_board_that_asks_nobody_gives_no_contacts(filled: Filled) -> None:
    tell(filled, CONTACTS)
    async with desk_of(filled) as desk:
        for format_ in ("csv", "xlsx"):
            answer = await desk.http.get(f"/data/contacts.{format_}", params={"lang": "en"})
            assert answer.status_code == 403
            assert words("en").no_export in answer.text
        page = await desk.http.get("/data")
        assert "/data/contacts.csv" not in page.text
        assert "example.org" not in page.text
        for path in ("/data/people", "/data/people.csv", "/data/units.pdf"):
            assert (await desk.http.get(path)).status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_what_is_no_table_is_said_in_one_sentence(filled: Filled, language: str) -> None:
    async with desk_of(filled) as desk:
        for name, content, vi, en in (
            ("x.pdf", b"%PDF", "cần một tệp có đuôi .csv hoặc .xlsx", "expected a file that ends in .csv or .xlsx"),
            ("x.xlsx", b"PK no", "không phải bảng tính XLSX đọc được", "not a readable XLSX workbook"),
            ("x.csv", b"", "tệp trống, cần dòng tiêu đề", "the file is empty, expected a header"),
            ("x.csv", b"\n\n", "tệp trống, cần dòng tiêu đề", "the file is empty, expected a header"),
            ("x.csv", b"unit,on\n", "dòng tiêu đề thiếu cột 'stage'", "the header lacks the column 'stage'"),
            ("x.csv", b"unit,stage,on\n\xff", "hãy lưu tệp dạng 'CSV UTF-8'", "save the file as 'CSV UTF-8'"),
        ):
            answer = await sent(desk.http, "reports", content, name, language)
            assert answer.status_code == 422, name
            assert (vi if language == "vi" else en) in unescape(text_of(answer.text))
        assert desk.orders.sent == []


@pytest.mark.parametrize("size", [forms.MOST + 1, 3_500_000])
async def test_a_file_that_is_too_large(filled: Filled, size: int) -> None:
    async with desk_of(filled) as desk:
        for language, sentence in (("vi", "Tệp lớn hơn 2 MB."), ("en", "The file is larger than 2 MB.")):
            answer = await sent(desk.http, "reports", b"x" * size, language=language)
            assert answer.status_code in (413, 422)
            assert sentence in text_of(answer.text)


@pytest.mark.parametrize("charset", ["undefined", "punycode", "utf-8\0", "unicode_escape", "utf-7"])
async def test_a_form_in_a_charset_that_nobody_sends(filled: Filled, charset: str) -> None:
    """Some raise errors of their own, some make of a text what no page can show."""
    async with desk_of(filled) as desk:
        fields = {**await desk.fields("/amend"), "release": "\\ud800 +2AA- x"}
        parts = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
        )
        headers = {"content-type": f"multipart/form-data; boundary=x; charset={charset}"}
        answer = await desk.http.post("/amend", content=f"{parts}--x--\r\n", headers=headers)
        assert answer.status_code in (403, 422)
        assert desk.orders.sent == []


@pytest.mark.parametrize(
    "type_",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x; charset=base64",
        "multipart/form-data; boundary=x; charset=\xff",
        "application/x-www-form-urlencoded",
        "text/plain",
    ],
)
async def test_what_is_no_form_does_no_harm(filled: Filled, type_: str) -> None:
    async with desk_of(filled) as desk:
        for body in (
            b"",
            b"--x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\xff\r\n--x--\r\n',
        ):
            answer = await desk.http.post(
                "/data/reports", content=body, headers={"content-type": type_.encode("latin-1")}
            )
            assert answer.status_code == 403
        assert desk.orders.sent == []


async def test_what_is_no_file_and_no_import(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        form = {**await desk.fields("/freeze"), "apply": "1", "file.name": "x.csv"}
        whole = packed(Received("x.csv", REPORTS.encode()))["file.content"]
        for content in ("!", "eJw", "é", whole[: len(whole) // 8 * 4]):
            answer = await desk.http.post("/data/reports?lang=en", data={**form, "file.content": content})
            assert (answer.status_code, "Choose a CSV or XLSX file." in answer.text) == (422, True)
        for done in ("%ff", "x" * 5000, "0" * 32):
            assert (await desk.http.get(f"/data/reports?done={done}")).status_code == 200
        assert desk.orders.sent == []


async def test_what_stands_around_a_unit_is_read_once(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may name a unit thousands of times."""
    looked: list[str] = []

    def look(connection: Any, campaign: Any, unit: str) -> Surroundings:
        looked.append(unit)
        return around(connection, campaign, unit)

    monkeypatch.setattr(previews, "around", look)
    async with desk_of(filled) as desk:
        rows = f"06664,{GRASSROOTS},2020-05-18\n" * 5
        answer = await sent(desk.http, "reports", f"unit,stage,on\n{rows}")
        assert answer.text.count("waiting for Khu phố 1") == 5
    assert looked == ["06664"]


async def test_a_workbook_that_swells(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calendars.campaigns.tables.MAX_UNPACKED", 1000)
    async with person(filled, Role.ADMIN) as (http, _):
        file = await had(http, "units.xlsx")
        answer = await sent(http, "units", file.content, "units.xlsx")
        assert (answer.status_code, "larger than 50 MB" in answer.text) == (422, True)


async def test_a_service_that_is_away_loses_nothing(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        seen = await sent(desk.http, "reports", REPORTS)
        desk.orders.answer = Unanswered("away")
        form = {**fields(seen.text), "apply": "1"}
        answer = await desk.http.post("/data/reports?lang=en", data=form)
        assert answer.status_code == 503
        assert "it is taken only once" in answer.text
        again = fields(answer.text)
        assert {name: again[name] for name in ("order", "file.name", "file.content")} == {
            name: form[name] for name in ("order", "file.name", "file.content")
        }
        desk.orders.answer = None
        said = text_of((await applied(desk.http, "reports", answer)).text)
        assert "2 new" in said, said


async def test_an_import_that_stops_half_way_is_gone_on_with(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PATIENCE", 0.0)
    async with desk_of(filled) as desk:
        going = asyncio.Event()
        send = desk.orders.send

        async def slowly(campaign: str, unit: str, command: Report, *, by: str, id: str) -> Answer:
            if unit == "06664":
                await going.wait()
                if desk.orders.answer is None:
                    desk.orders.answer = Unanswered("away")
            return await send(campaign, unit, command, by=by, id=id)

        monkeypatch.setattr(desk.orders, "send", slowly)
        seen = await sent(desk.http, "reports", GATED)
        page = await applied(desk.http, "reports", seen)
        assert "data-running" in page.text
        assert "1/2" in text_of(page.text)
        assert re.search(r'src="/static/import.js\?v=\w+"', page.text)
        going.set()
        await asyncio.sleep(0)
        for _ in range(20):
            page = await desk.http.get(page.url)
        assert "The service stopped answering." in text_of(page.text)
        desk.orders.answer = Answer(3, 3)
        monkeypatch.setattr(runs, "PATIENCE", 5.0)
        assert words("en").import_done in (await applied(desk.http, "reports", page)).text


async def test_forms_of_others_import_nothing(filled: Filled) -> None:
    async with desk_of(filled) as desk:
        form = {**fields((await sent(desk.http, "reports", REPORTS)).text), "apply": "1"}
        foreign = await desk.http.post("/data/reports", data=form, headers={"sec-fetch-site": "cross-site"})
        stale = await desk.http.post("/data/reports", data={**form, "form_token": "0" * 64})
        assert (foreign.status_code, stale.status_code) == (403, 403)
        assert fields(stale.text)["file.content"] == form["file.content"]
        assert desk.orders.sent == []
