"""The credentials that the mock server takes. They are no secrets."""

from collections.abc import Collection
from functools import partial

from ..messages import Request
from ..security import credential, failing, place
from ..spec import Node, Operation
from ..violation import Violation

TOKEN = "mock-token"
"""The token that every bearer scheme takes."""
CLIENT_ID, CLIENT_SECRET = "mock-client-id", "mock-client-secret"
"""What an access token is issued for."""
API_KEY = CLIENT_ID
"""The value of every apiKey scheme: Adobe's is the client id."""


def wrong(operation: Operation, request: Request, tokens: Collection[str]) -> list[Violation]:
    """One for each security scheme whose credentials are missing or wrong; `tokens` are what a bearer scheme takes."""
    schemes = failing(operation, request, partial(_right, tokens))
    return [Violation(" ".join(place(each)), "", each.pointer, "missing or wrong") for each in schemes]


def _right(tokens: Collection[str], scheme: Node, values: list[str]) -> bool:
    right = tokens if scheme.value["type"] == "http" else (API_KEY,)
    return len(values) == 1 and credential(scheme, values[0]) in right
