"""Writes the pages that are made from the code: a page for each provider, two tables, and the page of all rules."""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import audiences
from audience_contract.rules import RULES
from pipeline import table
from pipeline.markdown import cell

ROOT = Path(__file__).parents[1]
SIDES = {"server": "What a server owes", "client": "What a client owes"}
KINDS = {
    "published": "as the provider publishes it",
    "reconstructed": "put together from the parts of it that could be read",
    "authored": "ours, written from pages that have no document",
}


def write(docs: Path) -> None:
    """Write these pages into the folder `docs`, beside the other pages. Git ignores them."""
    pages = {f"providers/{key}.md": provider(kind) for key, kind in providers().items()}
    pages |= {"providers/table.md": table.capabilities(), "providers/takes.md": table.takes()}
    pages["check/rules.md"] = rules(tomllib.loads((docs / "check" / "examples.toml").read_text("utf-8")))
    for name, text in pages.items():
        file = docs / name
        if not file.is_file() or file.read_text("utf-8") != text:  # Sphinx reads again what was written
            file.write_text(text, "utf-8")


def providers() -> dict[str, Any]:
    """The blocking class of each provider, by the provider's key."""
    found = (getattr(audiences, name) for name in audiences.__all__)
    return {kind.adapter.key: kind for kind in found if hasattr(kind, "adapter")}


def provider(kind: Any) -> str:
    """The page of the provider with this class, in Markdown."""
    key, title = kind.adapter.key, kind.title
    # A provider's token endpoint, or another service that it needs, has a folder of its own.
    folders = sorted(each.parent for each in ROOT.glob(f"specs/{key}*/SOURCE.toml"))
    sources = {each.name: tomllib.loads((each / "SOURCE.toml").read_text("utf-8")) for each in folders}
    verbs = "".join(
        f"| `{verb}` | {support} | {cell(reason)} |\n" for verb, (support, reason) in kind.capabilities.items()
    )
    settings = "".join(
        f"| `{s.variable}` | {'yes' if s.required else 'no'} | {'yes' if s.secret else 'no'} | {cell(s.meaning)} |\n"
        for s in kind.settings
    )
    documents = "".join(
        f"| `{folder}/{each['file']}` | {each['kind']}: {KINDS[each['kind']]} | {each['licence']} |\n"
        for folder, source in sources.items()
        for each in source["document"]
    )
    first, *others = ((each / "DEVIATIONS.md").read_text("utf-8") for each in folders)
    # What the words mean, which stands before the first of them, is the same in all.
    deviations = first.partition("\n")[2] + "".join("\n## " + text.partition("\n## ")[2] for text in others)
    deviations = deviations.replace("\n## ", "\n### ")
    about = re.sub(r"https://[^\s,;]*[^\s,;.]", r"<\g<0>>", sys.modules[kind.__module__].__doc__ or "")
    return f"""# {title}

{about}
```{{code-block}} python
from audiences import {kind.__name__}    # or, for asynchronous code, from audiences.aio
```

## What it can do

| Verb | Support | Why, or by which call |
| --- | --- | --- |
{verbs}
*Native*: one documented call. *Emulated*: made of several documented calls. *Undocumented*: no page says that the call
does this, so it needs `allow_undocumented=True`. *Unsupported*: raises `UnsupportedError`, and nothing is sent.

## Settings

Each is an environment variable, and an argument of the class: `{key.upper()}_BASE_URL` is `base_url=`.

| Variable | Required | Secret | What it is |
| --- | --- | --- | --- |
{settings}
## Its documents

| File in `specs` | Kind | Licence |
| --- | --- | --- |
{documents}
## Where the documents contradict each other, or say nothing
{deviations}"""


def rules(examples: dict[str, dict[str, str]]) -> str:
    """The page of all rules, in Markdown; `examples` is docs/check/examples.toml.

    Raises LookupError if a rule has no example.
    """
    text = """# Every rule

A finding is named after the rule that is broken. Its **weight** says how much it counts:

- *violation*: the provider's documents say otherwise. It counts.
- *advice*: HTTP, JSON or forms say otherwise, and the provider's documents say nothing. It counts with `--strict`.
- *not judged*: nothing says what is right; or the finding was not seen again in its run. It is shown, and never counts.

Its **source** is the provider's documents, at the place that the finding names, or a standard.
"""
    if missing := RULES.keys() - examples.keys():
        raise LookupError(f"docs/check/examples.toml has no example of {', '.join(missing)}")
    for side, title in SIDES.items():
        text += f"\n## {title}\n"
        text += "".join(_rule(rule, **examples[rule.id]) for rule in RULES.values() if rule.side == side)
    return text


def _rule(rule: Any, example: str, source: str = "the provider's documents", weight: str = "") -> str:
    weight = weight or rule.weight
    return f"\n### `{rule.id}`\n\n{rule.help}\n\n- weight: {weight}\n- source: {source}\n- example: {example}\n"


def as_rst(_app: object, _what: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Make an indented block after a paragraph code, as in Markdown: changes `lines`, a docstring, in place."""
    for number in range(len(lines) - 2, 0, -1):
        before, blank, after = lines[number - 1 : number + 2]
        if not blank.strip() and before.strip() and not before.startswith(" ") and after.startswith("    "):
            lines[number:number] = ["", "::"]
