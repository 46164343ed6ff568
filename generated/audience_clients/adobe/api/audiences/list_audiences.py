from typing import Any

from ...models.audiences_list import AudiencesList
from ...models.list_audiences_response_400 import ListAudiencesResponse400
from ...models.list_audiences_response_401 import ListAudiencesResponse401
from ...models.list_audiences_response_403 import ListAudiencesResponse403
from ...types import UNSET, Answer, Unset


def build_request(
    *,
    start: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: str | Unset = UNSET,
    property_: str | Unset = UNSET,
    name: str | Unset = UNSET,
    description: str | Unset = UNSET,
    entity_type: str | Unset = UNSET,
    x_gw_ims_org_id: str,
    x_sandbox_name: str,
) -> dict[str, Any]:
    """Build `GET /data/core/ups/audiences`, without credentials. Nothing is sent.

    Returns: The keyword arguments of `httpx2.request`, the URL without its base.
    """
    headers: dict[str, Any] = {}
    headers["x-gw-ims-org-id"] = x_gw_ims_org_id

    headers["x-sandbox-name"] = x_sandbox_name

    params: dict[str, Any] = {}

    params["start"] = start

    params["limit"] = limit

    params["sort"] = sort

    params["property"] = property_

    params["name"] = name

    params["description"] = description

    params["entityType"] = entity_type

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "GET",
        "url": "/data/core/ups/audiences",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def parse_response(
    response: Answer,
) -> (
    AudiencesList
    | ListAudiencesResponse400
    | ListAudiencesResponse401
    | ListAudiencesResponse403
    | None
):
    """Parse the body by its documented status; None for any other status.

    Raises: What the body's decoder or the models raise where the body does not fit: judge it first.
    """
    if response.status_code == 200:
        response_200 = AudiencesList.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ListAudiencesResponse400.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ListAudiencesResponse401.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ListAudiencesResponse403.from_dict(response.json())

        return response_403

    return None
