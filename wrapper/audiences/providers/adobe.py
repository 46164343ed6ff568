"""Adobe Experience Platform: the metadata of an external audience. The spec is our own, written from Adobe's page,
https://experienceleague.adobe.com/en/docs/experience-platform/segmentation/api/audiences; that of the token endpoint
from https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/IMS.
"""

from typing import Any, TypeVar, Unpack

from audience_clients.adobe.api.audiences import create_audience
from audience_clients.adobe.models import (
    CreateAudienceAccept,
    CreateAudienceBody,
    CreateAudienceCreateAudienceMetaOnly,
)
from audience_clients.adobe.types import UNSET
from audience_clients.adobe_ims.api.tokens import create_token
from audience_clients.adobe_ims.models import CreateTokenBody, CreateTokenBodyGrantType

from .._draft import Draft, DraftRules
from .._drivers import Async, Blocking
from .._http.send import AsyncTransport, BlockingTransport
from .._operation import Adapter, Built, Effect, Handle, Operation, Service, Unsupported, text
from .._options import Options
from .._record import count_of
from .._redact import STARS
from .._secret import Secret, SecretSource, is_fit
from .._settings import OAuth, Setting, Values
from .._token import Granted

T = TypeVar("T")

# The page documents no error; these are the properties that Adobe's gateway and platform services document.
_SERVICE = Service(
    key="adobe",
    headers=lambda values: {"Authorization": values.bearer("access_token"), "x-api-key": values.secrets["api_key"]},
    code=("error_code",),
    message=("message", "detail", "title"),
    own={"x-gw-ims-org-id": "org_id", "x-sandbox-name": "sandbox_name"},
)
# Adobe documents no error of this endpoint; these are the properties of any OAuth 2.0 error (RFC 6749, 5.2).
_TOKENS = Service(
    key="adobe_ims",
    headers=lambda _: {},
    code=("error",),
    message=("error_description",),
    url=lambda values, _: values["token_url"],
)
_LATER = "Adobe documents such a call, and this library does not make it yet"


def _create(draft: Draft, values: Values) -> Built:
    body = draft.body
    return create_audience.build_request(
        body=CreateAudienceBody(
            name=body["name"],
            description=body.get("description", UNSET),
            namespace=body.get("namespace", UNSET),
            origin_name=body.get("originName", UNSET),
            audience_id=body.get("audienceId", UNSET),
        ),
        create_audience_meta_only=CreateAudienceCreateAudienceMetaOnly.TRUE,
        accept=CreateAudienceAccept.APPLICATIONVND_ADOBE_EXTERNAL_AUDIENCESJSON_VERSION2,
        x_gw_ims_org_id=values["org_id"],
        x_sandbox_name=values["sandbox_name"],
    )


def _created(draft: Draft, body: Any) -> Handle | None:
    own = "audienceId" in draft.body
    given = text(body, "id") or (None if own else text(body, "audienceId"))
    return Handle(id=given) if given or (own and isinstance(body, dict)) else None


def _ask(client_secret: Secret, values: Values) -> Built:
    return create_token.build_request(
        body=CreateTokenBody(
            grant_type=CreateTokenBodyGrantType.CLIENT_CREDENTIALS,
            client_id=values["client_id"],
            client_secret=client_secret.reveal(),
            scope=values["scopes"],
        )
    )


def _granted(client_secret: Secret, body: Any) -> Granted | None:  # noqa: ARG001
    token = text(body, "access_token")
    if not token or not is_fit(token) or STARS in token:
        return None
    return Granted(token, count_of(body, "expires_in") or 0)  # without a lifetime, it serves this call only


