from typing import Any

from ...models.get_audiences_response_200 import GetAudiencesResponse200
from ...models.get_audiences_response_400 import GetAudiencesResponse400
from ...models.get_audiences_response_401 import GetAudiencesResponse401
from ...models.get_audiences_response_404 import GetAudiencesResponse404
from ...models.get_audiences_response_429 import GetAudiencesResponse429
from ...types import Answer


def build_request() -> dict[str, Any]:
    """Build `GET /audiences`, without credentials. Nothing is sent.

    Returns: The keyword arguments of `httpx2.request`, the URL without its base.
    """

    _kwargs: dict[str, Any] = {
        "method": "GET",
        "url": "/audiences",
    }

    return _kwargs


def parse_response(
    response: Answer,
) -> (
    GetAudiencesResponse200
    | GetAudiencesResponse400
    | GetAudiencesResponse401
    | GetAudiencesResponse404
    | GetAudiencesResponse429
    | None
):
    """Parse the body by its documented status; None for any other status.

    Raises: What the body's decoder or the models raise where the body does not fit: judge it first.
    """
    if response.status_code == 200:
        response_200 = GetAudiencesResponse200.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = GetAudiencesResponse400.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = GetAudiencesResponse401.from_dict(response.json())

        return response_401

    if response.status_code == 404:
        response_404 = GetAudiencesResponse404.from_dict(response.json())

        return response_404

    if response.status_code == 429:
        response_429 = GetAudiencesResponse429.from_dict(response.json())

        return response_429

    return None
