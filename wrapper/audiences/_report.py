"""Results for people (a table) and for programs (JSON)."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from ._errors import AudiencesError, InvalidError, SpecViolationError
from ._everywhere import Result
from ._outcome import Outcome
from ._receipt import Receipt

EXIT_CODES = {Outcome.UNKNOWN: 5, Outcome.APPLIED: 6, Outcome.REJECTED: 3, Outcome.NOT_SENT: 4}
"""By outcome of an error, the gravest first; APPLIED is an error only where the answer could not be used."""


def exit_code(results: Sequence[Result]) -> int:
    failed = {result.outcome for result in results if isinstance(result, AudiencesError)}
    return next((code for outcome, code in EXIT_CODES.items() if outcome in failed), 0)


def as_json(result: Result) -> dict[str, Any]:
    """A result with everything that is known, as JSON values."""
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


def as_table(results: Sequence[Result], name: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for column in ("provider", "name", "id or token", "state", "outcome", "left out", "time"):
        table.add_column(column, overflow="fold")
    for result in results:
        if isinstance(result, Receipt):
            members = "members not sent" if result.empty and "members" not in result.left_out else ""
            cells = [result.id or result.operation_token or "", str(result.state), str(result.outcome)]
            cells += [", ".join(result.left_out) or members, f"{result.elapsed * 1000:.0f} ms"]
        else:
            cells = ["", type(result).__name__, str(result.outcome), "", ""]
        table.add_row(result.provider or "", name, *cells)
    return table
