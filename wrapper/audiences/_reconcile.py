"""What became of a call whose outcome was unknown."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from ._attempt import as_json
from ._errors import AudiencesError, InvalidError
from ._outcome import Outcome
from ._record import Record, time_of


class Evidence(StrEnum):
    """What the provider says after a call whose outcome was unknown."""

    FOUND = "found"
    """There is such an audience, and it was made or changed after the call began, or was not there before."""
    PERHAPS_OLDER = "perhaps_older"
    """There is such an audience, and it may be as it was before the call."""
    NOT_SEEN = "not_seen"
    """None is to be seen so far: it may still come, or go, because providers work on changes after they answer."""
    NOT_TOLD = "not_told"
    """It cannot be looked up, or not by its name alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What could be found out about a call whose outcome was unknown.

    The outcome stays *unknown*: that there is such an audience does not say that this call made it, and that none is
    to be seen does not say that it will not come. It is *applied* in two cases only: the call was a create that looked
    before (`look_first=True`, or `ensure`), when there was no such audience, and now there is one; or a list that was
    taken `before` has no audience of that id. Even then, it is for the caller to know that nobody else creates
    audiences of that name.
    """

    provider: str
    outcome: Outcome
    evidence: Evidence
    reason: str
    name: str = field(repr=False)
    """The audience's name."""
    record: Record | None = None
    """What the provider says of the audience, its times among it, where it has one of that name."""

    def to_dict(self) -> dict[str, Any]:
        """What is known, as values of JSON, the audience's name among them."""
        return as_json(self, "provider", "outcome", "evidence", "reason", "name", "record")


REASONS = {
    Evidence.FOUND: "there is an audience of that name, made or changed after the call began (see record)",
    Evidence.PERHAPS_OLDER: "there is an audience of that name; whether this call made it, or changed it, cannot be "
    "told (see record)",
    Evidence.NOT_SEEN: "no audience of that name is to be seen so far; it may still come, or go",
}
APPLIED = "there is an audience of that name, and there was none right before the call"
NEW_ID = "there is one audience of that name whose id is not in the list that was taken before the call"
NO_LOOK = "look for the audience's name at the provider: it cannot be looked up from here ({})"
AMBIGUOUS = "there are several audiences of that name; whether this call made one of them cannot be told"
"""The reasons."""


class Trace(NamedTuple):
    """What is kept of a call whose outcome is unknown."""

    name: str
    operation: str
    started: datetime | None
    looked_first: bool


def trace_in(what: AudiencesError | str, provider: str, operations: Collection[str], base_url: str) -> Trace:
    """What an error, or its `reconcile_token`, says of its call.

    Raises InvalidError for one of another provider, operation or base URL, and for what is none.
    """
    token = what.reconcile_token if isinstance(what, AudiencesError) else what
    if token is None:
        raise InvalidError.ours("what", "must be an error whose outcome is unknown", what)
    try:
        found: Any = json.loads(token)
    except (TypeError, ValueError, RecursionError):
        found = None
    if not (isinstance(found, dict) and found.get("version") == 1 and isinstance(found.get("name"), str)):
        raise InvalidError.ours("what", "must be an error, or its reconcile_token", what)
    here = (found.get("provider"), found.get("base_url")) == (provider, base_url)
    if not here or found.get("operation") not in operations:
        raise InvalidError.ours(
            "what", f"must be of a call that changes something at {provider}, at the base URL of this object", what
        )
    return Trace(found["name"], found["operation"], time_of(found, "started"), found.get("looked_first") is True)
