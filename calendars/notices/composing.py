"""A whole message from what it says: headers, the words in two forms, and the entries of its dates.

The same envelope gives the same bytes, so a message that is sent again is the same message.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.utils import format_datetime

from calendars.errors import UserError
from calendars.notices.headers import (
    Mailbox,
    address_header,
    cut,
    mailbox,
    one_line,
    parse_mailbox,
    text_header,
    verbatim_header,
)
from calendars.notices.invitation import CANCEL, Invitation, invitation
from calendars.notices.items import Envelope
from calendars.notices.mime import CRLF, binary_part, multipart, text_part
from calendars.notices.templates import Rendered, Templates
from calendars.notices.views import DigestView, ItemView, web_address

SUBJECT_CHARACTERS = 300
MESSAGE_ID_CHARACTERS = 250
HEADER_URL_CHARACTERS = 900  # what is left of a line of 998 octets, as an address cannot be folded


@dataclass(frozen=True, slots=True)
class Composed:
    """A message as it goes out: RFC 5322, 7 bits, lines ended by CRLF. `subject` and `text` are its words in clear."""

    subject: str
    content: bytes
    text: str = ""


def compose(envelope: Envelope, templates: Templates) -> Composed:
    """The message of an envelope: of its digest, of its one item, or of several items gathered.

    Without a valid e-mail address of the recipient there is no To and nothing for calendars: the message goes another
    way. Raises `UserError` for a sender that is no address, `ValueError` for an envelope without anything to say.
    """
    sender = parse_mailbox(envelope.sender)
    if sender is None:
        raise UserError(
            f"The sender of notices is {envelope.sender!r}, expected an address like Office <a@example.org>."
        )
    recipient = mailbox(envelope.recipient.name, envelope.recipient.email)
    language = "en" if envelope.recipient.language == "en" else "vi"
    found = [invitation(item, sender, recipient, language) for item in envelope.items] if recipient else []
    invitations = [one for one in found if one is not None]
    words = _words(envelope, templates, language, sender, len(invitations))
    subject = cut(words.subject, SUBJECT_CHARACTERS)
    headers = _headers(envelope, sender, recipient, subject, language)
    return Composed(subject, headers + _body(envelope.message_id, words, invitations), words.text)


def _words(envelope: Envelope, templates: Templates, language: str, sender: Mailbox, invitations: int) -> Rendered:
    items = [ItemView.of(item, language) for item in envelope.items]
    context = {
        "recipient": one_line(envelope.recipient.name),
        "sender": sender.name,
        "items": items,
        "digest": DigestView.of(envelope.digest, language) if envelope.digest else None,
        "invitations": invitations,
        "unsubscribe_url": web_address(envelope.unsubscribe_url),
    }
    if envelope.digest:
        return templates.render("digest", language, context)
    if not items:
        raise ValueError(f"message {envelope.message_id} has nothing to say, expected an item or a digest")
    if len(items) > 1:
        return templates.render("several", language, context)
    return templates.render(items[0].kind, language, {**context, "item": items[0]})


def _headers(envelope: Envelope, sender: Mailbox, recipient: Mailbox | None, subject: str, language: str) -> bytes:
    message_id = re.sub(r"[^!-~]|[<>]", "", envelope.message_id)[:MESSAGE_ID_CHARACTERS]
    lines = [
        verbatim_header("Date", format_datetime(envelope.written)),
        address_header("From", sender),
        *([address_header("To", recipient)] if recipient else []),
        text_header("Subject", subject),
        verbatim_header("Message-ID", f"<{message_id}>"),
        verbatim_header("Auto-Submitted", "auto-generated"),
        verbatim_header("Content-Language", language),
    ]
    unsubscribe_url = web_address(envelope.unsubscribe_url)
    if unsubscribe_url and len(unsubscribe_url) <= HEADER_URL_CHARACTERS:
        lines.append(verbatim_header("List-Unsubscribe", f"<{unsubscribe_url}>"))
        lines.append(verbatim_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    lines.append(verbatim_header("MIME-Version", "1.0"))
    return b"".join(lines)


def _body(message_id: str, words: Rendered, invitations: list[Invitation]) -> bytes:
    """The MIME parts, from the field Content-Type on. A single date stands among the forms of the words, as calendar
    programs expect it, and is attached once more under a type that they do not take for a second invitation."""
    forms = [text_part(words.text, "plain"), text_part(words.html, "html")]
    if len(invitations) == 1:
        (one,) = invitations
        forms.append(binary_part(one.content, _calendar_type(one)))
        attached = [binary_part(one.content, "application/ics", f"{_file_name(one)}.ics")]
    else:
        attached = [
            binary_part(one.content, _calendar_type(one), f"{_file_name(one)}-{number}.ics")
            for number, one in enumerate(invitations, start=1)
        ]
    # An equals sign followed by an underscore stands in neither encoding, so in no part.
    unique = hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()[:32]
    alternative = multipart("alternative", f"=_a_{unique}", forms)
    return multipart("mixed", f"=_m_{unique}", [alternative, *attached]) + CRLF


def _calendar_type(of: Invitation) -> str:
    return f'text/calendar; charset="utf-8"; method={of.method}'


def _file_name(of: Invitation) -> str:
    return "cancellation" if of.method == CANCEL else "invitation"
