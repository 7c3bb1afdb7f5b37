"""What was sent by a form: its fields, the id of its order, and sentences about forms that are not taken."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from calendars.plan.model import Text

MOST_FIELDS = 100
TOO_LARGE = 413
AWAY = Text(
    vi="Dịch vụ không trả lời kịp. Có thể gửi lại mẫu này: yêu cầu chỉ được ghi nhận một lần.",
    en="The service did not answer in time. Send this form again: it is taken only once.",
)
STALE = Text(
    vi="Mẫu này thuộc phiên làm việc trước. Hãy kiểm tra lại và gửi một lần nữa.",
    en="This form is of an earlier session. Look it through and send it once more.",
)


def order_id(given: Mapping[str, str]) -> str:
    """The id in the form; another one where it is none that we made."""
    found = given.get("order", "")
    return found if len(found) == 32 and set(found) <= set("0123456789abcdef") else uuid4().hex


async def fields_of(request: Request, most: int) -> dict[str, str] | None:
    """What the form says, or None for one of more than `most` octets."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            return None
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return dict(pairs)


def too_large() -> Response:
    """The answer to a form that is larger than any of ours."""
    return Response("The form is too large.\n", TOO_LARGE, media_type="text/plain")
