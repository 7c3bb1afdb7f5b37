"""What entries say, in Vietnamese and English. Dates are dd/mm/yyyy, or dd/mm where the entry itself shows the year."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from calendars.ical.lines import clean
from calendars.plan.model import Due, Plan, ResultType, Stage, Text
from calendars.sequence.state import Gate, Profile, Results, ResultValue, Span, Status

# The word a unit's official name begins with; English puts its own behind the name. Longer ones first.
UNIT_WORDS = {
    "Tổ dân phố": "residential group",
    "Thành phố": "city",
    "Thị trấn": "township",
    "Đặc khu": "special zone",
    "Khu phố": "quarter",
    "Phường": "ward",
    "Thị xã": "town",
    "Huyện": "district",
    "Tỉnh": "province",
    "Thôn": "village",
    "Bản": "hamlet",
    "Khu": "quarter",
    "Xã": "commune",
}
RESULT_WORDS = {
    "committee_candidates": ("số người trong danh sách bầu cấp ủy", "candidates for the committee"),
    "committee_members": ("số cấp ủy viên được bầu", "committee members elected"),
    "delegates": ("số đại biểu", "delegates"),
    "direct_election": ("bầu trực tiếp bí thư", "secretary elected directly"),
    "head_is_member": ("trưởng thôn là đảng viên", "village head is a party member"),
    "merged_bodies_kept": ("giữ mô hình cơ quan hợp nhất", "merged bodies kept"),
    "secretary_is_chair": ("bí thư đồng thời là chủ tịch UBND", "secretary is also People's Committee chair"),
    "secretary_is_head": ("bí thư đồng thời là trưởng thôn", "secretary is also village head"),
    "secretary_not_local": ("bí thư không là người địa phương", "secretary is not a local"),
    "secretary_votes": ("phiếu bầu bí thư", "votes for the secretary"),
    "turnout": ("cử tri tham gia", "turnout"),
}


class Wording(NamedTuple):
    """A text in the two languages of the feeds."""

    vi: str
    en: str

    @classmethod
    def of(cls, text: Text | None, fallback: str) -> Wording:
        """A text of the plan, or the identifier it belongs to in readable form."""
        return cls(text.vi, text.en) if text else cls(*[fallback.replace("_", " ").capitalize()] * 2)

    def cleaned(self) -> Wording:
        """The same without characters that break calendar programs."""
        return Wording(clean(self.vi), clean(self.en))


def both(template_vi: str, template_en: str, *values: Wording | str) -> Wording:
    """Two templates filled with the same values, each in its own language."""
    return Wording(
        template_vi.format(*[value if isinstance(value, str) else value.vi for value in values]),
        template_en.format(*[value if isinstance(value, str) else value.en for value in values]),
    )


def join(separator: str, parts: list[Wording]) -> Wording:
    """The texts in a row, language by language."""
    return Wording(separator.join(part.vi for part in parts), separator.join(part.en for part in parts))


def unit_name(name: str) -> Wording:
    """A unit inside a sentence: "Phường Hà Tu" becomes "phường Hà Tu" and "Hà Tu ward"."""
    for word, english in UNIT_WORDS.items():
        if name.startswith(f"{word} "):
            rest = name[len(word) + 1 :]
            return Wording(f"{word.lower()} {rest}", f"{english} {rest}" if rest[:1].isdigit() else f"{rest} {english}")
    return Wording(name, name)


def title(plan: Plan, stage: Stage, profile: Profile) -> Wording:
    """The stage of the unit."""
    return both("{} {}", "{}, {}", Wording.of(stage.title, stage.id), full_name(plan, profile))


def full_name(plan: Plan, profile: Profile) -> Wording:
    """The unit; a village, which has namesakes, is told apart by its commune in parentheses."""
    name = unit_name(profile.name)
    if profile.parent_name and profile.level in plan.levels[2:] and profile.level == plan.levels[-1]:
        return both("{} ({})", "{} ({})", name, unit_name(profile.parent_name))
    return name


def day(of: date) -> str:
    """dd/mm/yyyy."""
    return f"{of:%d/%m}/{of.year:04}"


def days(span: Span) -> str:
    """22-23/07, or with both months (30/06-01/07), or with both years when they differ."""
    if span.first.year != span.last.year:
        return f"{day(span.first)}-{day(span.last)}"
    if span.first == span.last:
        return f"{span.first:%d/%m}"
    return f"{span.first:%d}-{span.last:%d/%m}" if _one_month(span) else f"{span.first:%d/%m}-{span.last:%d/%m}"


def dated(span: Span) -> str:
    """As `days`, with the year."""
    return days(span) if span.first.year != span.last.year else f"{days(span)}/{span.last.year:04}"


def _one_month(span: Span) -> bool:
    return span.first.month == span.last.month


def margin_words(margin: int) -> Wording:
    """Days before a due day, measured from the last day of the congress."""
    if margin == 0:
        return Wording("đúng hạn", "on the due day")
    if margin > 0:
        return Wording(f"sớm {margin} ngày", f"{_days(margin)} early")
    return Wording(f"muộn {-margin} ngày", f"{_days(-margin)} late")


def deadline_margin(margin: int) -> Wording:
    """Days before the central deadline, measured from the last day of the congress."""
    if margin == 0:
        return Wording("đúng hạn TW", "on the day of the central deadline")
    if margin > 0:
        return Wording(f"trước hạn TW {margin} ngày", f"{_days(margin)} before the central deadline")
    return Wording(f"sau hạn TW {-margin} ngày", f"{_days(-margin)} after the central deadline")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def source(plan: Plan, of: Due) -> Wording | None:
    """The instrument that set a day, by number and date, as numbers restart with every tenure; None if none did."""
    key, _, place = (of.source or "").partition(" ")
    instrument = plan.instruments.get(key)
    if instrument is None:
        return None
    place = f", {place}" if place else ""
    of_day = day(instrument.date)
    return Wording(f"{instrument.number} ngày {of_day}{place}", f"{instrument.number} of {of_day}{place}")


def results(stage: Stage, reported: Results) -> Wording:
    """The reported results in the plan's order."""
    order = [key for key in stage.results if key in reported]
    order += sorted(key for key in reported if key not in stage.results)
    return join("; ", [_result(key, reported[key], stage.results.get(key)) for key in order])


