"""A campaign's folder: its plan, its units and how they change, and what is known of reports, records and contacts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from calendars.campaigns.changes import ChangeRow, read_changes, units_ever
from calendars.campaigns.contacts import ContactRow, read_contacts
from calendars.campaigns.records import RecordRow, read_records
from calendars.campaigns.reports import ReportRow, read_reports
from calendars.campaigns.units import UnitRow, read_units
from calendars.errors import UserError
from calendars.plan.loading import load_plan
from calendars.plan.model import Plan

HERE = Path(__file__).parent
PLAN = "plan.yaml"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything a campaign starts from. `units` have parents before children, `changes` are by day.

    Reports, records and contacts may be of any unit that lives at some time, also of one that a change makes.
    """

    plan: Plan
    units: tuple[UnitRow, ...]
    reports: tuple[ReportRow, ...] = ()
    records: tuple[RecordRow, ...] = ()
    contacts: tuple[ContactRow, ...] = ()
    changes: tuple[ChangeRow, ...] = ()


def bundled() -> tuple[str, ...]:
    """The names of the campaigns that come with the program, sorted."""
    return tuple(sorted(plan.parent.name for plan in HERE.glob(f"*/{PLAN}")))


def find_bundle(name_or_dir: str) -> Path:
    """The folder of a bundled campaign, or a folder of one's own that holds a plan.yaml.

    A bare name that is bundled wins over a folder of that name; `./name` means the folder. Raises `UserError`.
    """
    if name_or_dir in bundled():
        return HERE / name_or_dir
    folder = Path(name_or_dir)
    if (folder / PLAN).is_file():
        return folder
    if folder.is_dir():
        raise UserError(f"{name_or_dir}: the folder holds no {PLAN}")
    raise UserError(f"{name_or_dir}: neither a folder nor a bundled campaign, expected one of {', '.join(bundled())}")


def load_bundle(folder: Path) -> Bundle:
    """Read and check a campaign's folder. `plan.yaml` and `units.csv` must be there, the other files may be.

    Raises `Problems` with every mistake of the first file that has one, `UserError` for a file that cannot be read.
    """
    plan = load_plan(folder / PLAN)
    units = read_units(folder / "units.csv", plan.levels)
    changed = folder / "changes.csv"
    changes = read_changes(changed, plan, units) if changed.exists() else ()
    ever = units_ever(units, changes)
    reports, records, contacts = folder / "reports.csv", folder / "records.csv", folder / "contacts.csv"
    return Bundle(
        plan,
        units,
        read_reports(reports, plan, ever) if reports.exists() else (),
        read_records(records, plan, ever) if records.exists() else (),
        read_contacts(contacts, ever) if contacts.exists() else (),
        changes,
    )
