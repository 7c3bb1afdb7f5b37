"""E-mail against a real server: what is sent, what each answer means, and what a bad line costs."""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from calendars.errors import UserError
from calendars.notices.transports.base import Outcome, Verdict
from calendars.notices.transports.smtp import IDLE_SECONDS, Server, SmtpTransport, parse
from tests.notices.mailserver import MailServer, read_maildir

ADDRESS = "van.phong@tinhuy.example.vn"
PASSWORD = "mật khẩu/với@dấu"
LOGIN = ("notices@example.vn", PASSWORD)
CREDENTIALS = "notices%40example.vn:m%E1%BA%ADt%20kh%E1%BA%A9u%2Fv%E1%BB%9Bi%40d%E1%BA%A5u@"
TIMEOUT = 0.3  # seconds, for tests in which a server is silent

# For localhost and 127.0.0.1 until 2100. It guards nothing.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgh67+/z1pHuDYNkhZ
gaMjCXoPdgsHynlQwR17tIWcbgOhRANCAAT8iyYv5PkloWk44Z0haBjii+VaSOs6
EBXukVQ9Rn8qqywNdm2DG3dQCvRiTIIncxbUAw6D4i9T3EbH3bxdAEn0
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBdjCCAR2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMDAwMTAxMDAwMDAwWhgPMjEwMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPyLJi/k+SWhaTjh
nSFoGOKL5VpI6zoQFe6RVD1GfyqrLA12bYMbd1AK9GJMgidzFtQDDoPiL1PcRsfd
vF0ASfSjXjBcMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8E
BTADAQH/MA4GA1UdDwEB/wQEAwIChDAdBgNVHQ4EFgQUDt4HcB4imwEQYfACXLT/
9ffoWmcwCgYIKoZIzj0EAwIDRwAwRAIgamuxCGcParHMzNYrLx48p4scQhcX518a
X1wgn7ATt/gCIHDl1eEyJgPy0n9gyQsTFWBUcQx9DSPjMfaxaXHyuABT
-----END CERTIFICATE-----
"""


def message(number: int = 1, sender: str = "Lịch đại hội <notices@example.vn>") -> bytes:
    """A message of three lines, one of which begins with a dot."""
    return (
        f"From: {sender}\r\nTo: {ADDRESS}\r\nMessage-ID: <{number}@example.vn>\r\nSubject: Test\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        "Đại hội chi bộ\r\n.\r\n..hết\r\n"
    ).encode()


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
async def transport(server: MailServer) -> AsyncIterator[SmtpTransport]:
    opened = SmtpTransport(server.url, timeout=10)
    yield opened
    await opened.close()


async def one_try(url: str, address: str = ADDRESS, content: bytes | None = None, seconds: float = 10) -> Outcome:
    opened = SmtpTransport(url, timeout=seconds)
    try:
        return await opened.send(address, message() if content is None else content)
    finally:
        await opened.close()


async def nobody_connected(server: MailServer) -> None:
    await asyncio.to_thread(server.wait_until, lambda server: not server.sessions)


class TestSending:
    async def test_every_byte_arrives_under_the_right_envelope(
        self, server: MailServer, transport: SmtpTransport
    ) -> None:
        assert await transport.send(ADDRESS, message()) == Outcome(Verdict.SENT, "250 2.0.0 kept")
        (received,) = server.received
        assert received.content == message()
        assert (received.mail_from, received.rcpt) == ("notices@example.vn", (ADDRESS,))
        assert received.options == ("BODY=8BITMIME",)

    async def test_a_message_of_plain_ascii_asks_for_nothing_special(
        self, server: MailServer, transport: SmtpTransport
    ) -> None:
        assert (await transport.send(ADDRESS, b"From: a@example.vn\r\n\r\nHello\r\n")).verdict is Verdict.SENT
        assert server.received[0].options == ()

    async def test_one_connection_serves_one_message_after_another(
        self, server: MailServer, transport: SmtpTransport
    ) -> None:
        for number in range(5):
            assert (await transport.send(ADDRESS, message(number))).verdict is Verdict.SENT
        assert len({received.peer for received in server.received}) == 1

    async def test_many_at_once_share_four_connections(self, server: MailServer, transport: SmtpTransport) -> None:
        outcomes = await asyncio.gather(*(transport.send(ADDRESS, message(number)) for number in range(40)))
        assert {outcome.verdict for outcome in outcomes} == {Verdict.SENT}
        assert len({received.content for received in server.received}) == 40
        assert len({received.peer for received in server.received}) == 4

    async def test_closing_ends_all_connections_and_a_later_send_opens_one(
        self, server: MailServer, transport: SmtpTransport
    ) -> None:
        await asyncio.gather(*(transport.send(ADDRESS, message(number)) for number in range(8)))
        await transport.close()
        await nobody_connected(server)
        assert (await transport.send(ADDRESS, message(9))).verdict is Verdict.SENT

    async def test_closing_waits_for_what_is_being_sent(self, server: MailServer, transport: SmtpTransport) -> None:
        server.delay = 0.1
        sending = asyncio.create_task(transport.send(ADDRESS, message()))
        await asyncio.to_thread(server.wait_until, lambda server: server.received)
        await transport.close()
        assert sending.done()
        assert (await sending).verdict is Verdict.SENT

    @pytest.mark.parametrize("query", ["", "?starttls=never"])
    async def test_an_address_beyond_ascii(self, server: MailServer, query: str) -> None:
        address = "văn.phòng@example.vn"
        assert (await one_try(server.url + query, address)).verdict is Verdict.SENT
        assert server.received[0].rcpt == (address,)
        assert "SMTPUTF8" in server.received[0].options

    async def test_an_address_beyond_ascii_on_a_server_that_knows_none(self) -> None:
        with MailServer(smtputf8=False) as server:
            outcome = await one_try(server.url, "văn.phòng@example.vn")
            assert (outcome.verdict, outcome.down) == (Verdict.REFUSED, False)
            outcome = await one_try(server.url, content=message(sender="lịch@example.vn"))
            assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
            assert not server.received

    @pytest.mark.parametrize(
        "address",
        ["", "nobody", "a@example.vn\r\nRCPT TO:<b@example.vn>", "a@example.vn> SIZE=1", "a@x.vn, b@x.vn", "a\0@x.vn"],
    )
    async def test_what_is_no_address_is_refused_without_asking(
        self, server: MailServer, transport: SmtpTransport, address: str
    ) -> None:
        assert await transport.send(address, message()) == Outcome(Verdict.REFUSED, "not an e-mail address")
        assert not server.sessions

    @pytest.mark.parametrize("content", [b"Subject: x\r\n\r\nHello\r\n", b"From: nobody\r\n\r\nHello\r\n", b""])
    async def test_a_message_without_a_sender_is_a_fault_of_ours(
        self, transport: SmtpTransport, content: bytes
    ) -> None:
        outcome = await transport.send(ADDRESS, content)
        assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
        assert "From" in outcome.detail


class TestAnswers:
    @pytest.mark.parametrize("stage", ["reject_rcpt", "reject_data"])
    @pytest.mark.parametrize(
        ("code", "verdict"),
        [(450, Verdict.LATER), (452, Verdict.LATER), (550, Verdict.REFUSED), (552, Verdict.REFUSED)],
    )
    async def test_about_the_recipient_or_the_content(
        self, server: MailServer, transport: SmtpTransport, stage: str, code: int, verdict: Verdict
    ) -> None:
        getattr(server, stage)(code)
        outcome = await transport.send(ADDRESS, message())
        assert (outcome.verdict, outcome.down) == (verdict, False)
        assert outcome.detail.startswith(str(code))
        (session,) = server.sessions
        server.normal()
        assert (await transport.send(ADDRESS, message(2))).verdict is Verdict.SENT
        assert server.sessions == {session}  # the connection went on
        assert [received.content for received in server.received] == [message(2)]

    async def test_one_bad_address_spoils_no_other(self, server: MailServer, transport: SmtpTransport) -> None:
        server.reject_rcpt(550, address=ADDRESS)
        outcomes = await asyncio.gather(
            *(transport.send(address, message()) for address in (ADDRESS, "khac@example.vn") * 5)
        )
        assert [outcome.verdict for outcome in outcomes] == [Verdict.REFUSED, Verdict.SENT] * 5
        assert {received.rcpt for received in server.received} == {("khac@example.vn",)}

    @pytest.mark.parametrize("stage", ["reject_mail", "reject_rcpt", "reject_data"])
    async def test_421_anywhere_is_about_the_server(
        self, server: MailServer, transport: SmtpTransport, stage: str
    ) -> None:
        getattr(server, stage)(421)
        outcome = await transport.send(ADDRESS, message())
        assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
        assert outcome.detail.startswith("421")
        await nobody_connected(server)

    @pytest.mark.parametrize(("stage", "code"), [("reject_greeting", 554), ("reject_mail", 451), ("reject_mail", 553)])
    async def test_refused_before_a_recipient_is_named(self, server: MailServer, stage: str, code: int) -> None:
        getattr(server, stage)(code)
        outcome = await one_try(server.url)
        assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
        assert outcome.detail.startswith(str(code))

    @pytest.mark.parametrize("code", [503, 530])
    async def test_not_logged_in_is_no_fault_of_the_recipient(
        self, server: MailServer, transport: SmtpTransport, code: int
    ) -> None:
        server.reject_rcpt(code)
        outcome = await transport.send(ADDRESS, message())
        assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)

    async def test_what_is_kept_of_an_answer_names_nobody(self, server: MailServer, transport: SmtpTransport) -> None:
        server.reject_rcpt(550)
        detail = (await transport.send(ADDRESS, message())).detail
        assert detail == "550 5.0.0 RCPT TO:<(hidden)> refused"


class TestBadLines:
    async def test_a_server_that_is_away_and_comes_back(self, server: MailServer, transport: SmtpTransport) -> None:
        assert (await transport.send(ADDRESS, message(1))).verdict is Verdict.SENT
        server.stop()
        outcome = await transport.send(ADDRESS, message(2))
        assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
        server.start()
        assert (await transport.send(ADDRESS, message(2))).verdict is Verdict.SENT
        assert [received.content for received in server.received] == [message(1), message(2)]

    async def test_a_server_that_says_nothing(self, server: MailServer) -> None:
        server.hang()
        began = time.monotonic()
        outcome = await one_try(server.url, seconds=TIMEOUT)
        assert outcome == Outcome(Verdict.LATER, "no answer within 0.3 seconds", down=True)
        assert TIMEOUT <= time.monotonic() - began < 5
        await nobody_connected(server)

    async def test_a_server_that_falls_silent(self, server: MailServer) -> None:
        transport = SmtpTransport(server.url, timeout=10, connections=1)
        assert (await transport.send(ADDRESS, message(1))).verdict is Verdict.SENT
        server.hang()
        transport._timeout = TIMEOUT
        outcome = await transport.send(ADDRESS, message(2))
        assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
        await nobody_connected(server)
        server.normal()
        transport._timeout = 10
        assert (await transport.send(ADDRESS, message(2))).verdict is Verdict.SENT
        await transport.close()

    async def test_a_server_that_reads_nothing_more(self) -> None:
        """What is still to be written is thrown away: waiting for it would keep the connection open for ever."""
        over = asyncio.Event()

        async def lazy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 lazy\r\n")
            while await reader.readline() != b"DATA\r\n":
                writer.write(b"250 lazy\r\n")
            writer.transport.pause_reading()
            writer.write(b"354 go on\r\n")
            await over.wait()
            writer.transport.abort()

        async with await asyncio.start_server(lazy, "127.0.0.1", 0) as other:
            port = other.sockets[0].getsockname()[1]
            transport = SmtpTransport(f"smtp://127.0.0.1:{port}", timeout=1)
            outcome = await transport.send(ADDRESS, message() + b"y" * 8_000_000)  # more than the sockets hold
            assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
            await asyncio.sleep(0)
            here = psutil.Process().net_connections()
            assert not [known for known in here if known.raddr and known.raddr.port == port]
            over.set()

    async def test_a_line_dropped_after_the_content_sends_nothing_twice(
        self, server: MailServer, transport: SmtpTransport
    ) -> None:
        assert (await transport.send(ADDRESS, message(1))).verdict is Verdict.SENT
        server.drop_after_data()
        outcome = await transport.send(ADDRESS, message(2))
        assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
        assert [received.content for received in server.received] == [message(1), message(2)]

    async def test_a_line_dropped_before_the_content(self, server: MailServer, transport: SmtpTransport) -> None:
        server.drop_before_data()
        outcome = await transport.send(ADDRESS, message())
        assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
        server.normal()
        assert (await transport.send(ADDRESS, message())).verdict is Verdict.SENT

    async def test_a_connection_that_the_server_closed_is_replaced(
        self, server: MailServer, transport: SmtpTransport
    ) -> None:
        for number in range(3):
            assert (await transport.send(ADDRESS, message(number))).verdict is Verdict.SENT
            server.hang_up()
        assert [received.content for received in server.received] == [message(number) for number in range(3)]
        assert len({received.peer for received in server.received}) == 3

    @pytest.mark.parametrize(
        ("stage", "code"), [("reject_mail", 421), ("reject_mail", 451), ("reject_rcpt", 421), ("reject_rcpt", 503)]
    )
    async def test_a_connection_that_has_grown_too_old_for_the_server_is_replaced(
        self, server: MailServer, transport: SmtpTransport, stage: str, code: int
    ) -> None:
        assert (await transport.send(ADDRESS, message(1))).verdict is Verdict.SENT
        getattr(server, stage)(code, times=1)
        assert (await transport.send(ADDRESS, message(2))).verdict is Verdict.SENT
        assert [received.content for received in server.received] == [message(1), message(2)]
        assert len({received.peer for received in server.received}) == 2

    async def test_a_connection_idle_for_long_is_not_trusted(
        self, server: MailServer, transport: SmtpTransport, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert (await transport.send(ADDRESS, message(1))).verdict is Verdict.SENT
        loop = asyncio.get_running_loop()
        now = loop.time
        monkeypatch.setattr(loop, "time", lambda: now() + IDLE_SECONDS + 1)
        assert (await transport.send(ADDRESS, message(2))).verdict is Verdict.SENT
        assert len({received.peer for received in server.received}) == 2

    @pytest.mark.parametrize("connected", [False, True], ids=["while connecting", "while sending"])
    async def test_a_cancelled_send_leaves_no_connection_behind(
        self, server: MailServer, transport: SmtpTransport, connected: bool
    ) -> None:
        if connected:
            assert (await transport.send(ADDRESS, message(1))).verdict is Verdict.SENT
        server.hang()
        sending = [asyncio.create_task(transport.send(ADDRESS, message(2))) for _ in range(10)]
        await asyncio.to_thread(server.wait_until, lambda server: len(server.sessions) == 4)
        for task in sending:
            task.cancel()
        done = await asyncio.gather(*sending, return_exceptions=True)
        assert {type(result) for result in done} == {asyncio.CancelledError}
        await nobody_connected(server)
        server.normal()
        assert (await transport.send(ADDRESS, message(3))).verdict is Verdict.SENT

    async def test_what_speaks_no_smtp(self) -> None:
        async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await reader.read()
            writer.close()

        async with await asyncio.start_server(babble, "127.0.0.1", 0) as other:
            port = other.sockets[0].getsockname()[1]
            outcome = await one_try(f"smtp://127.0.0.1:{port}")
        assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)


class TestLoggingIn:
    async def test_credentials_are_decoded(self) -> None:
        with MailServer(login=LOGIN) as server:
            url = server.url.replace("//", f"//{CREDENTIALS}")
            assert (await one_try(url)).verdict is Verdict.SENT

    async def test_a_wrong_password_is_no_fault_of_the_message_and_is_not_told(self) -> None:
        with MailServer(login=("notices@example.vn", "right")) as server:
            url = server.url.replace("//", f"//{CREDENTIALS}")
            outcome = await one_try(url)
            assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
            assert outcome.detail.startswith("535")
            assert not server.received

    async def test_a_server_that_wants_a_login_and_gets_none(self) -> None:
        with MailServer(login=LOGIN) as server:
            outcome = await one_try(server.url)
            assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
            assert outcome.detail.startswith("530")


class TestEncryption:
    @pytest.fixture
    def context(self, tmp_path: Path) -> ssl.SSLContext:
        file = tmp_path / "certificate.pem"
        file.write_text(CERTIFICATE)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        return context

    @pytest.fixture
    def trusted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

    @pytest.mark.parametrize("query", ["", "?starttls=auto", "?starttls=required", "?starttls=never"])
    @pytest.mark.usefixtures("trusted")
    async def test_starttls_where_it_is_offered(self, context: ssl.SSLContext, query: str) -> None:
        with MailServer(tls=context, login=LOGIN) as server:
            transport = SmtpTransport(server.url.replace("//", f"//{CREDENTIALS}") + query)
            assert (await transport.send(ADDRESS, message())).verdict is Verdict.SENT
            (session,) = server.sessions
            assert (session.session.ssl is not None) == ("never" not in query)
            await transport.close()
            await nobody_connected(server)

    @pytest.mark.parametrize(("query", "verdict"), [("", Verdict.SENT), ("?starttls=required", Verdict.LATER)])
    async def test_starttls_where_it_is_not_offered(self, server: MailServer, query: str, verdict: Verdict) -> None:
        outcome = await one_try(server.url + query)
        assert (outcome.verdict, outcome.down) == (verdict, verdict is Verdict.LATER)

    @pytest.mark.usefixtures("trusted")
    async def test_tls_from_the_first_byte(self, context: ssl.SSLContext) -> None:
        with MailServer(tls=context, implicit_tls=True) as server:
            transport = SmtpTransport(server.url)
            for number in range(2):
                assert (await transport.send(ADDRESS, message(number))).verdict is Verdict.SENT
                server.hang_up()
            await transport.close()
            assert len(server.received) == 2

    @pytest.mark.usefixtures("trusted")
    async def test_a_silent_server_behind_tls_is_left_at_once(self, context: ssl.SSLContext) -> None:
        with MailServer(tls=context, implicit_tls=True) as server:
            transport = SmtpTransport(server.url, timeout=TIMEOUT)
            server.hang()
            outcome = await transport.send(ADDRESS, message())
            assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
            await nobody_connected(server)

    @pytest.mark.parametrize("implicit", [False, True])
    async def test_a_certificate_that_nobody_trusts(self, context: ssl.SSLContext, implicit: bool) -> None:
        with MailServer(tls=context, implicit_tls=implicit) as server:
            outcome = await one_try(server.url)
            assert (outcome.verdict, outcome.down) == (Verdict.LATER, True)
            assert "certificate" in outcome.detail
            assert not server.received


class TestSetting:
    @pytest.mark.parametrize(
        ("url", "server"),
        [
            ("smtp://mail.example.vn", Server("mail.example.vn", 25, "", "", False, None)),
            ("smtp://mail.example.vn:587/?starttls=required", Server("mail.example.vn", 587, "", "", False, True)),
            ("SMTP://127.0.0.1:2525?starttls=never", Server("127.0.0.1", 2525, "", "", False, False)),
            ("smtps://mail.example.vn", Server("mail.example.vn", 465, "", "", True, False)),
            ("smtp://[::1]:25", Server("::1", 25, "", "", False, None)),
            (f"smtps://{CREDENTIALS}mail.example.vn:99", Server("mail.example.vn", 99, *LOGIN, True, False)),
        ],
    )
    def test_what_it_may_say(self, url: str, server: Server) -> None:
        assert parse(url) == server

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "mail.example.vn:25",
            "http://u:geheim@mail.example.vn",
            "http://u:geheim@mail.example.vn:25",
            "smtp://",
            "smtp://u:geheim@",
            "smtp://u:ge#heim@mail.example.vn",
            "smtp://u:ge/heim@mail.example.vn",
            "smtp://u:ge?heim@mail.example.vn",
            "smtp://u:geheim%FF@mail.example.vn",
            "smtp://:geheim@mail.example.vn",
            "smtp://u@mail.example.vn",
            "smtp://u:geheim@mail.example.vn:70000",
            "smtp://u:geheim@mail.example.vn:0",
            "smtp://u:geheim@mail.example.vn:smtp",
            "smtp://u:geheim@mail .example.vn",
            "smtp://u:geheim@mail.example.vn/inbox",
            "smtp://u:geheim@mail.example.vn?starttls=maybe",
            "smtp://u:geheim@mail.example.vn?starttls",
            "smtp://u:geheim@mail.example.vn?starttls=auto&starttls=never",
            "smtp://u:geheim@mail.example.vn?tls=required",
            "smtps://u:geheim@mail.example.vn?starttls=required",
            "smtp://[u:geheim@mail.example.vn",
        ],
    )
    def test_what_it_may_not_say(self, url: str) -> None:
        with pytest.raises(UserError, match=r"^CONGRESS_SMTP_URL: expected smtp://\S+ or smtps://") as caught:
            SmtpTransport(url)
        assert "heim" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None

    def test_the_password_is_in_no_representation(self) -> None:
        assert "geheim" not in repr(parse("smtp://u:geheim@mail.example.vn"))


async def test_the_server_as_a_process(tmp_path: Path) -> None:
    """What other tests build on when they kill the service and ask what left the house."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.notices.mailserver", "--maildir", tmp_path / "mail", stdout=asyncio.subprocess.PIPE
    )
    try:
        port = (await process.stdout.readline()).decode().removeprefix("Listening on ").strip()
        transport = SmtpTransport(f"smtp://127.0.0.1:{port}")
        for number in range(3):
            assert (await transport.send(ADDRESS, message(number))).verdict is Verdict.SENT
        await transport.close()
    finally:
        process.terminate()
        assert await process.wait() == 0
    kept = read_maildir(tmp_path / "mail")
    assert [received.content for received in kept] == [message(number) for number in range(3)]
    assert {(received.mail_from, received.rcpt) for received in kept} == {("notices@example.vn", (ADDRESS,))}
