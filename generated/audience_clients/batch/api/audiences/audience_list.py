from typing import Any

from ...models.audience_list_response_200 import AudienceListResponse200
from ...models.error import Error
from ...types import UNSET, Answer, Unset


def build_request(
    *,
    from_: str | Unset = UNSET,
    limit: int | Unset = 10,
    x_batch_project: str,
) -> dict[str, Any]:
    """Build `GET /audiences/list`, without credentials. Nothing is sent.

    Returns: The keyword arguments of `httpx2.request`, the URL without its base.
    """
    headers: dict[str, Any] = {}
    headers["X-Batch-Project"] = x_batch_project

    params: dict[str, Any] = {}

    params["from"] = from_

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "GET",
        "url": "/audiences/list",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def parse_response(response: Answer) -> AudienceListResponse200 | Error | None:
    """Parse the body by its documented status; None for any other status.

    Raises: What the body's decoder or the models raise where the body does not fit: judge it first.
    """
    if response.status_code == 200:
        response_200 = AudienceListResponse200.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 429:
        response_429 = Error.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Error.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = Error.from_dict(response.json())

        return response_503

    return None
