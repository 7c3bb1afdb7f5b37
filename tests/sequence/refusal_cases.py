"""Refusals that rest on others: units below and beside, a superior, a body that agrees, a suspension."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from calendars.sequence.commands import (
    Command,
    Done,
    End,
    Freeze,
    GiveConsent,
    Postpone,
    Reopen,
    Report,
    Retract,
    Review,
    Schedule,
    SetPin,
    Unpin,
    Waive,
)
from calendars.sequence.facts import Sealed
from calendars.sequence.refusals import Refused
from calendars.sequence.state import Clock, UnitState
from calendars.sequence.surroundings import UNKNOWN, Superior, Surroundings
from tests.sequence.quang_ninh import FULL, PLAN, after, below, changed, refused, settled, span, taken, unit

STAGE, CELL = "grassroots_congress", "cell_congress"
JUNE = date(2020, 6, 11)


class Case(NamedTuple):
    """A command that a unit refuses on a day, and how."""

    code: str
    state: UnitState
    command: Command
    today: date
    en: str
    vi: str
    around: Surroundings = UNKNOWN


def refused_in(case: Case) -> Refused:
    """The refusal of the case."""
    return refused(case.state, case.command, case.today, case.around)


COMMUNE = unit("commune", plan=FULL)
FORCE = unit("commune", "armed_forces", plan=FULL)
DIRECT = Report(STAGE, date(2020, 5, 20), results={"direct_election": True})
WAIVED = after(COMMUNE, (Waive(STAGE, "flood"), JUNE))
CONSENTED = after(FORCE, (GiveConsent(STAGE, "Quân ủy", date(2020, 5, 21)), JUNE))
ANY_DAY = unit("commune", plan=changed(FULL, grassroots_congress={"opens": None}))
PILOT = unit("commune", "pilot", plan=PLAN)
HELD = after(PILOT, (Report(STAGE, date(2020, 3, 5)), JUNE))
CELL_HELD = after(
    unit("village", plan=FULL),
    (Report("headman_election", date(2020, 1, 5)), JUNE),
    (Report(CELL, date(2020, 1, 18)), JUNE),
)
SUPERIOR = Surroundings(superior=Superior("200", 1, {STAGE: span("2020-05-19", "2020-05-20")}))
SEALED = Sealed(JUNE, "200", "conference", span("2020-05-20"), (CELL,))
FROZEN = after(COMMUNE, (Freeze("f", date(2020, 6, 1), None, "flood"), JUNE))

CASES_AMONG_UNITS = [
    Case(
        "gate_closed",
        COMMUNE,
        DIRECT,
        JUNE,
        "Grassroots congress cannot be held on 20/05/2020: 1 of 2 units below had held Cell congress by then and 2 "
        "must have; waiting for Thôn 2.",
        "Đại hội đảng bộ cơ sở không thể tổ chức ngày 20/05/2020: đến lúc đó mới có 1 trên 2 đơn vị trực thuộc đã tổ "
        "chức Đại hội chi bộ, cần 2; còn chờ Thôn 2.",
        below(CELL, "2020-01-18", None),
    ),
    Case(
        "gate_closed",
        COMMUNE,
        DIRECT,
        JUNE,
        "Grassroots congress cannot be held on 20/05/2020 yet: whether the units below have held Cell congress is not "
        "known just now.",
        "Chưa thể tổ chức Đại hội đảng bộ cơ sở ngày 20/05/2020: hiện chưa rõ các đơn vị trực thuộc đã tổ chức Đại hội "
        "chi bộ hay chưa.",
    ),
    Case(
        "pilots_first",
        ANY_DAY,
        Report(STAGE, date(2020, 3, 10)),
        JUNE,
        "Grassroots congress cannot be held on 10/03/2020: the pilots under the same superior go first, from "
        "01/03/2020 to 31/03/2020 (26-HD/BTCTW), and they are not all held and reviewed.",
        "Đại hội đảng bộ cơ sở không thể tổ chức ngày 10/03/2020: các đơn vị làm điểm của cùng cấp trên đi trước, từ "
        "01/03/2020 đến 31/03/2020 (26-HD/BTCTW), và chưa tổ chức và rút kinh nghiệm xong.",
    ),
    Case(
        "frozen",
        COMMUNE,
        Schedule(STAGE, date(2020, 4, 22), date(2020, 4, 23)),
        date(2020, 4, 1),
        "Grassroots congress cannot be from 22/04/2020 to 23/04/2020, because congresses are suspended from 31/03/2020 "
        "to 22/04/2020: Covid-19.",
        "Đại hội đảng bộ cơ sở không thể diễn ra từ 22/04/2020 đến 23/04/2020 vì đại hội tạm dừng từ 31/03/2020 đến "
        "22/04/2020: Covid-19.",
    ),
    Case(
        "frozen",
        FROZEN,
        Schedule(STAGE, date(2020, 6, 20)),
        JUNE,
        "Grassroots congress cannot be on 20/06/2020, because congresses are suspended since 01/06/2020 until further "
        "notice: flood.",
        "Đại hội đảng bộ cơ sở không thể diễn ra ngày 20/06/2020 vì đại hội tạm dừng từ ngày 01/06/2020 cho đến khi có "
        "thông báo mới: flood.",
    ),
    Case(
        "no_consent",
        FORCE,
        DIRECT,
        JUNE,
        "The result direct_election of Grassroots congress needs the consent of Quân ủy, which is not recorded.",
        "Kết quả direct_election của Đại hội đảng bộ cơ sở cần có ý kiến đồng ý của Quân ủy, hiện chưa được ghi nhận.",
        below(CELL),
    ),
    Case(
        "no_consent",
        CONSENTED,
        DIRECT,
        JUNE,
        "The result direct_election of Grassroots congress needs the consent of Quân ủy by the day it was held; it "
        "came on 21/05/2020.",
        "Kết quả direct_election của Đại hội đảng bộ cơ sở cần có ý kiến đồng ý của Quân ủy chậm nhất trong ngày tổ "
        "chức; ý kiến đến ngày 21/05/2020 mới có.",
        below(CELL),
    ),
    Case(
        "unknown_body",
        CONSENTED,
        GiveConsent(STAGE, "Công\nan", JUNE),
        JUNE,
        "Grassroots congress of this unit needs no consent of Công an; it needs that of: Quân ủy.",
        "Đại hội đảng bộ cơ sở của đơn vị này không cần ý kiến của Công an; đơn vị cần ý kiến của: Quân ủy.",
    ),
    Case(
        "unknown_body",
        COMMUNE,
        GiveConsent(STAGE, "Quân ủy", JUNE),
        JUNE,
        "Grassroots congress of this unit needs no consent of Quân ủy; it needs that of: nobody.",
        "Đại hội đảng bộ cơ sở của đơn vị này không cần ý kiến của Quân ủy; đơn vị cần ý kiến của: "
        "không có cơ quan nào.",
    ),
    Case(
        "already_consented",
        CONSENTED,
        GiveConsent(STAGE, "Quân ủy", date(2020, 5, 22)),
        JUNE,
        "The consent of Quân ủy to Grassroots congress is already recorded, given on 21/05/2020.",
        "Ý kiến đồng ý của Quân ủy về Đại hội đảng bộ cơ sở đã được ghi nhận, ngày 21/05/2020.",
    ),
    Case(
        "day_in_future",
        COMMUNE,
        Waive(STAGE, "flood", date(2020, 6, 12)),
        JUNE,
        "What is said of Grassroots congress is dated 12/06/2020, but today is 11/06/2020.",
        "Nội dung về Đại hội đảng bộ cơ sở ghi ngày 12/06/2020, nhưng hôm nay là ngày 11/06/2020.",
    ),
    Case(
        "already_waived",
        WAIVED,
        Waive(STAGE, "storm"),
        JUNE,
        "Grassroots congress was already let through: flood.",
        "Đại hội đảng bộ cơ sở đã được cấp trên cho phép trước: flood.",
    ),
    Case(
        "nothing_to_waive",
        unit("village", plan=FULL),
        Waive(CELL, "flood"),
        JUNE,
        "Cell congress waits for no units below and for no pilots: there is nothing to waive.",
        "Đại hội chi bộ không phải chờ đơn vị trực thuộc hay đơn vị làm điểm: không có gì để miễn.",
    ),
    Case(
        "unknown_lead_in",
        COMMUNE,
        Done(STAGE, "announce"),
        JUNE,
        "Grassroots congress has no preparatory step announce; its steps are: notice, dossier.",
        "Đại hội đảng bộ cơ sở không có bước chuẩn bị announce; các bước chuẩn bị là: notice, dossier.",
    ),
    Case(
        "already_done",
        after(COMMUNE, (Done(STAGE, "notice", date(2020, 4, 1)), JUNE)),
        Done(STAGE, "notice"),
        JUNE,
        "The step notice of Grassroots congress is already ticked off, done on 01/04/2020.",
        "Bước notice của Đại hội đảng bộ cơ sở đã được đánh dấu hoàn thành ngày 01/04/2020.",
    ),
    Case(
        "nothing_planned",
        COMMUNE,
        Postpone(STAGE, "flood"),
        JUNE,
        "Grassroots congress has no planned days, so there is nothing to postpone.",
        "Đại hội đảng bộ cơ sở chưa có ngày dự kiến nên không có gì để hoãn.",
    ),
    Case(
        "sealed",
        taken(CELL_HELD, (SEALED,)),
        Retract(CELL, "void"),
        JUNE,
        "The report of Cell congress is sealed, because the superior's congress rests on it; only an administrator can "
        "reopen it.",
        "Báo cáo về Đại hội chi bộ đã khóa vì đại hội cấp trên dựa trên báo cáo này; "
        "chỉ quản trị viên mới mở lại được.",
    ),
    Case(
        "sealed",
        settled(CELL_HELD, JUNE, SUPERIOR),
        Retract(CELL, "void"),
        JUNE,
        "The report of Cell congress is sealed, because the superior's congress, held from 19/05/2020 to 20/05/2020, "
        "rests on it; only an administrator can reopen it.",
        "Báo cáo về Đại hội chi bộ đã khóa vì đại hội cấp trên, tổ chức từ 19/05/2020 đến 20/05/2020, dựa trên báo cáo "
        "này; chỉ quản trị viên mới mở lại được.",
    ),
    Case(
        "not_sealed",
        CELL_HELD,
        Reopen(CELL, "typing error"),
        JUNE,
        "The report of Cell congress is not sealed: it can be corrected or retracted as it is.",
        "Báo cáo về Đại hội chi bộ không bị khóa: có thể sửa hoặc rút ngay.",
    ),
    Case(
        "already_pinned",
        after(COMMUNE, (SetPin(STAGE, Clock.TARGET, date(2020, 6, 20), "flood"), JUNE)),
        SetPin(STAGE, Clock.TARGET, date(2020, 6, 20), "storm"),
        JUNE,
        "Grassroots congress already has 20/06/2020 as a day of its own: flood.",
        "Đại hội đảng bộ cơ sở đã có ngày riêng 20/06/2020: flood.",
    ),
    Case(
        "not_pinned",
        COMMUNE,
        Unpin(STAGE, Clock.TARGET, "dry"),
        JUNE,
        "Grassroots congress has no such day of its own: the day of the plan holds.",
        "Đại hội đảng bộ cơ sở không có ngày riêng như vậy: áp dụng ngày của kế hoạch.",
    ),
    Case(
        "not_a_pilot",
        COMMUNE,
        Review(STAGE, JUNE),
        JUNE,
        "Grassroots congress of this unit is no pilot, so there is no review of it to record.",
        "Đại hội đảng bộ cơ sở của đơn vị này không phải đại hội điểm nên không có rút kinh nghiệm để ghi nhận.",
    ),
    Case(
        "not_held_yet",
        PILOT,
        Review(STAGE, JUNE),
        JUNE,
        "Grassroots congress is not reported as held yet, so there is no review of it to record.",
        "Đại hội đảng bộ cơ sở chưa được báo cáo là đã tổ chức nên chưa có rút kinh nghiệm để ghi nhận.",
    ),
    Case(
        "already_reviewed",
        after(HELD, (Review(STAGE, date(2020, 3, 20)), JUNE)),
        Review(STAGE, JUNE),
        JUNE,
        "What was learnt from Grassroots congress is already recorded, on 20/03/2020.",
        "Việc rút kinh nghiệm về Đại hội đảng bộ cơ sở đã được ghi nhận ngày 20/03/2020.",
    ),
    Case(
        "no_reason_given",
        COMMUNE,
        Waive(STAGE, " \n"),
        JUNE,
        "Say why with a reason: it is kept in the history of Grassroots congress.",
        "Hãy nêu lý do: lý do được lưu trong lịch sử của Đại hội đảng bộ cơ sở.",
    ),
    Case(
        "ended",
        after(COMMUNE, (End("dissolved", date(2020, 6, 1)), JUNE)),
        DIRECT,
        JUNE,
        "Tân Bình ended on 01/06/2020: it was dissolved, and nothing can be said of it any more.",
        "Tân Bình đã kết thúc ngày 01/06/2020 do giải thể, không còn nhận thêm thông tin.",
    ),
    Case(
        "ended",
        after(COMMUNE, (End("merged", date(2020, 6, 1), "06665", "Dực Yên"), JUNE)),
        DIRECT,
        JUNE,
        "Tân Bình ended on 01/06/2020: it was merged into Dực Yên (06665); what is new belongs there.",
        "Tân Bình đã kết thúc ngày 01/06/2020 do sáp nhập vào Dực Yên (06665); thông tin mới thuộc về đơn vị đó.",
    ),
]
