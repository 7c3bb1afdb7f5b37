"""What was sent by a form: its fields, the id of its order, and sentences about forms that are not taken.

A file in a form comes as two of its fields, its name and its packed content, so that the form can be shown again with
them hidden in it: no browser fills in a file.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import AsyncGenerator, Mapping
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from calendars.campaigns.tables import Received
from calendars.plan.model import Text

MOST_FIELDS = 100
# What is read of a form that is too large before it is answered: a browser that cannot send it all shows no answer.
MOST_READ = 64_000_000
FILE_NAME, FILE_CONTENT = "file.name", "file.content"
LONGEST_NAME = 200
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
    body, read = bytearray(), 0
    async for part in request.stream():
        read += len(part)
        if read > MOST_READ:
            break
        if read <= most:
            body += part
    if read > most:
        return None
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _parts_of(request.headers, bytes(body))
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return dict(pairs)


async def _parts_of(headers: Headers, body: bytes) -> dict[str, str] | None:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(headers, stream(), max_files=1, max_fields=MOST_FIELDS, max_part_size=len(body))
    try:
        parts = await parser.parse()
    except (MultiPartException, ValueError):  # some names that a charset may have raise the second
        return {}
    given: dict[str, str] = {}
    files: list[UploadFile] = []
    for name, value in parts.multi_items():
        if isinstance(value, str):
            given[name] = value
        else:
            files.append(value)
    for file in files:
        if file.filename:  # a field for a file that nobody chose has none
            given |= packed(Received(file.filename[-LONGEST_NAME:], await file.read()))
        await file.close()
    # Some charsets make of octets what no UTF-8 holds, and no page could show.
    return {name: value.encode(errors="replace").decode() for name, value in given.items()}


def packed(file: Received) -> dict[str, str]:
    """A file as fields of a form."""
    return {FILE_NAME: file.name, FILE_CONTENT: base64.b64encode(zlib.compress(file.content)).decode()}


def file_of(given: Mapping[str, str], most: int) -> Received | None:
    """The file in a form, None where there is none. One of more than `most` octets has one octet more than that."""
    name, content = given.get(FILE_NAME, "")[-LONGEST_NAME:], given.get(FILE_CONTENT, "")
    if not name or not content:
        return None
    unpacking = zlib.decompressobj()
    try:
        octets = unpacking.decompress(base64.b64decode(content, validate=True), most + 1)
    except (ValueError, zlib.error):
        return None
    return Received(name, octets) if unpacking.eof or len(octets) > most else None


def too_large() -> Response:
    """The answer to a form that is larger than any of ours."""
    return Response("The form is too large.\n", TOO_LARGE, media_type="text/plain")
