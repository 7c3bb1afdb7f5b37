"""`python -m calendars.campaigns.making [FOLDER]`: write the tables, into the bundle itself or another folder."""

from __future__ import annotations

import sys
from pathlib import Path

from calendars.campaigns.making import contacts, records, reports, units
from calendars.campaigns.making.tables import BUNDLE, write_table


def make(folder: Path) -> None:
    """Write the four tables of quang-ninh-2020 into `folder`."""
    tree = units.make_units()
    write_table(folder / "units.csv", units.COLUMNS, tree)
    held = reports.make_reports(tree)
    write_table(folder / "reports.csv", reports.COLUMNS, held)
    write_table(folder / "records.csv", records.COLUMNS, records.make_records(held))
    write_table(folder / "contacts.csv", contacts.COLUMNS, contacts.make_contacts(tree))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLE)
