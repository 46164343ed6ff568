"""Reads the claims of a page without a spec, as data: method, path, query, headers, names and types, and no prose."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from markdown_it import MarkdownIt

from .._errors import PipelineError
from ..pages import described, samples_of

Claim = dict[str, Any]
"""`kind`, and what it claims: `name`, `value`, `type`, `method`, `path`, `status`, `required`."""

_MUST = re.compile(r"must\W+include the `([\w-]+)(=|: )([^`]+)` (query parameter|header)")
_ITEM = re.compile(r"([A-Za-z][\w-]*): `([^`]+)`")
_LENIENT = re.compile(r"""^\s*"([\w.-]+)"\s*:?\s*(["\d\[{tfn-])""", re.M)
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}
_STARTS = {'"': "string", "{": "object", "[": "array", "t": "boolean", "f": "boolean"}
"""The type of a value by its first character. A null or a digit does not tell it."""


def claims_of(page: str) -> list[Claim]:
    """Each claim of the page once, in the page's order; raises PipelineError for a page that names no request."""
    found: list[Claim] = []
    for sample in samples_of(page):
        found += _of_request(sample) if sample["kind"] == "request" else _of_answer(sample)
    if not any(claim["kind"] == "operation" for claim in found):
        raise PipelineError(f"no request line and no curl command; the page is {described(page)}")
    found += _of_words(page)
    return [claim for at, claim in enumerate(found) if claim not in found[:at]]


def _of_request(sample: dict[str, Any]) -> Iterator[Claim]:
    if "target" in sample:
        target = urlsplit(sample["target"])
        # A whole address does not tell where the server's URL ends and the path begins; the spec's servers do.
        where = f"{target.scheme}://{target.netloc}{target.path}" if target.netloc else target.path
        yield {"kind": "operation", "method": sample["method"], "path": where}
        for name, value in parse_qsl(target.query, keep_blank_values=True):
            yield {"kind": "query", "name": name, "value": value}
    for name, value in sample.get("headers", []):
        yield _header(name, value)
    yield from _of_body(sample, {"kind": "request property"})


def _of_answer(sample: dict[str, Any]) -> Iterator[Claim]:
    yield {"kind": "answer", "status": sample["status"]}
    yield from _of_body(sample, {"kind": "answer property"})


def _of_body(sample: dict[str, Any], about: Claim) -> Iterator[Claim]:
    text = sample.get("body") or ""
    try:
        body = json.loads(text)
    except ValueError:
        # A sample that is not valid JSON still names its properties.
        for name, start in _LENIENT.findall(text):
            yield _typed({**about, "name": name}, _STARTS.get(start))
        return
    yield from (_typed({**about, "name": name}, kind) for name, kind in _properties(body, ""))


def _typed(claim: Claim, kind: str | None) -> Claim:
    return {**claim, "type": kind} if kind else claim


def _properties(value: Any, at: str) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield f"{at}{name}", _TYPES.get(type(child))
            yield from _properties(child, f"{at}{name}/")


def _of_words(page: str) -> Iterator[Claim]:
    """The claims of tables of properties, of lists of headers, and of the two sentences that say what must be sent."""
    about, rows, cells = "", [], []
    for token in MarkdownIt().enable("table").parse(page):
        if token.type == "inline":
            text = token.content
            cells.append(text.strip("`* "))
            about = _part(text) or about
            for name, between, value, _ in _MUST.findall(text):
                claim = _header(name, value) if between == ": " else {"kind": "query"}
                yield {**claim, "name": name, "value": value, "required": True}
            listed = _ITEM.fullmatch(text)
            if listed:
                yield _header(listed[1], listed[2])
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            rows.append(cells)
        elif token.type == "table_close":
            yield from _of_table(rows, f"{about or 'request'} property")
            rows = []


def _part(text: str) -> str | None:
    """Which part a heading, or a line in bold, begins: "request" or "answer"; None if neither."""
    word = re.fullmatch(r"\W*(request|response|answer)\b.{0,30}", text, re.I)
    return None if not word else "request" if word[1].lower() == "request" else "answer"


def _of_table(rows: list[list[str]], kind: str) -> Iterator[Claim]:
    head = [cell.lower() for cell in rows[0]] if rows else []
    types = next((at for at, cell in enumerate(head) if cell == "type"), None)
    # What has a type is a property, whatever the heading above its name says.
    known = (at for at, cell in enumerate(head) if cell in ("property", "name", "field", "parameter"))
    names = next(known, 0 if types else None)
    needs = next((at for at, cell in enumerate(head) if cell.startswith("required")), None)
    for row in rows[1:] if names is not None else ():
        claim: Claim = {"kind": kind, "name": row[names or 0].replace(".", "/")}
        if types is not None and row[types]:
            claim["type"] = row[types].split()[0].lower()
        if needs is not None:
            claim["required"] = row[needs].lower() in ("yes", "true", "required", "✓")
        yield claim


def _header(name: str, value: str) -> Claim:
    """The claim of a header. Text in braces is for the reader to fill in, and claims nothing."""
    return {"kind": "header", "name": name, "value": re.sub(r"\{.*?\}", "{}", value)}
