"""Which changes of a campaign may be made, and the sentence for those that may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from calendars.errors import UserError
from calendars.plan.model import Plan
from calendars.tree.changes import Add, Change, Dissolve, Lift, Merge, RenameUnit, Split, Suspend, Transfer
from calendars.tree.checking import check_change
from calendars.tree.model import Tree
from tests.tree.small import CELL, ELECTION, GRASSROOTS, PLAN, TREE, UNITS, amendment, shifted

TODAY = date(2020, 2, 1)
LATER = TODAY + timedelta(days=1)
LAST_YEAR = date(2019, 12, 31)


def with_ended(*codes: str) -> Tree:
    return Tree(replace(unit, ended=TODAY) if unit.code in codes else unit for unit in UNITS)


def check(change: Change, tree: Tree = TREE, plan: Plan = PLAN, release: int = 1) -> None:
    check_change(tree, plan, release, change, TODAY)


MAY = [
    amendment(shifted(PLAN, **{CELL: {"deadline": {"date": "2020-03-01", "source": "plan-9"}}})),
    amendment(shifted(PLAN, **{CELL: {"target": None}, ELECTION: {"on": "2020-01-13"}})),
    amendment(PLAN),
    Suspend(TODAY, TODAY, "flood"),
    Suspend(LATER, None, "flood", "100"),
    Suspend(PLAN.from_, PLAN.until, "flood", "100-01"),
    Lift(TODAY, "", ("freeze/2",)),
    Lift(LATER, "100", ("freeze/2",)),
    Merge(("100",), "200", TODAY),
    Merge(("100", "200"), "200", TODAY),
    Merge(("100", "200"), "200", TODAY, "Phường Hai"),
    Merge(("100", "200"), "300", TODAY, "Phường Ba"),
    Merge(("100-01",), "300-01", TODAY, "Thôn Mới", "200"),
    Merge(("100-01",), "200-01", TODAY),
    Merge(("100", "200"), "22", TODAY),
    Merge(("100-01", "100-02"), "100", TODAY),
    Split("100", "150", "Xã Mới", TODAY),
    Split("100", "150", "Xã Mới", TODAY, ("100-01", "100-02")),
    Split("100-01", "100-03", "Thôn 3", TODAY),
    Transfer("100-01", "200", TODAY),
    Transfer("100-01", "22", PLAN.from_),
    Dissolve("200-01", TODAY),
    Add("300", "Xã Ba", "commune", "22", TODAY),
    Add("9.a_B-7", "Khu phố 9", "village", "22", TODAY, ("pilot",)),
    RenameUnit("22", "Tỉnh Khác", TODAY),
]


@pytest.mark.parametrize("change", MAY)
def test_what_may_be_made(change: Change) -> None:
    check(change)


MAY_NOT = [
    (amendment(PLAN, 0), "The release was made from release 0, and release 1 came meanwhile"),
    (amendment(PLAN, 2), "The release was made from release 2, and release 1 came meanwhile"),
    (amendment(shifted(PLAN, **{CELL: {"max_days": 3}})), "changes only the dates of stages"),
    (amendment(shifted(PLAN, **{GRASSROOTS: {"gate": {"children": CELL, "share": 0.9}}})), "changes only the dates"),
    (amendment(PLAN.model_copy(update={"until": date(2021, 1, 1)})), "changes only the dates"),
    (amendment(PLAN.model_copy(update={"stages": PLAN.stages[1:]})), "changes only the dates"),
    (amendment(PLAN.model_copy(update={"freezes": ()})), "changes only the dates"),
    (Suspend(LAST_YEAR, None, "flood"), "--from 2019-12-31: expected a day of the campaign, 2020-01-01 to 2020-12-31."),
    (Suspend(date(2021, 1, 1), None, "flood"), "--from 2021-01-01: expected a day of the campaign"),
    (Suspend(LATER, TODAY, "flood"), "--to 2020-02-01: expected a day from 2020-02-02 to 2020-12-31."),
    (Suspend(TODAY, date(2021, 1, 1), "flood"), "--to 2021-01-01: expected a day from 2020-02-01 to 2020-12-31."),
    (Suspend(TODAY, None, " \n"), "--reason: a freeze needs a reason"),
    (Suspend(TODAY, None, "flood", "999"), "There is no unit 999."),
    (Lift(TODAY), "No freeze of the campaign lasts on 2020-02-01: nothing to resume."),
    (Lift(TODAY, "100"), "No freeze of 100 lasts on 2020-02-01: nothing to resume."),
    (Lift(TODAY, "999", ("freeze/2",)), "There is no unit 999."),
    (Merge((), "100", TODAY), "Expected the units to merge"),
    (Merge(("100", "100"), "100", TODAY), "another one that they are merged into"),
    (Merge(("100",), "100-01", TODAY), "Units of one level are merged, or units into their superior, found commune, v"),
    (Merge(("100", "200-01"), "300", TODAY, "x"), "found commune, village."),
    (Merge(("100-01",), "200", TODAY), "found commune, village."),
    (Merge(("100-01", "200-01"), "200", TODAY), "found commune, village."),
    (Merge(("22", "100"), "22", TODAY), "found commune, province."),
    (Merge(("22",), "23", TODAY, "Tỉnh"), "22 is the root of the tree, which stays as it is."),
    (Merge(("100", "200"), "300", TODAY), "300 is new: expected its name, with --name."),
    (Merge(("100", "200"), "-300", TODAY, "x"), "'-300': expected a code of up to 64"),
    (Merge(("100", "200"), "300", TODAY, "x", "100-01"), "100-01 is a village: expected a superior of a level above"),
    (Merge(("100", "200"), "300", TODAY, "x", "999"), "There is no unit 999."),
    (Merge(("100",), "200", TODAY, "Phường Ba"), "200 is called Phường Hai; rename it with `units rename`."),
    (Merge(("100", "999"), "200", TODAY), "There is no unit 999."),
    (Split("22", "23", "x", TODAY), "22 is the root of the tree"),
    (Split("100", "200", "x", TODAY), "200 is the code of Phường Hai: expected one that is free."),
    (Split("100", "150", " ", TODAY), "150 is new: expected its name"),
    (Split("100", "150", "x", TODAY, ("100-01", "200-01")), "200-01: not directly below 100."),
    (Split("22", "150", "x", TODAY, ("100-01",)), "22 is the root of the tree"),
    (Transfer("100-01", "100", TODAY), "100-01 stands under 100 already."),
    (Transfer("22", "100", TODAY), "22 is the root of the tree"),
    (Transfer("100", "100-01", TODAY), "100-01 is a village: expected a superior of a level above commune."),
    (Transfer("100", "200", TODAY), "200 is a commune: expected a superior of a level above commune."),
    (Transfer("100", "100", TODAY), "100 is a commune: expected a superior of a level above commune."),
    (Transfer("100-01", "999", TODAY), "There is no unit 999."),
    (Dissolve("22", TODAY), "22 is the root of the tree"),
    (Dissolve("100", TODAY), "100 has 2 units below it, such as 100-01: merge it, or transfer them first."),
    (Add("100", "x", "commune", "22", TODAY), "100 is the code of Xã Một: expected one that is free."),
    (Add("a b", "x", "commune", "22", TODAY), "'a b': expected a code of up to 64"),
    (Add(".a", "x", "commune", "22", TODAY), "'.a': expected a code"),
    (Add("a/b", "x", "commune", "22", TODAY), "'a/b': expected a code"),
    (Add("x" * 65, "x", "commune", "22", TODAY), "expected a code of up to 64"),
    (Add("300\n", "x", "commune", "22", TODAY), "expected a code of up to 64"),
    (Add("xã", "x", "commune", "22", TODAY), "expected a code of up to 64"),
    (Add("300", "", "commune", "22", TODAY), "300 is new: expected its name"),
    (Add("300", "x", "district", "22", TODAY), "district: no level of the plan, expected one of province, commune, v"),
    (Add("300", "x", "commune", "100", TODAY), "100 is a commune: expected a superior of a level above commune."),
    (Add("300", "x", "province", "22", TODAY), "22 is a province: expected a superior of a level above province."),
    (RenameUnit("100", "Xã Một", TODAY), "100 is called Xã Một: expected another name."),
    (RenameUnit("100", " ", TODAY), "expected another name."),
    (RenameUnit("999", "x", TODAY), "There is no unit 999."),
    (Transfer("100-01", "200", LATER), "--on 2020-02-02: today is 2020-02-01; give the change on the day it takes"),
    (Dissolve("200-01", LAST_YEAR), "--on 2019-12-31: expected a day of the campaign, 2020-01-01 to 2020-12-31."),
]


@pytest.mark.parametrize(("change", "sentence"), MAY_NOT)
def test_what_may_not_be_made(change: Change, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        check(change)
    assert sentence in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


OF_ENDED = [
    Suspend(TODAY, None, "flood", "100-01"),
    Lift(TODAY, "100-01", ("freeze/2",)),
    Merge(("100-01",), "100-02", TODAY),
    Merge(("100-02",), "100-01", TODAY),
    Split("100-01", "100-03", "x", TODAY),
    Transfer("100-01", "200", TODAY),
    Dissolve("100-01", TODAY),
    RenameUnit("100-01", "x", TODAY),
]


@pytest.mark.parametrize("change", OF_ENDED)
def test_a_unit_that_ended_is_changed_no_more(change: Change) -> None:
    with pytest.raises(UserError, match="100-01 Thôn 1 ended on 2020-02-01"):
        check(change, with_ended("100-01"))


def test_an_ended_unit_keeps_its_code_and_holds_nobody_up() -> None:
    with pytest.raises(UserError, match="100-01 is the code of Thôn 1"):
        check(Add("100-01", "x", "village", "100", TODAY), with_ended("100-01"))
    with pytest.raises(UserError, match="200-01: not directly below 200"):
        check(Split("200", "250", "x", TODAY, ("200-01",)), with_ended("200-01"))
    check(Dissolve("200", TODAY), with_ended("200-01"))


def test_a_release_is_compared_with_the_newest_one() -> None:
    newest = shifted(PLAN, **{CELL: {"max_days": 3}})
    check(amendment(newest, 2), plan=newest, release=2)
    with pytest.raises(UserError, match="changes only the dates"):
        check(amendment(PLAN, 2), plan=newest, release=2)


def test_a_new_instrument_may_come_with_a_release() -> None:
    document = PLAN.document()
    document["instruments"]["plan-10"] = {"number": "10-KH/TU", "date": "2020-02-01"}
    check(amendment(Plan.model_validate(document)))
