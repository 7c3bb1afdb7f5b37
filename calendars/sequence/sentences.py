"""The sentences in which the rules answer, in English and Vietnamese, by their codes."""

from __future__ import annotations

from calendars.plan.model import Text

# Fields: `{x:day}` shows 31/05/2020, `{x:days}` "on 31/05/2020" or "from ... to ...", `{x:source}` " (x)" or nothing.
SENTENCES: dict[str, Text] = {
    "unknown_stage": Text(
        en="{unit} has no stage {stage}; its stages are: {stages}.",
        vi="{unit} không có bước {stage}; các bước của đơn vị là: {stages}.",
    ),
    "nothing_overdue": Text(
        en="Nothing of {unit} is overdue, so there is nothing to acknowledge.",
        vi="{unit} không có việc nào quá hạn nên không có gì để xác nhận.",
    ),
    "stage_not_overdue": Text(
        en="{title} is not overdue, so there is nothing to acknowledge.",
        vi="{title} không quá hạn nên không có gì để xác nhận.",
    ),
    "stage_not_overdue.postponed": Text(
        en="{title} is postponed, so nobody above is told of it until it has new days; there is nothing to "
        "acknowledge.",
        vi="{title} đang hoãn nên chưa báo lên cấp trên cho đến khi có ngày mới; không có gì để xác nhận.",
    ),
    "already_acknowledged": Text(
        en="What is overdue of {unit} is acknowledged already; no further superior is told.",
        vi="Việc quá hạn của {unit} đã được xác nhận; không báo lên cấp trên nữa.",
    ),
    "not_enrolled": Text(
        en="The unit is not part of the campaign {campaign} yet.",
        vi="Đơn vị chưa được đưa vào đợt {campaign}.",
    ),
    "already_enrolled": Text(
        en="{unit} is already part of the campaign {campaign}.",
        vi="{unit} đã có trong đợt {campaign}.",
    ),
    "already_reported": Text(
        en="{title} is already reported as held {held:days} and this report says nothing new.",
        vi="{title} đã được báo cáo là tổ chức {held:days} và báo cáo này không có gì mới.",
    ),
    "already_held": Text(
        en="{title} was already held {held:days}; use `correct` to change the report instead.",
        vi="{title} đã tổ chức {held:days}; hãy dùng `correct` để sửa báo cáo.",
    ),
    "already_scheduled": Text(
        en="{title} is already scheduled {planned:days}.",
        vi="{title} đã được lên lịch {planned:days}.",
    ),
    "not_reported": Text(
        en="{title} is not reported as held, so there is no report to correct or to retract.",
        vi="{title} chưa được báo cáo là đã tổ chức nên không có báo cáo nào để sửa hay rút.",
    ),
    "nothing_to_correct": Text(
        en="The report of {title} already says that it was held {held:days} with these results.",
        vi="Báo cáo về {title} đã ghi đúng là tổ chức {held:days} với các kết quả này.",
    ),
    "before_campaign": Text(
        en="{title} cannot be {span:days}, before the campaign {campaign} starts on {from:day}.",
        vi="{title} không thể diễn ra {span:days}, trước khi đợt {campaign} bắt đầu ngày {from:day}.",
    ),
    "after_campaign": Text(
        en="{title} cannot be {span:days}, after the campaign {campaign} ends on {until:day}.",
        vi="{title} không thể diễn ra {span:days}, sau khi đợt {campaign} kết thúc ngày {until:day}.",
    ),
    "in_future": Text(
        en="{title} cannot be reported as held {span:days} because today is {today:day}.",
        vi="Chưa thể báo cáo {title} đã tổ chức {span:days} vì hôm nay là ngày {today:day}.",
    ),
    "before_window": Text(
        en="{title} cannot be {span:days}, before it opens on {opens:day}{source:source}.",
        vi="{title} không thể diễn ra {span:days}, trước khi được mở ngày {opens:day}{source:source}.",
    ),
    "before_window.pilot": Text(
        en="{title} cannot be {span:days}, before it opens on {opens:day}{source:source} "
        "and not within the pilots' window {pilots:days}{pilots_source:source}.",
        vi="{title} không thể diễn ra {span:days}, trước khi được mở ngày {opens:day}{source:source} "
        "và không nằm trong thời gian làm điểm {pilots:days}{pilots_source:source}.",
    ),
    "before_previous.missing": Text(
        en="{title} cannot be held {span:days} because it comes after {other}{source:source}, "
        "which is not reported as held.",
        vi="{title} không thể tổ chức {span:days} vì phải sau {other}{source:source}, bước này chưa được báo cáo.",
    ),
    "before_previous.held": Text(
        en="{title} cannot be {span:days} because it comes after {other}{source:source}, "
        "which was held {other_days:days}.",
        vi="{title} không thể diễn ra {span:days} vì phải sau {other}{source:source}, đã tổ chức {other_days:days}.",
    ),
    "before_previous.planned": Text(
        en="{title} cannot be {span:days} because it comes after {other}{source:source}, "
        "which is planned {other_days:days}.",
        vi="{title} không thể diễn ra {span:days} vì phải sau {other}{source:source}, dự kiến {other_days:days}.",
    ),
    "too_long": Text(
        en="{title} {span:days} takes {length} days but the longest allowed is {max}{source:source}.",
        vi="{title} {span:days} kéo dài {length} ngày nhưng tối đa chỉ là {max}{source:source}.",
    ),
    "last_before_first": Text(
        en="{title} cannot end on {last:day}, before its first day {first:day}.",
        vi="{title} không thể kết thúc ngày {last:day}, trước ngày đầu tiên {first:day}.",
    ),
    "in_past": Text(
        en="{title} cannot be scheduled {span:days} because today is {today:day}; if it was held, report it.",
        vi="Không thể lên lịch {title} {span:days} vì hôm nay là ngày {today:day}; nếu đã tổ chức thì hãy báo cáo.",
    ),
    "later_stage_held.correct": Text(
        en="{title} cannot be moved to {span:interval} because {other}, which comes after it{source:source}, "
        "was already held {other_days:days}.",
        vi="Không thể chuyển {title} sang {span:interval} vì {other}, bước phải sau nó{source:source}, "
        "đã tổ chức {other_days:days}.",
    ),
    "later_stage_held.retract": Text(
        en="The report of {title} {span:days} cannot be retracted because {other}, "
        "which comes after it{source:source}, was already held {other_days:days}.",
        vi="Không thể rút báo cáo về {title} {span:days} vì {other}, bước phải sau nó{source:source}, "
        "đã tổ chức {other_days:days}.",
    ),
    "unknown_result": Text(
        en="{title} has no result {key}; its results are: {keys}.",
        vi="{title} không có kết quả {key}; các kết quả là: {keys}.",
    ),
    "bad_result": Text(
        en='The result {key} of {title} must be {expected}, not "{value}".',
        vi='Kết quả {key} của {title} phải là {expected}, không phải "{value}".',
    ),
    "no_reason": Text(
        en="The report of {title} can be corrected or retracted only with a reason.",
        vi="Chỉ có thể sửa hoặc rút báo cáo về {title} khi nêu lý do.",
    ),
    "gate_closed": Text(
        en="{title} cannot be held {span:days}: {held} of {of} units below had held {other} by then and {needed} "
        "must have; waiting for {names}.",
        vi="{title} không thể tổ chức {span:days}: đến lúc đó mới có {held} trên {of} đơn vị trực thuộc đã tổ chức "
        "{other}, cần {needed}; còn chờ {names}.",
    ),
    "gate_closed.unknown": Text(
        en="{title} cannot be held {span:days} yet: whether the units below have held {other} is not known just now.",
        vi="Chưa thể tổ chức {title} {span:days}: hiện chưa rõ các đơn vị trực thuộc đã tổ chức {other} hay chưa.",
    ),
    "pilots_first": Text(
        en="{title} cannot be held {span:days}: the pilots under the same superior go first, {pilots:days}"
        "{pilots_source:source}, and they are not all held and reviewed.",
        vi="{title} không thể tổ chức {span:days}: các đơn vị làm điểm của cùng cấp trên đi trước, {pilots:days}"
        "{pilots_source:source}, và chưa tổ chức và rút kinh nghiệm xong.",
    ),
    "frozen": Text(
        en="{title} cannot be {span:days}, because congresses are suspended {freeze:days}: {reason}.",
        vi="{title} không thể diễn ra {span:days} vì đại hội tạm dừng {freeze:days}: {reason}.",
    ),
    "frozen.open": Text(
        en="{title} cannot be {span:days}, because congresses are suspended since {from:day} until further notice: "
        "{reason}.",
        vi="{title} không thể diễn ra {span:days} vì đại hội tạm dừng từ ngày {from:day} cho đến khi có thông báo mới: "
        "{reason}.",
    ),
    "no_consent": Text(
        en="The result {result} of {title} needs the consent of {body}{source:source}, which is not recorded.",
        vi="Kết quả {result} của {title} cần có ý kiến đồng ý của {body}{source:source}, hiện chưa được ghi nhận.",
    ),
    "no_consent.late": Text(
        en="The result {result} of {title} needs the consent of {body}{source:source} by the day it was held; it came "
        "on {consented:day}.",
        vi="Kết quả {result} của {title} cần có ý kiến đồng ý của {body}{source:source} chậm nhất trong ngày tổ chức; "
        "ý kiến đến ngày {consented:day} mới có.",
    ),
    "unknown_body": Text(
        en="{title} of this unit needs no consent of {body}; it needs that of: {bodies}.",
        vi="{title} của đơn vị này không cần ý kiến của {body}; đơn vị cần ý kiến của: {bodies}.",
    ),
    "already_consented": Text(
        en="The consent of {body} to {title} is already recorded, given on {consented:day}.",
        vi="Ý kiến đồng ý của {body} về {title} đã được ghi nhận, ngày {consented:day}.",
    ),
    "day_in_future": Text(
        en="What is said of {title} is dated {on:day}, but today is {today:day}.",
        vi="Nội dung về {title} ghi ngày {on:day}, nhưng hôm nay là ngày {today:day}.",
    ),
    "already_waived": Text(
        en="{title} was already let through: {reason}.",
        vi="{title} đã được cấp trên cho phép trước: {reason}.",
    ),
    "nothing_to_waive": Text(
        en="{title} waits for no units below and for no pilots: there is nothing to waive.",
        vi="{title} không phải chờ đơn vị trực thuộc hay đơn vị làm điểm: không có gì để miễn.",
    ),
    "unknown_lead_in": Text(
        en="{title} has no preparatory step {lead_in}; its steps are: {lead_ins}.",
        vi="{title} không có bước chuẩn bị {lead_in}; các bước chuẩn bị là: {lead_ins}.",
    ),
    "already_done": Text(
        en="The step {lead_in} of {title} is already ticked off, done on {done:day}.",
        vi="Bước {lead_in} của {title} đã được đánh dấu hoàn thành ngày {done:day}.",
    ),
    "nothing_planned": Text(
        en="{title} has no planned days, so there is nothing to postpone.",
        vi="{title} chưa có ngày dự kiến nên không có gì để hoãn.",
    ),
    "sealed": Text(
        en="The report of {title} is sealed, because the superior's congress rests on it; only an administrator can "
        "reopen it.",
        vi="Báo cáo về {title} đã khóa vì đại hội cấp trên dựa trên báo cáo này; chỉ quản trị viên mới mở lại được.",
    ),
    "sealed.days": Text(
        en="The report of {title} is sealed, because the superior's congress, held {held:days}, rests on it; only an "
        "administrator can reopen it.",
        vi="Báo cáo về {title} đã khóa vì đại hội cấp trên, tổ chức {held:days}, dựa trên báo cáo này; chỉ quản trị "
        "viên mới mở lại được.",
    ),
    "not_sealed": Text(
        en="The report of {title} is not sealed: it can be corrected or retracted as it is.",
        vi="Báo cáo về {title} không bị khóa: có thể sửa hoặc rút ngay.",
    ),
    "already_pinned": Text(
        en="{title} already has {day:day} as a day of its own: {reason}.",
        vi="{title} đã có ngày riêng {day:day}: {reason}.",
    ),
    "not_pinned": Text(
        en="{title} has no such day of its own: the day of the plan holds.",
        vi="{title} không có ngày riêng như vậy: áp dụng ngày của kế hoạch.",
    ),
    "not_a_pilot": Text(
        en="{title} of this unit is no pilot, so there is no review of it to record.",
        vi="{title} của đơn vị này không phải đại hội điểm nên không có rút kinh nghiệm để ghi nhận.",
    ),
    "not_held_yet": Text(
        en="{title} is not reported as held yet, so there is no review of it to record.",
        vi="{title} chưa được báo cáo là đã tổ chức nên chưa có rút kinh nghiệm để ghi nhận.",
    ),
    "already_reviewed": Text(
        en="What was learnt from {title} is already recorded, on {reviewed:day}.",
        vi="Việc rút kinh nghiệm về {title} đã được ghi nhận ngày {reviewed:day}.",
    ),
    "no_reason_given": Text(
        en="Say why with a reason: it is kept in the history of {title}.",
        vi="Hãy nêu lý do: lý do được lưu trong lịch sử của {title}.",
    ),
    "ended": Text(
        en="{unit} ended on {on:day}: it was dissolved, and nothing can be said of it any more.",
        vi="{unit} đã kết thúc ngày {on:day} do giải thể, không còn nhận thêm thông tin.",
    ),
    "ended.merged": Text(
        en="{unit} ended on {on:day}: it was merged into {successor}; what is new belongs there.",
        vi="{unit} đã kết thúc ngày {on:day} do sáp nhập vào {successor}; thông tin mới thuộc về đơn vị đó.",
    ),
    # Conflicts: what stands against the rules or against itself, and is shown until somebody mends it.
    "conflict.gate": Text(
        en="{title} was held {span:days} although not enough units below had held {other}.",
        vi="{title} đã tổ chức {span:days} dù chưa đủ đơn vị trực thuộc tổ chức {other}.",
    ),
    "conflict.before_previous": Text(
        en="{title} is planned {span:days}, before {other}, which it comes after and which is planned "
        "{other_days:days}.",
        vi="{title} dự kiến {span:days}, trước {other} là bước phải diễn ra trước và dự kiến {other_days:days}.",
    ),
    "conflict.before_previous.held": Text(
        en="{title} is planned {span:days}, before {other}, which it comes after and which was held {other_days:days}.",
        vi="{title} dự kiến {span:days}, trước {other} là bước phải diễn ra trước và đã tổ chức {other_days:days}.",
    ),
    "conflict.rerun": Text(
        en="{other} may be run again until {until:day}, past {title}, which is fixed {span:days}{source:source}.",
        vi="{other} có thể tổ chức lại đến ngày {until:day}, quá ngày đã định của {title} là {span:days}"
        "{source:source}.",
    ),
    "conflict.rerun_late": Text(
        en="{title} is to be run again {span:days}, later than {until:day}, the last day for it{source:source}.",
        vi="{title} dự kiến tổ chức lại {span:days}, muộn hơn ngày cuối cùng cho phép là {until:day}{source:source}.",
    ),
    "conflict.past_target": Text(
        en="{title} is planned {span:days}, after its target {due:day}{source:source}.",
        vi="{title} dự kiến {span:days}, sau mục tiêu {due:day}{source:source}.",
    ),
    "conflict.past_deadline": Text(
        en="{title} is planned {span:days}, after its deadline {due:day}{source:source}.",
        vi="{title} dự kiến {span:days}, sau hạn {due:day}{source:source}.",
    ),
    "conflict.window": Text(
        en="{title} is set {span:days}, outside the time in which it is open to the unit.",
        vi="{title} ghi {span:days}, ngoài thời gian được phép của đơn vị.",
    ),
}
