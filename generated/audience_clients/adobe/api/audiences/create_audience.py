from typing import Any, cast

from ...models.create_audience_accept import CreateAudienceAccept
from ...models.create_audience_body import CreateAudienceBody
from ...models.create_audience_create_audience_meta_only import (
    CreateAudienceCreateAudienceMetaOnly,
)
from ...models.create_audience_response_200 import CreateAudienceResponse200
from ...types import UNSET, Answer


def build_request(
    *,
    body: CreateAudienceBody,
    create_audience_meta_only: CreateAudienceCreateAudienceMetaOnly,
    accept: CreateAudienceAccept,
    x_gw_ims_org_id: str,
    x_sandbox_name: str,
) -> dict[str, Any]:
    """Build `POST /core/ais/audiences`, without credentials. Nothing is sent.

    Returns: The keyword arguments of `httpx2.request`, the URL without its base.
    """
    headers: dict[str, Any] = {}
    headers["Accept"] = str(accept)

    headers["x-gw-ims-org-id"] = x_gw_ims_org_id

    headers["x-sandbox-name"] = x_sandbox_name

    params: dict[str, Any] = {}

    json_create_audience_meta_only = create_audience_meta_only.value
    params["createAudienceMetaOnly"] = json_create_audience_meta_only

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "POST",
        "url": "/core/ais/audiences",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def parse_response(response: Answer) -> Any | CreateAudienceResponse200:
    """Parse the body by its documented status; None for any other status.

    Raises: What the body's decoder or the models raise where the body does not fit: judge it first.
    """
    if response.status_code == 200:
        response_200 = CreateAudienceResponse200.from_dict(response.json())

        return response_200

    response_default = cast(Any, None)
    return response_default
