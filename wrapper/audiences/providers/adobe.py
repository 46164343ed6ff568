"""Adobe Experience Platform: the metadata of an external audience, and the Segmentation Service, which lists audiences.

The spec of the call that creates is our own, written from a page that Adobe hides:
help/segmentation/api/create-audience.md in https://github.com/AdobeDocs/experience-platform.en. The spec of the
Segmentation Service is Adobe's; its guide is
https://experienceleague.adobe.com/en/docs/experience-platform/segmentation/api/audiences. The spec of the token
endpoint is our own, written from
https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/IMS.

The calls that update an audience (patchAudience, updateAudience) are not made: they are documented with an audience's
expression and name, and no page says what they do to an audience that is metadata only.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, TypedDict, TypeVar, Unpack

from audience_clients.adobe import models
from audience_clients.adobe.api.audiences import create_audience, delete_audience, get_audience, list_audiences
from audience_clients.adobe.types import UNSET
from audience_clients.adobe_ims.api.tokens import create_token
from audience_clients.adobe_ims.models import CreateTokenBody, CreateTokenBodyGrantType

from .._audience import Draft, DraftRules
from .._http.send import AsyncTransport, BlockingTransport
from .._operation import Adapter, Built, Effect, Operation, Page, Service, Unsupported, id_of, items, text, value_at
from .._options import Options
from .._provider import Async, Blocking
from .._record import Record, RecordState, Reference, count_of
from .._redact import STARS
from .._secret import Secret, SecretSource, is_fit
from .._settings import Setting, Values, settings_of
from .._token import Granted

T = TypeVar("T")

_PATH, _NEWER_PATH = "/core/ais", "/data/core/ais"
"""The path of the call that creates: as in this revision of its page, and as in newer copies."""


def _url(values: Values, path: str) -> str:
    """The URL of a path. The base URL may end with the path of the call that creates, and then says which it is."""
    base = values["base_url"]
    end = next((each for each in (_NEWER_PATH, _PATH) if base.endswith(each)), "")
    below = path.removeprefix(_PATH)
    return base.removesuffix(end) + (path if below == path else (end or _PATH) + below)


# The page documents no error; these are the properties that Adobe's gateway and platform services document.
_SERVICE = Service(
    key="adobe",
    headers=lambda values: {
        "Authorization": values.bearer("access_token"),
        "x-api-key": values.secrets["api_key"],
        "x-gw-ims-org-id": values["org_id"],
        "x-sandbox-name": values["sandbox_name"],
    },
    code=("error_code", "type"),
    message=("message", "detail", "title"),
    url=_url,
)
_UPS = replace(
    _SERVICE,
    undocumented="no page says that the Segmentation Service knows audiences that are created here, which are "
    "metadata alone",
)
# Adobe documents no error of this endpoint; these are the properties of any OAuth 2.0 error (RFC 6749, 5.2).
_TOKENS = Service(
    key="adobe_ims",
    headers=lambda _: {},
    code=("error",),
    message=("error_description",),
    url=lambda values, _: values["token_url"],
)
_IDS, _ASKED = "a string at /id or /audienceId", "the id that was asked for"
_CHILDREN = "an array at /children, of audiences with what was asked for"
_PAGE = "an array at /children, and a whole number at /_page/next"
_MEMBERS = Unsupported(
    "Adobe documents another way for members: a file in its landing zone, an external audience made of it, and a run; "
    "this library makes none of those calls"
)


class _Headers(TypedDict):
    x_gw_ims_org_id: str
    x_sandbox_name: str


def _headers(values: Values) -> _Headers:
    """The arguments that all generated request builders of Adobe take."""
    return {"x_gw_ims_org_id": values["org_id"], "x_sandbox_name": values["sandbox_name"]}


def _create(draft: Draft, values: Values) -> Built:
    body = draft.body
    return create_audience.build_request(
        body=models.CreateAudienceBody(
            name=body["name"],
            description=body.get("description", UNSET),
            namespace=body.get("namespace", UNSET),
            origin_name=body.get("originName", UNSET),
            audience_id=body.get("audienceId", UNSET),
        ),
        create_audience_meta_only=models.CreateAudienceCreateAudienceMetaOnly.TRUE,
        accept=models.CreateAudienceAccept.APPLICATIONVND_ADOBE_EXTERNAL_AUDIENCESJSON_VERSION2,
        **_headers(values),
    )


def _created(draft: Draft, body: Any) -> Reference | None:
    own = "audienceId" in draft.body
    given = text(body, "id") or (None if own else text(body, "audienceId"))
    return Reference(id=given) if given or (own and isinstance(body, dict)) else None


def _get(asked: Reference, values: Values) -> Built:
    return get_audience.build_request(asked.by_id, **_headers(values))


def _got(asked: Reference, body: Any) -> list[Record] | None:
    return [_record(body)] if id_of(body, "id") == asked.id else None


def _find(asked: Reference, values: Values) -> Built:
    """By a property, because without one the list leaves out inactive audiences."""
    name, value = _property(asked)
    return list_audiences.build_request(property_=f"{name}=={value}", **_headers(values))


def _found(asked: Reference, body: Any) -> list[Record] | None:
    name, value = _property(asked)
    found = items(body, "children")
    if found is None or any(text(item, name) != value for item in found):
        return None
    return [_record(item) for item in found]


def _property(asked: Reference) -> tuple[str, str]:
    return ("name", asked.by_name) if asked.external_id is None else ("audienceId", asked.external_id)


def _list(mark: str | int | None, values: Values) -> Built:
    return list_audiences.build_request(start=UNSET if mark is None else int(mark), **_headers(values))


def _listed(mark: object, body: Any) -> Page | None:  # noqa: ARG001
    # The spec shows `next` as a number, the guide as a text; on the last page it is 0, or absent.
    found, following = items(body, "children"), str(value_at(body, ("_page", "next")) or 0)
    if found is None or not re.fullmatch("[0-9]{1,18}", following):
        return None
    return Page([_record(item) for item in found], int(following) or None, "/children")


def _record(body: Any) -> Record:
    return Record(
        name=text(body, "name"),
        id=id_of(body, "id"),
        external_id=id_of(body, "audienceId"),
        # No page says of any other state what it means for an audience's members.
        state=RecordState.INACTIVE if text(body, "lifecycleState") == "inactive" else RecordState.OTHER,
        member_count=None,
        created=_seconds(body, "createEpoch"),
        updated=_seconds(body, "updateEpoch"),
        raw=body,
    )


def _seconds(body: Any, name: str) -> datetime | None:
    seconds = count_of(body, name)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def _delete(asked: Reference, values: Values) -> Built:
    return delete_audience.build_request(asked.by_id, **_headers(values))


def _deleted(asked: Reference, body: Any) -> Reference:  # noqa: ARG001
    return Reference(id=asked.id)


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
    return Granted(token, count_of(body, "expires_in") or 0)  # a token without a lifetime serves this call only


_ACCESS = "the access token; or ADOBE_CLIENT_ID, ADOBE_CLIENT_SECRET and ADOBE_SCOPES in its place"


class AdobeOptions(Options[T], total=False):
    """The settings of Adobe; one that is not given is taken from the environment.

    Give either `access_token`, or `client_id`, `client_secret` and `scopes`. Arguments win over the environment; in the
    environment, the token wins.
    """

    access_token: Annotated[SecretSource | None, Setting("ADOBE_ACCESS_TOKEN", _ACCESS, secret=True)]
    """ADOBE_ACCESS_TOKEN."""
    api_key: Annotated[SecretSource | None, Setting("ADOBE_API_KEY", "the API key, sent as x-api-key", secret=True)]
    """ADOBE_API_KEY."""
    org_id: Annotated[str | None, Setting("ADOBE_ORG_ID", "the organisation, sent as x-gw-ims-org-id")]
    """ADOBE_ORG_ID."""
    sandbox_name: Annotated[str | None, Setting("ADOBE_SANDBOX_NAME", "the sandbox, sent as x-sandbox-name")]
    """ADOBE_SANDBOX_NAME."""
    client_id: Annotated[str | None, Setting("ADOBE_CLIENT_ID", "the OAuth client id", required=False)]
    """ADOBE_CLIENT_ID."""
    client_secret: Annotated[
        SecretSource | None, Setting("ADOBE_CLIENT_SECRET", "the OAuth client secret", secret=True, required=False)
    ]
    """ADOBE_CLIENT_SECRET."""
    scopes: Annotated[str | None, Setting("ADOBE_SCOPES", "the OAuth scopes, separated by commas", required=False)]
    """Separated by commas; ADOBE_SCOPES."""
    token_url: Annotated[str | None, Setting("ADOBE_TOKEN_URL", "the OAuth token endpoint", required=False)]
    """Another token endpoint than the spec's; ADOBE_TOKEN_URL."""


