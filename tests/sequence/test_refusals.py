"""Every refusal with its exact sentence in both languages."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from calendars.errors import UserError
from calendars.plan.model import Instrument
from calendars.sequence.commands import Acknowledge, Correct, Enrol, Postpone, Report, Retract, Schedule
from calendars.sequence.deciding import decide
from calendars.sequence.refusals import Refused
from calendars.sequence.rules import Rules
from calendars.sequence.sentences import SENTENCES
from calendars.sequence.state import Profile, UnitState
from tests.sequence.quang_ninh import PLAN, after, blank, unit
from tests.sequence.refusal_cases import CASES_AMONG_UNITS, Case, refused_in

ELECTION = Report("headman_election", date(2020, 1, 5))
CELL = Report("cell_congress", date(2020, 1, 18), results={"members": 31})
ENROL = Enrol(Profile("06664-01", "Thôn 1", "village"))
JUNE = date(2020, 6, 11)

VILLAGE = unit("village")
ELECTED = after(VILLAGE, (ELECTION, JUNE))
DONE = after(ELECTED, (CELL, JUNE))
COMMUNE = unit("commune")
PILOT = unit("commune", "pilot")
DISTRICT = unit("district")
PROVINCE = unit("province")
CONVENED = after(PROVINCE, (Schedule("provincial_congress", date(2020, 9, 25), date(2020, 9, 27)), JUNE))
STAGELESS = after(UnitState(Rules.of(PLAN, "hamlet")), (ENROL, JUNE))


CASES = [
    Case(
        "unknown_stage",
        VILLAGE,
        Report("cell\nelection", date(2020, 1, 5)),
        JUNE,
        "Tân Bình has no stage cell election; its stages are: headman_election, cell_congress.",
        "Tân Bình không có bước cell election; các bước của đơn vị là: headman_election, cell_congress.",
    ),
    Case(
        "unknown_stage",
        STAGELESS,
        ELECTION,
        JUNE,
        "Thôn 1 has no stage headman_election; its stages are: none.",
        "Thôn 1 không có bước headman_election; các bước của đơn vị là: không có bước nào.",
    ),
    Case(
        "not_enrolled",
        blank("village"),
        ELECTION,
        JUNE,
        "The unit is not part of the campaign quang-ninh-2020 yet.",
        "Đơn vị chưa được đưa vào đợt quang-ninh-2020.",
    ),
    Case(
        "already_enrolled",
        VILLAGE,
        ENROL,
        JUNE,
        "Tân Bình is already part of the campaign quang-ninh-2020.",
        "Tân Bình đã có trong đợt quang-ninh-2020.",
    ),
    Case(
        "already_reported",
        DONE,
        CELL,
        JUNE,
        "Cell congress is already reported as held on 18/01/2020 and this report says nothing new.",
        "Đại hội chi bộ đã được báo cáo là tổ chức ngày 18/01/2020 và báo cáo này không có gì mới.",
    ),
    Case(
        "already_held",
        DONE,
        Report("cell_congress", date(2020, 1, 19)),
        JUNE,
        "Cell congress was already held on 18/01/2020; use `correct` to change the report instead.",
        "Đại hội chi bộ đã tổ chức ngày 18/01/2020; hãy dùng `correct` để sửa báo cáo.",
    ),
    Case(
        "already_held",
        DONE,
        Schedule("cell_congress", date(2020, 7, 1)),
        JUNE,
        "Cell congress was already held on 18/01/2020; use `correct` to change the report instead.",
        "Đại hội chi bộ đã tổ chức ngày 18/01/2020; hãy dùng `correct` để sửa báo cáo.",
    ),
    Case(
        "already_scheduled",
        CONVENED,
        Schedule("provincial_congress", date(2020, 9, 25), date(2020, 9, 27)),
        JUNE,
        "Provincial congress is already scheduled from 25/09/2020 to 27/09/2020.",
        "Đại hội đảng bộ tỉnh đã được lên lịch từ 25/09/2020 đến 27/09/2020.",
    ),
    Case(
        "not_reported",
        ELECTED,
        Correct("cell_congress", "wrong day", on=date(2020, 1, 19)),
        JUNE,
        "Cell congress is not reported as held, so there is no report to correct or to retract.",
        "Đại hội chi bộ chưa được báo cáo là đã tổ chức nên không có báo cáo nào để sửa hay rút.",
    ),
    Case(
        "nothing_to_correct",
        DONE,
        Correct("cell_congress", "wrong day", on=date(2020, 1, 18), results={"members": 31}),
        JUNE,
        "The report of Cell congress already says that it was held on 18/01/2020 with these results.",
        "Báo cáo về Đại hội chi bộ đã ghi đúng là tổ chức ngày 18/01/2020 với các kết quả này.",
    ),
    Case(
        "before_campaign",
        COMMUNE,
        Report("grassroots_congress", date(2019, 11, 30), date(2019, 12, 1)),
        JUNE,
        "Grassroots congress cannot be from 30/11/2019 to 01/12/2019, "
        "before the campaign quang-ninh-2020 starts on 01/12/2019.",
        "Đại hội đảng bộ cơ sở không thể diễn ra từ 30/11/2019 đến 01/12/2019, "
        "trước khi đợt quang-ninh-2020 bắt đầu ngày 01/12/2019.",
    ),
    Case(
        "after_campaign",
        COMMUNE,
        Schedule("grassroots_congress", date(2021, 1, 1)),
        JUNE,
        "Grassroots congress cannot be on 01/01/2021, after the campaign quang-ninh-2020 ends on 31/12/2020.",
        "Đại hội đảng bộ cơ sở không thể diễn ra ngày 01/01/2021, "
        "sau khi đợt quang-ninh-2020 kết thúc ngày 31/12/2020.",
    ),
    Case(
        "in_future",
        DISTRICT,
        Report("district_congress", date(2020, 6, 11), date(2020, 6, 12)),
        JUNE,
        "District congress cannot be reported as held from 11/06/2020 to 12/06/2020 because today is 11/06/2020.",
        "Chưa thể báo cáo Đại hội đảng bộ huyện đã tổ chức từ 11/06/2020 đến 12/06/2020 vì hôm nay là ngày 11/06/2020.",
    ),
    Case(
        "before_window",
        COMMUNE,
        Report("grassroots_congress", date(2020, 3, 5), date(2020, 3, 6)),
        JUNE,
        "Grassroots congress cannot be from 05/03/2020 to 06/03/2020, before it opens on 01/04/2020 (35-CT/TW).",
        "Đại hội đảng bộ cơ sở không thể diễn ra từ 05/03/2020 đến 06/03/2020, "
        "trước khi được mở ngày 01/04/2020 (35-CT/TW).",
    ),
    Case(
        "before_window",
        VILLAGE,
        Report("headman_election", date(2020, 1, 4)),
        JUNE,
        "Headman election cannot be on 04/01/2020, before it opens on 05/01/2020.",
        "Bầu trưởng thôn không thể diễn ra ngày 04/01/2020, trước khi được mở ngày 05/01/2020.",
    ),
    Case(
        "before_window",
        PILOT,
        Report("grassroots_congress", date(2020, 2, 29)),
        JUNE,
        "Grassroots congress cannot be on 29/02/2020, before it opens on 01/04/2020 (35-CT/TW) "
        "and not within the pilots' window from 01/03/2020 to 31/03/2020 (26-HD/BTCTW).",
        "Đại hội đảng bộ cơ sở không thể diễn ra ngày 29/02/2020, trước khi được mở ngày 01/04/2020 (35-CT/TW) "
        "và không nằm trong thời gian làm điểm từ 01/03/2020 đến 31/03/2020 (26-HD/BTCTW).",
    ),
    Case(
        "before_previous",
        VILLAGE,
        Report("cell_congress", date(2020, 1, 18)),
        JUNE,
        "Cell congress cannot be held on 18/01/2020 because it comes after Headman election (308-KH/TU), "
        "which is not reported as held.",
        "Đại hội chi bộ không thể tổ chức ngày 18/01/2020 vì phải sau Bầu trưởng thôn (308-KH/TU), "
        "bước này chưa được báo cáo.",
    ),
    Case(
        "before_previous",
        after(VILLAGE, (Report("headman_election", date(2020, 1, 19)), JUNE)),
        Report("cell_congress", date(2020, 1, 18)),
        JUNE,
        "Cell congress cannot be on 18/01/2020 because it comes after Headman election (308-KH/TU), "
        "which was held on 19/01/2020.",
        "Đại hội chi bộ không thể diễn ra ngày 18/01/2020 vì phải sau Bầu trưởng thôn (308-KH/TU), "
        "đã tổ chức ngày 19/01/2020.",
    ),
    Case(
        "before_previous",
        after(VILLAGE, (Schedule("headman_election", date(2020, 1, 19)), date(2020, 1, 6))),
        Schedule("cell_congress", date(2020, 1, 18)),
        date(2020, 1, 6),
        "Cell congress cannot be on 18/01/2020 because it comes after Headman election (308-KH/TU), "
        "which is planned on 19/01/2020.",
        "Đại hội chi bộ không thể diễn ra ngày 18/01/2020 vì phải sau Bầu trưởng thôn (308-KH/TU), "
        "dự kiến ngày 19/01/2020.",
    ),
    Case(
        "too_long",
        DISTRICT,
        Report("district_congress", date(2020, 6, 1), date(2020, 6, 4)),
        JUNE,
        "District congress from 01/06/2020 to 04/06/2020 takes 4 days but the longest allowed is 3 (35-CT/TW).",
        "Đại hội đảng bộ huyện từ 01/06/2020 đến 04/06/2020 kéo dài 4 ngày nhưng tối đa chỉ là 3 (35-CT/TW).",
    ),
    Case(
        "last_before_first",
        DISTRICT,
        Report("district_congress", date(2020, 6, 10), date(2020, 6, 9)),
        JUNE,
        "District congress cannot end on 09/06/2020, before its first day 10/06/2020.",
        "Đại hội đảng bộ huyện không thể kết thúc ngày 09/06/2020, trước ngày đầu tiên 10/06/2020.",
    ),
    Case(
        "in_past",
        DISTRICT,
        Schedule("district_congress", date(2020, 6, 10), date(2020, 6, 11)),
        JUNE,
        "District congress cannot be scheduled from 10/06/2020 to 11/06/2020 because today is 11/06/2020; "
        "if it was held, report it.",
        "Không thể lên lịch Đại hội đảng bộ huyện từ 10/06/2020 đến 11/06/2020 vì hôm nay là ngày 11/06/2020; "
        "nếu đã tổ chức thì hãy báo cáo.",
    ),
    Case(
        "later_stage_held",
        DONE,
        Correct("headman_election", "run again", on=date(2020, 1, 19)),
        JUNE,
        "Headman election cannot be moved to 19/01/2020 because Cell congress, which comes after it (308-KH/TU), "
        "was already held on 18/01/2020.",
        "Không thể chuyển Bầu trưởng thôn sang 19/01/2020 vì Đại hội chi bộ, bước phải sau nó (308-KH/TU), "
        "đã tổ chức ngày 18/01/2020.",
    ),
    Case(
        "later_stage_held",
        DONE,
        Correct("headman_election", "run again", on=date(2020, 1, 19), to=date(2020, 1, 20)),
        JUNE,
        "Headman election cannot be moved to 19/01/2020-20/01/2020 because Cell congress, "
        "which comes after it (308-KH/TU), was already held on 18/01/2020.",
        "Không thể chuyển Bầu trưởng thôn sang 19/01/2020-20/01/2020 vì Đại hội chi bộ, "
        "bước phải sau nó (308-KH/TU), đã tổ chức ngày 18/01/2020.",
    ),
    Case(
        "later_stage_held",
        DONE,
        Retract("headman_election", "void"),
        JUNE,
        "The report of Headman election on 05/01/2020 cannot be retracted because Cell congress, "
        "which comes after it (308-KH/TU), was already held on 18/01/2020.",
        "Không thể rút báo cáo về Bầu trưởng thôn ngày 05/01/2020 vì Đại hội chi bộ, "
        "bước phải sau nó (308-KH/TU), đã tổ chức ngày 18/01/2020.",
    ),
    Case(
        "unknown_result",
        VILLAGE,
        Report("headman_election", date(2020, 1, 5), results={"votes": 3}),
        JUNE,
        "Headman election has no result votes; its results are: turnout, head_is_member.",
        "Bầu trưởng thôn không có kết quả votes; các kết quả là: turnout, head_is_member.",
    ),
    Case(
        "unknown_result",
        DISTRICT,
        Report("district_congress", date(2020, 6, 10), results={"votes": 3}),
        JUNE,
        "District congress has no result votes; its results are: none.",
        "Đại hội đảng bộ huyện không có kết quả votes; các kết quả là: không có kết quả nào.",
    ),
    Case(
        "bad_result",
        VILLAGE,
        Report("headman_election", date(2020, 1, 5), results={"turnout": 100.5}),
        JUNE,
        'The result turnout of Headman election must be a percentage from 0 to 100, not "100.5".',
        'Kết quả turnout của Bầu trưởng thôn phải là tỷ lệ phần trăm từ 0 đến 100, không phải "100.5".',
    ),
    Case(
        "bad_result",
        ELECTED,
        Report("cell_congress", date(2020, 1, 18), results={"note": "x" * 501}),
        JUNE,
        f'The result note of Cell congress must be a text of at most 500 characters, not "{"x" * 59}…".',
        f'Kết quả note của Đại hội chi bộ phải là văn bản không quá 500 ký tự, không phải "{"x" * 59}…".',
    ),
    Case(
        "no_reason",
        DONE,
        Retract("cell_congress", " \n"),
        JUNE,
        "The report of Cell congress can be corrected or retracted only with a reason.",
        "Chỉ có thể sửa hoặc rút báo cáo về Đại hội chi bộ khi nêu lý do.",
    ),
    Case(
        "nothing_overdue",
        DISTRICT,
        Acknowledge(),
        JUNE,
        "Nothing of Tân Bình is overdue, so there is nothing to acknowledge.",
        "Tân Bình không có việc nào quá hạn nên không có gì để xác nhận.",
    ),
    Case(
        "stage_not_overdue",
        after(COMMUNE, (Report("grassroots_congress", date(2020, 5, 20)), date(2020, 5, 20))),
        Acknowledge("grassroots_congress"),
        JUNE,
        "Grassroots congress is not overdue, so there is nothing to acknowledge.",
        "Đại hội đảng bộ cơ sở không quá hạn nên không có gì để xác nhận.",
    ),
    Case(
        "stage_not_overdue",
        after(
            COMMUNE,
            (Schedule("grassroots_congress", date(2020, 5, 28)), date(2020, 5, 1)),
            (Postpone("grassroots_congress", "flood"), date(2020, 5, 20)),
        ),
        Acknowledge("grassroots_congress"),
        JUNE,
        "Grassroots congress is postponed, so nobody above is told of it until it has new days; there is nothing to "
        "acknowledge.",
        "Đại hội đảng bộ cơ sở đang hoãn nên chưa báo lên cấp trên cho đến khi có ngày mới; không có gì để xác nhận.",
    ),
    Case(
        "already_acknowledged",
        after(COMMUNE, (Acknowledge("grassroots_congress"), JUNE)),
        Acknowledge(),
        JUNE,
        "What is overdue of Tân Bình is acknowledged already; no further superior is told.",
        "Việc quá hạn của Tân Bình đã được xác nhận; không báo lên cấp trên nữa.",
    ),
]


ALL = [*CASES, *CASES_AMONG_UNITS]


@pytest.mark.parametrize("case", ALL, ids=[f"{no}-{case.code}" for no, case in enumerate(ALL)])
def test_a_refusal_is_one_exact_sentence(case: Case) -> None:
    refused = refused_in(case)
    assert (refused.code, refused.text("en"), refused.text("vi")) == (case.code, case.en, case.vi)
    assert isinstance(refused, UserError)
    assert str(refused) == case.en


def test_every_sentence_of_the_catalogue_is_tried() -> None:
    refusals = [refused_in(case) for case in ALL]
    tried = {".".join(filter(None, (refused.code, refused.params.get("case")))) for refused in refusals}
    assert tried == {code for code in SENTENCES if not code.startswith("conflict.")}  # tried with the conflicts


def test_a_refusal_travels_as_plain_data() -> None:
    with pytest.raises(Refused) as error:
        decide(PILOT, Report("grassroots_congress", date(2020, 2, 29)), JUNE)
    refused = error.value
    assert all(type(value) is str for value in refused.params.values())
    for copy in (Refused.rebuild(refused.code, refused.params), pickle.loads(pickle.dumps(refused))):
        assert (copy.code, copy.params) == (refused.code, refused.params)
        assert (copy.text("en"), copy.text("vi")) == (refused.text("en"), refused.text("vi"))


def test_days_travel_in_iso_form() -> None:
    with pytest.raises(Refused) as error:
        decide(COMMUNE, Report("grassroots_congress", date(2020, 3, 5), date(2020, 3, 6)), JUNE)
    assert error.value.params == {
        "stage": "grassroots_congress",
        "title_en": "Grassroots congress",
        "title_vi": "Đại hội đảng bộ cơ sở",
        "source": "35-CT/TW",
        "span": "2020-03-05/2020-03-06",
        "opens": "2020-04-01",
    }


def test_a_code_of_a_newer_service_is_shown_as_it_is() -> None:
    refused = Refused.rebuild("no_quorum", {"share": "0.9"})
    assert refused.text("en") == "The command was refused (no_quorum)."
    assert refused.text("vi") == "Lệnh bị từ chối (no_quorum)."


def test_what_people_wrote_is_never_taken_for_a_field() -> None:
    with pytest.raises(Refused) as error:
        decide(VILLAGE, Report("{title}", date(2020, 1, 5)), JUNE)
    assert str(error.value).startswith("Tân Bình has no stage {title}; ")


def test_sources_are_cited_by_number_and_date() -> None:
    instruments = {"directive-35": Instrument(number="35-CT/TW", date=date(2019, 5, 30))}
    params = {"source": "directive-35 art. 4", "pilots_source": "plo.vn 903932", "title_en": "directive-35"}
    cited = Refused("too_long", params).cited(instruments)
    assert cited.params == {
        "source": "35-CT/TW, 30/05/2019, art. 4",
        "pilots_source": "plo.vn 903932",
        "title_en": "directive-35",
    }
