"""Why a command was refused, in a sentence of the catalogue, English or Vietnamese.

A refusal travels through a message as plain data, its `code` and its `params`. Params are strings: days in ISO form,
spans as an ISO interval ("2020-09-25/2020-09-27"); a param that differs between the languages comes as `name_en` and
`name_vi`; `case` picks among the sentences of one code.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from calendars.errors import UserError
from calendars.plan.model import Instrument, Stage, Text
from calendars.plan.sources import citation
from calendars.sequence.sentences import SENTENCES
from calendars.sequence.state import Span

# A service newer than its client may refuse for a reason the client has no sentence for.
UNKNOWN = Text(en="The command was refused ({code}).", vi="Lệnh bị từ chối ({code}).")


class Refused(UserError):
    """A command that the rules do not allow; nothing was done. As a string it is the English sentence."""

    def __init__(self, code: str, params: Mapping[str, str] | None = None) -> None:
        self.code = code
        self.params = dict(params or {})
        super().__init__(self.code, self.params)

    @classmethod
    def rebuild(cls, code: str, params: Mapping[str, str]) -> Refused:
        """The refusal that another process put into a message as `code` and `params`."""
        return cls(code, params)

    def cited(self, instruments: Mapping[str, Instrument]) -> Refused:
        """The same with its sources as people cite them, number and date, not as keys of the plan."""
        return Refused(self.code, cited(self.params, instruments))

    def text(self, language: str) -> str:
        """The sentence to show. Raises `KeyError` when a param of a known code is missing."""
        return written(self.code, self.params, language)

    def __str__(self) -> str:
        return self.text("en")


def cited(params: Mapping[str, str], instruments: Mapping[str, Instrument]) -> dict[str, str]:
    """The params with their sources as people cite them."""
    sources = {name: value for name, value in params.items() if name.endswith("source")}
    return {**params, **{name: citation(value, instruments) or "" for name, value in sources.items()}}


def written(code: str, params: Mapping[str, str], language: str) -> str:
    """The sentence of the catalogue, filled. Raises `KeyError` when a param of a known code is missing."""
    case = params.get("case")
    sentence = SENTENCES.get(f"{code}.{case}" if case else code, UNKNOWN)[language]
    of_language = {name.removesuffix(f"_{language}"): value for name, value in params.items()}
    return _Writer(language).vformat(sentence, (), {**of_language, "code": code})


def refuse(code: str, stage: Stage, **params: str) -> Refused:
    """A refusal that concerns a stage; `params` may name a second one with `**other(stage)`."""
    return Refused(code, {"stage": stage.id, **_titles("title", stage), "source": stage.source or "", **params})


def titles(stage: Stage) -> dict[str, str]:
    """The params that name a stage."""
    return _titles("title", stage)


def other(stage: Stage) -> dict[str, str]:
    """The params that name the stage another one waits for, or is awaited by."""
    return _titles("other", stage)


def interval(span: Span) -> str:
    """A span as a param."""
    return f"{span.first.isoformat()}/{span.last.isoformat()}"


def _titles(name: str, stage: Stage) -> dict[str, str]:
    title = stage.title or Text(vi=stage.id, en=stage.id)
    return {f"{name}_en": title.en, f"{name}_vi": title.vi}


class _Writer(Formatter):
    """Fills a sentence in one language."""

    def __init__(self, language: str) -> None:
        self.on, self.from_, self.to = ("on", "from", "to") if language == "en" else ("ngày", "từ", "đến")

    def format_field(self, value: Any, format_spec: str) -> str:
        text = str(value)
        match format_spec:
            case "source":
                return f" ({text})" if text else ""
            case "day":
                return _day(text)
            case "days":
                first, last = map(_day, text.split("/"))
                return f"{self.on} {first}" if first == last else f"{self.from_} {first} {self.to} {last}"
            case "interval":
                first, last = map(_day, text.split("/"))
                return first if first == last else f"{first}-{last}"
        return text


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))
