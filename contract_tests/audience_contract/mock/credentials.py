"""The credentials that the mock server takes. They are no secrets."""

from ..messages import Request
from ..security import bearer, failing
from ..spec import Node, Operation

TOKEN = "mock-token"
"""The token of every bearer scheme."""
API_KEY = "mock-api-key"
"""The value of every apiKey scheme."""


def wrong(operation: Operation, request: Request) -> Node | None:
    """The first security scheme whose credentials are missing or wrong; None if the request is admitted."""
    return next(iter(failing(operation, request, _right)), None)


def _right(scheme: Node, values: list[str]) -> bool:
    if scheme.value["type"] == "http":
        return [bearer(value) for value in values] == [TOKEN]
    return values == [API_KEY]
