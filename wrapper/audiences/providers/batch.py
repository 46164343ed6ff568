"""Batch, CEP Audience API. Facts from its create page; what that does not say is not assumed."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar, Unpack

from audience_clients.batch.api.audiences import audience_create
from audience_clients.batch.models import AudienceCreateBody

from .._audience import Audience
from .._call import Call, Handle, text
from .._create import Create
from .._drivers import Async, Blocking
from .._errors import ConfigurationError
from .._http.send import AsyncTransport, BlockingTransport
from .._options import Options
from .._outcome import State
from .._provider import Provider
from .._secret import Secret, SecretSource
from .._settings import Setting
from .._wire import Part

T = TypeVar("T")


class _Create(Create):
    call = Call(
        key="batch",
        operation_id="audience_create",
        states={202: State.ACCEPTED},
        parse=audience_create.parse_response,
        needs=("/indexing_token",),
        code=("error_code",),
        message=("error_message",),
    )
    fields = {"name": "name"}
    unsupported = {
        "description": "a Batch audience has a display name, but no description",
        "members": "Batch's create call carries no members",
    }

    def __init__(self, project: str) -> None:
        self._project = project

    def build(self, body: Mapping[str, Any], parts: Mapping[str, Part]) -> Mapping[str, Any]:  # noqa: ARG002
        return audience_create.build_request(body=AudienceCreateBody.from_dict(body), x_batch_project=self._project)

    def handle(self, audience: Audience, body: Mapping[str, Any]) -> Handle | None:  # noqa: ARG002
        token = text(body, "indexing_token")
        return Handle(token=token) if token else None


class _Batch(Provider[T]):
    """Batch creates an empty audience, and answers with a token before it is done.

    The draft's `provider_fields["batch"]` must have `type` (custom_ids, emails or install_ids) and may have
    `display_name`. A 202 without `indexing_token` is a SpecViolationError with the outcome *applied*: the page promises
    the token, and without it nobody can ask how the work goes.
    """

    title = "Batch"
    key = "batch"
    creates = _Create
    settings = (
        Setting("api_key", "BATCH_API_KEY", "the REST API key", secret=True),
        Setting("project", "BATCH_PROJECT", "the project key, sent as X-Batch-Project"),
        Setting(
            "version", "BATCH_VERSION", "the API version in the URL, instead of the spec's default", required=False
        ),
    )

    def __init__(
        self,
        *,
        api_key: SecretSource | None = None,
        project: str | None = None,
        version: str | None = None,
        **options: Unpack[Options[T]],
    ) -> None:
        """Take credentials from the arguments, or else from BATCH_API_KEY, BATCH_PROJECT and BATCH_VERSION.

        `version` is the API version in the URL, by default the one of the spec's server. `options`: see `Options`.

        Raises ConfigurationError for what is missing or malformed.

        >>> batch = Batch(api_key="key", project="project", version="2.10")
        >>> draft = Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
        >>> print(batch.prepare(draft).text())  # doctest: +ELLIPSIS
        POST https://api.batch.com/2.10/audiences/create
        Accept: application/json
        X-Batch-Project: project
        Content-Type: application/json
        Authorization: Bearer ***
        <BLANKLINE>
        {..."name":"VIP"...}
        """
        own_key, own_project, own_version = self.settings
        Setting.need_all({own_key: api_key, own_project: project}, self.title)
        self._api_key = own_key.need_secret(api_key, self.title)
        self.creation = _Create(own_project.need(project, self.title))
        number = own_version.read(version, self.title)
        if version is None and "{version}" not in str(options.get("base_url") or "{version}"):
            number = None  # an explicit URL wins over the environment's version
        if number is not None and not re.fullmatch(r"[\w.-]*\w", number):
            raise ConfigurationError(f"{own_version.named(version)} must be a path segment, such as 2.10")
        super().__init__({"version": number}, options)

    def _credentials(self) -> Mapping[str, Secret]:
        return {"Authorization": self._api_key.bearer()}


class Batch(_Batch[BlockingTransport], Blocking):
    __doc__ = _Batch.__doc__


class AsyncBatch(_Batch[AsyncTransport], Async):
    __doc__ = _Batch.__doc__
