"""Each case makes one mistake in the small plan, which must give one problem, in the line that holds `at`."""

from __future__ import annotations

import pytest

from calendars.plan.loading import check_plan
from tests.plan.test_loading import edited

CELL = "    on: 2020-01-18\n    after: headman_election"
COMMUNE = "    opens: 2020-04-01\n    target:\n      date: 2020-05-31"
PILOTS = "      from: 2020-03-01\n      to: 2020-03-31"


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ("Asia/Ho_Chi_Minh", "Asia/Hanoi", "timezone", 'time zone "Asia/Hanoi", expected one of the IANA names'),
        ("Asia/Ho_Chi_Minh", "../etc/passwd", "timezone", "expected one of the IANA names"),
        ("Asia/Ho_Chi_Minh", "Asia", "timezone", "expected one of the IANA names"),
        ("until: 2020-12-31", "until: 2018-12-31", "until:", "expected no day before `from`, 2019-12-01"),
        ("until: 2020-12-31", "until: 2090-12-31", "until:", "expected at most 6 years after `from`"),
        ("until: 2020-12-31", "until: 9999-12-31", "until:", "expected a day from 2002-01-01 to 2099-12-31"),
        ("from: 2019-12-01", "from: 0219-12-01", "from: 0219", "expected a day from 2002-01-01 to 2099-12-31"),
        ("[province, commune, village]", "[province, commune, village, commune]", "levels", "`commune` is here twice"),
        ("  village: {vi: Thôn", "  hamlet: {vi: Thôn", "hamlet", 'unknown level "hamlet"'),
        ("    level: province", "    level: provinse", "provinse", '"provinse", expected `province`'),
        ("  - id: provincial_congress", "  - id: cell_congress", "- id: cell_congress", "is here twice in `stages`"),
        ("  - id: cell_election", "  - id: direct_election", "id: direct_el", "is here twice in `indicators`"),
        ("      - id: notice", "      - id: announce_date", "- id: announce_date", "is here twice in `lead_ins`"),
        (CELL, "    after: headman_election", "id: cell_congress", "a stage without a day, expected `on`"),
        (CELL, f"{CELL}\n    opens: 2020-01-18", "opens: 2020-01-18", "found `opens` beside `on`"),
        (CELL, f"{CELL}\n    target: {{date: 2020-01-17}}", "on: 2020-01-18", "no day after the stage is due"),
        (COMMUNE, COMMUNE.replace("05-31", "07-01"), "date: 2020-07-01", "no day after the deadline, 2020-06-30"),
        (COMMUNE, COMMUNE.replace("04-01", "07-01"), "opens: 2020-07-01", "after the stage is due, 2020-05-31"),
        ("opens: 2020-09-01", "opens: 2020-11-01", "opens: 2020-11-01", "after the stage is due, 2020-10-31"),
        (CELL, CELL.replace("2020-01-18", "2019-11-18"), "on: 2019-11-18", "before the campaign's `from`, 2019-12-01"),
        ("{date: 2020-10-31", "{date: 2021-10-31", "2021-10-31", "after the campaign's `until`, 2020-12-31"),
        (PILOTS, PILOTS.replace("03-31", "02-28"), "to: 2020-02-28", "no day before `from`, 2020-03-01"),
        (PILOTS, PILOTS.replace("03-31", "04-01"), "to: 2020-04-01", "expected pilots to end before the stage begins"),
        (PILOTS, PILOTS.replace("2020-03-01", "2019-03-01"), "from: 2019-03-01", "before the campaign's `from`"),
        ("  - from: 2020-03-31", "  - from: 2020-04-30", "to: 2020-04-22", "no day before `from`, 2020-04-30"),
        ("    to: 2020-04-22", "    to: 2021-04-22", "to: 2021-04-22", "after the campaign's `until`"),
        ("        working_days: 30\n", "", "- id: notice", "found neither `days` nor `working_days`"),
        ("        days: 20", "        days: 20\n        working_days: 20", "working_days: 20", "beside `days`"),
        ("remind: [7, 1]", "remind: [7, 7]", "remind", "found 7 days twice"),
        ("before: [30, 14, 7, 1]", "before: [30, 30]", "before", "found 30 days twice"),
        ("remind: [5, 2]", "remind: [5, 5]", "remind: [5, 5]", "found 5 days twice"),
        ("lead_ins: [3]", "lead_ins: [3, 3]", "lead_ins: [3, 3]", "found 3 days twice"),
        ("    at_least: 3\n", "", "id: cell_election", "found neither `target` nor `at_least`"),
        ("    at_least: 3", "    target: 0.5\n    at_least: 3", "at_least", "found `at_least` beside `target`"),
        ("    level: village\n    share_of", "    share_of", "id: cell_election", "neither `stage` nor `level`"),
        (
            "    level: village\n    share_of",
            "    stage: cell_congress\n    level: village\n    share_of",
            "level: village\n    share",
            "beside `stage`",
        ),
        ("    level: village\n    share_of", "    level: hamlet\n    share_of", "hamlet", 'unknown level "hamlet"'),
        ("after: headman_election", "after: headman_elections", "after", "expected `headman_election`"),
        (
            "after: headman_election",
            "after: commune_congress",
            "after",
            "a stage of level commune, expected one of the same level",
        ),
        ("after: headman_election", "after: cell_congress", "after", "circle: cell_congress waits for cell_congress"),
        (
            "    on: 2020-01-05\n",
            "    on: 2020-01-05\n    after: cell_congress\n",
            "after: cell",
            "headman_election waits for cell_congress waits for headman_election",
        ),
        (CELL, CELL.replace("01-18", "01-04"), "on: 2020-01-04", "before `headman_election` begins, 2020-01-05"),
        (
            "    on: 2020-01-05",
            "    deadline: {date: 2020-02-01}",
            "on: 2020-01-18",
            "before `headman_election` is due",
        ),
        ("opens: 2020-09-01", "opens: 2020-03-15", "opens: 2020-03-15", "before `commune_congress` begins, 2020-04-01"),
        (
            "    opens: 2020-09-01\n    deadline: {date: 2020-10-31",
            "    deadline: {date: 2020-03-31",
            "2020-03-31,",
            "before `commune_congress` begins",
        ),
        ("children: cell_congress", "children: cell_congres", "children", '"cell_congres", expected `cell_congress`'),
        (
            "children: cell_congress",
            "children: commune_congress",
            "children",
            "circle: commune_congress waits for commune",
        ),
        ("children: cell_congress", "children: provincial_congress", "children: prov", "found a circle"),
        (
            "max_days: 1\n",
            "max_days: 1\n    gate: {children: headman_election}\n",
            "headman_election}",
            "a level below village",
        ),
        (
            "  - stage: commune_congress\n",
            "  - stage: commune\n",
            "- stage: commune",
            '"commune", expected `commune_congress`',
        ),
        ("    result: direct_election", "    result: direct_elections", "result:", "unknown result"),
        (
            "    result: direct_election",
            "    result: delegates",
            "result:",
            "a result that is a int, expected one that is a bool",
        ),
        (
            "    stage: commune_congress\n    share_of: direct_election",
            "    stage: commune_congress\n    share_of: remark",
            "share_of: remark",
            "a text",
        ),
        (
            "    level: village\n    share_of: direct_election",
            "    level: village\n    share_of: merged",
            "share_of: merged",
            "unknown result",
        ),
        (
            "      source: directive-35\n",
            "      source: directive-53\n",
            "directive-53",
            '"directive-53", expected `directive-35`, or free',
        ),
        (
            "source: plo.vn 903932",
            "source: joint-resolutions art. 6",
            "joint-resolutions",
            "expected `joint-resolution`",
        ),
    ],
)
def test_one_mistake_gives_one_problem_at_its_line(old: str, new: str, at: str, message: str) -> None:
    text = edited(old, new)
    plan, problems = check_plan(text)
    assert plan is None
    assert len(problems) == 1, problems
    assert message in problems[0].message
    lines = [text.count("\n", 0, position) + 1 for position in range(len(text)) if text.startswith(at, position)]
    assert problems[0].line in lines


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    on: 2020-01-05", "    target: {date: 2020-01-05}"),
        ("    on: 2020-01-05", "    on: 2020-01-18"),
        ("opens: 2020-09-01", "opens: 2020-04-01"),
        ("opens: 2020-09-01", "opens: 2020-10-31"),
        ("    to: 2020-04-22\n", ""),
        ("    to: 2020-04-22", "    to: 2020-03-31"),
        ("gate: {children: commune_congress}", "gate: {children: cell_congress}"),
        ("source: plo.vn 903932", "source: 35-CT/TW as reported"),
        ("source: plo.vn 903932", "source: Nam-Dinh police"),
        ("source: plo.vn 903932", "source: joint-resolution, article 6"),
        ("source: joint-resolution art. 6", "source: joint-resolution-09-2008 art. 6"),
        ("    source: newspaper article of 2020-06-11\n", ""),
        ("timezone: Asia/Ho_Chi_Minh\n", ""),
        ("from: 2019-12-01", "from: 2020-01-05"),
        ("until: 2020-12-31", "until: 2020-10-31"),
    ],
)
def test_what_the_rules_allow(old: str, new: str) -> None:
    plan, problems = check_plan(edited(old, new))
    assert problems == ()
    assert plan is not None


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("  - id: cell_congress\n    level", "  - level", 1),
        ("  - id: cell_congress\n    level", "  - idd: cell_congress\n    level", 1),
        ("levels: [province, commune, village]", "levels: [province, commune, Village!]", 1),
        ("levels: [province", "level: [province", 1),
        ("stages:", "stage:", 1),
        ("instruments:", "instrument:", 1),
        ("{direct_election: bool, secretary_votes: ratio}", "{Direct: bool, secretary_votes: ratio}", 1),
        ("{direct_election: bool, secretary_votes: ratio}", "{direct_election: boolean}", 1),
        ("{direct_election: bool, secretary_votes: ratio}", "bool", 1),
        (CELL, CELL.replace("on: ", "onn: "), 1),
        (CELL, CELL.replace("01-18", "13-18"), 1),
        ("        working_days: 30", "        workingdays: 30", 1),
        ("    at_least: 3", "    atleast: 3", 1),
        ("from: 2019-12-01", "from: 2019-13-01", 1),
        ("from: 2019-12-01", "from: 2019-13-01\nfrom: 2019-12-01", 2),
    ],
)
def test_a_mistake_has_no_follow_ups(old: str, new: str, count: int) -> None:
    _, problems = check_plan(edited(old, new))
    assert len(problems) == count, problems
