"""Values as the text of a scenario file, which reads back to the same values."""

from __future__ import annotations

import io

from ruamel.yaml import YAML

from finsim.scenario.parsing import Value


def as_yaml(value: Value) -> str:
    """The YAML of a mapping or list."""
    yaml = YAML()
    yaml.allow_unicode = True
    yaml.width = 120
    yaml.representer.ignore_aliases = lambda _: True  # a scenario has none
    stream = io.StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()
