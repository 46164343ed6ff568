"""The spec and the samples in a documentation page, as data; its prose is left behind."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt

from ._errors import PipelineError

Sample = dict[str, Any]
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_HEAD = re.compile(rf"(?:{'|'.join(_METHODS)}) \S+ HTTP/1\.1\n(?:[A-Za-z-]+: .*\n)+")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, the headings and the bold line above it, the HTTP status named there."""

    language: str
    text: str
    under: str
    status: int | None


def blocks(page: str) -> Iterator[Block]:
    """The page's fenced blocks."""
    headings: dict[int, str] = {}
    level, status = 0, None
    for token in MarkdownIt().parse(page):
        if token.type == "heading_open":
            level = int(token.tag.removeprefix("h"))
        elif token.type == "inline":
            if not level and re.fullmatch(r"\*\*.+\*\*", token.content):
                level = 7
            if level:
                headings = {at: text for at, text in headings.items() if at < level} | {level: token.content.lower()}
                level, status = 0, None
            said = re.search(r"HTTP (?:status )?(\d{3})\b", token.content)
            status = int(said[1]) if said else status
        elif token.type == "fence":
            yield Block(token.info.strip(), token.content.removesuffix("\n"), " ".join(headings.values()), status)


def spec_of(page: str) -> str:
    """The one OpenAPI document in the page, character by character as it is published there."""
    found = [block.text for block in blocks(page) if _is_spec(block.text)]
    if len(found) != 1:
        raise PipelineError(f"expected one fenced JSON block with an 'openapi' key, found {len(found)}")
    return found[0]


def samples_of(page: str) -> list[Sample]:
    """Request and response samples: from fences (JSON, curl, a request line), raw HTTP, and curl form arguments."""
    samples: list[Sample] = []
    for block in blocks(page):
        if _is_spec(block.text):
            samples += _examples(json.loads(block.text))
        elif "curl" in block.text:
            samples.append(_curl(block.text))
        elif block.text.startswith(_METHODS):
            method, target = block.text.split()[:2]
            samples.append({"kind": "request", "method": method, "target": target})
        elif block.language == "json" and "response" in block.under:
            samples.append({"kind": "response", "status": block.status, "body": block.text})
        elif block.language == "json":
            samples.append({"kind": "request", "body": block.text})
    samples += _rendered(page)
    parts = re.findall(r"\(Example: (\w+)=([^)]+)\)", page)
    if parts:
        samples.append({"kind": "request", "parts": [list(part) for part in dict(parts).items()]})
    return samples


def _is_spec(text: str) -> bool:
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, dict) and "openapi" in value


def _curl(text: str) -> Sample:
    """The arguments of a curl command, read also where a line continuation is missing."""
    words = iter(shlex.split(text.replace("\\\n", " "))[1:])
    sample: Sample = {"kind": "request", "method": "GET", "target": "", "headers": []}
    for word in words:
        if word == "-X":
            sample["method"] = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(":")
            sample["headers"].append([name, value.strip()])
        elif word in ("-d", "--data"):
            sample["body"] = next(words)
        else:
            sample["target"] = word
    return sample


def _rendered(page: str) -> Iterator[Sample]:
    """A page rendered as text: raw HTTP requests, and the JSON objects that stand between its sentences."""
    heads = {m.end(): m[0].splitlines() for m in _HEAD.finditer(page)}
    bodies = {end: json.JSONDecoder().raw_decode(page, end) for end in heads if page[end : end + 1] == "{"}
    for end, lines in heads.items():
        method, target, _ = lines[0].split(" ")
        headers = [line.split(": ", 1) for line in lines[1:]]
        body = page[end : bodies[end][1]] if end in bodies else None
        yield {"kind": "request", "method": method, "target": target, "headers": headers, "body": body}
    sent = [value for value, _ in bodies.values()]
    for match in re.finditer(r"^\}?(?=\{$)", page, re.M) if heads else ():
        value, end = json.JSONDecoder().raw_decode(page, match.end())
        said = re.findall(r"HTTP (\d{3})\b", page[: match.start()])
        if value not in sent and said:
            yield {"kind": "response", "status": int(said[-1]), "body": page[match.end() : end]}


def _examples(spec: dict[str, Any]) -> Iterator[Sample]:
    """The responses that a spec's own property examples spell out."""
    for path in spec["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                for media in response.get("content", {}).values():
                    body = _example(media["schema"])
                    if body:
                        text = json.dumps(body, ensure_ascii=False)
                        yield {"kind": "response", "status": int(status), "body": text}


def _example(schema: dict[str, Any]) -> Any:
    if "properties" in schema:
        built = {name: _example(value) for name, value in schema["properties"].items()}
        return {name: value for name, value in built.items() if value is not None}
    return schema.get("example")
