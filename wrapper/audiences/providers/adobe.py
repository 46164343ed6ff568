"""Adobe Experience Platform: the metadata of an external audience. The spec is our own, written from Adobe's page."""

from collections.abc import Mapping
from typing import Any, TypeVar, Unpack

from audience_clients.adobe.api.audiences import create_audience
from audience_clients.adobe.models import (
    CreateAudienceAccept,
    CreateAudienceBody,
    CreateAudienceCreateAudienceMetaOnly,
)

from .._audience import Audience
from .._call import Call, Handle, text
from .._create import Create
from .._drivers import Async, Blocking
from .._options import Options
from .._outcome import State
from .._provider import Provider
from .._secret import Secret
from .._settings import Setting
from .._transport import AsyncTransport, BlockingTransport
from .._wire import Part

T = TypeVar("T")


class _Create(Create):
    # The page documents no error; these are the properties that Adobe's gateway and platform services document.
    call = Call(
        key="adobe",
        operation_id="create_audience",
        states={200: State.CREATED},
        parse=create_audience.parse_response,
        needs=("/id", "/audienceId"),
        code=("error_code",),
        message=("message", "detail", "title"),
    )
    fields = {"name": "name", "description": "description"}
    unsupported = {"members": "this endpoint creates metadata only"}

    def __init__(self, org_id: str, sandbox_name: str) -> None:
        self._org_id, self._sandbox_name = org_id, sandbox_name

    def build(self, body: Mapping[str, Any], parts: Mapping[str, Part]) -> Mapping[str, Any]:  # noqa: ARG002
        return create_audience.build_request(
            body=CreateAudienceBody.from_dict(body),
            create_audience_meta_only=CreateAudienceCreateAudienceMetaOnly.TRUE,
            accept=next(iter(CreateAudienceAccept)),
            x_gw_ims_org_id=self._org_id,
            x_sandbox_name=self._sandbox_name,
        )

    def handle(self, audience: Audience, body: Mapping[str, Any]) -> Handle | None:
        own = "audienceId" in audience.provider_fields.get(self.call.key, {})
        given = text(body, "id") or (None if own else text(body, "audienceId"))
        return Handle(id=given) if given or own else None


class _Adobe(Provider[T]):
    """Adobe creates an audience's metadata; the members come by another service.

    The draft's `provider_fields["adobe"]` may have `namespace`, `originName` and `audienceId` (the caller's own id, in
    newer copies of the page). No default is made up for them. `Receipt.id` is the `id` of the answer, or else its
    `audienceId`, unless the caller sent one: then that is an echo. Newer copies of the page have the base URL
    `https://platform.adobe.io/data/core/ais`; `base_url` takes it.
    """

    title = "Adobe"
    key = "adobe"
    creates = _Create
    settings = (
        Setting("access_token", "ADOBE_ACCESS_TOKEN", "the access token", secret=True),
        Setting("api_key", "ADOBE_API_KEY", "the API key, sent as x-api-key", secret=True),
        Setting("org_id", "ADOBE_ORG_ID", "the organisation, sent as x-gw-ims-org-id"),
        Setting("sandbox_name", "ADOBE_SANDBOX_NAME", "the sandbox, sent as x-sandbox-name"),
    )

    def __init__(
        self,
        *,
        access_token: str | None = None,
        api_key: str | None = None,
        org_id: str | None = None,
        sandbox_name: str | None = None,
        **options: Unpack[Options[T]],
    ) -> None:
        """Take credentials from the arguments, or else from ADOBE_ACCESS_TOKEN, ADOBE_API_KEY, ADOBE_ORG_ID and
        ADOBE_SANDBOX_NAME. `options`: see `Options`.

        Raises ConfigurationError for what is missing or malformed.

        >>> adobe = Adobe(access_token="token", api_key="key", org_id="org", sandbox_name="prod")
        >>> print(adobe.prepare(Audience(name="VIP", provider_fields={"adobe": {"namespace": "shop"}})).text())
        POST https://platform.adobe.io/core/ais/audiences?createAudienceMetaOnly=true
        Accept: application/vnd.adobe.external.audiences+json; version=2
        x-gw-ims-org-id: org
        x-sandbox-name: prod
        Content-Type: application/json
        Authorization: Bearer ***
        x-api-key: ***
        <BLANKLINE>
        {"name":"VIP","namespace":"shop"}
        """
        own_token, own_key, own_org, own_sandbox = self.settings
        self._access_token = own_token.need_secret(access_token, self.title)
        self._api_key = own_key.need_secret(api_key, self.title)
        self.creation = _Create(own_org.need(org_id, self.title), own_sandbox.need(sandbox_name, self.title))
        super().__init__({}, options)

    def _credentials(self) -> Mapping[str, Secret]:
        return {"Authorization": self._access_token.bearer(), "x-api-key": self._api_key}


class Adobe(_Adobe[BlockingTransport], Blocking):
    __doc__ = _Adobe.__doc__


class AsyncAdobe(_Adobe[AsyncTransport], Async):
    __doc__ = _Adobe.__doc__
