from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest

from calendars.errors import Problem, Problems, UserError
from calendars.plan.loading import check_plan, load_plan
from calendars.plan.model import DigestRhythm, Plan, Reminders, Rerun, ResultType
from tests.plan.samples import PLANS, sample, small_plan

ARROW = "  # <- "


def test_a_valid_plan_is_read_whole() -> None:
    plan = load_plan(PLANS / "small.yaml")
    assert (plan.campaign, plan.from_, plan.until) == ("small-2020", date(2019, 12, 1), date(2020, 12, 31))
    assert plan.instruments["directive-35"].number == "35-CT/TW"
    assert [stage.on for stage in plan.stages_of("village")] == [date(2020, 1, 5), date(2020, 1, 18)]
    assert plan.stage("cell_congress").results["secretary_votes"] is ResultType.RATIO
    gate = plan.stage("commune_congress").gate
    assert gate is not None
    assert (gate.children, gate.share) == ("cell_congress", 0.9)
    assert (plan.reminders.at, plan.reminders.digest) == (time(8), DigestRhythm.DAILY)
    assert plan.reminders.lead_ins == (3,)
    assert [lead_in.remind for lead_in in plan.stage("headman_election").lead_ins] == [None, (5, 2)]
    assert plan.consents[0].from_ == "Quân ủy Trung ương"


def test_a_stage_may_say_within_how_many_days_a_failed_vote_is_run_again() -> None:
    text = sample("small.yaml").replace("  - id: cell_congress\n", "    rerun: {days: 15}\n  - id: cell_congress\n", 1)
    plan, problems = check_plan(text)
    assert plan, problems
    assert plan.stage("headman_election").rerun == Rerun(days=15)
    assert plan.stage("cell_congress").rerun is None
    assert Plan.model_validate(plan.document()) == plan
    plan, problems = check_plan(text.replace("{days: 15}", "{days: -1}"))
    assert plan is None
    assert [problem.line for problem in problems] == [text[: text.index("rerun")].count("\n") + 1]


def test_a_plan_that_says_nothing_of_summaries_and_steps_has_what_is_usual() -> None:
    text = sample("small.yaml").replace("  digest: daily\n", "").replace("  lead_ins: [3]\n", "")
    plan, problems = check_plan(text)
    assert plan, problems
    assert (plan.reminders.digest, plan.reminders.lead_ins) == (DigestRhythm.WEEKLY, (3,))
    assert Reminders().digest is DigestRhythm.WEEKLY


@pytest.mark.parametrize("written", ["weekly", "daily", "off", '"off"'])
def test_summaries_may_be_left_out_with_or_without_quotes(written: str) -> None:
    """`off` without quotes is false to some readers of YAML."""
    plan, problems = check_plan(edited("digest: daily", f"digest: {written}"))
    assert plan, problems
    assert plan.reminders.digest.value == written.strip('"')
    assert Plan.model_validate(plan.document()) == plan


def test_a_step_may_have_no_reminders() -> None:
    plan, problems = check_plan(edited("remind: [5, 2]", "remind: []"))
    assert plan, problems
    assert plan.stage("headman_election").lead_ins[1].remind == ()
    assert Plan.model_validate(plan.document()) == plan


def test_a_plan_survives_its_own_document() -> None:
    plan = small_plan()
    assert Plan.model_validate(plan.document()) == plan
    assert Plan.model_validate_json(plan.model_dump_json(by_alias=True)) == plan


def test_ten_mistakes_give_ten_problems_at_their_lines() -> None:
    text = sample("ten_mistakes.yaml")
    expected = {number: line.split(ARROW)[1] for number, line in enumerate(text.splitlines(), start=1) if ARROW in line}
    assert len(expected) == 10
    plan, problems = check_plan(text)
    assert plan is None
    assert [problem.line for problem in problems] == list(expected)
    for problem in problems:
        assert expected[problem.line] in problem.message


def test_problems_name_the_column_of_the_value() -> None:
    text = sample("ten_mistakes.yaml")
    lines = text.splitlines()
    _, problems = check_plan(text)
    starts = {problem.line: lines[problem.line - 1][problem.column - 1 :] for problem in problems}
    begin = {line: re.split(r"[,:}\s]", rest)[0] for line, rest in starts.items()}
    assert list(begin.values()) == [
        "vilage",
        "2020-02-30",
        "headman_elections",
        "provincial_congress",
        "2020-07-01",
        "directive-36",
        "max_day",
        "level",
        "2021-10-31",
        "secretary_votes",
    ]


