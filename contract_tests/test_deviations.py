"""The lists of where a provider's documents contradict each other: what they quote is there, and as quoted."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.documents import ABSENT, read, resolve
from pipeline.folders import ROOT, Provider, providers

EVERY = list(providers())
_SECTION = re.compile(r"## .+ \((high|medium|low)\)")
_PLACE = r"`(?P<file>[\w./]+)#(?P<at>/[^`]*)`: (?:`(?P<quoted>[^`]+)`|absent)"
_LINES = {
    "place": re.compile(f"- {_PLACE}"),
    "fact": re.compile(r"- (?P<source>.+) \[(?P<confidence>[HM])\], (?P<where>.+?): `(?P<quoted>[^`]+)`"),
    "overlay": re.compile(f"- Coped with: [^`]+: {_PLACE}"),
    "wrapper": re.compile(r"- Coped with: [^`]+: `(?P<file>[\w./]+)`, `(?P<test>[\w./]+)::(?P<name>\w+)`"),
    "open": re.compile(r"- Open\."),
}


def written(provider: Provider) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """The sections: each a heading and its lines, by kind; a line of no kind is an error."""
    for section in re.split(r"^(?=## )", provider.deviations.read_text("utf-8"), flags=re.M)[1:]:
        heading, *lines = section.rstrip("\n").split("\n")
        yield heading, [_line(line) for line in lines if line]


def _line(line: str) -> tuple[str, dict[str, str]]:
    found = {kind: match.groupdict() for kind, form in _LINES.items() if (match := form.fullmatch(line))}
    assert len(found) == 1, f"a line of no known form, or of several: {line}"
    return next(iter(found.items()))


def is_as_quoted(value: Any, quoted: str | None) -> bool:
    """A text as it is, but for white space and backticks, or in parts between …; an object by its keys or as JSON."""
    if quoted is None or value is ABSENT:
        return quoted is None and value is ABSENT
    if not isinstance(value, str):
        by_keys = isinstance(value, dict) and quoted == ", ".join(value)
        return by_keys or quoted == json.dumps(value, ensure_ascii=False)
    text = " ".join(value.replace("`", "'").split())
    parts = quoted.replace("… ", "…").replace(" …", "…").split("…")
    return re.fullmatch(".*".join(map(re.escape, parts)), text) is not None


@pytest.mark.page
@pytest.mark.parametrize("provider", EVERY, ids=lambda provider: provider.key)
def test_what_a_list_of_deviations_quotes_is_there_and_as_quoted(provider: Provider) -> None:
    file = provider.specs / "facts.toml"
    facts = read(file)["fact"] if file.exists() else []
    told = {(f["source"], f["confidence"], f["place"], _shown(f["value"])) for f in facts}
    quoted = set()
    for heading, lines in written(provider):
        kinds = [kind for kind, _ in lines]
        assert _SECTION.fullmatch(heading), heading
        assert {"place", "fact"} & {*kinds}, f"no evidence: {heading}"
        assert ("open" in kinds) != bool({"overlay", "wrapper"} & {*kinds}), f"neither open nor coped with: {heading}"
        for kind, line in lines:
            if kind in ("place", "overlay"):
                value = resolve(read(provider.specs / line["file"]), line["at"])
                assert is_as_quoted(value, line["quoted"]), f"{line['file']}#{line['at']} is {value!r}"
            elif kind == "fact":
                quoted.add((line["source"], line["confidence"], line["where"], line["quoted"]))
            elif kind == "wrapper":
                assert (ROOT / line["file"]).is_file(), line["file"]
                assert line["name"] in _functions(ROOT / line["test"]), f"{line['test']}::{line['name']}"
    assert quoted == told


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _functions(file: Path) -> set[str]:
    return {getattr(node, "name", "") for node in ast.parse(file.read_text("utf-8")).body}
