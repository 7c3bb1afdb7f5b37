"""How messages become payloads: pydantic's JSON, with converters that all workflows of a process share.

The library makes one converter a workflow, and each would build the schemas of every message for itself: measured at
a launch of 1,740 units, that took a third of the worker's time and 300 kB a unit.
"""

from __future__ import annotations

from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import CompositePayloadConverter, DataConverter

_SHARED = tuple(PydanticPayloadConverter().converters.values())


class SharedPydanticConverter(CompositePayloadConverter):
    """The library's pydantic converter, built once."""

    def __init__(self) -> None:
        super().__init__(*_SHARED)


DATA_CONVERTER = DataConverter(
    payload_converter_class=SharedPydanticConverter,
    failure_converter_class=pydantic_data_converter.failure_converter_class,
)
