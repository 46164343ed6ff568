from typing import Any, cast
from urllib.parse import quote

from ...models.delete_audience_response_400 import DeleteAudienceResponse400
from ...models.delete_audience_response_401 import DeleteAudienceResponse401
from ...models.delete_audience_response_403 import DeleteAudienceResponse403
from ...models.delete_audience_response_404 import DeleteAudienceResponse404
from ...types import Answer


def build_request(
    audience_id: str,
    *,
    x_gw_ims_org_id: str,
    x_sandbox_name: str,
) -> dict[str, Any]:
    """Build `DELETE /data/core/ups/audiences/{audience_id}`, without credentials. Nothing is sent.

    Returns: The keyword arguments of `httpx2.request`, the URL without its base.
    """
    headers: dict[str, Any] = {}
    headers["x-gw-ims-org-id"] = x_gw_ims_org_id

    headers["x-sandbox-name"] = x_sandbox_name

    _kwargs: dict[str, Any] = {
        "method": "DELETE",
        "url": "/data/core/ups/audiences/{audience_id}".format(
            audience_id=quote(str(audience_id), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def parse_response(
    response: Answer,
) -> (
    Any
    | DeleteAudienceResponse400
    | DeleteAudienceResponse401
    | DeleteAudienceResponse403
    | DeleteAudienceResponse404
    | None
):
    """Parse the body by its documented status; None for any other status.

    Raises: What the body's decoder or the models raise where the body does not fit: judge it first.
    """
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

    if response.status_code == 400:
        response_400 = DeleteAudienceResponse400.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = DeleteAudienceResponse401.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = DeleteAudienceResponse403.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = DeleteAudienceResponse404.from_dict(response.json())

        return response_404

    return None
