"""The README's table of what each provider takes, from the adapters and the effective specs."""

import sys
from typing import Any

import audiences

from .markdown import cell, code

_HEAD = """\
| Provider | Takes of the draft | Cannot be told | `provider_fields` | Answers with | Settings | Its documents |
| --- | --- | --- | --- | --- | --- | --- |
"""


def rows() -> str:
    adapters = [value for name in audiences.__all__ if hasattr(value := getattr(audiences, name), "creates")]
    return _HEAD + "".join(_row(adapter) for adapter in adapters)


def _row(adapter: Any) -> str:
    create = adapter.creates
    call = create.call
    body = call.operation.body
    fields = [_field(name, body.properties[name]) for name in body.properties if name not in create.fields]
    cannot = [f"{code(name)}: {reason}" for name, reason in create.unsupported.items()]
    answers = [f"{status}: `{state}`" for status, state in call.states.items()]
    settings = [f"`{s.variable}`{'' if s.required else ' (optional)'}" for s in adapter.all_settings()]
    takes = [f"`{name}`" for name in create.fields.values()]
    cells = [f"`{adapter.title}`", ", ".join(takes), "; ".join(cannot), ", ".join(fields) or "none"]
    cells += [", ".join(answers), ", ".join(settings), f"[deviations](specs/{adapter.key}/DEVIATIONS.md)"]
    return f"| {' | '.join(map(cell, cells))} |\n"


def _field(name: str, schema: dict[str, Any]) -> str:
    return code(name) + (f" ({', '.join(map(code, map(str, schema['enum'])))})" if "enum" in schema else "")


if __name__ == "__main__":
    sys.stdout.write(rows())
