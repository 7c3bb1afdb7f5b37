"""The suspension as it was ordered and lifted, reviews after the pilots, consents to direct elections."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from calendars.campaigns.making import units
from calendars.campaigns.making.days import next_monday
from calendars.campaigns.making.tables import ARTICLE, LOW, MEDIUM, SYNTHETIC, Record

COLUMNS = ("kind", "unit", "stage", "on", "to", "body", "ordered", "text", "source", "certainty")
SECRETARIAT = "Ban Bí thư"
MILITARY, PUBLIC_SECURITY = "Quân ủy Trung ương", "Đảng ủy Công an Trung ương"

SUSPENSION: tuple[Record, ...] = (
    {
        "kind": "freeze",
        "on": "2020-03-31",
        "body": SECRETARIAT,
        "ordered": "2020-03-31",
        "text": "Tạm dừng đại hội đảng cấp cơ sở để phòng, chống dịch Covid-19",
        "source": "plo.vn 903932; baomoi c34514868 (suspension certain, day 31/03 or 01/04)",
        "certainty": MEDIUM,
    },
    {
        "kind": "resume",
        "on": "2020-04-23",
        "body": SECRETARIAT,
        "ordered": "2020-04-22",
        "text": "Tiếp tục tổ chức đại hội; các thời hạn giữ nguyên",
        "source": "plo.vn 908318 (resumption certain, exact day not found, about the end of April)",
        "certainty": LOW,
    },
)
REVIEWERS = {
    units.TAN_BINH: "Huyện ủy Đầm Hà",
    units.DUC_YEN: "Huyện ủy Đầm Hà",
    units.DAM_HA: "Tỉnh ủy Quảng Ninh",
    units.MONG_CAI: "Tỉnh ủy Quảng Ninh",
    units.COAL: "Tỉnh ủy Quảng Ninh",
}
CONSENTS = {"cong-an": PUBLIC_SECURITY, "quan-su": MILITARY, "bien-phong": MILITARY}
BEFORE_CONGRESS = timedelta(weeks=2)


def make_records(reports: Iterable[Record]) -> list[Record]:
    """All records by day: a pilot is reviewed on the Monday after it, a consent comes two weeks before the congress."""
    held = {report["unit"]: report for report in reports}
    reviews = [_review(held[code], body) for code, body in REVIEWERS.items()]
    consents = [_consent(held[code], body) for code, body in CONSENTS.items()]
    return sorted([*SUSPENSION, *reviews, *consents], key=lambda record: (record["on"], record.get("unit", "")))


def _review(report: Record, body: str) -> Record:
    return {
        "kind": "review",
        "unit": report["unit"],
        "stage": report["stage"],
        "on": next_monday(date.fromisoformat(report["to"])).isoformat(),
        "body": body,
        "text": "Rút kinh nghiệm sau đại hội điểm",
        "source": "made: pilots are reviewed before the others meet (directive 36-CT/TW of 2014-05-30), day not found",
        "certainty": SYNTHETIC,
    }


def _consent(report: Record, body: str) -> Record:
    return {
        "kind": "consent",
        "unit": report["unit"],
        "stage": report["stage"],
        "on": (date.fromisoformat(report["on"]) - BEFORE_CONGRESS).isoformat(),
        "body": body,
        "text": "Đồng ý bầu trực tiếp bí thư tại đại hội",
        "source": f"made: {ARTICLE} says that a consent was needed, its day not found",
        "certainty": SYNTHETIC,
    }
