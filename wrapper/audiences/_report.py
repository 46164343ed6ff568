"""Results for people (a table) and for programs (JSON)."""

import json
import math
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, NamedTuple

from rich.cells import cell_len, set_cell_size

from . import (
    AudiencesError,
    InvalidError,
    Outcome,
    Provider,
    RateLimitedError,
    Record,
    Remedy,
    Request,
    Result,
    SpecViolationError,
    WaitTimeoutError,
)
from ._terminal import note, say, visible


class Prepared(NamedTuple):
    """A request that is shown, not sent."""

    provider: str
    request: Request
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"provider": self.provider, **self.request.redacted(), "left_out": list(self.left_out)}


Shown = Result | Record | Prepared
Tell = Callable[[Shown], object]
Asking = Callable[[Tell], object]

EXIT_CODES = {
    0: "done at all providers that were asked",
    2: "wrong usage, nothing was sent",
    3: "rejected, or there is not exactly one such audience",
    4: "not sent to anybody, or a question had no answer",
    5: "the outcome of a call is unknown, also after Ctrl-C",
    6: "done, but an answer breaks the spec",
    7: "created at some, and not at others",
    8: "still indexing when the time to wait was over",
    130: "stopped before anything was sent, or while only asking",
}
_CODES = {Outcome.APPLIED: 6, Outcome.REJECTED: 3, Outcome.NOT_SENT: 4, Outcome.UNKNOWN: 4, Outcome.PARTLY: 7, None: 3}
"""By what is known of a call."""


def exit_code(results: Sequence[Shown], *, interrupted: bool = False) -> int:
    outcomes = {getattr(result, "outcome", None) for result in results}
    errors = [result for result in results if isinstance(result, AudiencesError)]
    failed = {error.outcome for error in errors}
    if Outcome.UNKNOWN in failed:
        return 5
    if interrupted and outcomes <= {Outcome.NOT_SENT, None}:
        return 130
    if Outcome.APPLIED in outcomes and failed - {Outcome.APPLIED}:
        return 7
    codes = {8 if isinstance(each, WaitTimeoutError) else _code(each) for each in errors}
    return next((code for code in (6, 3, 4, 8) if code in codes), 0)


def _code(error: AudiencesError) -> int:
    """Of a call that only reads, the error's kind says what came of it."""
    if error.outcome is None and isinstance(error, SpecViolationError | RateLimitedError):
        return 4
    return _CODES[error.outcome or type(error).outcome]


def row_of(result: Result | Record, name: str) -> dict[str, str]:
    """What people are shown of a result, by column."""
    known = result.to_dict().get
    cells = {"provider": known("provider"), "name": name if len(name) <= 60 else f"{name[:59]}\N{HORIZONTAL ELLIPSIS}"}
    if isinstance(result, Record):
        cells |= {column: known(column) for column in ("id", "state", "member_count", "created", "updated")}
    else:
        state = f"{known('state')}, empty" if known("empty") else known("state")
        cells |= {"id or token": known("id") or known("operation_token"), "state": state, "outcome": known("outcome")}
        cells |= {"left out": ", ".join(known("left_out", [])), "seconds": known("seconds")}
    return {column: "" if cell is None else visible(str(cell)) for column, cell in cells.items()}


def as_text(rows: Sequence[Mapping[str, str]], columns: float) -> str:
    """A table, or where that is too wide for so many columns, a block for each row: no id is cut or folded."""
    grid = [[*rows[0]], *([*row.values()] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*grid, strict=True)]
    if sum(widths) + 3 * len(widths) > columns:
        return "\n\n".join("\n".join(f"{name:>12}: {cell}" for name, cell in row.items() if cell) for row in rows)
    lines = [" | ".join(map(set_cell_size, line, widths)).rstrip() for line in grid]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]])


