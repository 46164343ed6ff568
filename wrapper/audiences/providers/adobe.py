"""Adobe Experience Platform: the metadata of an external audience. The spec is our own, written from Adobe's page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar, Unpack
from urllib.parse import urlencode

from audience_clients.adobe.api.audiences import create_audience
from audience_clients.adobe.models import (
    CreateAudienceAccept,
    CreateAudienceBody,
    CreateAudienceCreateAudienceMetaOnly,
)
from audience_clients.adobe_ims.api.tokens import create_token
from audience_clients.adobe_ims.models import CreateTokenBody, CreateTokenBodyGrantType, CreateTokenResponse200

from .. import _spec
from .._audience import Audience
from .._call import Call, Handle, text
from .._call_settings import CallSettings
from .._create import Create
from .._drivers import Async, Blocking
from .._errors import ConfigurationError
from .._exchange import AttemptHooks, Exchange
from .._http.send import AsyncTransport, BlockingTransport
from .._options import Options, Pace
from .._outcome import State
from .._provider import Provider
from .._redact import STARS, RecentSecrets
from .._secret import Secret, SecretSource, is_fit
from .._settings import Setting, base_url
from .._steps import Flow
from .._token import ClientCredentials, Granted
from .._wire import Part, Request

T = TypeVar("T")
# Adobe documents no error of this endpoint; these are the properties of any OAuth 2.0 error (RFC 6749, 5.2).
_TOKEN = Call(
    key="adobe_ims",
    operation_id="create_token",
    states={200: State.CREATED},
    parse=create_token.parse_response,
    needs=("/access_token",),
    code=("error",),
    message=("error_description",),
    safe=True,
)


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

    Instead of a ready access token, `client_id`, `client_secret` and `scopes` (separated by commas) have one asked for
    by OAuth server-to-server: once for all threads and tasks, again a minute before it expires, and once more when the
    provider refuses it. If none can be had, the call raises TokenError.
    """

    title = "Adobe"
    key = "adobe"
    creates = _Create
    settings = (
        Setting(
            "access_token",
            "ADOBE_ACCESS_TOKEN",
            "the access token; or client_id, client_secret and scopes in its place",
            secret=True,
        ),
        Setting("api_key", "ADOBE_API_KEY", "the API key, sent as x-api-key", secret=True),
        Setting("org_id", "ADOBE_ORG_ID", "the organisation, sent as x-gw-ims-org-id"),
        Setting("sandbox_name", "ADOBE_SANDBOX_NAME", "the sandbox, sent as x-sandbox-name"),
        Setting("client_id", "ADOBE_CLIENT_ID", "the OAuth client id", required=False),
        Setting("client_secret", "ADOBE_CLIENT_SECRET", "the OAuth client secret", secret=True, required=False),
        Setting("scopes", "ADOBE_SCOPES", "the OAuth scopes, separated by commas", required=False),
        Setting("token_url", "ADOBE_TOKEN_URL", "the OAuth token endpoint", required=False),
    )

    def __init__(
        self,
        *,
        access_token: SecretSource | None = None,
        api_key: SecretSource | None = None,
        org_id: str | None = None,
        sandbox_name: str | None = None,
        client_id: str | None = None,
        client_secret: SecretSource | None = None,
        scopes: str | None = None,
        token_url: str | None = None,
        **options: Unpack[Options[T]],
    ) -> None:
        """Take credentials from the arguments, or else from ADOBE_ACCESS_TOKEN, ADOBE_API_KEY, ADOBE_ORG_ID and
        ADOBE_SANDBOX_NAME; in place of the token, from ADOBE_CLIENT_ID, ADOBE_CLIENT_SECRET and ADOBE_SCOPES, with
        ADOBE_TOKEN_URL for another token endpoint than the spec's. Arguments win over the environment, and there the
        token wins. `options`: see `Options`.

        Raises ConfigurationError for what is missing or malformed.

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
        token, key, org, sandbox, client, secret, scope, url = self.settings
        given = any(each is not None for each in (client_id, client_secret, scopes, token_url))
        if access_token is not None and given:
            raise ConfigurationError("give access_token, or what one is asked for with, not both", provider=self.title)
        asks = given or (access_token is None and not token.in_environment() and client.in_environment())
        granted = {client: client_id, secret: client_secret, scope: scopes} if asks else {token: access_token}
        Setting.need_all({**granted, key: api_key, org: org_id, sandbox: sandbox_name}, self.title)
        self._api_key = key.need_secret(api_key, self.title)
        self.creation = _Create(org.need(org_id, self.title), sandbox.need(sandbox_name, self.title))
        if asks:
            self._client_id = client.need(client_id, self.title)
            self._client_secret = secret.need_secret(client_secret, self.title)
            self._scopes = scope.need(scopes, self.title)
            place, http = url.read(token_url, self.title) or _documented_url(), options.get("allow_http", False)
            self._token_url = base_url(place, self.title, allow_http=http, argument=url.named(token_url))
            self._access_token, self._tokens = Secret(ClientCredentials(self._grant)), RecentSecrets()
            super().__init__({}, options, self._token_url)
        else:
            self._access_token = token.need_secret(access_token, self.title)
            super().__init__({}, options)

    def _credentials(self) -> Mapping[str, Secret]:
        return {"Authorization": self._access_token.bearer(), "x-api-key": self._api_key}

    def _grant(self, how: CallSettings) -> Flow[Granted]:
        secret = yield from self._client_secret.resolved(None, how)
        how = replace(how, policy=self.read_policy, on_progress=None)
        request = self._token_request(secret)
        # All secrets but tokens: the endpoint may answer with one that it gave before.
        known = RecentSecrets({*self._hooks.known.add(request.secrets)} - {*self._tokens.add(())})
        hooks = AttemptHooks(self.title, Pace(None), known)
        success = yield from Exchange(hooks, _TOKEN, _granted, how).run(request)
        # Without a lifetime that can be read, the token serves this call only.
        lifetime = success.model.expires_in if isinstance(success.model, CreateTokenResponse200) else 0
        token = success.handle.token or ""
        self._tokens.add((token,))
        return Granted(token, lifetime)

    def _token_request(self, secret: Secret) -> Request:
        built = create_token.build_request(
            body=CreateTokenBody(
                grant_type=CreateTokenBodyGrantType.CLIENT_CREDENTIALS,
                client_id=self._client_id,
                client_secret=secret.reveal(),
                scope=self._scopes,
            )
        )
        headers = {"Accept": "application/json", **built["headers"]}
        form = Secret(urlencode(built["data"]))
        return Request(built["method"], self._token_url, headers, form, hidden=(secret,))


def _granted(body: Mapping[str, Any]) -> Handle | None:
    token = text(body, "access_token")
    return Handle(token=token) if token and is_fit(token) and STARS not in token else None


def _documented_url() -> str:
    document = _spec.load(_TOKEN.key).document
    (path,) = document["paths"]
    return f"{document['servers'][0]['url']}{path}"


class Adobe(_Adobe[BlockingTransport], Blocking):
    __doc__ = _Adobe.__doc__


class AsyncAdobe(_Adobe[AsyncTransport], Async):
    __doc__ = _Adobe.__doc__
