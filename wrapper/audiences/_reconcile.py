"""What became of a call whose outcome was unknown."""

import json
from dataclasses import dataclass, field
from typing import Any

from ._errors import OURS, AudiencesError, InvalidError, Problem, shape
from ._outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What could be found out. The outcome stays *unknown*: this library does not look audiences up yet."""

    provider: str
    outcome: Outcome
    reason: str
    name: str = field(repr=False)
    """The audience's name."""


NO_LOOK = "look for the audience's name at the provider: this library does not look audiences up yet"
"""The reason why an outcome stays unknown."""


def name_in(what: AudiencesError | str, provider: str, operation: str, base_url: str) -> str:
    """The audience's name in an error, or in its `reconcile_token`.

    Raises InvalidError for one of another provider, operation or base URL, and for what is none.
    """
    token = what.reconcile_token if isinstance(what, AudiencesError) else what
    if token is None:
        raise _wrong("must be an error whose outcome is unknown", what)
    try:
        found: Any = json.loads(token)
    except (TypeError, ValueError, RecursionError):
        found = None
    if not (isinstance(found, dict) and found.get("version") == 1 and isinstance(found.get("name"), str)):
        raise _wrong("must be an error, or its reconcile_token", what)
    if [found.get(key) for key in ("provider", "operation", "base_url")] != [provider, operation, base_url]:
        raise _wrong(f"must be of a create at {provider}, at the base URL of this object", what)
    return str(found["name"])


def _wrong(rule: str, what: object) -> InvalidError:
    return InvalidError.of([Problem("what", rule, shape(what), OURS)])