ADOBE = Adapter(
    title="Adobe",
    key="adobe",
    settings=settings_of(AdobeOptions),
    token=Operation(_TOKENS, "create_token", Effect.READS, _ask, _granted, needs="a string at /access_token"),
    draft=DraftRules(
        fields={"name": "name", "description": "description"},
        unsupported={"members": "this endpoint creates metadata only"},
    ),
    create=Operation(
        _SERVICE, "create_audience", Effect.CREATES, _create, _created, create_audience.parse_response, _IDS
    ),
    get=Operation(_UPS, "getAudience", Effect.READS, _get, _got, needs=_ASKED),
    find=Operation(_UPS, "listAudiences", Effect.READS, _find, _found, needs=_CHILDREN),
    list=Operation(_UPS, "listAudiences", Effect.READS, _list, _listed, needs=_PAGE),
    wait=Unsupported("Adobe documents no state of an audience that could be waited for"),
    delete=Operation(_UPS, "deleteAudience", Effect.REMOVES, _delete, _deleted, delete_audience.parse_response),
    add=_MEMBERS,
    remove=_MEMBERS,
    replace=_MEMBERS,
)


class Adobe(Blocking[models.CreateAudienceResponse200]):
    """Adobe creates an audience's metadata; the members come by another service.

    The draft's `provider_fields["adobe"]` may have `namespace`, `originName` and `audienceId` (the caller's own id, in
    newer copies of the page). None of them has a default. `Receipt.id` is the `id` of the answer, or else its
    `audienceId`; but if the caller sent an `audienceId`, that one is only an echo, and does not count. Newer copies of
    the page have the path `/data/core/ais`: then give `https://platform.adobe.io/data/core/ais` as the base URL.

    No page says that the Segmentation Service has audiences of metadata alone, so `get`, `list`, `delete`, and verbs
    that use these, need `allow_undocumented=True`. A Record has both ids: `id` is Adobe's, and `external_id` the
    caller's. Give an `audienceId` of your own with each create, as the guide does: then
    `get(Reference(external_id=...))` finds that audience again, an inactive one too. `list` leaves out inactive
    audiences, and the system's own.

    Instead of `access_token`, give `client_id`, `client_secret` and `scopes`: a token is then asked for by OAuth
    server-to-server, once for all threads and tasks, again a minute before it expires, and once more when the provider
    refuses it. If none is issued, the call raises TokenError. `AdobeOptions` has the settings, `Options` the rest.

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


class AsyncAdobe(Async[models.CreateAudienceResponse200]):
    __doc__ = Adobe.__doc__
    adapter = ADOBE

    def __init__(self, **given: Unpack[AdobeOptions[AsyncTransport]]) -> None:
        super().__init__(given)
