"""The report to the committee, on paper and as a workbook."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from calendars.sequence.state import Profile
from calendars.store.database import Store
from calendars.web.official import committee, dated, place
from tests.web.campaigns import GRASSROOTS, filled_in_june, opened, told
from tests.web.stores import PROVINCE, SMALL, Filled
from tests.web.test_app import text_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """The values of each sheet of a workbook, row by row."""
    book = openpyxl.load_workbook(BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.mark.parametrize(
    ("unit", "vi"),
    [
        ("Tỉnh Quảng Ninh", "Tỉnh ủy Quảng Ninh"),
        ("Thành phố Hạ Long", "Thành ủy Hạ Long"),
        ("Thị xã Đông Triều", "Thị ủy Đông Triều"),
        ("Huyện Đầm Hà", "Huyện ủy Đầm Hà"),
        ("Thị trấn Cái Rồng", "Đảng ủy thị trấn Cái Rồng"),
        ("Phường Hà Tu", "Đảng ủy phường Hà Tu"),
        ("Xã Tân Bình", "Đảng ủy xã Tân Bình"),
        ("Khu phố 1", "Chi bộ khu phố 1"),
        ("Than Quảng Ninh", "Đảng ủy Than Quảng Ninh"),
    ],
)
def test_committees(unit: str, vi: str) -> None:
    assert committee(unit) == vi


def test_place_and_day() -> None:
    assert place("Thị xã Đông Triều") == "Đông Triều"
    assert dated(date(2020, 2, 5), "vi") == "ngày 05 tháng 02 năm 2020"
    assert dated(date(2020, 6, 11), "vi") == "ngày 11 tháng 6 năm 2020"
    assert dated(date(2020, 6, 11), "en") == "11 June 2020"


async def test_the_paper(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        vi = text_of((await http.get("/report?lang=vi")).text)
        en = text_of((await http.get("/report?lang=en")).text)
    for said in (
        "TỈNH ỦY QUẢNG NINH",
        "ĐẢNG CỘNG SẢN VIỆT NAM Quảng Ninh, ngày 11 tháng 6 năm 2020",
        "BÁO CÁO Tiến độ đại hội đảng bộ các cấp, nhiệm kỳ 2020-2025 (Số liệu đến hết ngày 11/06/2020)",
        "66,7 % (2/3) chi bộ và đảng bộ cơ sở đã tổ chức đại hội",
        "Đại hội Đảng bộ Xã, phường, thị trấn 1/2 Quá hạn: 1 50 % 19/05/2020 31/05/2020 +12 30/06/2020 +42",
        "Thành phố Hạ Long 1/1 1/1 1/1 0/1 0 +42",
        "Quá hạn, chưa tổ chức (1)",
        "Xã Tân Bình (Huyện Đầm Hà) Đại hội Đảng bộ 31/05/2020 11",
        "Phường Hà Tu (Thành phố Hạ Long) 18/05/2020 – 19/05/2020 +12 +42",
        "Không có đơn vị làm điểm.",
        "Đại hội tạm dừng từ 31/03/2020 đến 22/04/2020: Covid-19",
        "Nơi nhận: Lưu Văn phòng. T/M BAN THƯỜNG VỤ",
    ):
        assert said in vi, said
    assert "COMMUNIST PARTY OF VIET NAM Quảng Ninh, 11 June 2020" in en


async def test_the_paper_of_a_past_day_and_of_a_part(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        page = text_of((await http.get("/report?lang=vi&under=193&as_of=2020-01-20")).text)
        missing = await http.get("/report?under=nowhere")
    assert "TỈNH ỦY QUẢNG NINH THÀNH ỦY HẠ LONG" in page
    assert "Hạ Long, ngày 20 tháng 01 năm 2020" in page
    assert "Không có đơn vị nào quá hạn hoặc tổ chức muộn." in page
    assert "Không có đợt tạm dừng nào; không có vướng mắc." in page
    assert "19/05/2020" not in page
    assert missing.status_code == 404


async def test_late_units_are_named(store: Store) -> None:
    filled = filled_in_june(store)
    filled.hold("06868", GRASSROOTS, "2020-06-09", "2020-06-10")
    async with opened(store) as http:
        page = text_of((await http.get("/report?lang=en")).text)
    assert "Held after the target or the central deadline (1)" in page
    assert "Xã Tân Bình (Huyện Đầm Hà) Grassroots congress 09/06/2020 – 10/06/2020 −10 +20" in page
    assert "Overdue, not held" not in page


async def test_a_campaign_without_any_report(store: Store) -> None:
    Filled(store, plan=told(freezes=[], indicators=[]))
    async with opened(store) as http:
        page = await http.get("/report?lang=vi&as_of=2019-12-02")
    assert page.status_code == 200
    for said in ("Chưa có đơn vị nào tổ chức trước hạn.", "Không có đơn vị nào quá hạn hoặc tổ chức muộn."):
        assert said in text_of(page.text)


async def test_the_workbook(store: Store) -> None:
    filled_in_june(store)
    async with opened(store) as http:
        answer = await http.get("/report.xlsx?lang=vi&as_of=2020-06-10")
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-disposition"] == 'attachment; filename="quang-ninh-2020-22-2020-06-10.xlsx"'
    found = sheets(answer.content)
    assert list(found) == [
        "Tổng hợp",
        "Chỉ tiêu",
        "Theo đơn vị",
        "Chi tiết",
        "Quá hạn",
        "Mâu thuẫn cần xử lý",
        "Tạm dừng",
    ]
    heads, *rows = found["Tổng hợp"]
    (grassroots,) = [dict(zip(heads, row, strict=True)) for row in rows if row[0] == "Xã, phường, thị trấn"]
    assert (grassroots["đơn vị"], grassroots["Đã tổ chức"], grassroots["Tỷ lệ"]) == (2, 1, 0.5)
    assert grassroots["Hạn Trung ương"] == datetime(2020, 6, 30)  # noqa: DTZ001 - as openpyxl reads days
    assert grassroots["Hạn Trung ương ít nhất"] == 42
    heads, *rows = found["Chi tiết"]
    (ha_tu,) = [dict(zip(heads, row, strict=True)) for row in rows if row[0] == "06664"]
    assert ha_tu["Từ ngày"] == datetime(2020, 5, 18)  # noqa: DTZ001 - as openpyxl reads days
    assert (ha_tu["So với mục tiêu (ngày)"], ha_tu["So với hạn Trung ương (ngày)"]) == (12, 42)
    assert found["Quá hạn"][1][:2] == ("06868", "Xã Tân Bình (Huyện Đầm Hà)")
    assert found["Quá hạn"][1][4] == 10
    assert found["Chỉ tiêu"][1][1:] == (0.75, 1, "đạt")


async def test_names_never_run_as_formulas(store: Store) -> None:
    names = ('=HYPERLINK("http://evil.example")', "+1+1", "-1", "@SUM(1)", "Xã \x07Lạ")
    units = [Profile(f"9{no}", name, "commune", "200", "Huyện Đầm Hà") for no, name in enumerate(names)]
    Filled(store, [PROVINCE, *(one for one in SMALL if one.code == "200"), *units], plan=told())
    async with opened(store) as http:
        answer = await http.get("/report.xlsx?lang=en")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    found = {cell.value: cell for cell in cells if isinstance(cell.value, str)}
    for name in names[:4]:
        assert found[name].quotePrefix
    assert "Xã Lạ" in found
    with zipfile.ZipFile(BytesIO(answer.content)) as parts:
        assert not [name for name in parts.namelist() if re.search(rb"<f[ >]", parts.read(name))]
