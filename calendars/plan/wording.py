"""What the models refuse, said in one sentence: what was found, and what was expected."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic_core import ErrorDetails

from calendars.plan.draft import Draft, Finding
from calendars.plan.model import Plan, PlanModel
from calendars.plan.yaml_text import Path

_NAME = "a name of small letters, digits, `-` and `_`, at most 64, beginning with a letter or digit"
_MAPPING = "keys with their values"
_EXPECTED = {
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "string_pattern_mismatch": _NAME,
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
    "enum": "one of {expected}",
    "tuple_type": "a list",
    "too_short": "at least one entry",
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
}


def record(errors: Iterable[ErrorDetails], draft: Draft, kind: type[PlanModel] = Plan) -> None:
    """Add the errors of validating a `kind` to the draft's findings, save those that another problem explains."""
    missing: dict[Path, list[str]] = {}
    unknown: dict[Path, list[str]] = {}
    for error in errors:
        path = error["loc"]
        if error["type"] == "missing":
            missing.setdefault(path[:-1], []).append(str(path[-1]))
        elif error["type"] == "extra_forbidden":
            unknown.setdefault(path[:-1], []).append(str(path[-1]))
        elif path[-1:] == ("[key]",):
            sentence = f"found the key {_quoted(path[-2])}, expected {_NAME}"
            draft.findings.append(Finding(path[:-1], sentence, at="key"))
            draft.strays.add(path[:-2])
        elif path not in draft.mistaken:
            sentence = f"{_named(path)} is {_found(error['input'])}, expected {_wanted(error)}"
            draft.findings.append(Finding(path, sentence))
        draft.mistaken.add(path)
    draft.strays.update(unknown)
    draft.findings.extend(_about_keys(missing, unknown, draft, kind))


def _about_keys(
    missing: dict[Path, list[str]], unknown: dict[Path, list[str]], draft: Draft, kind: type[PlanModel]
) -> Iterator[Finding]:
    for path, keys in unknown.items():
        for key in keys:
            known = keys_at(path, kind)
            meant = difflib.get_close_matches(key, [*missing.get(path, ()), *known], n=1)
            draft.mistaken.update((*path, name) for name in meant)
            if meant and meant[0] in missing.get(path, ()):
                missing[path].remove(meant[0])
            hint = f"`{meant[0]}`" if meant else f"one of {', '.join(known)}"
            yield Finding((*path, key), f"found the unknown key {_quoted(key)}, expected {hint}", at="key")
    for path, keys in missing.items():
        for key in keys:
            yield Finding(path, f"`{key}` is missing, expected in {_named(path)}")


def keys_at(path: Path, kind: Any = Plan) -> tuple[str, ...]:
    """The keys a plan, or what `kind` says, may have in the mapping at `path`."""
    for step in path:
        kind = _inside(kind, step)
    return tuple(field.alias or name for name, field in _fields(kind).items())


def _fields(kind: Any) -> dict[str, Any]:
    return kind.model_fields if isinstance(kind, type) and issubclass(kind, PlanModel) else {}


def _inside(kind: Any, step: str | int) -> Any:
    for name, field in _fields(kind).items():
        if step == (field.alias or name):
            return _bare(field.annotation)
    arguments = get_args(kind)
    return _bare(arguments[1 if get_origin(kind) is dict else 0]) if arguments else None


def _bare(kind: Any) -> Any:
    """A type without what stands around it: Annotated, or being optional."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return _bare(next(argument for argument in get_args(kind) if argument is not NoneType))
    return kind


def _named(path: Path) -> str:
    match path:
        case ():
            return "the plan"
        case (*_, str(key)):
            return f"`{key}`"
        case (*_, str(key), int(index)):
            return f"entry {index + 1} of `{key}`"
    return f"entry {path[-1]}"


def _wanted(error: ErrorDetails) -> str:
    pattern = _EXPECTED.get(error["type"])
    if pattern is None:
        return error["msg"]
    wanted = pattern.format(**error.get("ctx", {}))
    return f"{wanted}, in quotes" if error["type"] == "string_type" and _is_number(error["input"]) else wanted


def _is_number(value: object) -> bool:
    return isinstance(value, bool | int | float)


def _found(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, str):
        return _quoted(value)
    if _is_number(value):
        return json.dumps(value)
    return "a list" if isinstance(value, list) else _MAPPING


def _quoted(value: object) -> str:
    text = str(value)
    return json.dumps(text if len(text) <= 60 else text[:59] + "…", ensure_ascii=False)
