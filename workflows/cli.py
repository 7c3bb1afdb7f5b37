"""The `congress` command."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from calendars.errors import StoreAway, UserError
from calendars.sequence.refusals import Refused
from workflows.commands import (
    access,
    campaign,
    changes,
    contacts,
    feeds,
    imports,
    journal,
    notices,
    permissions,
    plan,
    rehearse,
    tree,
    unit,
)
from workflows.commands.context import Context
from workflows.settings import read_settings

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
for of_tree in (tree.merge, tree.split, tree.transfer, tree.dissolve, tree.add, tree.rename):
    imports.units.command()(of_tree)
app.command()(unit.schedule)
app.command()(unit.report)
app.add_typer(imports.reports, name="reports")
app.command()(unit.correct)
app.command()(unit.retract)
app.command()(permissions.postpone)
app.command()(permissions.waive)
app.command()(permissions.consent)
app.command()(permissions.review)
app.command()(permissions.done)
app.command()(permissions.pin)
app.command()(permissions.unpin)
app.command()(permissions.reopen)
app.command()(changes.amend)
app.command()(changes.releases)
app.command()(changes.diff)
app.command()(changes.explain)
app.command()(changes.pins)
app.command()(changes.freeze)
app.command()(changes.resume)
app.command()(campaign.status)
app.command()(campaign.history)
app.command()(rehearse.rehearse)
app.command()(unit.acknowledge)
app.add_typer(notices.app, name="notices")
app.add_typer(contacts.app, name="contacts")
app.add_typer(access.app, name="access")
journal.export.command("feeds")(feeds.export_feeds)
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


def run(arguments: list[str]) -> int:
    """Runs one command and gives its exit code: 0 done, 1 refused in one sentence on standard error, 2 wrong usage."""
    if broken := [argument for argument in arguments if not argument.isprintable() and _is_broken(argument)]:
        print(f"{broken[0]!r} is not UTF-8.", file=sys.stderr)
        return 2
    try:
        app(global_options_first(arguments))
    except Refused as refused:
        return _refuse(refused.text("vi" if read_settings().lang == "vi" else "en"))
    except UserError as error:
        return _refuse(str(error))
    except StoreAway as error:
        return _refuse(f"The store does not answer now: {error}.")
    except OSError as error:
        return _refuse(f"{error.filename or 'The system'}: {error.strerror or error}.")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


def _is_broken(argument: str) -> bool:
    """Whether the argument holds bytes that are no text."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return True
    return False


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def main() -> None:
    """The entry point. Temporal's client has threads of its own that may outlive the interpreter and crash it while it
    ends; nothing is left to do by then, so the process ends without them."""
    for stream in (sys.stdout, sys.stderr):
        # Names are Vietnamese; a terminal that cannot show them must not make a taken order look like a failed one.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
