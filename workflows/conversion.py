"""How messages become payloads: pydantic's JSON, with schemas that all workflows of a process share.

The library makes one converter a workflow, and each would build the schemas of every message for itself: at a launch
of 1,740 units that took a third of the worker's time and 300 kB a unit.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)

from calendars.sequence.events import Line
from calendars.sequence.messages import (
    Answer,
    Append,
    Appended,
    AskAround,
    CampaignStart,
    Order,
    Progress,
    Slice,
    UnitStart,
)
from calendars.sequence.surroundings import Child, Superior, Surroundings
from calendars.tree.changes import ChangeOrder, Reached, RecordChange, RecordedChange

MESSAGES = (
    Answer,
    Append,
    Appended,
    AskAround,
    CampaignStart,
    ChangeOrder,
    Child,
    Line,
    Order,
    Progress,
    Reached,
    RecordChange,
    RecordedChange,
    Slice,
    Superior,
    Surroundings,
    UnitStart,
)
_schema = lru_cache(maxsize=256)(TypeAdapter)
# Built here, outside the workflow sandbox, which hides the modules that the annotations name.
for _message in MESSAGES:
    _schema(_message)


class SharedJson(PydanticJSONPlainPayloadConverter):
    """The library's JSON converter, reading with the shared schemas."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """A value of the type that was asked for."""
        return _schema(Any if type_hint is None else type_hint).validate_json(payload.data)


_CONVERTERS = tuple(
    SharedJson() if isinstance(converter, JSONPlainPayloadConverter) else converter
    for converter in DefaultPayloadConverter.default_encoding_payload_converters
)


class SharedConverter(CompositePayloadConverter):
    """The default converters with JSON by pydantic."""

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)


DATA_CONVERTER = DataConverter(payload_converter_class=SharedConverter)
