"""Why a command was refused: one catalogue of sentences, in English and Vietnamese.

A refusal travels through a message as plain data, its `code` and its `params`. Params are strings: days in ISO form,
spans as an ISO interval ("2020-09-25/2020-09-27"); a param that differs between the languages comes as `name_en` and
`name_vi`; `case` picks among the sentences of one code.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any, Literal

from calendars.errors import UserError
from calendars.plan.model import Instrument, Stage, Text
from calendars.plan.sources import citation
from calendars.sequence.state import Span

Language = Literal["en", "vi"]

# Fields: `{x:day}` shows 31/05/2020, `{x:days}` "on 31/05/2020" or "from ... to ...", `{x:source}` " (x)" or nothing.
SENTENCES: dict[str, Text] = {
    "unknown_stage": Text(
        en="{unit} has no stage {stage}; its stages are: {stages}.",
        vi="{unit} không có bước {stage}; các bước của đơn vị là: {stages}.",
    ),
    "not_enrolled": Text(
        en="The unit is not part of the campaign {campaign} yet.",
        vi="Đơn vị chưa được đưa vào đợt {campaign}.",
    ),
    "already_enrolled": Text(
        en="{unit} is already part of the campaign {campaign}.",
        vi="{unit} đã có trong đợt {campaign}.",
    ),
    "already_reported": Text(
        en="{title} is already reported as held {held:days} and this report says nothing new.",
        vi="{title} đã được báo cáo là tổ chức {held:days} và báo cáo này không có gì mới.",
    ),
    "already_held": Text(
        en="{title} was already held {held:days}; use `correct` to change the report instead.",
        vi="{title} đã tổ chức {held:days}; hãy dùng `correct` để sửa báo cáo.",
    ),
    "already_scheduled": Text(
        en="{title} is already scheduled {planned:days}.",
        vi="{title} đã được lên lịch {planned:days}.",
    ),
    "not_reported": Text(
        en="{title} is not reported as held, so there is no report to correct or to retract.",
        vi="{title} chưa được báo cáo là đã tổ chức nên không có báo cáo nào để sửa hay rút.",
    ),
    "nothing_to_correct": Text(
        en="The report of {title} already says that it was held {held:days} with these results.",
        vi="Báo cáo về {title} đã ghi đúng là tổ chức {held:days} với các kết quả này.",
    ),
    "before_campaign": Text(
        en="{title} cannot be {span:days}, before the campaign {campaign} starts on {from:day}.",
        vi="{title} không thể diễn ra {span:days}, trước khi đợt {campaign} bắt đầu ngày {from:day}.",
    ),
    "after_campaign": Text(
        en="{title} cannot be {span:days}, after the campaign {campaign} ends on {until:day}.",
        vi="{title} không thể diễn ra {span:days}, sau khi đợt {campaign} kết thúc ngày {until:day}.",
    ),
    "in_future": Text(
        en="{title} cannot be reported as held {span:days} because today is {today:day}.",
        vi="Chưa thể báo cáo {title} đã tổ chức {span:days} vì hôm nay là ngày {today:day}.",
    ),
    "before_window": Text(
        en="{title} cannot be {span:days}, before it opens on {opens:day}{source:source}.",
        vi="{title} không thể diễn ra {span:days}, trước khi được mở ngày {opens:day}{source:source}.",
    ),
    "before_window.pilot": Text(
        en="{title} cannot be {span:days}, before it opens on {opens:day}{source:source} "
        "and not within the pilots' window {pilots:days}{pilots_source:source}.",
        vi="{title} không thể diễn ra {span:days}, trước khi được mở ngày {opens:day}{source:source} "
        "và không nằm trong thời gian làm điểm {pilots:days}{pilots_source:source}.",
    ),
    "before_previous.missing": Text(
        en="{title} cannot be held {span:days} because it comes after {other}{source:source}, "
        "which is not reported as held.",
        vi="{title} không thể tổ chức {span:days} vì phải sau {other}{source:source}, bước này chưa được báo cáo.",
    ),
    "before_previous.held": Text(
        en="{title} cannot be {span:days} because it comes after {other}{source:source}, "
        "which was held {other_days:days}.",
        vi="{title} không thể diễn ra {span:days} vì phải sau {other}{source:source}, đã tổ chức {other_days:days}.",
    ),
    "before_previous.planned": Text(
        en="{title} cannot be {span:days} because it comes after {other}{source:source}, "
        "which is planned {other_days:days}.",
        vi="{title} không thể diễn ra {span:days} vì phải sau {other}{source:source}, dự kiến {other_days:days}.",
    ),
    "too_long": Text(
        en="{title} {span:days} takes {length} days but the longest allowed is {max}{source:source}.",
        vi="{title} {span:days} kéo dài {length} ngày nhưng tối đa chỉ là {max}{source:source}.",
    ),
    "last_before_first": Text(
        en="{title} cannot end on {last:day}, before its first day {first:day}.",
        vi="{title} không thể kết thúc ngày {last:day}, trước ngày đầu tiên {first:day}.",
    ),
    "in_past": Text(
        en="{title} cannot be scheduled {span:days} because today is {today:day}; if it was held, report it.",
        vi="Không thể lên lịch {title} {span:days} vì hôm nay là ngày {today:day}; nếu đã tổ chức thì hãy báo cáo.",
    ),
    "later_stage_held.correct": Text(
        en="{title} cannot be moved to {span:interval} because {other}, which comes after it{source:source}, "
        "was already held {other_days:days}.",
        vi="Không thể chuyển {title} sang {span:interval} vì {other}, bước phải sau nó{source:source}, "
        "đã tổ chức {other_days:days}.",
    ),
    "later_stage_held.retract": Text(
        en="The report of {title} {span:days} cannot be retracted because {other}, "
        "which comes after it{source:source}, was already held {other_days:days}.",
        vi="Không thể rút báo cáo về {title} {span:days} vì {other}, bước phải sau nó{source:source}, "
        "đã tổ chức {other_days:days}.",
    ),
    "unknown_result": Text(
        en="{title} has no result {key}; its results are: {keys}.",
        vi="{title} không có kết quả {key}; các kết quả là: {keys}.",
    ),
    "bad_result": Text(
        en='The result {key} of {title} must be {expected}, not "{value}".',
        vi='Kết quả {key} của {title} phải là {expected}, không phải "{value}".',
    ),
    "no_reason": Text(
        en="The report of {title} can be corrected or retracted only with a reason.",
        vi="Chỉ có thể sửa hoặc rút báo cáo về {title} khi nêu lý do.",
    ),
}
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
        sources = {name: value for name, value in self.params.items() if name.endswith("source")}
        return Refused(self.code, self.params | {n: citation(value, instruments) or "" for n, value in sources.items()})

    def text(self, language: Language) -> str:
        """The sentence to show. Raises `KeyError` when a param of a known code is missing."""
        case = self.params.get("case")
        sentence = SENTENCES.get(f"{self.code}.{case}" if case else self.code, UNKNOWN)[language]
        params = {name.removesuffix(f"_{language}"): value for name, value in self.params.items()}
        return _Writer(language).vformat(sentence, (), {**params, "code": self.code})

    def __str__(self) -> str:
        return self.text("en")


def refuse(code: str, stage: Stage, **params: str) -> Refused:
    """A refusal that concerns a stage; `params` may name a second one with `**other(stage)`."""
    return Refused(code, {"stage": stage.id, **_titles("title", stage), "source": stage.source or "", **params})


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

    def __init__(self, language: Language) -> None:
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
