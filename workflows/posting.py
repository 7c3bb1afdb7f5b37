"""How notices leave this service, by its settings."""

from __future__ import annotations

from calendars.errors import UserError
from calendars.notices.delivering import Delivery, Post
from calendars.notices.headers import parse_mailbox
from calendars.notices.links import Links
from calendars.notices.templates import Templates
from calendars.notices.transports.channels import AppriseTransport
from calendars.notices.transports.smtp import SmtpTransport
from calendars.store.database import Store
from calendars.wallclock import real_now
from calendars.web.link_mail import LinkMail
from workflows.datafolder import DataFolder
from workflows.settings import Settings

TEMPLATES = "templates"
NO_MAIL = "No e-mail is sent, for CONGRESS_SMTP_URL names no server; notices wait until it does."


def post_of(settings: Settings) -> Post:
    """E-mail by the server of `CONGRESS_SMTP_URL`, other channels by the addresses of the contacts themselves.

    Raises `UserError` for a server's address, or a sender, that is none.
    """
    if parse_mailbox(settings.sender) is None:
        raise UserError(f"CONGRESS_MAIL_FROM={settings.mail_from}: expected an address like Office <a@example.org>.")
    mail = SmtpTransport(settings.smtp_url, per_minute=settings.mail_rate) if settings.smtp_url else None
    return Post(settings.sender, mail, AppriseTransport(per_minute=settings.channel_rate))


def links_of(settings: Settings, folder: DataFolder) -> Links:
    """The links that messages hold."""
    return Links(folder.secret(), settings.board_url)


def link_mail_of(settings: Settings, store: Store) -> LinkMail | None:
    """What mails links to sign in; None where no server is named."""
    if not settings.smtp_url:
        return None
    transport = SmtpTransport(settings.smtp_url, connections=1)
    return LinkMail(store, transport, settings.sender, settings.board_url, real_now)


def delivery_of(settings: Settings, folder: DataFolder, store: Store, post: Post) -> Delivery:
    """The delivery of this service; templates in the data folder go before the packaged ones."""
    return Delivery(store, post, Templates(folder.path / TEMPLATES), links_of(settings, folder))
