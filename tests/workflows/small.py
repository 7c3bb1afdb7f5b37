"""A campaign small enough to read: one province, two communes, three villages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from calendars.campaigns.bundle import load_bundle
from calendars.campaigns.opening import opening_orders
from calendars.plan.loading import load_plan
from calendars.sequence.messages import CampaignClock, UnitStart
from calendars.sequence.rules import Rules
from calendars.sequence.state import UnitState

CAMPAIGN = "small-2020"
PLAN = """\
campaign: small-2020
title: {vi: Đại hội thử, en: Trial congresses}
timezone: Asia/Ho_Chi_Minh
from: 2019-12-01
until: 2020-12-31
instruments:
  directive-35: {number: 35-CT/TW, date: 2019-05-30, issuer: Bộ Chính trị}
levels: [province, commune, village]
stages:
  - id: headman_election
    level: village
    title: {vi: Bầu trưởng thôn, en: Headman election}
    on: 2020-01-05
    results: {turnout: percent}
  - id: cell_congress
    level: village
    title: {vi: Đại hội Chi bộ, en: Cell congress}
    on: 2020-01-18
    after: headman_election
  - id: grassroots_congress
    level: commune
    title: {vi: Đại hội Đảng bộ, en: Grassroots congress}
    opens: 2020-04-01
    target: {date: 2020-05-31, source: directive-35}
    deadline: {date: 2020-06-30, source: directive-35}
    max_days: 2
    results: {direct_election: bool}
  - id: provincial_congress
    level: province
    title: {vi: Đại hội Đảng bộ, en: Provincial congress}
    opens: 2020-09-01
    deadline: {date: 2020-10-31, source: directive-35}
    max_days: 4
reminders: {before: [30, 14, 7, 1], overdue_every: 7, escalate_after: 3, at: "08:00", digest: "off", jitter_minutes: 0}
"""
UNITS = """\
code,name,level,parent,tags,source,certainty
22,Tỉnh Thử,province,,,test,synthetic
100,Xã Một,commune,22,,test,synthetic
200,Phường Hai,commune,22,,test,synthetic
100-01,Thôn 1,village,100,,test,synthetic
100-02,Thôn 2,village,100,,test,synthetic
200-01,Khu phố 1,village,200,,test,synthetic
"""
REPORTS = """\
unit,stage,on,to,result.turnout,announced,source,certainty
100-01,headman_election,2020-01-05,,93.25,,test,synthetic
100-02,headman_election,2020-01-05,,90,,test,synthetic
100-01,cell_congress,2020-01-18,,,,test,synthetic
100,grassroots_congress,2020-05-20,2020-05-21,,2020-04-20,test,synthetic
22,provincial_congress,2020-09-25,2020-09-27,,2020-05-01,test,synthetic
"""


def write_campaign(folder: Path) -> Path:
    """The campaign's folder, written into `folder`."""
    made = folder / "small"
    made.mkdir(parents=True)
    for name, text in (("plan.yaml", PLAN), ("units.csv", UNITS), ("reports.csv", REPORTS)):
        (made / name).write_text(text, encoding="utf-8")
    return made


def unit_start(folder: Path, code: str, today: date, shift_days: int, *, reports: bool = False) -> UnitStart:
    """How a unit of the small campaign begins on the campaign's day `today`."""
    bundle = load_bundle(folder)
    unit = next(unit for unit in bundle.units if unit.code == code)
    names = {one.code: one.name for one in bundle.units}
    rows = [row for row in bundle.reports if row.unit == code] if reports else []
    orders = opening_orders(unit, names.get(unit.parent, ""), rows, bundle.plan, today)
    return UnitStart(
        CAMPAIGN,
        code,
        CampaignClock("Asia/Ho_Chi_Minh", shift_days),
        UnitState(Rules.of(load_plan(folder / "plan.yaml"), unit.level)),
        tuple(order for order, _ in orders),
    )
