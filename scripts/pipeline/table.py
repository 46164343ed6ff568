"""What each provider offers and takes, by its adapter and effective spec, for README, documentation and types."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import audiences

from .markdown import cell, code

_HEAD = """\
| Provider | Takes | Does not take | `provider_fields` | Answers with |
| --- | --- | --- | --- | --- |
"""
_SUPPORT = {"native": "yes", "emulated": "yes, emulated", "undocumented": "undocumented", "unsupported": "**no**"}
_TYPES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "array": "list[typing.Any]",
    "object": "dict[str, typing.Any]",
}


def capabilities() -> str:
    """A table of the verbs that each provider offers."""
    kinds = _kinds()
    head = f"| | {' | '.join(f'`{kind.title}`' for kind in kinds)} |\n|{' --- |' * (len(kinds) + 1)}\n"
    rows = ((verb, [_SUPPORT[kind.capabilities[verb].support] for kind in kinds]) for verb in kinds[0].capabilities)
    return head + "".join(f"| `{verb}` | {' | '.join(words)} |\n" for verb, words in rows)


def takes() -> str:
    """A table of what each provider takes of a draft."""
    return _HEAD + "".join(map(_row, _kinds()))


def fields() -> str:
    """The type of `provider_fields`, as Python: what each provider alone takes of a draft."""
    own = {f"{kind.__name__}Fields": _own(kind.adapter) for kind in _kinds()}
    written = (_typed(name, {key: _type(schema) for key, schema in found.items()}) for name, found in own.items())
    return "".join(written) + _typed("ProviderFields", {kind.key: f"{kind.__name__}Fields" for kind in _kinds()})


def _typed(name: str, types: Mapping[str, str]) -> str:
    entries = ", ".join(f"{key!r}: {type_}" for key, type_ in types.items())
    return f'{name} = typing.TypedDict("{name}", {{{entries}}}, total=False)\n'


def _own(adapter: Any) -> dict[str, dict[str, Any]]:
    """The schemas of what a create takes, in its path or body, that is no field of the draft."""
    call, rules = adapter.create.spec, adapter.draft
    body = call.body.at(rules.within)
    found = {name: call.in_path[name].pointer for name in rules.in_path}
    found |= {name: body.at((name,)).pointer for name in body.properties}
    return {name: call.spec.resolve(at)[0] for name, at in found.items() if name not in rules.fields}


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return f"typing.Literal[{', '.join(map(repr, schema['enum']))}]"
    kinds = schema.get("type", [])
    return " | ".join(_TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds)) or "typing.Any"


def _kinds() -> list[Any]:
    return [value for name in audiences.__all__ if hasattr(value := getattr(audiences, name), "adapter")]


def _row(kind: Any) -> str:
    adapter, create, rules = kind.adapter, kind.adapter.create, kind.adapter.draft
    fields = [_field(name, schema) for name, schema in _own(adapter).items()]
    cannot = [f"{code(name)}: {reason}" for name, reason in rules.unsupported.items()]
    documented = create.spec.spec.resolve(f"{create.spec.pointer}/responses")[0]
    successes = [int(status.replace("X", "0")) for status in documented if status.startswith("2")]
    answers = [f"{status}: `{create.state(status)}`" for status in successes]
    takes = [f"`{name}`" for name in rules.fields.values()]
    cells = [f"`{adapter.title}`", ", ".join(takes), "; ".join(cannot), ", ".join(fields) or "none", ", ".join(answers)]
    return f"| {' | '.join(map(cell, cells))} |\n"


def _field(name: str, schema: dict[str, Any]) -> str:
    return code(name) + (f" ({', '.join(map(code, map(str, schema['enum'])))})" if "enum" in schema else "")


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"table": capabilities(), "fields": fields()}))
