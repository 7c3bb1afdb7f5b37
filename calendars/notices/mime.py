"""MIME parts as bytes: 7 bits, lines of at most 76 characters ended by CRLF.

Written by hand, so that a message is the same under every version of Python, and in a tenth of the time.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

CRLF = b"\r\n"


def text_part(text: str, subtype: str) -> bytes:
    """A part with words, quoted-printable: readable for people and filters. The text's line breaks are LF."""
    body = binascii.b2a_qp(text.encode().replace(b"\n", CRLF), istext=True)
    return _part(f'text/{subtype}; charset="utf-8"', "quoted-printable", body)


def binary_part(content: bytes, content_type: str, filename: str = "") -> bytes:
    """A part that is kept octet by octet; an attachment if it has a file name, which is ASCII without quotation."""
    body = base64.encodebytes(content).rstrip(b"\n").replace(b"\n", CRLF)
    return _part(content_type, "base64", body, f'attachment; filename="{filename}"' if filename else "")


def multipart(subtype: str, boundary: str, parts: Iterable[bytes]) -> bytes:
    """Parts in a row, in a part of their own; `boundary` stands in none of them."""
    delimiter = b"--" + boundary.encode("ascii")
    body = b"".join(delimiter + CRLF + part + CRLF for part in parts)
    return (
        f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
        + body
        + delimiter
        + b"--"
    )


def _part(content_type: str, encoding: str, body: bytes, disposition: str = "") -> bytes:
    lines = [f"Content-Type: {content_type}", f"Content-Transfer-Encoding: {encoding}"]
    if disposition:
        lines.append(f"Content-Disposition: {disposition}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