def test_load_plan_raises_every_problem_with_the_file(tmp_path: Path) -> None:
    path = PLANS / "ten_mistakes.yaml"
    with pytest.raises(Problems) as raised:
        load_plan(path)
    assert len(raised.value.problems) == 10
    assert str(raised.value).splitlines()[0].startswith(f"{path}: line 11, column 12: ")


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UserError, match=r"nowhere\.yaml: cannot be read \(No such file or directory\)"):
        load_plan(Path("nowhere.yaml"))


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_a_file_that_is_not_utf_8(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(start + "campaign: x\ntitle: Đ".encode() + b"\xe0i\n")
    with pytest.raises(Problems) as raised:
        load_plan(path)
    assert raised.value.problems == (Problem(2, 9, "found the byte 0xe0, expected text in UTF-8"),)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + (PLANS / "small.yaml").read_bytes())
    assert load_plan(path) == small_plan()


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "found nothing, expected a plan"),
        ("# only a comment\n", 1, 1, "found nothing, expected a plan"),
        ("- campaign: x\n", 1, 1, "the plan is a list, expected keys with their values"),
        ("just words", 1, 1, 'the plan is "just words", expected keys with their values'),
        ("campaign: x\ntitle: a: b\n", 2, 9, "this is not YAML: mapping values are not allowed here"),
        ("a: 1\n--- \nb: 2\n", 2, 1, "this is not YAML: expected a single document"),
        ("a: [1, 2\nb: 3", 2, 2, "this is not YAML: while parsing a flow sequence"),
        ("a: b\n\tc: d\n", 2, 1, "this is not YAML: while scanning for the next token"),
        ("a: 1\nb: \x07", 2, 4, "this is not YAML: a character that YAML does not allow"),
        ('a: "\\UFFFFFFFF"', 1, 7, "this is not YAML: a number or character code that is too large"),
        ("%YAML 1." + "1" * 5000 + "\n--- a", 1, 9, "this is not YAML: a number or character code"),
        ("[" * 100_000, 1, 41, "this is not YAML: more than 40 levels of nesting"),
        ("a: " + "{b: " * 50, 1, 157, "this is not YAML: more than 40 levels of nesting"),
    ],
)
def test_what_is_no_plan_at_all_is_one_problem(text: str, line: int, column: int, message: str) -> None:
    plan, problems = check_plan(text)
    assert plan is None
    assert [(problem.line, problem.column) for problem in problems] == [(line, column)]
    assert problems[0].message.startswith(message)


