from typing import Any, cast

from ...models.create_token_body import CreateTokenBody
from ...models.create_token_response_200 import CreateTokenResponse200
from ...types import Answer


def build_request(
    *,
    body: CreateTokenBody,
) -> dict[str, Any]:
    """Build `POST /ims/token/v3`, without credentials. Nothing is sent.

    Returns: The keyword arguments of `httpx2.request`, the URL without its base.
    """
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "POST",
        "url": "/ims/token/v3",
    }

    _kwargs["data"] = body.to_dict()

    headers["Content-Type"] = "application/x-www-form-urlencoded"

    _kwargs["headers"] = headers
    return _kwargs


def parse_response(response: Answer) -> Any | CreateTokenResponse200:
    """Parse the body by its documented status; None for any other status.

    Raises: What the body's decoder or the models raise where the body does not fit: judge it first.
    """
    if response.status_code == 200:
        response_200 = CreateTokenResponse200.from_dict(response.json())

        return response_200

    response_default = cast(Any, None)
    return response_default
