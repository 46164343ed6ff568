from typing import Any
from urllib.parse import quote

from ...models.put_audiences_audience_id_body import PutAudiencesAudienceIdBody
from ...models.put_audiences_audience_id_response_200 import (
    PutAudiencesAudienceIdResponse200,
)
from ...models.put_audiences_audience_id_response_400 import (
    PutAudiencesAudienceIdResponse400,
)
from ...models.put_audiences_audience_id_response_401 import (
    PutAudiencesAudienceIdResponse401,
)
from ...models.put_audiences_audience_id_response_404 import (
    PutAudiencesAudienceIdResponse404,
)
from ...models.put_audiences_audience_id_response_429 import (
    PutAudiencesAudienceIdResponse429,
)
from ...models.put_audiences_audience_id_response_500 import (
    PutAudiencesAudienceIdResponse500,
)
from ...types import Answer


def build_request(
    audience_id: str,
    *,
    body: PutAudiencesAudienceIdBody,
) -> dict[str, Any]:
    """Build `PUT /Audiences/{audience_id}`, without credentials. Nothing is sent.

    Returns: The keyword arguments of `httpx2.request`, the URL without its base.
    """
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "PUT",
        "url": "/Audiences/{audience_id}".format(
            audience_id=quote(str(audience_id), safe=""),
        ),
    }

    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def parse_response(
    response: Answer,
) -> (
    PutAudiencesAudienceIdResponse200
    | PutAudiencesAudienceIdResponse400
    | PutAudiencesAudienceIdResponse401
    | PutAudiencesAudienceIdResponse404
    | PutAudiencesAudienceIdResponse429
    | PutAudiencesAudienceIdResponse500
    | None
):
    """Parse the body by its documented status; None for any other status.

    Raises: What the body's decoder or the models raise where the body does not fit: judge it first.
    """
    if response.status_code == 200:
        response_200 = PutAudiencesAudienceIdResponse200.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = PutAudiencesAudienceIdResponse400.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = PutAudiencesAudienceIdResponse401.from_dict(response.json())

        return response_401

    if response.status_code == 404:
        response_404 = PutAudiencesAudienceIdResponse404.from_dict(response.json())

        return response_404

    if response.status_code == 429:
        response_429 = PutAudiencesAudienceIdResponse429.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = PutAudiencesAudienceIdResponse500.from_dict(response.json())

        return response_500

    return None
