"""What became of a call whose outcome was unknown."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ._errors import OURS, AudiencesError, InvalidError, Problem, shape
from ._outcome import Outcome
from ._record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What could be found out.

    The outcome stays *unknown*: that there is such an audience does not say that this call made it, and that none is
    to be seen does not say that it will not come, because providers work on changes after they have answered.
    """

    provider: str
    outcome: Outcome
    reason: str
    name: str = field(repr=False)
    """The audience's name."""
    record: Record | None = None
    """What the provider says of the audience, where it has one of that name."""

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON, the audience's name among them."""
        record = self.record.to_dict() if self.record else None
        known = {"provider": self.provider, "outcome": str(self.outcome), "reason": self.reason, "name": self.name}
        return {**known, "record": record}


NO_LOOK = "look for the audience's name at the provider: it cannot be looked up from here ({})"
FOUND = "there is an audience of that name; whether this call made it, or changed it, cannot be told (see record)"
NOT_SEEN = "no audience of that name is to be seen so far; it may still come, or go"
AMBIGUOUS = "there are several audiences of that name; whether this call made one of them cannot be told"
"""The reasons why an outcome stays unknown."""


def name_in(what: AudiencesError | str, provider: str, operations: Collection[str], base_url: str) -> str:
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
    here = (found.get("provider"), found.get("base_url")) == (provider, base_url)
    if not here or found.get("operation") not in operations:
        raise _wrong(f"must be of a create or delete at {provider}, at the base URL of this object", what)
    return str(found["name"])


def _wrong(rule: str, what: object) -> InvalidError:
    return InvalidError.of([Problem("what", rule, shape(what), OURS)])
