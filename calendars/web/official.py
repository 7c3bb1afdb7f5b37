"""How Party papers name who writes, where and when."""

from __future__ import annotations

from datetime import date

# What the committee of an administrative unit is called, and how papers write the unit's kind in the middle of a name.
_COMMITTEES = {
    "Tỉnh": "Tỉnh ủy",
    "Thành phố": "Thành ủy",
    "Thị xã": "Thị ủy",
    "Quận": "Quận ủy",
    "Huyện": "Huyện ủy",
}
_LOWER = {"Xã": "xã", "Phường": "phường", "Thị trấn": "thị trấn", "Đặc khu": "đặc khu"}
_CELLS = {"Thôn": "thôn", "Bản": "bản", "Khu phố": "khu phố", "Khu": "khu", "Tổ": "tổ", "Xóm": "xóm", "Ấp": "ấp"}


def committee(name: str) -> str:
    """The committee of the unit called so.

    "Tỉnh Quảng Ninh" has "Tỉnh ủy Quảng Ninh", "Xã Tân Bình" has "Đảng ủy xã Tân Bình", "Khu phố 1" has "Chi bộ khu phố
    1", and any other body has a "Đảng ủy".
    """
    kind, proper = _parts(name)
    if kind in _COMMITTEES:
        return f"{_COMMITTEES[kind]} {proper}"
    if kind in _CELLS:
        return f"Chi bộ {_CELLS[kind]} {proper}"
    return f"Đảng ủy {_LOWER[kind]} {proper}" if kind in _LOWER else f"Đảng ủy {name}"


def place(name: str) -> str:
    """The name of a place without its kind, as in "Quảng Ninh, ngày ..."."""
    return _parts(name)[1]


def dated(day: date, language: str) -> str:
    """The day as a paper has it. In Vietnamese days below ten and the first two months have two digits, so that nobody
    adds one."""
    if language == "en":
        return f"{day.day} {day:%B} {day.year}"
    return f"ngày {day.day:02} tháng {day.month if day.month > 2 else f'{day.month:02}'} năm {day.year}"


def _parts(name: str) -> tuple[str, str]:
    kinds = sorted((*_COMMITTEES, *_LOWER, *_CELLS), key=len, reverse=True)
    kind = next((one for one in kinds if name.startswith(f"{one} ")), "")
    return kind, name.removeprefix(kind).strip() if kind else name
