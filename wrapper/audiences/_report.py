"""Prints results for people (a table) and for programs (JSON), and shows the progress of uploads."""

import json
import math
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from itertools import groupby
from typing import Any, NamedTuple, cast

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from . import (
    AmbiguousError,
    AudiencesError,
    Changed,
    Chunk,
    Ensured,
    InvalidError,
    NotFoundError,
    Outcome,
    Provider,
    RateLimitedError,
    Record,
    Remedy,
    Request,
    Result,
    SpecViolationError,
    Support,
    WaitTimeoutError,
)
from ._operation import READING
from ._terminal import note, say, visible


class Prepared(NamedTuple):
    """A request that is shown, not sent."""

    provider: str
    request: Request
    left_out: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.request.warnings

    def to_dict(self) -> dict[str, Any]:
        return {"provider": self.provider, **self.request.redacted(), "left_out": list(self.left_out)}


Plain = Result | Record | Changed | Prepared
Shown = Plain | Ensured
Tell = Callable[[Shown], object]

EXIT_CODES = {
    0: "done at all providers that were asked",
    2: "wrong usage, and nothing was sent",
    3: "rejected, or there is no such audience, or more than one",
    4: "nothing was sent, or a lookup got no answer",
    5: "the outcome of a call is unknown, also after Ctrl-C or SIGTERM",
    6: "done, but an answer cannot be read, or lacks what is needed",
    7: "done in part: at some providers, or in some calls, and not in others",
    8: "still indexing when the time to wait was over",
    130: "interrupted before anything was sent, or during a call that only reads",
    143: "the same, by SIGTERM",
}
_CODES = {Outcome.APPLIED: 6, Outcome.REJECTED: 3, Outcome.NOT_SENT: 4, Outcome.UNKNOWN: 4, Outcome.PARTLY: 7, None: 3}
"""The exit code for the outcome of a failed call."""
_AGAIN = "Repeat the same command after some minutes, unless somebody else has changed the audience since"


def exit_code(results: Sequence[Shown], *, interrupted: int = 0) -> int:
    """The exit code of a run. `interrupted` is the one for an interrupt before anything was sent; 0 for none."""
    outcomes = {getattr(result, "outcome", None) for result in results}
    errors: list[AudiencesError | Changed] = [each for each in results if isinstance(each, AudiencesError)]
    # A change that went on after a failed call, or that had nothing to send, is no error, but has failed all the same.
    changes = [each for each in results if isinstance(each, Changed)]
    errors += [each for each in changes if each.outcome is not Outcome.APPLIED or any(it.message for it in each.chunks)]
    failed = {error.outcome for error in errors}
    if Outcome.UNKNOWN in failed:
        return 5
    if interrupted and outcomes <= {Outcome.NOT_SENT, None}:
        return interrupted
    if Outcome.APPLIED in outcomes and failed - {Outcome.APPLIED}:
        return 7
    codes = {8 if isinstance(each, WaitTimeoutError) else _code(each) for each in errors}
    return next((code for code in (7, 6, 3, 4, 8) if code in codes), 0)


def _code(failed: AudiencesError | Changed) -> int:
    """The exit code of a failure. A call that only reads has no outcome, so the type of its error decides; also if that
    call was made before another one, and says which audience there is.
    """
    if isinstance(failed, NotFoundError | AmbiguousError):
        return 3
    if failed.outcome is None and isinstance(failed, SpecViolationError | RateLimitedError):
        return 4
    return _CODES[failed.outcome or (type(failed).outcome if isinstance(failed, AudiencesError) else None)]


