from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from calendars.campaigns.bundle import bundled
from tests.plan.samples import PLANS
from workflows.commands.plan import app

SMALL = str(PLANS / "small.yaml")
MISTAKEN = str(PLANS / "ten_mistakes.yaml")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "100", "TERM": "dumb"})


def document(result: Result) -> Any:
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_check_says_that_a_plan_is_good() -> None:
    result = run("check", SMALL)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{SMALL}: no problems\n", "")


def test_check_says_every_problem_in_a_line_of_its_own() -> None:
    result = run("check", MISTAKEN)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert len(lines) == 10
    assert lines[0] == f'{MISTAKEN}:11:12: found the unknown level "vilage", expected `village`'
    assert all(line.startswith(f"{MISTAKEN}:") for line in lines)


def test_check_as_json() -> None:
    result = run("check", MISTAKEN, "--json")
    assert result.exit_code == 1
    found = document(result)
    assert (found["file"], found["ok"], len(found["problems"])) == (MISTAKEN, False, 10)
    assert found["problems"][0] == {
        "line": 11,
        "column": 12,
        "message": 'found the unknown level "vilage", expected `village`',
    }
    assert document(run("check", SMALL, "--json")) == {"file": SMALL, "ok": True, "problems": []}


def test_check_of_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"campaign: \xff\n")
    result = run("check", str(path))
    assert (result.exit_code, result.stdout) == (1, f"{path}:1:11: found the byte 0xff, expected text in UTF-8\n")


def test_check_takes_a_campaign_s_folder(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(Path(SMALL).read_text(encoding="utf-8"), encoding="utf-8")
    assert run("check", str(tmp_path)).stdout == f"{tmp_path / 'plan.yaml'}: no problems\n"


@pytest.mark.parametrize("name", bundled())
def test_bundled_plans_have_no_problems(name: str) -> None:
    result = run("check", name)
    assert (result.exit_code, result.stdout.count("\n")) == (0, 1), result.stdout


@pytest.mark.parametrize("command", [("check",), ("check", "--json"), ("show",), ("show", "--json")])
def test_what_is_not_there_is_refused_in_one_line(command: tuple[str, ...]) -> None:
    result = run(*command, "no-such-campaign")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("no-such-campaign: ")
    assert result.stderr.count("\n") == 1


def test_show_of_a_plan_with_problems_is_refused_in_one_line() -> None:
    result = run("show", MISTAKEN)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{MISTAKEN}: the plan has 10 problems; `congress plan check {MISTAKEN}` says where\n"


@pytest.mark.parametrize("arguments", [("check",), ("show", SMALL, "--lang", "fr"), ("nonsense",)])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ["Đại hội thử", "Bầu trưởng thôn", "20 ngày trước 05/01/2020", "Căn cứ"]),
        ("en", ["Small campaign", "Headman election", "20 days before 05/01/2020", "deadline"]),
    ],
)
def test_show_in_both_languages(lang: str, words: list[str]) -> None:
    result = run("show", SMALL, "--lang", lang)
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    for word in [*words, "05/01/2020", "30/06/2020", "35-CT/TW"]:
        assert word in text
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_show_as_json() -> None:
    found = document(run("show", SMALL, "--json"))
    assert (found["campaign"], found["from"], found["until"]) == ("small-2020", "2019-12-01", "2020-12-31")
    assert [level["level"] for level in found["levels"]] == ["village", "commune", "province"]
    election = found["levels"][0]["stages"][0]
    assert (election["stage"], election["on"], election["deadline"]) == ("headman_election", "2020-01-05", None)
    assert [step["day"] for step in election["lead_ins"]] == ["2019-12-16", "2019-11-22"]
    assert found["freezes"][0]["from"] == "2020-03-31"


def test_list_names_the_bundled_campaigns() -> None:
    found = document(run("list", "--json"))
    assert tuple(each["name"] for each in found) == bundled()
    for each in found:
        assert each["from"] < each["until"]
        assert each["title"]["vi"]
        assert each["name"] in run("list").stdout


def test_schema_describes_the_keys() -> None:
    found = document(run("schema"))
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"campaign", "from", "until", "levels", "stages"} <= set(found["required"])
    assert found["additionalProperties"] is False
    stage = found["$defs"]["Stage"]
    assert stage["description"].startswith("One step of every unit of `level`")
    assert stage["properties"]["on"]["anyOf"][0] == {"format": "date", "type": "string"}
    assert stage["properties"]["deadline"]["description"] == "The central deadline."
    assert found["properties"]["from"]["description"] == "The first day of the campaign."
