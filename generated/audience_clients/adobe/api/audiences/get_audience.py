from typing import Any
from urllib.parse import quote

from ...models.externally_generated_audience import ExternallyGeneratedAudience
from ...models.get_audience_response_400 import GetAudienceResponse400
from ...models.get_audience_response_401 import GetAudienceResponse401
from ...models.get_audience_response_403 import GetAudienceResponse403
from ...models.get_audience_response_404 import GetAudienceResponse404
from ...models.platform_generated_audience import PlatformGeneratedAudience
from ...types import Answer


def build_request(
    audience_id: str,
    *,
    x_gw_ims_org_id: str,
    x_sandbox_name: str,
) -> dict[str, Any]:
    """Build `GET /data/core/ups/audiences/{audience_id}`, without credentials. Nothing is sent.

    Returns: The keyword arguments of `httpx2.request`, the URL without its base.
    """
    headers: dict[str, Any] = {}
    headers["x-gw-ims-org-id"] = x_gw_ims_org_id

    headers["x-sandbox-name"] = x_sandbox_name

    _kwargs: dict[str, Any] = {
        "method": "GET",
        "url": "/data/core/ups/audiences/{audience_id}".format(
            audience_id=quote(str(audience_id), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def parse_response(
    response: Answer,
) -> (
    ExternallyGeneratedAudience
    | PlatformGeneratedAudience
    | GetAudienceResponse400
    | GetAudienceResponse401
    | GetAudienceResponse403
    | GetAudienceResponse404
    | None
):
    """Parse the body by its documented status; None for any other status.

    Raises: What the body's decoder or the models raise where the body does not fit: judge it first.
    """
    if response.status_code == 200:

        def _parse_response_200(
            data: object,
        ) -> ExternallyGeneratedAudience | PlatformGeneratedAudience:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                response_200_type_0 = PlatformGeneratedAudience.from_dict(data)

                return response_200_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_200_type_1 = ExternallyGeneratedAudience.from_dict(data)

            return response_200_type_1

        response_200 = _parse_response_200(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = GetAudienceResponse400.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = GetAudienceResponse401.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = GetAudienceResponse403.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = GetAudienceResponse404.from_dict(response.json())

        return response_404

    return None
