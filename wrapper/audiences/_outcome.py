"""What is known of a call's effect at the provider."""

from collections.abc import Collection
from enum import StrEnum


class Outcome(StrEnum):
    """Whether the provider acted on the call.

    Every receipt has one, and every error of a call that changes something. Only *not_sent* is safe
    to repeat; *rejected* is, once its cause is mended.
    """

    APPLIED = "applied"
    """The provider answered with a 2xx status: it acted, whatever else went wrong."""
    REJECTED = "rejected"
    """The provider answered that it did not act."""
    NOT_SENT = "not_sent"
    """No byte of the request left this process."""
    UNKNOWN = "unknown"
    """The request may have been read, and no answer tells. A blind repeat may create the audience twice."""
    PARTLY = "partly"
    """Of a change that took several calls, the provider acted on some; `changed` of the error says on which."""

    @classmethod
    def together(cls, outcomes: Collection["Outcome"]) -> "Outcome":
        """That of several calls for one change."""
        found = set(outcomes)
        if cls.UNKNOWN in found or not found:
            return cls.UNKNOWN if found else cls.NOT_SENT
        if found & {cls.APPLIED, cls.PARTLY}:
            return cls.APPLIED if found == {cls.APPLIED} else cls.PARTLY
        return cls.REJECTED if cls.REJECTED in found else cls.NOT_SENT


class State(StrEnum):
    """What the provider says of the audience. More values may be added in a minor release."""

    ACCEPTED = "accepted"
    """The provider will work on it, and gave a token to ask with. It is not ready yet."""
    CREATED = "created"
    """The provider says that the audience exists. What becomes of an uploaded file is not documented."""
    CHANGED = "changed"
    """The provider says that the members were changed."""
    REMOVED = "removed"
    """The provider says that the audience is gone."""
    UNKNOWN = "unknown"
    """The answer is a success, but not a documented one."""
