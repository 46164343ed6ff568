from typing import Any

from ...models.audience_update_body import AudienceUpdateBody
from ...models.audience_update_response_202 import AudienceUpdateResponse202
from ...models.error import Error
from ...types import Answer


def build_request(
    *,
    body: AudienceUpdateBody,
    x_batch_project: str,
) -> dict[str, Any]:
    """Build `POST /audiences/update`, without credentials. Nothing is sent.

    Returns: The keyword arguments of `httpx2.request`, the URL without its base.
    """
    headers: dict[str, Any] = {}
    headers["X-Batch-Project"] = x_batch_project

    _kwargs: dict[str, Any] = {
        "method": "POST",
        "url": "/audiences/update",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def parse_response(response: Answer) -> AudienceUpdateResponse202 | Error | None:
    """Parse the body by its documented status; None for any other status.

    Raises: What the body's decoder or the models raise where the body does not fit: judge it first.
    """
    if response.status_code == 202:
        response_202 = AudienceUpdateResponse202.from_dict(response.json())

        return response_202

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
