"""Makes the tables of the bundled campaign quang-ninh-2020 from its sources.

`python -m calendars.campaigns.making` writes units.csv, reports.csv, records.csv and contacts.csv anew, the same bytes
every time. What no source tells is made by the rules stated in the functions here and in the bundle's README.md, and
marked `synthetic` in the row.
"""