def edited(old: str, new: str) -> str:
    text = sample("small.yaml")
    assert text.count(old) == 1, old
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ("campaign: small-2020\n", "", "title:", "`campaign` is missing, expected in the plan"),
        ("campaign: small-2020", "campaign: Small 2020", "campaign:", '"Small 2020", expected a name of small letters'),
        ("campaign: small-2020", "campaign: 2020", "campaign:", "`campaign` is 2020, expected a text, in quotes"),
        ("campaign: small", "campagn: small", "campagn", 'unknown key "campagn", expected `campaign`'),
        (", en: Small campaign}", "}", "Đại hội thử", "`en` is missing, expected in `title`"),
        ("en: Small campaign", "en: ''", "en: ''", '`en` is "", expected a text that is not empty'),
        ("from: 2019-12-01", "from_: 2019-12-01", "from_", 'unknown key "from_", expected `from`'),
        ("from: 2019-12-01", "from:", "from:", "`from` is empty, expected a day written year-month-day"),
        ("from: 2019-12-01", "from: 2019", "from:", "`from` is 2019, expected a day"),
        ("from: 2019-12-01", "from: 01/12/2019", "from:", '`from` is "01/12/2019", expected a day'),
        ("from: 2019-12-01", "from: 2019-12-01T00:00:00Z", "from:", "expected a day"),
        ("until: 2020-12-31", "until: 2020-11-31", "until:", "a day that exists in the calendar"),
        ("date: 2008-04-17", "date: yesterday", "yesterday", '`date` is "yesterday", expected a day'),
        ("  directive-35:\n", "  Directive 35:\n", "Directive 35", 'found the key "Directive 35", expected a name'),
        ("levels: [province, commune, village]", "levels: village", "levels:", '"village", expected a list'),
        ("levels: [province, commune, village]", "levels: []", "levels:", "is a list, expected at least one entry"),
        ("[province, commune", "[3, commune", "levels:", "entry 1 of `levels` is 3, expected a text, in quotes"),
        ("    level: province\n", "", "id: provincial", "`level` is missing, expected in entry 4 of `stages`"),
        ("    on: 2020-01-05", "    on: true", "on: true", "`on` is true, expected a day"),
        ("max_days: 1", "max_days: 1.5", "max_days: 1.5", "`max_days` is 1.5, expected a whole number"),
        ("max_days: 1", "max_days: yes", "max_days: yes", '`max_days` is "yes", expected a whole number'),
        ("max_days: 1", "max_days: true", "max_days: true", "`max_days` is true, expected a whole number"),
        ("max_days: 1", "max_days: 0", "max_days: 0", "`max_days` is 0, expected at least 1"),
        ("days: 20", "days: 500", "days: 500", "`days` is 500, expected at most 400"),
        ("remind: [7, 1]", "remind: [7, -1]", "remind:", "entry 2 of `remind` is -1, expected at least 0"),
        ("remind: [7, 1]", "remind: 7", "remind:", "`remind` is 7, expected a list"),
        ("remind: [5, 2]", "remind: [5, -2]", "remind: [5", "entry 2 of `remind` is -2, expected at least 0"),
        ("lead_ins: [3]", "lead_ins: 3", "lead_ins: 3", "`lead_ins` is 3, expected a list"),
        ("digest: daily", "digest: monthly", "digest:", "\"monthly\", expected one of 'weekly', 'daily' or 'off'"),
        ("digest: daily", "digest: false", "digest:", "`digest` is false, expected one of 'weekly', 'daily' or 'off'"),
        ("digest: daily", "digest:", "digest:", "`digest` is empty, expected one of 'weekly', 'daily' or 'off'"),
        ("share: 0.9", "share: 90", "share: 90", "`share` is 90, expected at most 1"),
        ("share: 0.9", 'share: "0.9"', "share:", '`share` is "0.9", expected a number'),
        ("share: 0.9", "share: .nan", "share:", "`share` is NaN, expected a number"),
        ("delegates: int", "delegates: integer", "delegates:", "\"integer\", expected one of 'bool', 'int'"),
        ("delegates: int", "delegates:", "delegates:", "`delegates` is empty, expected one of"),
        (
            "gate: {children: commune_congress}",
            "gate: commune_congress",
            "gate: com",
            "expected keys with their values",
        ),
        (
            "    tag: armed_forces\n",
            "",
            "- stage: commune_congress",
            "`tag` is missing, expected in entry 1 of `consents`",
        ),
        ("at: 08:00", "at: 8:00", "at: 8:00", '`at` is "8:00", expected a time of day'),
        ("at: 08:00", "at: 480", "at: 480", "`at` is 480, expected a time of day"),
        ("jitter_minutes: 15", "jitter: 15", "jitter: 15", 'unknown key "jitter", expected `jitter_minutes`'),
        (
            "jitter_minutes: 15",
            "colour: red",
            "colour",
            'unknown key "colour", expected one of before, lead_ins, overdue_every',
        ),
        (
            "campaign: small-2020",
            "campaign: small-2020\ncampaign: x",
            "campaign: x",
            "twice (first in line 2), expected",
        ),
        ("campaign: small-2020", "campaign: !!python/name:os.system x", "campaign:", "found the tag"),
        (
            "    issuer: Bộ Chính trị",
            "    issuer: *someone",
            "issuer: *",
            "found the alias *someone, expected the value",
        ),
        ("    issuer: Bộ Chính trị", '    issuer: "\\0"', "issuer:", "found a character that cannot be printed"),
        ("    issuer: Bộ Chính trị", '    issuer: "\\ud800"', "issuer:", "found a character that cannot be printed"),
        ("    issuer: Bộ Chính trị", "    ? [issuer]\n    : x", "[issuer]", "found a key that is no word"),
        ("max_days: 1", "max_days: " + "9" * 5000, "max_days: 9", "found a value that does not fit its type"),
    ],
)
def test_one_mistake_in_a_value_gives_one_problem_at_its_line(old: str, new: str, at: str, message: str) -> None:
    text = edited(old, new)
    plan, problems = check_plan(text)
    assert plan is None
    assert len(problems) == 1, problems
    assert message in problems[0].message
    assert at in text.splitlines()[problems[0].line - 1]


def test_an_alias_bomb_and_a_recursive_anchor_end() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 20))
    plan, problems = check_plan(f"l0: &l0 [x]\n{levels}\nme: &me [*me]\n")
    assert plan is None
    assert sum("alias" in problem.message for problem in problems) == 9 * 19 + 1
