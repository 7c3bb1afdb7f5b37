"""What an export does to a folder: writes what differs, takes away what was its own, leaves the rest alone."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from calendars.errors import UserError
from calendars.web.publishing import SUMS, Published, publish

FILES = {"22.ics": b"province", "193.ics": b"district", "index.html": b"<!doctype html>"}
LONG_AGO = 1_000_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a" / "public"


def held(folder: Path) -> dict[str, bytes]:
    """Every file of the folder, hidden ones too, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def age(folder: Path) -> None:
    """Makes every file an old one, so that a touch shows."""
    for path in folder.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))


def touched(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.stat().st_mtime != LONG_AGO}


def published(folder: Path, files: Mapping[str, bytes]) -> tuple[int, int, int]:
    found = publish(folder, files)
    return found.written, found.unchanged, found.removed


def test_a_new_folder_holds_the_files_and_sums_that_sha256sum_accepts(folder: Path) -> None:
    assert publish(folder, FILES) == Published(3, 0, 0)
    assert {name: body for name, body in held(folder).items() if name != SUMS} == FILES
    lines = (folder / SUMS).read_text().splitlines()
    assert [line[64:] for line in lines] == ["  193.ics", "  22.ics", "  index.html"]
    command = ["sha256sum", "--strict", "--check", SUMS]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["193.ics: OK", "22.ics: OK", "index.html: OK"]
    umask = os.umask(0)
    os.umask(umask)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o666 & ~umask}


def test_unchanged_files_are_not_touched(folder: Path) -> None:
    publish(folder, FILES)
    age(folder)
    assert published(folder, FILES) == (0, 3, 0)
    assert touched(folder) == set()
    assert published(folder, {**FILES, "22.ics": b"changed"}) == (1, 2, 0)
    assert touched(folder) == {"22.ics", SUMS}


def test_a_file_that_was_damaged_is_written_again(folder: Path) -> None:
    publish(folder, FILES)
    (folder / "22.ics").write_bytes(b"")
    (folder / "193.ics").unlink()
    assert published(folder, FILES) == (2, 1, 0)
    assert held(folder)["22.ics"] == b"province"


def test_only_what_an_export_made_is_taken_away(folder: Path) -> None:
    folder.mkdir(parents=True)
    others = {"own.ics": b"somebody else's", "logo.png": b"png", ".htaccess": b"deny"}
    for name, body in others.items():
        (folder / name).write_bytes(body)
    (folder / "older").mkdir()
    (folder / "older" / "22.ics").write_bytes(b"kept")
    publish(folder, FILES)
    assert published(folder, {"22.ics": b"province"}) == (0, 1, 2)
    assert (folder / "older" / "22.ics").read_bytes() == b"kept"
    (folder / "older" / "22.ics").unlink()
    (folder / "older").rmdir()
    found = held(folder)
    assert found.pop(SUMS).decode().split()[1::2] == ["22.ics"]
    assert found == {"22.ics": b"province", **others}


def test_what_is_gone_already_is_not_counted_as_taken_away(folder: Path) -> None:
    publish(folder, FILES)
    (folder / "193.ics").unlink()
    assert published(folder, {"22.ics": b"province"}) == (0, 1, 1)


def test_a_file_that_no_export_made_is_not_written_over(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "index.html").write_bytes(b"the office's own page")
    with pytest.raises(UserError, match=r"public/index\.html: made by no export and in the way"):
        publish(folder, FILES)
    assert held(folder) == {"index.html": b"the office's own page"}


def test_a_file_that_no_export_made_may_hold_the_same_already(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "22.ics").write_bytes(b"province")
    assert published(folder, FILES) == (2, 1, 0)


@pytest.mark.parametrize(
    "line",
    [
        "0" * 64 + "  ../22.ics",
        "0" * 64 + "  /etc/22.ics",
        "0" * 64 + "  data.bin",
        "0" * 64 + "  about.html",
        "0" * 64 + "  .22.ics",
        "0" * 63 + "  22.ics",
        "22.ics",
        "",
    ],
)
def test_somebody_elses_sums_stop_the_export(folder: Path, line: str) -> None:
    folder.mkdir(parents=True)
    before = {"22.ics": b"kept", SUMS: f"{'0' * 64}  22.ics\n{line}\n".encode()}
    for name, body in before.items():
        (folder / name).write_bytes(body)
    with pytest.raises(UserError, match=r"public/SHA256SUMS: line 2: made by no export, expected a SHA-256 sum"):
        publish(folder, {"193.ics": b"district"})
    assert held(folder) == before


def test_sums_that_are_no_text_stop_the_export(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / SUMS).write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="SHA256SUMS: not UTF-8"):
        publish(folder, FILES)


def test_an_export_that_was_cut_short_is_taken_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(folder, {"100.ics": b"merged since", **FILES})
    changed = {name: body + b"!" for name, body in FILES.items()} | {"205.ics": b"new"}
    real, renamed = Path.replace, []

    def cut(self: Path, target: Path) -> Path:
        renamed.append(target.name)
        if len(renamed) == 3:
            raise OSError(28, "No space left on device", str(self))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(OSError, match="No space left"):
        publish(folder, changed)
    monkeypatch.undo()
    assert not list(folder.glob(".*"))
    # Nothing is half a file, whichever of the two it is.
    for name, body in held(folder).items():
        assert name == SUMS or body in (b"merged since", FILES.get(name), changed.get(name))
    assert published(folder, changed) == (3, 1, 1)
    assert {name: body for name, body in held(folder).items() if name != SUMS} == changed


def test_what_a_killed_export_left_is_written_over(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / ".22.ics.part").write_bytes(b"half")
    publish(folder, FILES)
    assert set(held(folder)) == {*FILES, SUMS}


def test_two_exports_do_not_meet(folder: Path) -> None:
    folder.mkdir(parents=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(UserError, match="another export writes to it now"):
            publish(folder, FILES)
    finally:
        os.close(descriptor)
    assert published(folder, FILES) == (3, 0, 0)


def test_a_file_is_no_folder(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("kept")
    with pytest.raises(UserError, match=r"public: a file, expected a folder"):
        publish(folder, FILES)
    assert folder.read_text() == "kept"
