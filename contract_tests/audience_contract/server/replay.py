"""Repeats what a finding's story says, and tells whether the server still fails."""

import base64
import re
import secrets
import string
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..evidence import expressions
from ..judging import Observation
from ..messages import Request
from ..report import Finding, Step
from .audiences import Audiences
from .courier import Enough, Options
from .run import Run
from .target import Target


class StoryError(Exception):
    """The story cannot be repeated."""


def steps(finding: Mapping[str, Any]) -> list[Step]:
    """The story of a finding of a report's JSON; raises ValueError for what is none."""
    return [
        Step(
            each["operation"],
            zlib.decompress(base64.b64decode(each["sent"])),
            each["label"],
            tuple(each["answered"].items()),
            each["history"],
        )
        for each in finding["story"]
    ]


def replay(
    target: Target, key: str, story: list[Step], *, run_id: str, url: str, options: Options | None = None
) -> tuple[Finding | None, list[Observation]]:
    """The finding of this key where the server still fails, and the exchanges.

    What came before is sent only where the answer hangs on it. Raises StoryError.
    """
    for steps_ in ([step for step in story if not step.history], story):
        found, exchanges = _repeat(target, key, steps_, run_id=run_id, url=url, options=options)
        if found or len(steps_) == len(story):
            break
    return found, exchanges


def _repeat(
    target: Target, key: str, story: list[Step], *, run_id: str, url: str, options: Options | None = None
) -> tuple[Finding | None, list[Observation]]:
    """The same of some steps.

    The requests are those of the story to the byte, but for the run's id, the ids that were answered since, and the
    credentials, which are the target's. `run_id` and `url` are those of the run that had the story. Raises StoryError.
    """
    new = next(made for made in _ids(len(run_id)) if made != run_id)
    run = Run(target, replace(options or Options(), run_id=new))
    old, now = (Audiences(target.spec, each) for each in (run_id, new))
    changes = {old.mark: now.mark, old.digits: now.digits}
    operations = {each.id: each for each in target.spec.operations}
    exchanges: list[Observation] = []
    try:
        for step in story:
            if step.operation not in operations:
                raise StoryError(f"there is no operation {step.operation} any more")
            seen = run.repeat(operations[step.operation], _request(step.sent, target, url, changes), step.label)
            if not seen:
                raise StoryError("a request could change what this run has not made")
            exchanges.append(seen)
            answered = dict(run.answered(operations[step.operation], seen))
            changes |= {told: answered[place] for place, told in step.answered if place in answered}
    except Enough as enough:
        raise StoryError(str(enough) or "too many requests") from None
    finally:
        with suppress(Enough):
            run.clean_up()
    return next((found for found in run.found if found.key == key), None), exchanges


def _ids(length: int) -> Iterator[str]:
    while True:
        yield "".join(secrets.choice(string.ascii_lowercase) for _ in range(length or 8))


def _request(sent: bytes, target: Target, url: str, changes: Mapping[str, str]) -> Request:
    """A request of a story as it goes out now."""
    head, _, body = sent.decode("latin-1").partition("\r\n\r\n")
    line, *fields = head.split("\r\n")
    method, _, rest = line.partition(" ")
    asked = rest.removesuffix(" HTTP/1.1")
    for before, after in ((url, target.url), (urlsplit(url).path, urlsplit(target.url).path)):
        if before and asked.startswith(before):
            asked = after + asked.removeprefix(before)
            break
    evaluated = {expression: _text(made) for made, expression in expressions(target.variables).items()}
    parts = {"": asked, "body": body} | {str(at): field for at, field in enumerate(fields)}
    parts = {name: _changed(text, evaluated, changes, ids=name in ("", "body")) for name, text in parts.items()}
    headers = []
    for field in list(parts.values())[2:]:
        name, _, value = field.partition(": ")
        if name.lower() == "host" and value == urlsplit(url).netloc:
            value = urlsplit(target.url).netloc
        if name.lower() == "content-length" and parts["body"] != body:
            value = str(len(parts["body"]))
        headers.append((name, value))
    return Request(method, parts[""], tuple(headers), parts["body"].encode("latin-1"))


def _changed(text: str, evaluated: Mapping[str, str], changes: Mapping[str, str], *, ids: bool) -> str:
    for before, after in changes.items():
        if before.startswith("contract-check-"):
            text = text.replace(before, after).replace(_wide(before), _wide(after))
        elif ids:
            found = rf"(?<![A-Za-z0-9]){re.escape(before)}(?=$|[^A-Za-z0-9]|\d{{8}})"
            text = re.sub(found, after.replace("\\", r"\\"), text)
    for expression in sorted(evaluated, key=len, reverse=True):
        text = text.replace(expression, evaluated[expression])
    return text


def _wide(text: str) -> str:
    """The text in UTF-16, of which a body may be."""
    return text.encode("utf-16-le").decode("latin-1")


def _text(made: str) -> str:
    return made.encode().decode("latin-1")
