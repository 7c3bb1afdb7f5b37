"""Other channels than e-mail, against a real HTTP server."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from calendars.notices.transports.base import Outcome, Verdict
from calendars.notices.transports.channels import AppriseTransport, is_channel, key_of, kind_of

TITLE = "Nhắc việc: Đại hội Đảng bộ phường Hồng Gai còn 7 ngày"
BODY = "Kính gửi Văn phòng Đảng ủy,\n\nĐại hội ấn định ngày 12/06/2020 <sáng> & chiều.\n"


class Hook(ThreadingHTTPServer):
    """Keeps what is posted and answers with `status`, once `answering` is set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.answering = threading.Event()
        self.answering.set()
        self.asked = threading.Event()
        self.posted: list[tuple[str, str, dict[str, str]]] = []
        self.place = f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.posted.append((self.path, body, dict(self.headers)))
        self.server.asked.set()
        self.server.answering.wait(10)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.answering.set()
        server.shutdown()
        thread.join()


def message(body: str = BODY) -> bytes:
    """A message as the composer makes it: text, HTML and a calendar part, 7-bit clean."""
    whole = EmailMessage()
    whole["From"] = "notices@example.vn"
    whole["Subject"] = TITLE
    whole.set_content(body, cte="base64")
    whole.add_alternative("<p>HTML</p>", subtype="html")
    whole.add_alternative("BEGIN:VCALENDAR", subtype="calendar")
    return whole.as_bytes()


class TestSending:
    async def test_a_webhook_gets_the_words_unchanged(self, hook: Hook) -> None:
        outcome = await AppriseTransport().send(f"json://{hook.place}/hook", message())
        assert outcome == Outcome(Verdict.SENT, "json: sent")
        ((path, body, _),) = hook.posted
        posted = json.loads(body)
        assert path.rstrip("/") == "/hook"
        assert posted["title"] == TITLE
        assert posted["message"] == BODY.rstrip("\n")

    async def test_ntfy(self, hook: Hook) -> None:
        outcome = await AppriseTransport().send(f"ntfy://{hook.place}/quang-ninh", message())
        assert outcome == Outcome(Verdict.SENT, "ntfy: sent")
        ((_, body, _),) = hook.posted
        posted = json.loads(body)
        assert (posted["topic"], posted["title"]) == ("quang-ninh", TITLE)
        assert posted["message"] == BODY.rstrip("\n")

    async def test_a_message_without_text_is_its_subject(self, hook: Hook) -> None:
        outcome = await AppriseTransport().send(f"json://{hook.place}", b"From: a@example.vn\r\nSubject: Ba\r\n\r\n")
        assert outcome.verdict is Verdict.SENT
        posted = json.loads(hook.posted[0][1])
        assert (posted["title"], posted["message"]) == ("Ba", "Ba")

    async def test_a_text_too_long_for_a_service_goes_in_pieces(self, hook: Hook) -> None:
        lines = [f"{number}. Đảng bộ xã số {number}" for number in range(2000)]
        outcome = await AppriseTransport().send(f"json://{hook.place}/digest", message("\n".join(lines)))
        assert outcome.verdict is Verdict.SENT
        assert len(hook.posted) > 1
        arrived = "\n".join(json.loads(body)["message"] for _, body, _ in hook.posted).splitlines()
        assert [line for line in arrived if line.strip()] == lines

    @pytest.mark.parametrize("status", [404, 500])
    async def test_a_service_that_refuses_is_tried_again(self, hook: Hook, status: int) -> None:
        hook.status = status
        outcome = await AppriseTransport().send(f"json://{hook.place}/secret", message())
        assert outcome == Outcome(Verdict.LATER, f"json: not taken, error {status}")

    async def test_a_service_that_is_away(self, hook: Hook) -> None:
        hook.server_close()
        outcome = await AppriseTransport().send(f"json://{hook.place}/secret", message())
        assert outcome == Outcome(Verdict.LATER, "json: no connection")

    async def test_a_service_that_says_nothing(self, hook: Hook) -> None:
        hook.answering.clear()
        outcome = await AppriseTransport(timeout=0.2).send(f"json://{hook.place}/secret", message())
        assert outcome == Outcome(Verdict.LATER, "json: no answer within 0.2 seconds")

    async def test_a_cancelled_send(self, hook: Hook) -> None:
        hook.answering.clear()
        sending = asyncio.create_task(AppriseTransport().send(f"json://{hook.place}", message()))
        assert await asyncio.to_thread(hook.asked.wait, 10)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    @pytest.mark.parametrize("address", ["", "email", "nonsense", "nonsense://secret", "json://", "zalo://secret/1"])
    async def test_what_apprise_does_not_know(self, address: str) -> None:
        outcome = await AppriseTransport().send(address, message())
        assert outcome == Outcome(Verdict.REFUSED, "not an address that Apprise knows")


class _Log(logging.Handler):
    """What a log of everything would hold. pytest's own one also listens where nothing is passed on to the root."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


async def test_no_url_reaches_a_log(
    hook: Hook, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root, log = logging.getLogger(), _Log()
    monkeypatch.setattr(root, "handlers", [log])
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        logging.getLogger("tests").debug("heard")
        for address in (f"json://user:secret@{hook.place}/secret", "json://127.0.0.1:1/secret", "zalo://secret/1"):
            await AppriseTransport().send(address, message())
    finally:
        root.setLevel(level)
    assert "heard" in log.lines
    assert not [line for line in log.lines if "secret" in line or "127.0.0.1" in line or "Apprise" in line]
    assert "secret" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("email", "email"),
        ("tgram://123456789:abcdefg/12315544/", "tgram"),
        ("NTFY://topic", "ntfy"),
        ("json://user:secret@example.vn", "json"),
        ("mailto://user:secret@example.vn", "mailto"),
        ("zalo://123456789:abc/1", "zalo"),
        ("secret", "unknown"),
        ("secret word://x", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_kind_of_a_channel_gives_nothing_away(url: str, kind: str) -> None:
    assert kind_of(url) == kind


def test_keys_tell_channels_apart() -> None:
    keys = {key_of(url) for url in ("email", "ntfy://a", "ntfy://b", "json://máy/chủ")}
    assert len(keys) == 4
    assert all(len(key) == 16 and int(key, 16) >= 0 for key in keys)
    assert key_of("ntfy://a") == key_of("ntfy://a")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("email", True),
        ("json://example.vn/hook", True),
        ("ntfy://topic", True),
        ("tgram://123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/12315544", True),
        ("zalo://123456789:abcDEF/chat", True),
        ("Email", False),
        ("van.phong@example.vn", False),
        ("zalo://secret/chat", False),
        ("nonsense://x", False),
        ("json://", False),
        ("://", False),
        ("", False),
    ],
)
def test_what_is_a_channel(text: str, known: bool) -> None:
    assert is_channel(text) is known


def test_apprise_is_loaded_when_first_needed() -> None:
    """Half a second, which no command should pay that sends nothing."""
    program = (
        "import sys; from calendars.notices.transports import channels as c;"
        "c.kind_of('ntfy://a'), c.key_of('ntfy://a'), c.is_channel('email'), c.AppriseTransport();"
        "assert 'apprise' not in sys.modules; assert c.is_channel('ntfy://a'); assert 'apprise' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