def show(results: Sequence[Shown], name: str, *, as_json: bool, curl: bool) -> None:
    results = [each for result in results for each in _told(result)]
    if as_json:
        say(json.dumps([result.to_dict() for result in results], indent=2))  # ASCII: no terminal acts on it
        return
    done = [result for result in results if not isinstance(result, Prepared)]
    for result in results:
        if isinstance(result, Prepared):
            say(_as_request(result, curl=curl))
    rows = [row_of(each, name) for each in done if isinstance(each, Record) or each.outcome]
    if rows and len(done) == len(results):
        terminal = sys.stdout and sys.stdout.isatty()
        say(as_text(rows, shutil.get_terminal_size().columns if terminal else math.inf))
    for result in results:
        for warning in getattr(result, "warnings", ()):
            note(f"{result.provider}: warning: {warning}")
    for result in done:
        if isinstance(result, AudiencesError):
            note(str(result))
            if words := ": ".join(filter(None, (result.code, result.provider_message))):
                note(f"{result.provider} says: {words}")
        for deviation in result.deviations:
            note(f"{result.provider}: the answer deviates from the spec: {deviation}")
    outcomes = [(getattr(each, "outcome", None), each.provider) for each in done]
    if unknown := " and ".join(str(title) for outcome, title in outcomes if outcome is Outcome.UNKNOWN):
        note(f"Look for the audience at {unknown} before you repeat this: it may have taken effect.")
    again = {title for outcome, title in outcomes if outcome in {Outcome.NOT_SENT, Outcome.REJECTED}}
    if 0 < len(again) < len(done):
        keys = " ".join(f"--provider {each.key}" for each in Provider.__subclasses__() if each.title in again)
        note(f"Mend what is said above, then repeat it with {keys} only: elsewhere, the audience exists, or may exist.")


def _told(result: Shown) -> Sequence[Shown]:
    """A result in the command's words, and what an error brings with it of audiences."""
    if not isinstance(result, AudiencesError):
        return [result]
    return [in_command_words(result), *getattr(result, "records", ()), *filter(None, [getattr(result, "record", None)])]


def _as_request(prepared: Prepared, *, curl: bool) -> str:
    request = prepared.request
    left_out = f" (left out: {', '.join(prepared.left_out)})" if prepared.left_out else ""
    needs = f"# needs in the environment: {', '.join(request.variables.values())}\n" if curl else ""
    return f"# {prepared.provider}{left_out}\n{needs}{request.curl() if curl else request.text()}\n"


def in_command_words(error: AudiencesError, names: Mapping[str, str] = {}, *, usage: bool = False) -> AudiencesError:
    """The error, with arguments called as the command calls them; `names` has what else is called in another way. Of
    wrong usage, the outcome goes without saying.
    """
    told = copy(error)
    told.outcome = None if usage else error.outcome
    told.argument = {"base_url": "--base-url", **names}.get(error.argument, error.argument)
    told.remedy = _option(error.remedy)
    if isinstance(told, InvalidError):
        told.problems = tuple(
            replace(each, field=field_option(each.field), remedy=_option(each.remedy)) for each in told.problems
        )
        told.args = InvalidError.of(told.problems).args
    if missing := getattr(told, "missing", ()):
        told.args = (f"settings are missing: {'; '.join(f'set {s.variable} ({s.meaning})' for s in missing)}",)
    return told


def field_option(field: str) -> str:
    """The option that gives a field of the draft."""
    top, *keys = field.replace("]", "").replace("'", "").split("[")
    if keys:
        return f"--set {'.'.join(keys)}"
    return {"name": "name", "members": "--file"}.get(top.partition(".")[0], f"--{top}")


class _Option(Remedy):
    def __str__(self) -> str:
        name = {"checked": "unchecked"}.get(self.argument, self.argument.replace("_", "-"))
        return " ".join([f"--{name}", *(self.value if isinstance(self.value, list) else []), self.effect])


def _option(remedy: Remedy | None) -> Remedy | None:
    return remedy and _Option(remedy.argument, remedy.value, remedy.effect)