def row_of(result: Result | Record | Changed, name: str, id: str = "") -> dict[str, str]:
    """The cells of a result's row in the table, by column."""
    known = result.to_dict().get
    name = name or known("name") or ""
    cells = {"provider": known("provider"), "name": name if len(name) <= 60 else f"{name[:59]}\N{HORIZONTAL ELLIPSIS}"}
    if isinstance(result, Record):
        cells |= {column: known(column) for column in ("id", "state", "member_count", "created", "updated")}
    else:
        state = f"{known('state')}, empty" if known("empty") else known("state")
        token = known("id") or known("operation_token") or id
        cells |= {"id or token": token, "state": state, "outcome": known("outcome")}
        changed = result.changed if isinstance(result, AudiencesError) else result
        if isinstance(changed, Changed):
            cells |= {"members": changed.members, "calls": len(changed.chunks)}
        else:
            cells |= {"left out": ", ".join(known("left_out", [])), "seconds": known("seconds")}
    return {column: "" if cell is None else visible(str(cell)) for column, cell in cells.items()}


def as_text(rows: Sequence[Mapping[str, str]], columns: float) -> str:
    """A table; or, if it is wider than this many columns, a block for each row, so that no id is cut or folded."""
    grid = [[*rows[0]], *([*row.values()] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*grid, strict=True)]
    if sum(widths) + 3 * len(widths) > columns:
        return "\n\n".join("\n".join(f"{name:>12}: {cell}" for name, cell in row.items() if cell) for row in rows)
    lines = [" | ".join(map(set_cell_size, line, widths)).rstrip() for line in grid]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]])


def show(
    results: Sequence[Shown], name: str, id: str, verb: str, more: Mapping[str, list[str]], *, as_json: bool, curl: bool
) -> None:
    """Print the results of a verb. `more` has, by a provider's key, the options that another command to it needs."""
    results = [each for result in results for each in _with_records(result)]
    keep = verb not in READING
    if as_json:
        every = [result.to_dict() for result in results]
        for value in every if verb == "list" else [every]:
            say(json.dumps(value, indent=None if verb == "list" else 2), keep=keep)  # ASCII: no terminal acts on it
        return
    if not results:
        note("The list is empty.")
    plain = [_found(each) for each in results]
    done = [each for each in plain if not isinstance(each, Prepared)]
    for result in plain:
        if isinstance(result, Prepared):
            say(_as_request(result, curl=curl))
    rows = [row_of(each, name, id) for each in done if isinstance(each, Record) or each.outcome]
    if rows and len(done) == len(plain):
        terminal = sys.stdout and sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if terminal else math.inf
        # An error, and the audiences that it brings, have columns of their own.
        say("\n\n".join(as_text([*alike], width) for _, alike in groupby(rows, key=list)), keep=keep)
    for text in dict.fromkeys(text for each in results for text in _words(each)):
        note(text)
    outcomes = [(getattr(each, "outcome", None), each.provider) for each in done]
    if done and len(done) < len(plain):
        note("The other requests are sent with --partial only; without it, nothing is sent to any provider.")
    for each in Provider.__subclasses__():
        if (Outcome.UNKNOWN, each.title) in outcomes:
            words = [*([name] if name else ["--id", id]), "--provider", each.key, *more[each.key]]
            look = f": audiences get {shlex.join(words)}" if each.capabilities["get"].support is Support.NATIVE else ""
            repeats = verb in ("ensure", "add", "remove", "replace")
            advice = _AGAIN if repeats else f"Look for the audience before you repeat this{look}"
            note(f"{each.title}: it may have taken effect. {advice}")
    again = {title for outcome, title in outcomes if outcome in {Outcome.NOT_SENT, Outcome.REJECTED}}
    if again and again < {title for _, title in outcomes}:
        keys = " ".join(f"--provider {each.key}" for each in Provider.__subclasses__() if each.title in again)
        note(f"Correct the errors above, then repeat with {keys} only: elsewhere, the audience exists, or may exist.")


def _found(result: Shown) -> Plain:
    return result.receipt or cast("Record", result.record) if isinstance(result, Ensured) else result


