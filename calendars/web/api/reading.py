"""What operations that read have in common."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends

from calendars.web.api.asked import asking
from calendars.web.api.door import V1
from calendars.web.api.problems import READING, problems

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Nothing changed since the ETag was given."}}
OF_READING = {**UNCHANGED, **problems(*READING)}


def router(tag: str) -> APIRouter:
    """Operations that read one resource."""
    return APIRouter(prefix=V1, tags=[tag], dependencies=[Depends(asking)], responses=OF_READING)
