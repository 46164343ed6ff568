"""Repeats what a finding's story says, and tells whether the server still fails."""

import base64
import re
import secrets
import string
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from ..evidence import expressions
from ..facts import Effect, facts_of
from ..judging import Observation
from ..messages import Request
from ..report import Finding, Step
from .audiences import STARTS, Audiences
from .courier import Enough, Options
from .run import Run
from .target import Target


def _each(form: str, text: str) -> str:
    """A text with every letter in this form."""
    return "".join(form.format(ord(letter)) for letter in text)


_SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    # A body may be in UTF-16.
    lambda text: text.encode("utf-16-le").decode("latin-1"),
    *(partial(_each, form) for form in ("\\u{:04x}", "%{:02X}", "%{:02x}")),
)
"""How cases write a name."""


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
        )
        for each in finding["story"]
    ]


def replay(
    target: Target, finding: Mapping[str, Any], report: Mapping[str, Any], options: Options | None = None
) -> tuple[Finding | None, list[Observation]]:
    """A finding of a report's JSON where the server still fails by its story, and the exchanges.

    The requests are those of the story to the byte, but for the run's id, the ids that were answered since, and the
    credentials, which are the target's; the last one is sent twice where only what comes after it may tell. Raises
    StoryError.
    """
    story, run_id = steps(finding), str(report["run"])
    # As long: what is at a limit stays there.
    new = "".join(secrets.choice(string.ascii_lowercase.replace(letter, "")) for letter in run_id)
    run = Run(target, replace(_as_before(target, report, options), run_id=new))
    old, now = (Audiences(target.spec, each) for each in (run_id, new))
    changes = {old.mark: now.mark, old.digits: now.digits}
    operations = {each.id: each for each in target.spec.operations}
    exchanges: list[Observation] = []
    try:
        for step in (*story, *story[-1:]):
            if step.operation not in operations:
                raise StoryError(f"there is no operation {step.operation} any more")
            request = _request(step.sent, target, str(report["target"]), changes)
            seen = run.repeat(operations[step.operation], request, step.label)
            if not seen:
                raise StoryError("a request could change what this run has not made")
            exchanges.append(seen)
            if still := _again(run, finding):
                return still, exchanges
            answered = dict(run.answered(operations[step.operation], seen))
            changes |= {told: answered[place] for place, told in step.answered if place in answered}
    except Enough as enough:
        raise StoryError(str(enough) or "too many requests") from None
    finally:
        with suppress(Enough):
            run.clean_up()
    return None, exchanges


def rerun(
    target: Target, finding: Mapping[str, Any], report: Mapping[str, Any], options: Options | None = None
) -> Finding | None:
    """A finding of a report's JSON where the server still fails after all that the run sent before; raises StoryError.

    The run is made again, for the finding's operations, until it is found.
    """
    options = _as_before(target, report, options)
    options = replace(
        options,
        seed=int(report["seed"]),
        # What only reads takes from a list what it asks about.
        operations=() if options.read_only else target.named(finding["operations"]),
        requests=int(report["requests"]),
        strict=True,
        stop_first=True,
        accepted=lambda found: not _is_same(found, finding),
    )
    run = Run(target, options)
    ended = run.report()
    still = _again(run, finding)
    if not still and ended.unfinished:
        raise StoryError(ended.ended or ended.unfinished[0])
    if not still and "coverage" in report["phases"]:
        raise StoryError("what --deep sends is not sent again")
    return still


def _as_before(target: Target, report: Mapping[str, Any], options: Options | None) -> Options:
    """Nothing is created, changed or removed where the report's run only read."""
    tried = {each["operation"] for each in report["tried"]}
    only_read = all(facts_of(each).effect is Effect.READS for each in target.spec.operations if each.id in tried)
    return replace(options or Options(), read_only=only_read)


def _again(run: Run, finding: Mapping[str, Any]) -> Finding | None:
    return next((found for found in run.found if _is_same(found, finding)), None)


def _is_same(found: Finding, finding: Mapping[str, Any]) -> bool:
    """Whether it is a finding of a report, or one of those that are one there."""
    is_part = found.rule == finding["rule"] and found.pointer.startswith(f"{finding['pointer']}/")
    return found.key == finding["key"] or is_part


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
    made = expressions(target.variables)
    evaluated = {expression: text.encode().decode("latin-1") for text, expression in made.items()}
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
        if before.startswith(STARTS):
            for spelled in _SPELLINGS:
                text = text.replace(spelled(before), spelled(after))
        elif ids:
            found = rf"(?<![A-Za-z0-9]){re.escape(before)}(?=$|[^A-Za-z0-9]|\d{{8}})"
            text = re.sub(found, after.replace("\\", r"\\"), text)
    for expression in sorted(evaluated, key=len, reverse=True):
        text = text.replace(expression, evaluated[expression])
    return text