ADOBE = Adapter(
    title="Adobe",
    key="adobe",
    settings=(
        Setting(
            "access_token",
            "ADOBE_ACCESS_TOKEN",
            "the access token; or ADOBE_CLIENT_ID, ADOBE_CLIENT_SECRET and ADOBE_SCOPES in its place",
            secret=True,
        ),
        Setting("api_key", "ADOBE_API_KEY", "the API key, sent as x-api-key", secret=True),
        Setting("org_id", "ADOBE_ORG_ID", "the organisation, sent as x-gw-ims-org-id"),
        Setting("sandbox_name", "ADOBE_SANDBOX_NAME", "the sandbox, sent as x-sandbox-name"),
        Setting("client_id", "ADOBE_CLIENT_ID", "the OAuth client id", required=False),
        Setting("client_secret", "ADOBE_CLIENT_SECRET", "the OAuth client secret", secret=True, required=False),
        Setting("scopes", "ADOBE_SCOPES", "the OAuth scopes, separated by commas", required=False),
        Setting("token_url", "ADOBE_TOKEN_URL", "the OAuth token endpoint", required=False),
    ),
    oauth=OAuth("access_token", "client_id", "client_secret", "scopes", "token_url"),
    token=Operation(
        _TOKENS,
        "create_token",
        Effect.READS,
        _ask,
        _granted,
        create_token.parse_response,
        needs="a string at /access_token",
    ),
    draft=DraftRules(
        fields={"name": "name", "description": "description"},
        unsupported={"members": "this endpoint creates metadata only"},
    ),
    create=Operation(
        _SERVICE,
        "create_audience",
        Effect.CREATES,
        _create,
        _created,
        create_audience.parse_response,
        needs="a string at /id or /audienceId",
    ),
    get=Unsupported(_LATER),
    delete=Unsupported(_LATER),
)


class AdobeOptions(Options[T], total=False):
    """The settings of Adobe; each is otherwise taken from the environment.

    Either `access_token` is given, or `client_id`, `client_secret` and `scopes`. Arguments win over the environment,
    and there the token wins.
    """

    access_token: SecretSource | None
    """ADOBE_ACCESS_TOKEN."""
    api_key: SecretSource | None
    """ADOBE_API_KEY."""
    org_id: str | None
    """ADOBE_ORG_ID."""
    sandbox_name: str | None
    """ADOBE_SANDBOX_NAME."""
    client_id: str | None
    """ADOBE_CLIENT_ID."""
    client_secret: SecretSource | None
    """ADOBE_CLIENT_SECRET."""
    scopes: str | None
    """Separated by commas; ADOBE_SCOPES."""
    token_url: str | None
    """Another token endpoint than the spec's; ADOBE_TOKEN_URL."""


class Adobe(Blocking):
    """Adobe creates an audience's metadata; the members come by another service.

    The draft's `provider_fields["adobe"]` may have `namespace`, `originName` and `audienceId` (the caller's own id, in
    newer copies of the page). No default is made up for them. `Receipt.id` is the `id` of the answer, or else its
    `audienceId`, unless the caller sent one: then that is an echo. Newer copies of the page have the base URL
    `https://platform.adobe.io/data/core/ais`; `base_url` takes it.

    Instead of a ready access token, `client_id`, `client_secret` and `scopes` have one asked for by OAuth
    server-to-server: once for all threads and tasks, again a minute before it expires, and once more when the provider
    refuses it. If none can be had, the call raises TokenError. Settings see `AdobeOptions`, all options `Options`.

    Raises ConfigurationError for what is missing or malformed.

    >>> from audiences import Audience
    >>> adobe = Adobe(access_token="token", api_key="key", org_id="org", sandbox_name="prod")
    >>> draft = Audience(name="VIP", provider_fields={"adobe": {"namespace": "shop"}})
    >>> print(adobe.prepare(draft).text())  # doctest: +ELLIPSIS
    POST https://platform.adobe.io/.../audiences?createAudienceMetaOnly=true
    Accept: application/vnd.adobe.external.audiences+json; version=2
    x-gw-ims-org-id: org
    x-sandbox-name: prod
    Content-Type: application/json
    Authorization: Bearer ***
    x-api-key: ***
    <BLANKLINE>
    {"name":"VIP","namespace":"shop"}
    """

    adapter = ADOBE

    def __init__(self, **given: Unpack[AdobeOptions[BlockingTransport]]) -> None:
        super().__init__(given)


class AsyncAdobe(Async):
    __doc__ = Adobe.__doc__
    adapter = ADOBE

    def __init__(self, **given: Unpack[AdobeOptions[AsyncTransport]]) -> None:
        super().__init__(given)
