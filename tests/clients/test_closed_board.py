"""A board that asks who one is: a link comes by e-mail, opens once, and shows what the grant opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.clients.test_walks import Walk, browser, context, everywhere
from tests.notices.mailserver import MailServer
from tests.service import Service, free_port
from tests.workflows.small import write_campaign

__all__ = ["browser", "context"]
pytestmark = pytest.mark.clients
# One may ask once a minute for each address.
EMAILS = {"vi": "lan.100@example.org", "en": "lan.at.home@example.org"}


@dataclass
class Closed:
    """A service that strangers reach, and the mail server it sends to."""

    service: Service
    url: str
    mail: MailServer

    def last_link(self) -> str:
        """The address in the message that came last."""
        message = message_from_bytes(self.mail.received[-1].content, policy=policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        (address,) = re.findall(rf"{re.escape(self.url)}/sign-in/\S+", body.get_content())
        return str(address)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    folder = tmp_path_factory.mktemp("closed")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with MailServer() as mail:
        service = Service(
            folder / "var",
            *("--launch", str(write_campaign(folder)), "--today", "2020-06-11"),
            CONGRESS_PORT=str(port),
            CONGRESS_HOST="0.0.0.0",
            CONGRESS_PUBLIC_URL=url,
            CONGRESS_SMTP_URL=mail.url,
            CONGRESS_MAIL_FROM="to-chuc@example.org",
        )
        try:
            service.start()
            contacts = folder / "contacts.csv"
            rows = "".join(f"100,Bà Lan,{language},{language},{email}\n" for language, email in EMAILS.items())
            contacts.write_text(f"unit,name,role,language,email\n{rows}", encoding="utf-8")
            grant = ("access", "grant", "100", "--role", "report", "--label", "Bà Lan", "--email")
            for command in (("contacts", "import", str(contacts)), *((*grant, email) for email in EMAILS.values())):
                done = service.congress(*command)
                assert done.returncode == 0, done.stderr
            yield Closed(service, url, mail)
        finally:
            service.end()


@everywhere
def test_ask_for_a_link_and_sign_in(closed: Closed, context: BrowserContext, language: str) -> None:
    page = context.new_page()
    walk = Walk(page, closed.url, language, closed.service)
    before = len(closed.mail.received)
    page.goto(f"{closed.url}/?lang={language}")
    walk.fits()
    expect(page.get_by_text("Quảng Ninh")).to_have_count(0)
    assert walk.faults() == []
    page.get_by_role("textbox").fill(EMAILS[language])
    walk.press("send_link")
    walk.fits()
    closed.mail.wait_until(lambda mail: len(mail.received) > before)
    link = closed.last_link()
    page.goto(f"{link}?lang={language}")
    walk.press("sign_in")
    expect(page.get_by_text("Bà Lan").first).to_be_visible()
    page.goto(f"{closed.url}/units/100?lang={language}")
    walk.fits()
    answer = page.goto(f"{closed.url}/units/22?lang={language}")
    assert answer is not None
    assert answer.status == 404
    page.goto(link)
    expect(page.get_by_role("button", name=walk.says("sign_in"))).to_have_count(0)
