"""The message that brings a link to sign in."""

from __future__ import annotations

import secrets
from datetime import datetime
from email.utils import format_datetime

from calendars.errors import UserError
from calendars.notices.headers import address_header, mailbox, parse_mailbox, text_header, verbatim_header
from calendars.notices.mime import text_part
from calendars.store.mailed_links import OPENS, MailedLink

SUBJECTS = {"vi": "Liên kết đăng nhập Lịch đại hội", "en": "Your link to Congress Calendars"}
TEXTS = {
    "vi": """\
Kính gửi {name},

Mở liên kết dưới đây để đăng nhập bảng theo dõi đại hội với tên {label} ({unit}):

{address}

Liên kết chỉ dùng được một lần, trong {minutes} phút. Xin không chuyển tiếp thư này.
Nếu bạn không yêu cầu đăng nhập, hãy bỏ qua thư này: không có gì thay đổi.
""",
    "en": """\
Dear {name},

Open this link to sign in to the congress board as {label} ({unit}):

{address}

It opens once, within {minutes} minutes. Please do not forward this message.
If you did not ask to sign in, leave it: nothing has changed.
""",
}


def compose_link(link: MailedLink, sender: str, public_url: str, now: datetime) -> bytes:
    """The whole message, in the contact's language.

    Raises `UserError` for a sender or a contact whose address is none.
    """
    origin, recipient = parse_mailbox(sender), mailbox(link.to.name, link.to.email)
    if origin is None or recipient is None:
        raise UserError("The sender's or the contact's address is no e-mail address, expected name@example.org.")
    language = "en" if link.to.language == "en" else "vi"
    text = TEXTS[language].format(
        name=link.to.name,
        label=link.grant.label,
        unit=link.unit,
        address=f"{public_url}/sign-in/{link.token}",
        minutes=int(OPENS.total_seconds() // 60),
    )
    headers = [
        verbatim_header("Date", format_datetime(now)),
        address_header("From", origin),
        address_header("To", recipient),
        text_header("Subject", SUBJECTS[language]),
        verbatim_header("Message-ID", f"<{secrets.token_hex(16)}@{origin.address.rpartition('@')[2]}>"),
        verbatim_header("Auto-Submitted", "auto-generated"),
        verbatim_header("Content-Language", language),
        verbatim_header("MIME-Version", "1.0"),
    ]
    return b"".join(headers) + text_part(text, "plain")
