"""Crashes, cuts and outages on the real service with all of Quang Ninh: nothing is lost, nothing is taken twice."""

from __future__ import annotations

import csv
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from calendars.campaigns.bundle import find_bundle
from tests.service import Service, ended, running, wait_for

pytestmark = pytest.mark.slow
VILLAGES = 1_544
KILL_AT = 500


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """An empty service."""
    with running(Service(tmp_path / "var")) as made:
        yield made


def elections(folder: Path) -> Path:
    """The 1,544 elections of 05/01/2020 as a file of their own."""
    source = find_bundle("quang-ninh-2020") / "reports.csv"
    with source.open(encoding="utf-8", newline="") as rows:
        reader = csv.DictReader(rows)
        chosen = [row for row in reader if row["stage"] == "headman_election"]
    file = folder / "elections.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, chosen[0])
        writer.writeheader()
        writer.writerows(chosen)
    assert len(chosen) == VILLAGES
    return file


def held(service: Service) -> int:
    """How many reports are journalled."""
    connection = sqlite3.connect(service.data / "congress.db")
    try:
        found: int = connection.execute("SELECT count(*) FROM journal WHERE type = 'held'").fetchone()[0]
    finally:
        connection.close()
    return found


def kill_worker(service: Service) -> None:
    """The service's process alone; its server lives on and is adopted."""
    server = service.temporal()
    service.kill()
    refused = service.congress("report", "06649-01", "headman_election", "--on", "2020-01-05")
    assert refused.returncode == 1
    service.start()
    assert service.temporal().pid == server.pid


def kill_everything(service: Service) -> None:
    """The service and its server, as a power cut would."""
    service.kill_group()
    service.start()


def kill_server(service: Service) -> None:
    """The embedded server alone; the service starts it again."""
    server = service.temporal()
    server.kill()
    wait_for(lambda: service.temporal_pid() != server.pid)


def test_an_import_that_is_cut_short_again_and_again_is_completed_by_another(service: Service, tmp_path: Path) -> None:
    launched = service.congress("launch", "quang-ninh-2020", "--today", "2020-01-20", "--no-reports", timeout=300)
    assert launched.returncode == 0, launched.stderr
    file = elections(tmp_path)
    imports = [service.command("reports", "import", str(file))]

    def importing(at: int) -> bool:
        """Whether so many are reported. An import outlives some kills; one that did not is begun anew."""
        if imports[-1].poll() is not None:
            imports.append(service.command("reports", "import", str(file)))
        return held(service) >= at

    for at, kill in ((250, kill_worker), (600, kill_server), (950, kill_everything)):
        wait_for(partial(importing, at))
        assert held(service) < VILLAGES
        kill(service)
    for one in imports:
        one.communicate(timeout=180)
    again = service.congress("reports", "import", str(file), timeout=300)
    assert again.returncode == 0, again.stderr
    numbers: dict[str, list[int]] = defaultdict(list)
    reports: dict[str, int] = defaultdict(int)
    for line in service.journal():
        numbers[line["unit"]].append(line["no"])
        reports[line["unit"]] += line["type"] == "held"
    assert sum(reports.values()) == VILLAGES
    assert max(reports.values()) == 1
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    server = service.temporal()
    assert service.stop() == 0
    assert ended(server)
    assert not (service.data / "service.json").exists()


def test_a_launch_that_is_cut_short_is_completed_by_another(service: Service) -> None:
    launching = service.command("launch", "quang-ninh-2020", "--today", "2020-06-11")
    wait_for(lambda: held(service) >= KILL_AT)
    service.kill_group()
    launching.communicate(timeout=180)
    service.start()
    again = service.congress("launch", "quang-ninh-2020", "--today", "2020-06-11", timeout=300)
    assert again.returncode == 0, again.stderr
    found = {stage["stage"]: stage for stage in service.json("status")["stages"]}
    assert [stage["held"] for stage in found.values()] == [VILLAGES, VILLAGES, 177, 4, 0]
    numbers: dict[str, list[int]] = defaultdict(list)
    for line in service.journal():
        numbers[line["unit"]].append(line["no"])
    assert len(numbers) == 1_741
    assert all(lines == list(range(1, len(lines) + 1)) for lines in numbers.values())


def test_restore_goes_on_from_the_journal_after_temporal_lost_everything(service: Service) -> None:
    assert service.congress("launch", "quang-ninh-2020", "--today", "2020-06-11", timeout=300).returncode == 0
    assert service.congress("report", "205", "district_congress", "--on", "2020-06-10").returncode == 0
    before = service.journal()
    assert service.stop() == 0
    for file in service.data.glob("temporal.db*"):
        file.unlink()
    service.start()
    unknown = service.congress("report", "199", "district_congress", "--on", "2020-06-10")
    assert unknown.returncode == 1
    assert "congress restore" in unknown.stderr
    for _ in range(2):  # safe to repeat
        done = service.congress("restore", timeout=300)
        assert (done.returncode, done.stdout) == (0, "quang-ninh-2020: 1,740 units run.\n"), done.stderr
    again = service.congress("report", "205", "district_congress", "--on", "2020-06-10")
    assert "already reported" in again.stderr
    assert service.journal() == before
    assert service.congress("report", "199", "district_congress", "--on", "2020-06-10").returncode == 0
    history = service.json("history", "199")
    assert [line["type"] for line in history] == ["enrolled", "scheduled", "gate", "held"]
    assert [line["no"] for line in history] == [1, 2, 3, 4]


def test_two_clocks_of_the_same_campaign(service: Service) -> None:
    """As of 01/11/2020 the district level was finished on 25/07, 37 days ahead, and the province 34 days ahead."""
    assert service.congress("launch", "quang-ninh-2020", "--today", "2020-11-01", timeout=300).returncode == 0
    found = {stage["stage"]: stage for stage in service.json("status")["stages"]}
    district, province = found["district_congress"], found["provincial_congress"]
    assert (district["held"], district["share"], district["last_held"]) == (18, 1.0, "2020-07-25")
    assert district["margin_deadline"]["min"] == 37
    assert province["margin_deadline"] == {"min": 34, "median": 34, "max": 34}
    may = {stage["stage"]: stage for stage in service.json("status", "--as-of", "2020-05-31")["stages"]}
    for stage in ("cell_congress", "grassroots_congress"):
        assert may[stage]["share"] == 1.0
        assert may[stage]["margin_deadline"]["min"] >= 30
    assert may["district_congress"]["held"] == 3
    june = {stage["stage"]: stage for stage in service.json("status", "--as-of", "2020-06-11")["stages"]}
    assert june["district_congress"]["held"] == 4
    for unit, last in (("200", "2020-05-13"), ("194", "2020-05-20"), ("than-quang-ninh", "2020-05-28")):
        assert service.json("status", unit, "--as-of", "2020-06-11")["stages"][0]["held"]["to"] == last
    assert service.json("status", "205", "--as-of", "2020-06-11")["stages"][0]["held"] is None
