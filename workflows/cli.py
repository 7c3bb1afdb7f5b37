"""The `congress` command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from calendars.errors import CalendarError, UserError
from workflows.commands import access, campaign, imports, journal, plan, unit
from workflows.commands.context import Context

GLOBAL = ("--campaign", "--by")

app = typer.Typer(
    name="congress",
    help="Congress calendars: sequences, deadlines and margins of a campaign, kept by a running service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(
    context: typer.Context,
    campaign: Annotated[str, typer.Option(metavar="NAME", help="Which campaign; default the last launched.")] = "",
    by: Annotated[str, typer.Option(metavar="WHO", help="Who gives the command; it is kept in the history.")] = "",
) -> None:
    """Options that every command takes, before or after its name."""
    context.obj = Context(campaign, by)


app.add_typer(plan.app, name="plan")
app.command()(campaign.launch)
app.add_typer(imports.units, name="units")
app.command()(unit.schedule)
app.command()(unit.report)
app.add_typer(imports.reports, name="reports")
app.command()(unit.correct)
app.command()(unit.retract)
app.command()(campaign.status)
app.command()(campaign.history)
app.add_typer(access.app, name="access")
app.add_typer(journal.export, name="export")
app.command()(journal.rebuild)
app.command()(journal.restore)


def global_options_first(arguments: list[str]) -> list[str]:
    """The arguments with the global options moved to the front, where the parser expects them."""
    first: list[str] = []
    rest: list[str] = []
    given = iter(arguments)
    for argument in given:
        if argument == "--":
            rest += [argument, *given]
        elif argument in GLOBAL:
            first += [argument, *([value] if (value := next(given, None)) is not None else [])]
        elif argument.startswith(tuple(f"{name}=" for name in GLOBAL)):
            first.append(argument)
        else:
            rest.append(argument)
    return first + rest


def main(arguments: list[str] | None = None) -> None:
    """Runs one command. An operator's mistake is one sentence on standard error and exit code 1; wrong usage is 2."""
    try:
        app(global_options_first(sys.argv[1:] if arguments is None else arguments))
    except UserError as error:
        sys.exit(_refuse(str(error)))
    except CalendarError as error:
        sys.exit(_refuse(f"The store does not answer: {error}"))


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    main()