def result_name(key: str) -> Wording:
    """What a result is called."""
    return Wording(*RESULT_WORDS.get(key, (key.replace("_", " "),) * 2))


def _result(key: str, value: ResultValue, kind: ResultType | None) -> Wording:
    name = result_name(key)
    if isinstance(value, bool):
        return both("{}: có", "{}: yes", name) if value else both("{}: không", "{}: no", name)
    shown = f"{value:.10g}" if isinstance(value, float) else str(value)
    if kind is ResultType.PERCENT:
        return both("{}: {}%", "{}: {}%", name, Wording(shown.replace(".", ","), shown))
    return both("{}: {}", "{}: {}", name, shown)


STATUS_WORDS = {
    Status.HELD: Wording("Đã tổ chức", "Held"),
    Status.SCHEDULED: Wording("Đã có lịch", "Scheduled"),
    Status.OPEN: Wording("Chưa có lịch", "Not scheduled"),
    Status.OVERDUE: Wording("Quá hạn", "Overdue"),
    Status.POSTPONED: Wording("Đã hoãn", "Postponed"),
    Status.ENDED: Wording("Đã kết thúc", "Ended"),
}
GATE_WORDS = {
    Gate.OPEN: Wording("đã đủ", "open"),
    Gate.CLOSED: Wording("chưa đủ", "closed"),
    Gate.WAIVED: Wording("được miễn", "waived"),
    Gate.CONFLICT: Wording("mâu thuẫn", "conflict"),
}