def _words(result: Shown) -> Iterator[str]:
    """The lines about a result that stand below the table."""
    if isinstance(result, Ensured):
        yield from ["The audience was there already, so nothing was sent."] * (not result.is_new)
        result = _found(result)
    for warning in getattr(result, "warnings", ()):
        yield f"{result.provider}: warning: {warning}"
    if isinstance(result, AudiencesError):
        yield str(result)
        yield from _provider_words(result.provider, result)
    changed = result.changed if isinstance(result, AudiencesError) else result
    chunks = changed.chunks if isinstance(changed, Changed) else ()
    for call in chunks or [result]:
        for deviation in getattr(call, "deviations", ()):
            yield f"{result.provider}: the answer deviates from the spec: {deviation}"
    for chunk in chunks if changed is result else ():
        yield from [f"{result.provider}: {chunk.message}"] * bool(chunk.message)
        yield from _provider_words(result.provider, chunk)
    if isinstance(changed, Changed) and changed.outcome is Outcome.PARTLY:
        yield f"{result.provider}: {changed.members} members were taken; the same command sends all of the file."


def _provider_words(title: str | None, failed: AudiencesError | Chunk) -> Iterator[str]:
    if words := ": ".join(dict.fromkeys(filter(None, (failed.code, failed.provider_message)))):
        yield f"{title} says: {words}"


def _with_records(result: Shown) -> Sequence[Shown]:
    """A result in the command's words, and the records that an error brings with it."""
    if not isinstance(result, AudiencesError):
        return [result]
    return [in_command_words(result), *getattr(result, "records", ()), *filter(None, [getattr(result, "record", None)])]


def _as_request(prepared: Prepared, *, curl: bool) -> str:
    request = prepared.request
    left_out = f" (left out: {', '.join(prepared.left_out)})" if prepared.left_out else ""
    needs = f"# needs in the environment: {', '.join(request.variables.values())}\n" if curl else ""
    return f"# {prepared.provider}{left_out}\n{needs}{request.curl() if curl else request.text()}\n"


def in_command_words(error: AudiencesError, names: Mapping[str, str] = {}, *, usage: bool = False) -> AudiencesError:
    """The error, with the command's names for arguments; `names` has more such names. With `usage`, the message leaves
    out the outcome: after wrong usage, nothing was sent.
    """
    shown = copy(error)
    shown.outcome = None if usage else error.outcome
    shown.argument = {"base_url": "--base-url", **names}.get(error.argument, error.argument)
    shown.remedy = _option(error.remedy)
    if isinstance(shown, InvalidError):
        told = (replace(each, field=field_option(each.field), remedy=_option(each.remedy)) for each in shown.problems)
        shown.problems = tuple(told)
        shown.args = InvalidError.of(shown.problems).args
    if missing := getattr(shown, "missing", ()):
        shown.args = (f"settings are missing: {'; '.join(f'set {s.variable} ({s.meaning})' for s in missing)}",)
    return shown


def field_option(field: str) -> str:
    """The option that gives a field of the draft."""
    top, *keys = field.replace("]", "").replace("'", "").split("[")
    if top == "members" and keys:
        return "--attribute" if field.endswith(".attributes") else "--file"
    if keys:
        return f"--set {'.'.join(keys)}"
    return {"name": "name", "members": "--file"}.get(top.partition(".")[0], f"--{top}")


class _Option(Remedy):
    def __str__(self) -> str:
        name = {"checked": "unchecked"}.get(self.argument, self.argument.replace("_", "-"))
        values = self.value if isinstance(self.value, list) else [] if isinstance(self.value, bool) else [self.value]
        return " ".join(map(str, [f"--{name}", *values, self.effect]))


def _option(remedy: Remedy | None) -> Remedy | None:
    return remedy and _Option(remedy.argument, remedy.value, remedy.effect)


class Bars(Progress):
    """A bar for each provider that is sent a file, while this is entered, and where standard error is a terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        # Rich takes a pipe for a terminal where FORCE_COLOR is set.
        shown = bool(sys.stderr and sys.stderr.isatty()) and console.is_interactive
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        super().__init__(
            *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False, disable=not shown
        )

    def of(self, title: str) -> Callable[[int, int | None], None]:
        """A function for a provider object's `on_progress`; it may be called from any thread."""
        task = self.add_task(title, total=None, visible=False)
        return lambda sent, total: self.update(task, completed=sent, total=total, visible=True)
