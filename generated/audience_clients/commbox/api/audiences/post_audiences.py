from typing import Any

from ...models.post_audiences_body import PostAudiencesBody
from ...models.post_audiences_response_201 import PostAudiencesResponse201
from ...models.post_audiences_response_400 import PostAudiencesResponse400
from ...models.post_audiences_response_401 import PostAudiencesResponse401
from ...models.post_audiences_response_429 import PostAudiencesResponse429
from ...models.post_audiences_response_500 import PostAudiencesResponse500
from ...types import Answer


def build_request(
    *,
    body: PostAudiencesBody,
) -> dict[str, Any]:
    """Build `POST /audiences`, without credentials. Nothing is sent.

    Returns: The keyword arguments of `httpx2.request`, the URL without its base.
    """
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "POST",
        "url": "/audiences",
    }

    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def parse_response(
    response: Answer,
) -> (
    PostAudiencesResponse201
    | PostAudiencesResponse400
    | PostAudiencesResponse401
    | PostAudiencesResponse429
    | PostAudiencesResponse500
    | None
):
    """Parse the body by its documented status; None for any other status.

    Raises: What the body's decoder or the models raise where the body does not fit: judge it first.
    """
    if response.status_code == 201:
        response_201 = PostAudiencesResponse201.from_dict(response.json())

        return response_201

    if response.status_code == 400:
        response_400 = PostAudiencesResponse400.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = PostAudiencesResponse401.from_dict(response.json())

        return response_401

    if response.status_code == 429:
        response_429 = PostAudiencesResponse429.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = PostAudiencesResponse500.from_dict(response.json())

        return response_500

    return None
