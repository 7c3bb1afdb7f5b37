"""YAML text as plain data in which every key and value knows its place.

Read by the core schema of YAML 1.2 (section 10.3): keys are always texts (`on` is a word, not a truth), only `true` and
`false` are booleans, and a date stays a text. Aliases and tags are refused: a plan is read aloud, not expanded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from calendars.errors import Problem

Path = tuple[str | int, ...]

_DEEPEST = 40
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_TAG = "tag:yaml.org,2002:"
_ALIAS = "!alias"


class _CoreLoader(yaml.SafeLoader):
    """Composes nodes with the tags of the core schema; an alias stays a node of its own, so nothing multiplies."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            alias: Any = self.get_event()  # type: ignore[no-untyped-call]
            return yaml.ScalarNode(_ALIAS, f"*{alias.anchor}", alias.start_mark, alias.end_mark)
        if self._depth == _DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem=f"more than {_DEEPEST} levels of nesting", problem_mark=mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


_CoreLoader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
):
    _CoreLoader.add_implicit_resolver(_TAG + _name, re.compile(rf"^(?:{_pattern})\Z"), _first)


@dataclass(slots=True)
class Document:
    """What a text holds. `keys` and `values` give line and column, from 1, of each path.

    A path in `mistaken` has a problem already and stands as None in the data.
    """

    data: object = None
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    mistaken: set[Path] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    readable: bool = True


def read_yaml(text: str) -> Document:
    """Read one YAML document. Never raises: a text that is no YAML is not `readable` and has one problem."""
    document = Document()
    try:
        loader = _CoreLoader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - (text.rfind("\n", 0, error.position) + 1) + 1
        return _unreadable(line, column, "a character that YAML does not allow")
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark or loader.get_mark()
        what = " ".join(part for part in (error.context, error.problem) if part)
        return _unreadable(mark.line + 1, mark.column + 1, what)
    except (ValueError, OverflowError):
        # PyYAML takes escapes like "\UFFFFFFFF" and long version numbers for numbers without checking them.
        return _unreadable(loader.line + 1, loader.column + 1, "a number or character code that is too large")
    finally:
        loader.dispose()
    if node is not None:
        document.data = _build(document, node, ())
    return document


def _unreadable(line: int, column: int, what: str) -> Document:
    sentence = " ".join(what.split())
    return Document(problems=[Problem(line, column, f"this is not YAML: {sentence}")], readable=False)


def _place(mark: yaml.error.Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _build(document: Document, node: yaml.Node, path: Path) -> object:
    document.values[path] = _place(node.start_mark)
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        return _mapping(document, node, path)
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        return [_build(document, item, (*path, index)) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        try:
            return _scalar(node)
        except ValueError as error:
            message = str(error)
    else:
        message = f"the tag {node.tag}, expected none"
    document.mistaken.add(path)
    document.problems.append(Problem(*_place(node.start_mark), f"found {message}"))
    return None


def _mapping(document: Document, node: yaml.MappingNode, path: Path) -> dict[str, object]:
    data: dict[str, object] = {}
    for key, value in node.value:
        place = _place(key.start_mark)
        if not isinstance(key, yaml.ScalarNode) or key.tag == _ALIAS or _UNPRINTABLE.search(key.value):
            document.problems.append(Problem(*place, "found a key that is no word, expected one like `stages`"))
        elif key.value in data:
            first, _ = document.keys[(*path, key.value)]
            document.problems.append(
                Problem(*place, f"`{key.value}` is here twice (first in line {first}), expected it once")
            )
        else:
            document.keys[(*path, key.value)] = place
            data[key.value] = _build(document, value, (*path, key.value))
    return data


def _scalar(node: yaml.ScalarNode) -> object:
    """The value of a scalar. Raises `ValueError`, whose text says what was found and expected."""
    text: str = node.value
    if _UNPRINTABLE.search(text):
        raise ValueError("a character that cannot be printed, expected plain text")
    match node.tag.removeprefix(_TAG):
        case "str":
            return text
        case "null":
            return None
        case "bool" if text.lower() in {"true", "false"}:
            return text.lower() == "true"
        case "int" if len(text) <= 40:
            return _int(text)
        case "float" if len(text) <= 40:
            return _float(text)
        case "!alias":
            raise ValueError(f"the alias {text}, expected the value itself")
        case "bool" | "int" | "float":
            raise ValueError("a value that does not fit its type, expected a plain one")
    raise ValueError(f"the tag {node.tag}, expected none")


def _int(text: str) -> int:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    try:
        return int(text[2:] if base != 10 else text, base)
    except ValueError:
        raise ValueError(f"{text}, expected a whole number") from None


def _float(text: str) -> float:
    try:
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        raise ValueError(f"{text}, expected a number") from None
