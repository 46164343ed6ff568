"""Results for people (a table) and for programs (JSON)."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from io import BytesIO, TextIOWrapper
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ._errors import AudiencesError
from ._everywhere import Result
from ._outcome import Outcome
from ._terminal import note, say, visible
from ._wire import Request


class Prepared(NamedTuple):
    """A request that is shown, not sent."""

    provider: str
    request: Request
    left_out: tuple[str, ...]


Shown = Result | Prepared

EXIT_CODES = {
    0: "created everywhere",
    2: "wrong usage, nothing was sent",
    3: "rejected",
    4: "not sent to anybody",
    5: "the outcome of a call is unknown, also after Ctrl-C",
    6: "created, but an answer breaks the spec",
    7: "created at some, and not at others",
    130: "interrupted before anything was sent",
}


def exit_code(results: Sequence[Shown], *, interrupted: bool = False) -> int:
    outcomes = {result.outcome for result in results if not isinstance(result, Prepared)}
    failed = {result.outcome for result in results if isinstance(result, AudiencesError)}
    if Outcome.UNKNOWN in failed:
        return 5
    if interrupted and outcomes == {Outcome.NOT_SENT}:
        return 130
    if Outcome.APPLIED in outcomes and failed - {Outcome.APPLIED}:
        return 7
    codes = {Outcome.APPLIED: 6, Outcome.REJECTED: 3, Outcome.NOT_SENT: 4}
    return next((code for outcome, code in codes.items() if outcome in failed), 0)


def as_json_value(result: Shown) -> dict[str, Any]:
    """A result with everything that is known, as JSON values."""
    if isinstance(result, Prepared):
        return {"provider": result.provider, **result.request.redacted(), "left_out": list(result.left_out)}
    known = result.to_dict()
    if isinstance(result, AudiencesError):
        known["message"] = said(result)
        known["problems"] = [{**problem, "rule": in_command_words(problem["rule"])} for problem in known["problems"]]
    return known


NARROW = 110
"""Columns of a terminal below which a table would cut ids and tokens."""


def as_table(results: Sequence[Result], name: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for result in results:
        # As text: the provider's words are no markup.
        table.add_row(*map(Text, _cells(result, name)))
    return table


def as_lines(results: Sequence[Result], name: str) -> str:
    """The same for a narrow terminal: a block for each result."""
    rows = [zip(_COLUMNS, _cells(result, name), strict=True) for result in results]
    return "\n\n".join("\n".join(f"{column:>11}: {cell}" for column, cell in row if cell) for row in rows)


_COLUMNS = ("provider", "name", "id or token", "state", "outcome", "left out", "time")


def _cells(result: Result, name: str) -> list[str]:
    return [visible(cell) for cell in _told(result, name)]


def _told(result: Result, name: str) -> tuple[str, ...]:
    first = (result.provider or "", name if len(name) <= 60 else f"{name[:59]}\N{HORIZONTAL ELLIPSIS}")
    if isinstance(result, AudiencesError):
        return (*first, "", "", str(result.outcome), "", "")
    state = f"{result.state}, empty" if result.empty else str(result.state)
    left_out, time = ", ".join(result.left_out), f"{result.elapsed * 1000:.0f} ms"
    return (*first, result.id or result.operation_token or "", state, str(result.outcome), left_out, time)


def show(results: Sequence[Shown], name: str, keys: Mapping[str, str], *, as_json: bool, curl: bool) -> None:
    """`keys` are the providers' by their titles."""
    if as_json:
        say(json.dumps([as_json_value(result) for result in results], indent=2))  # ASCII: no terminal acts on it
        return
    done = [result for result in results if not isinstance(result, Prepared)]
    for prepared in (result for result in results if isinstance(result, Prepared)):
        say(_as_request(prepared, curl=curl))
    if len(done) == len(results):
        say(_as_text(done, name))
    for result in results:
        shown = result.request if isinstance(result, Prepared) else result
        for warning in () if isinstance(shown, AudiencesError) else shown.warnings:
            note(f"{result.provider}: warning: {warning}")
    for result in done:
        if isinstance(result, AudiencesError):
            note(said(result))
            words = [word for word in (result.code, result.provider_message) if word]
            if words:
                note(f"{result.provider} says: {': '.join(words)}")
        for deviation in result.deviations:
            note(f"{result.provider}: the answer deviates from the spec: {deviation}")
    unknown = " and ".join(result.provider or "" for result in done if result.outcome is Outcome.UNKNOWN)
    if unknown:
        note(f"Look for the audience at {unknown} before you repeat this: it may exist there.")
    safe = [result for result in done if result.outcome in (Outcome.NOT_SENT, Outcome.REJECTED)]
    if 0 < len(safe) < len(done):
        again = " ".join(f"--provider {keys[result.provider or '']}" for result in safe)
        note(
            f"Mend what is said above, then repeat it with {again} only: elsewhere, the audience exists, or may exist."
        )


def _as_text(results: Sequence[Result], name: str) -> str:
    console = Console(file=sys.stdout)
    # A table in a file or a pipe is not folded to the width of a terminal.
    width = console.width if console.is_terminal else 200
    if width < NARROW:
        return as_lines(results, name)
    # In the stream's colours and encoding, but not on it: of one that fails, nothing would be left.
    paper = TextIOWrapper(BytesIO(), getattr(sys.stdout, "encoding", None) or "ascii", "backslashreplace")
    console.file, console.width = paper, width
    console.print(as_table(results, name))
    paper.seek(0)
    return paper.read().rstrip("\n")


def _as_request(prepared: Prepared, *, curl: bool) -> str:
    request = prepared.request
    left_out = f" (left out: {', '.join(prepared.left_out)})" if prepared.left_out else ""
    if not curl:
        return f"# {prepared.provider}{left_out}\n{request.text()}\n"
    needs = ", ".join(request.variables.values())
    return f"# {prepared.provider}{left_out}\n# needs in the environment: {needs}\n{request.curl()}\n"


# The library's messages speak of its arguments; on the command line they have other names.
_IN_COMMAND_WORDS = (
    (r"\(Timeouts\.\w+ is ([\d.e+]+) s\)", r"(after \1 s; --timeout)"),
    (r"provider_fields\['(\w+)'\]\['([^']+)'\]", r"--set \1.\2"),
    (r"provider_fields\['(\w+)'\]", r"--set \1"),
    (r"leave_out=\{'(\w+)'\}", r"--leave-out \1"),
    (r"PhoneFile\(\.\.\., checked=False\)", "--unchecked"),
    (r"\bmembers(\.filename|\.source)? \(", "--file ("),
    (r"give the argument '\w+', or set (\w+)", r"set \1"),
    (r"the connect timeout", "--timeout"),
    (r"(argument ')?\bbase_url\b'?", "--base-url"),
    (r"client_id, client_secret and scopes", "ADOBE_CLIENT_ID, ADOBE_CLIENT_SECRET and ADOBE_SCOPES"),
    (r"\btoken_url\b", "ADOBE_TOKEN_URL"),
    (r"allow_http=True", "--allow-http"),
    (r"partial=True", "--partial"),
)


def said(error: AudiencesError) -> str:
    return in_command_words(str(error))


def in_command_words(text: str) -> str:
    for pattern, words in _IN_COMMAND_WORDS:
        text = re.sub(pattern, words, text)
    return text
