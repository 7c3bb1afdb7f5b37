"""Data as YAML text that `calendars.plan.yaml_text` reads back as the same data."""

from __future__ import annotations

import re
from typing import Any

import yaml

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


class _Dumper(yaml.SafeDumper):
    """Quotes every text that is no name: other versions of YAML see numbers and truths where the reader sees words."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if _NAME.fullmatch(text) else '"')


_Dumper.add_representer(str, _text)


def write_yaml(data: object) -> str:
    """Mappings, lists, texts and days as YAML, keys in the given order; days stand without quotes."""
    # A line is never folded: a source is one line for who reads it.
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
