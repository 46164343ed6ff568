"""Results for people (a table) and for programs (JSON)."""

import json
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ._errors import AudiencesError, InvalidError, SpecViolationError
from ._everywhere import Result
from ._outcome import Outcome
from ._receipt import Receipt
from ._wire import Request


class Prepared(NamedTuple):
    """A request that is shown, not sent."""

    provider: str
    request: Request


Shown = Result | Prepared

EXIT_CODES = {Outcome.UNKNOWN: 5, Outcome.APPLIED: 6, Outcome.REJECTED: 3, Outcome.NOT_SENT: 4}
"""By outcome of an error, the gravest first; APPLIED is an error only where the answer could not be used."""


def exit_code(results: Sequence[Shown]) -> int:
    failed = {result.outcome for result in results if isinstance(result, AudiencesError)}
    return next((code for outcome, code in EXIT_CODES.items() if outcome in failed), 0)


def as_json_value(result: Shown) -> dict[str, Any]:
    """A result with everything that is known, as JSON values."""
    if isinstance(result, Prepared):
        return {"provider": result.provider, **result.request.redacted()}
    shared = {
        "provider": result.provider,
        "outcome": result.outcome,
        "status": result.status,
        "request_id": result.request_id,
        "deviations": [{"pointer": d.pointer, "rule": d.rule, "source": d.source} for d in result.deviations],
    }
    if isinstance(result, Receipt):
        return {
            **shared,
            "name": result.name,
            "id": result.id,
            "operation_token": result.operation_token,
            "state": result.state,
            "empty": result.empty,
            "left_out": list(result.left_out),
            "warnings": list(result.warnings),
            "seconds": round(result.elapsed, 3),
        }
    problems = result.problems if isinstance(result, InvalidError) else ()
    return {
        **shared,
        "name": result.audience_name,
        "error": type(result).__name__,
        "message": str(result),
        "code": result.code,
        "provider_message": result.provider_message,
        "retry_after": result.retry_after,
        "problems": [{"field": p.field, "rule": p.rule, "shape": p.shape, "source": p.source} for p in problems],
        "body": result.response.body.decode("utf-8", "replace")
        if isinstance(result, SpecViolationError) and result.response
        else None,
    }


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


def _cells(result: Result, name: str) -> tuple[str, ...]:
    printable = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)
    first = (result.provider or "", printable if len(printable) <= 60 else f"{printable[:59]}\N{HORIZONTAL ELLIPSIS}")
    if isinstance(result, AudiencesError):
        return (*first, "", "", str(result.outcome), "", "")
    state = f"{result.state}, empty" if result.empty else str(result.state)
    left_out, time = ", ".join(result.left_out), f"{result.elapsed * 1000:.0f} ms"
    return (*first, result.id or result.operation_token or "", state, str(result.outcome), left_out, time)


def show(results: Sequence[Shown], name: str, *, as_json: bool, curl: bool) -> None:
    """On standard output, or on standard error as plain ASCII where that fails: what was created must not be lost."""
    try:
        if as_json:
            print(json.dumps([as_json_value(result) for result in results], indent=2, ensure_ascii=False))
        else:
            _show_people(results, name, curl=curl)
        sys.stdout.flush()
    except (OSError, UnicodeError, ValueError) as error:
        # What is still buffered would fail again when the interpreter ends.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        _note(f"audiences: standard output failed ({type(error).__name__}); the results:")
        _note(json.dumps([as_json_value(result) for result in results], indent=2))


def _show_people(results: Sequence[Shown], name: str, *, curl: bool) -> None:
    done = [result for result in results if not isinstance(result, Prepared)]
    for prepared in (result for result in results if isinstance(result, Prepared)):
        request = prepared.request
        left_out = f" (left out: {', '.join(request.left_out)})" if request.left_out else ""
        print(f"# {prepared.provider}{left_out}\n{request.curl() if curl else request.text()}\n")
    if len(done) == len(results):
        console = Console()
        # A table in a file or a pipe is not folded to the width of a terminal.
        console.width = console.width if console.is_terminal else 200
        if console.width < NARROW:
            print(as_lines(done, name))
        else:
            console.print(as_table(done, name))
    for result in results:
        shown = result.request if isinstance(result, Prepared) else result
        for warning in () if isinstance(shown, AudiencesError) else shown.warnings:
            _note(f"{result.provider}: warning: {warning}")
    for result in done:
        if isinstance(result, AudiencesError):
            _note(said(result))
            words = [word for word in (result.code, result.provider_message) if word]
            if words:
                _note(f"{result.provider} says: {': '.join(words)}")
        for deviation in result.deviations:
            _note(f"{result.provider}: the answer deviates from the spec: {deviation}")


def _note(text: str) -> None:
    print(text, file=sys.stderr)


# The library's messages speak of its arguments; on the command line they have other names.
_IN_COMMAND_WORDS = (
    (r"provider_fields\['(\w+)'\]\['([^']+)'\]", r"--set \1.\2"),
    (r"provider_fields\['(\w+)'\]", r"--set \1"),
    (r"leave_out=\{'(\w+)'\}", r"--leave-out \1"),
    (r"PhoneFile\(\.\.\., checked=False\)", "--unchecked"),
    (r"\bmembers(\.filename)? \(", "--file ("),
    (r"give the argument '\w+', or set (\w+)", r"set \1"),
    (r"the connect timeout", "--timeout"),
    (r"(argument ')?\bbase_url\b'?", "--base-url"),
    (r"client_id, client_secret and scopes", "ADOBE_CLIENT_ID, ADOBE_CLIENT_SECRET and ADOBE_SCOPES"),
    (r"\btoken_url\b", "ADOBE_TOKEN_URL"),
    (r"allow_http=True", "--allow-http"),
)


def said(error: AudiencesError) -> str:
    text = str(error)
    for pattern, words in _IN_COMMAND_WORDS:
        text = re.sub(pattern, words, text)
    return text
