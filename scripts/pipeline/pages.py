"""Takes the spec and the samples out of a documentation page, as data, without its prose."""

import codecs
import io
import json
import re
import shlex
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt

from . import html, validity
from ._errors import PipelineError
from .published import METHODS, NAMED, as_spec, choose, each_operation, unescaped

Sample = dict[str, Any]
_LINE = re.compile(rf"({'|'.join(METHODS).upper()}) (\S+)")
_OPTIONS = {
    **dict.fromkeys(("-X", "--request"), "method"),
    **dict.fromkeys(("-H", "--header"), "headers"),
    **dict.fromkeys(("-d", "--data", "--data-raw", "--data-binary", "--json"), "body"),
    "--url": "target",
}
# Options that say nothing of the request.
_OF_CURL = re.compile("-[sSivLkfgN]+|--(location|silent|show-error|include|verbose|insecure|compressed|fail|globoff)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its info string and text, the headings and the bold line above it, and the HTTP status there."""

    info: str
    text: str
    under: str
    status: int | None

    @property
    def language(self) -> str:
        return self.info.partition(" ")[0].lower()


def blocks(page: str) -> Iterator[Block]:
    """The page's fenced blocks."""
    # The lines with their own line ends, which the parser changes.
    lines = list(io.StringIO(page, newline=""))
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
        elif token.type == "fence" and token.map:
            first = token.map[0] + 1
            text = "".join(lines[first : first + len(token.content.split("\n")) - 1])
            text = re.sub(r"(\r\n?|\n)\Z", "", text)
            yield Block(token.info.strip(), unescaped(text), " ".join(headings.values()), status)


def text_of(data: bytes, charset: str | None = None) -> str:
    """The page as Markdown. Raises PipelineError if its bytes are no text."""
    marks = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    encoding = next((name for mark, name in marks.items() if data.startswith(mark)), charset or "utf-8")
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise PipelineError(f"the page is no text in {encoding}: {error}") from error
    if "\0" in text:
        raise PipelineError("the page is no text: it has null characters")
    return html.as_markdown(text) if html.is_html(text) else text


def spec_of(page: str, wanted: Set[str] = frozenset()) -> str:
    """The OpenAPI document in the page, character by character as it is published there.

    If there are several, it is the one that has the operations `wanted`. Raises PipelineError that says what is there
    instead.
    """
    texts = [page] if as_spec(page) or NAMED.match(page) else [block.text for block in blocks(page)]
    try:
        return choose(texts, wanted)
    except PipelineError as error:
        raise PipelineError(f"{error}; the page is {described(page)}") from error


def described(page: str) -> str:
    """The title and the size of a page, for an error about it."""
    text = page.strip()
    if not text:
        return "empty"
    heading = re.search(r"^#+ +(.+)$", text, re.M)
    title = (heading[1] if heading else text.split("\n", 1)[0]).strip()[:80]
    return f"{title!r}, {len(text)} characters"


def samples_of(page: str) -> list[Sample]:
    """Request and response samples: from fences (JSON, curl, a request line), and from curl form arguments."""
    samples: list[Sample] = []
    for block in blocks(page):
        line = _LINE.search(block.info) or _LINE.match(block.text)
        if line:
            samples.append({"kind": "request", "method": line[1], "target": line[2]})
        spec = as_spec(block.text)
        if spec is not None:
            samples += _examples(spec)
        elif command := re.match(r"(?:[$>] *)?(curl .*)", block.text, re.S):
            samples.append(_curl(command[1]))
        elif block.language == "json" and "response" in block.under:
            samples.append({"kind": "response", "status": block.status, "body": block.text})
        elif block.language == "json":
            samples.append({"kind": "request", "body": block.text})
    parts = re.findall(r"^ *[-*] .*\(Example: (\w+)=([^)\n]+)\)", page, re.M)
    if parts:
        samples.append({"kind": "request", "parts": [list(part) for part in parts]})
    return samples


def _curl(text: str) -> Sample:
    """The arguments of a curl command, read also where a line continuation is missing."""
    sample: Sample = {"kind": "request", "method": "", "target": "", "headers": []}
    try:
        words = iter(shlex.split(text.replace("\\\n", " "))[1:])
        for word in words:
            if not word.startswith("-"):
                sample["target"] = word
            elif _OPTIONS.get(word) == "headers":
                name, _, value = next(words).partition(":")
                sample["headers"].append([name, value.strip()])
            elif not _OF_CURL.fullmatch(word):
                sample[_OPTIONS[word]] = next(words)
    except (ValueError, KeyError, StopIteration) as error:
        raise PipelineError(f"a curl command that cannot be read: {error!r}") from error
    sample["method"] = sample["method"] or ("POST" if "body" in sample else "GET")
    return sample


def _examples(spec: dict[str, Any]) -> Iterator[Sample]:
    """The responses that the examples of a spec's properties make up, each with its operation."""
    for problem in validity.problems(spec):
        raise PipelineError(problem)
    for method, path, operation in each_operation(spec):
        for status, response in operation.get("responses", {}).items():
            for media in response.get("content", {}).values():
                body = _example(media.get("schema", {}))
                if body and status.isdecimal():
                    text = json.dumps(body, ensure_ascii=False)
                    yield {"kind": "response", "operation": [method.upper(), path], "status": int(status), "body": text}


def _example(schema: dict[str, Any]) -> Any:
    if "properties" in schema:
        built = {name: _example(value) for name, value in schema["properties"].items()}
        found = {name: value for name, value in built.items() if value is not None}
        return found if found.keys() >= set(schema.get("required", ())) else None
    return schema.get("example")
