"""The README's tables of what each provider takes and offers, from the adapters and the effective specs."""

import sys
from typing import Any

import audiences

from .markdown import cell, code

_HEAD = """\
| Provider | Takes of the draft | Cannot be told | `provider_fields` | Answers with | Settings | Its documents |
| --- | --- | --- | --- | --- | --- | --- |
"""
_SUPPORT = {"native": "yes", "emulated": "made here", "undocumented": "undocumented", "unsupported": "**no**"}


def tables() -> str:
    """What each provider takes, and which verbs it offers."""
    kinds = [value for name in audiences.__all__ if hasattr(value := getattr(audiences, name), "adapter")]
    verbs = list(kinds[0].capabilities)
    head = f"\n| Provider | {' | '.join(f'`{verb}`' for verb in verbs)} |\n|{' --- |' * (len(verbs) + 1)}\n"
    offers = "".join(f"| {' | '.join(map(cell, [f'`{kind.title}`', *_offers(kind)]))} |\n" for kind in kinds)
    return _HEAD + "".join(_row(kind) for kind in kinds) + head + offers


def _offers(kind: Any) -> list[str]:
    return [f"{_SUPPORT[support]}: {reason}" for support, reason in kind.capabilities.values()]


def _row(kind: Any) -> str:
    adapter, create = kind.adapter, kind.adapter.create
    body, rules = create.spec.body, adapter.draft
    fields = [_field(name, body.properties[name]) for name in body.properties if name not in rules.fields]
    cannot = [f"{code(name)}: {reason}" for name, reason in rules.unsupported.items()]
    answers = [f"{status}: `{create.effect.state(status)}`" for status in create.spec.successes]
    settings = [f"`{s.variable}`{'' if s.required else ' (optional)'}" for s in kind.all_settings()]
    takes = [f"`{name}`" for name in rules.fields.values()]
    cells = [f"`{adapter.title}`", ", ".join(takes), "; ".join(cannot), ", ".join(fields) or "none"]
    cells += [", ".join(answers), ", ".join(settings), f"[deviations](specs/{adapter.key}/DEVIATIONS.md)"]
    return f"| {' | '.join(map(cell, cells))} |\n"


def _field(name: str, schema: dict[str, Any]) -> str:
    return code(name) + (f" ({', '.join(map(code, map(str, schema['enum'])))})" if "enum" in schema else "")


if __name__ == "__main__":
    sys.stdout.write(tables())
