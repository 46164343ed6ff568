"""The README's table of what each provider takes, from the adapters and the effective specs."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from ._errors import PipelineError
from .rooms import Provider

_HEAD = """\
| Provider | Takes of the draft | Cannot be told | `provider_fields` | Answers with | Settings |
| --- | --- | --- | --- | --- | --- |
"""


def of(providers: Sequence[Provider]) -> str:
    return _HEAD + "".join(_row(_adapter(provider)) for provider in providers)


def _adapter(provider: Provider) -> Any:
    name = f"audiences.providers.{provider.key}"
    try:
        return getattr(import_module(name), str(provider.source["class"]))
    except (ImportError, AttributeError) as error:
        raise PipelineError(f"{name}: {error}; the README's table needs it, and its generated client first") from error


def _row(adapter: Any) -> str:
    call = adapter._create
    body = call.operation.body
    fields = [_field(name, body.properties[name]) for name in body.properties if name not in adapter._names]
    cannot = [f"`{name}`: {reason}" for name, reason in adapter.unsupported.items()]
    answers = [f"{status}: `{state}`" for status, state in call.states.items()]
    settings = [f"`{s.variable}`{'' if s.required else ' (optional)'}" for s in adapter.all_settings()]
    takes = [f"`{name}`" for name in adapter._names.values()]
    cells = [f"`{adapter.title}`", ", ".join(takes), "; ".join(cannot), ", ".join(fields) or "none"]
    cells += [", ".join(answers), ", ".join(settings)]
    return f"| {' | '.join(cells)} |\n"


def _field(name: str, schema: dict[str, Any]) -> str:
    return f"`{name}`" + (f" ({', '.join(schema['enum'])})" if "enum" in schema else "")
