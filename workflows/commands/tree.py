"""Changes of the tree, with effective days: `congress units merge`, `split`, `transfer` and so on."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from calendars.tree.changes import Add, Change, Dissolve, Merge, Reached, RenameUnit, Split, Transfer
from workflows.commands.console import note, say
from workflows.commands.context import Context, On, context_of
from workflows.commands.unit import Unit

Units = Annotated[list[str], typer.Argument(metavar="UNIT...", help="The units that are merged.")]
Into = Annotated[str, typer.Option("--into", metavar="UNIT", help="The code of the unit they become, old or new.")]
NewUnit = Annotated[str, typer.Option("--into", metavar="UNIT", help="The code of the new unit.")]
Name = Annotated[str, typer.Option("--name", help="What the new unit is called.")]
NewName = Annotated[str, typer.Option("--name", help="What the unit is called from then on.")]
Under = Annotated[str, typer.Option("--under", metavar="PARENT", help="The superior.")]
NewUnder = Annotated[str, typer.Option("--under", metavar="PARENT", help="The superior of a new unit, if another.")]
Level = Annotated[str, typer.Option("--level", help="The level of the new unit, as the plan calls it.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A tag, such as pilot; may be repeated.")]
Children = Annotated[
    list[str] | None, typer.Option("--child", metavar="UNIT", help="A unit below that goes along; may be repeated.")
]
Why = Annotated[str, typer.Option("--reason", help="Why, such as the resolution; it is kept in the histories.")]


def merge(
    context: typer.Context, units: Units, into: Into, on: On, name: Name = "", under: NewUnder = "", reason: Why = ""
) -> None:
    """Merge units into one, which takes over what stands below them. What they reported stays in their histories."""
    change(context_of(context), Merge(tuple(units), into, on, name, under, reason), "merged")


def split(
    context: typer.Context, unit: Unit, into: NewUnit, name: Name, on: On, child: Children = None, reason: Why = ""
) -> None:
    """Part a new unit from one, with some of the units below it."""
    change(context_of(context), Split(unit, into, name, on, tuple(child or ()), reason), "split")


def transfer(context: typer.Context, unit: Unit, under: Under, on: On, reason: Why = "") -> None:
    """Put a unit, with all below it, under another superior."""
    change(context_of(context), Transfer(unit, under, on, reason), "transferred")


def dissolve(context: typer.Context, unit: Unit, on: On, reason: Why = "") -> None:
    """End a unit that has nothing below it, without a successor."""
    change(context_of(context), Dissolve(unit, on, reason), "dissolved")


def add(
    context: typer.Context,
    unit: Unit,
    name: Name,
    level: Level,
    under: Under,
    on: On,
    tag: Tags = None,
    reason: Why = "",
) -> None:
    """Take a new unit into the campaign."""
    change(context_of(context), Add(unit, name, level, under, on, tuple(tag or ()), reason), "added")


def rename(context: typer.Context, unit: Unit, name: NewName, on: On, reason: Why = "") -> None:
    """Call a unit otherwise."""
    change(context_of(context), RenameUnit(unit, name, on, reason), "renamed")


def change(here: Context, asked: Change, done: str) -> None:
    """Makes a change of the campaign and says how many units it reached; names those that could not take it."""
    with here.reading() as (_, campaign):
        name = campaign.name

    async def ask() -> Reached:
        async with here.client(name) as client:
            return await client.change(asked, by=here.author)

    reached = asyncio.run(ask())
    plural = "" if reached.units == 1 else "s"
    say(f"{name}: {done}, event {reached.no} of the campaign; it reached {reached.units:,} unit{plural}.")
    for sentence in reached.refused:
        note(sentence)
    if reached.refused:
        raise typer.Exit(1)
