"""What each provider offers, for the README, and takes, for the documentation: from adapters and effective specs."""

import sys
from typing import Any

import audiences

from .markdown import cell, code

_HEAD = """\
| Provider | Takes | Does not take | `provider_fields` | Answers with |
| --- | --- | --- | --- | --- |
"""
_SUPPORT = {"native": "yes", "emulated": "yes, emulated", "undocumented": "undocumented", "unsupported": "**no**"}


def capabilities() -> str:
    """Which verbs each provider offers."""
    kinds = _kinds()
    head = f"| | {' | '.join(f'`{kind.title}`' for kind in kinds)} |\n|{' --- |' * (len(kinds) + 1)}\n"
    rows = ((verb, [_SUPPORT[kind.capabilities[verb].support] for kind in kinds]) for verb in kinds[0].capabilities)
    return head + "".join(f"| `{verb}` | {' | '.join(words)} |\n" for verb, words in rows)


def takes() -> str:
    """What each provider takes of a draft."""
    return _HEAD + "".join(map(_row, _kinds()))


def _kinds() -> list[Any]:
    return [value for name in audiences.__all__ if hasattr(value := getattr(audiences, name), "adapter")]


def _row(kind: Any) -> str:
    adapter, create = kind.adapter, kind.adapter.create
    body, rules = create.spec.body, adapter.draft
    fields = [_field(name, body.properties[name]) for name in body.properties if name not in rules.fields]
    cannot = [f"{code(name)}: {reason}" for name, reason in rules.unsupported.items()]
    answers = [f"{status}: `{create.state(status)}`" for status in create.spec.successes]
    takes = [f"`{name}`" for name in rules.fields.values()]
    cells = [f"`{adapter.title}`", ", ".join(takes), "; ".join(cannot), ", ".join(fields) or "none", ", ".join(answers)]
    return f"| {' | '.join(map(cell, cells))} |\n"


def _field(name: str, schema: dict[str, Any]) -> str:
    return code(name) + (f" ({', '.join(map(code, map(str, schema['enum'])))})" if "enum" in schema else "")


if __name__ == "__main__":
    sys.stdout.write(capabilities())
