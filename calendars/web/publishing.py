"""Files into a folder that a web server hands out: only what differs is written, only what was ours is taken away."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from calendars.errors import UserError

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](index\.html|[A-Za-z0-9][A-Za-z0-9._-]*\.ics)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Published:
    """How many files were written, were there with the same bytes, and were taken away. The sums are not counted."""

    written: int
    unchanged: int
    removed: int


def publish(folder: Path, files: Mapping[str, bytes]) -> Published:
    """Makes the folder hold the files and their SHA256SUMS, and nothing that a former SHA256SUMS lists besides.

    The sums of everything that is, was or will be ours are written before anything else: an export that was cut short
    is taken up by the next one. Raises `UserError` when a file is in the way that no export made, or when another
    export writes to the folder now; then nothing was changed.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: a file, expected a folder or a name for a new one.")
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        former = _former(folder / SUMS)
        sums = {name: sha256(body).hexdigest() for name, body in files.items()}
        there = {name: _digest(folder / name) for name in sums}
        for name, digest in there.items():
            if digest is not None and digest != sums[name] and name not in former:
                raise UserError(
                    f"{folder / name}: made by no export and in the way of one, expected a folder without such a file."
                )
        _write_sums(folder, former | sums)
        differing = [name for name in files if there[name] != sums[name]]
        for name in differing:
            _replace(folder / name, files[name])
        gone = [folder / name for name in former.keys() - sums.keys() if (folder / name).exists()]
        for path in gone:
            path.unlink()
        _write_sums(folder, sums)
        return Published(len(differing), len(files) - len(differing), len(gone))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise UserError(f"{folder}: another export writes to it now.") from error
    finally:
        os.close(descriptor)


def _former(path: Path) -> dict[str, str]:
    """The sums that an earlier export left. A list of anything else is somebody else's, whose files stay."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8, expected the sums of an earlier export.") from error
    found = {}
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise UserError(f"{path}: line {number}: made by no export, expected a SHA-256 sum and an .ics file.")
        found[match[2]] = match[1]
    return found


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _write_sums(folder: Path, sums: Mapping[str, str]) -> None:
    body = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
    if _digest(folder / SUMS) != sha256(body).hexdigest():
        _replace(folder / SUMS, body)


def _replace(path: Path, body: bytes) -> None:
    # The same temporary name each time: what a killed export left is written over by the next.
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            file.write(body)
            file.flush()
            # A power cut must not leave an empty file under the name: some programs would drop every entry they have.
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
