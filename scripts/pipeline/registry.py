"""Writes the lists of all providers, between two marker lines, in files that would otherwise keep them by hand."""

import json
from collections.abc import Sequence
from pathlib import Path

from . import client, python
from ._errors import PipelineError
from .folders import Provider


def blocks(root: Path, providers: Sequence[Provider]) -> dict[Path, bytes]:
    """The files with a generated block, brought up to date. A provider without an adapter is not named yet."""
    package = root / "wrapper" / "audiences"
    adapted = [p for p in providers if (package / "providers" / f"{p.key}.py").is_file()]
    for provider in adapted:
        if "class" not in provider.source:
            raise PipelineError(f"{provider.source_file}: (root): no 'class', which names the adapter's class")
    named = [(p.key, str(p.source["class"])) for p in adapted]
    names = "".join(f'    "{name}",\n' for _, name in named)
    files = {}
    for file, kind in ((package / "__init__.py", ""), (package / "aio.py", "Async")):
        imports = "".join(f"from .providers.{key} import {kind}{name} as {name}\n" for key, name in named)
        files[file] = _fill(file, {"imports": f"{imports}\n", "names": names}, "# {}\n")
    return files


def documents(root: Path) -> dict[Path, bytes]:
    """The README with its table of providers, and the type of `provider_fields`, brought up to date.

    They are made by a new process, after the clients that the adapters import are written.
    """
    roots = [Path(__file__).parents[1], root / "wrapper", root / "generated"]
    done = python.run("-m", f"{__package__}.table", roots=roots)
    if done.returncode != 0:
        raise PipelineError(f"wrapper/audiences/providers: what they offer cannot be told: {python.last(done.stderr)}")
    told, readme, fields = json.loads(done.stdout), root / "README.md", root / "wrapper" / "audiences" / "fields.py"
    typed = f"\n{client.formatted(told['fields']).decode()}"
    return {
        readme: _fill(readme, {"table": told["table"]}, "<!-- {} -->\n"),
        fields: _fill(fields, {"types": typed}, "# {}\n"),
    }


def _fill(file: Path, texts: dict[str, str], comment: str) -> bytes:
    content = file.read_text("utf-8")
    for name, text in texts.items():
        begin = comment.format(f"providers: {name}, written by make generate")
        end = comment.format("providers: end")
        before, found, rest = content.partition(begin)
        old, closed, after = rest.partition(end)
        if not (found and closed):
            raise PipelineError(f"{file}: no lines '{begin.strip()}' and '{end.strip()}'")
        # The closing marker keeps its own indentation.
        content = before + begin + text + old.rpartition("\n")[2] + end + after
    return content.encode("utf-8")
