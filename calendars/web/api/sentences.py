"""The sentences of the API's own refusals in both languages, by their codes. Those of the rules are the rules' own."""

from __future__ import annotations

from calendars.plan.model import Text

SENTENCES: dict[str, Text] = {
    "no_token": Text(
        en="This needs a token: send the header `Authorization: Bearer TOKEN`.",
        vi="Cần có mã truy cập: hãy gửi tiêu đề `Authorization: Bearer MÃ`.",
    ),
    "wrong_token": Text(
        en="This token opens nothing: it is unknown or was revoked.",
        vi="Mã truy cập không có hiệu lực: không tồn tại hoặc đã bị thu hồi.",
    ),
    "role": Text(
        en="This token has the role {role}; this needs the role {needed}.",
        vi="Mã truy cập có vai trò {role}; việc này cần vai trò {needed}.",
    ),
    "whole_campaign": Text(
        en="This concerns the whole campaign, and the token opens only {scope} and what is below it.",
        vi="Việc này liên quan đến toàn đợt, còn mã truy cập chỉ mở {scope} và các đơn vị bên dưới.",
    ),
    "no_such_address": Text(en="There is nothing at this address.", vi="Địa chỉ này không có nội dung."),
    "no_such_campaign": Text(
        en="There is no campaign {name} that you may see.", vi="Không có đợt {name} mà bạn được xem."
    ),
    "no_such_unit": Text(en="There is no unit {name} that you may see.", vi="Không có đơn vị {name} mà bạn được xem."),
    "no_such_release": Text(
        en="There is no release {name}; the releases are 1 to {last}.",
        vi="Không có bản kế hoạch {name}; có các bản từ 1 đến {last}.",
    ),
    "method_not_allowed": Text(
        en="{method} does nothing at this address, expected {allowed}.",
        vi="Địa chỉ này không nhận {method}, chỉ nhận {allowed}.",
    ),
    "unknown_parameter": Text(
        en="{name}: no such parameter, expected {expected}.", vi="{name}: không có tham số này, cần {expected}."
    ),
    "repeated_parameter": Text(en="{name}: expected it once.", vi="{name}: chỉ được ghi một lần."),
    "bad_filter": Text(en="{why}", vi="{why_vi}"),
    "not_json": Text(en="The body is no JSON object.", vi="Nội dung gửi lên không phải là đối tượng JSON."),
    "bad_value": Text(en="{name}: {expected}.", vi="{name}: {expected}."),
    "too_large": Text(
        en="The body is too large, expected at most {most} bytes.",
        vi="Nội dung gửi lên quá lớn, tối đa {most} byte.",
    ),
    "unsupported_media": Text(
        en="Content-Type {found}: expected {expected}.", vi="Content-Type {found}: cần {expected}."
    ),
    "bad_key": Text(
        en="Idempotency-Key: expected 1 to 128 of A-Z a-z 0-9 . _ : -",
        vi="Idempotency-Key: cần từ 1 đến 128 ký tự trong A-Z a-z 0-9 . _ : -",
    ),
    "key_reused": Text(
        en="Idempotency-Key: this key stands for another order already, expected a new one.",
        vi="Idempotency-Key: khoá này đã dùng cho một yêu cầu khác, cần khoá mới.",
    ),
    "not_of_today": Text(
        en="as_of={day}: expected a day from {first} to today, {today}.",
        vi="as_of={day}: cần một ngày từ {first} đến hôm nay, {today}.",
    ),
    "outside_campaign": Text(
        en="{field} {day}: expected a day of the campaign, {first} to {last}.",
        vi="{field} {day}: cần một ngày trong đợt, từ {first} đến {last}.",
    ),
    "last_before_first": Text(
        en="to {last}: expected a day from {first} on.", vi="to {last}: cần một ngày từ {first} trở đi."
    ),
    "no_reason": Text(
        en="reason: expected a text, which is kept in every history.",
        vi="reason: cần nêu lý do, được giữ trong mọi lịch sử.",
    ),
    "unit_ended": Text(en="{name} ended on {day}.", vi="{name} đã kết thúc ngày {day}."),
    "bad_release": Text(
        en="The release has {count} mistakes; each is listed with its place.",
        vi="Bản kế hoạch có {count} lỗi; mỗi lỗi được nêu kèm vị trí.",
    ),
    "change_refused": Text(en="{why}", vi="{why_vi}"),
    "too_many_requests": Text(
        en="This token asks more than {most} times a minute; try again in {seconds} s.",
        vi="Mã truy cập này gọi quá {most} lần mỗi phút; hãy thử lại sau {seconds} giây.",
    ),
    "too_many_streams": Text(
        en="Too many are waiting for events now; try again in {seconds} s.",
        vi="Hiện có quá nhiều kết nối chờ sự kiện; hãy thử lại sau {seconds} giây.",
    ),
    "store_away": Text(
        en="The store does not answer now; nothing is lost.",
        vi="Kho dữ liệu hiện không trả lời; không mất dữ liệu nào.",
    ),
    "no_answer": Text(
        en="The service did not answer in time; it is safe to send the same order again under the same "
        "Idempotency-Key.",
        vi="Dịch vụ không trả lời kịp; có thể gửi lại đúng yêu cầu này với cùng Idempotency-Key.",
    ),
    "no_orders": Text(
        en="This process only reads; no order can be taken now.",
        vi="Tiến trình này chỉ đọc; hiện không nhận yêu cầu nào.",
    ),
    "internal": Text(
        en="Something went wrong here; nothing more is known to you or lost.",
        vi="Dịch vụ gặp lỗi; không mất dữ liệu nào.",
    ),
}
