"""The one way through: draft, request, response, receipt. Providers fill in what is theirs; two drivers do the I/O."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from . import _json, _spec
from ._audience import Audience
from ._call import Call, Handle, Success
from ._create import Create
from ._errors import (
    AudiencesError,
    ConfigurationError,
    NotSentError,
)
from ._options import Options, Pace, Timeouts
from ._receipt import Receipt
from ._secret import Secret
from ._settings import Setting, base_url
from ._steps import Flow, Send, Wait, Work
from ._wire import Part, Request, Response

T = TypeVar("T")
LARGE = 64 * 1024
"""Bytes of an answer above which it is judged off the event loop."""


class Provider(ABC, Generic[T]):
    """What all provider objects share. It is never changed after it was made, so threads can share it."""

    title: ClassVar[str]
    """The provider's name, as people write it."""
    key: ClassVar[str]
    """The provider's name in `provider_fields`, in the generated clients and on the command line."""
    settings: ClassVar[tuple[Setting, ...]]
    creates: ClassVar[type[Create]]
    """What this provider's create takes and answers."""
    creation: Create
    """The same, with what this object was made with."""

    def __init__(self, variables: Mapping[str, str | None], options: Options[T]) -> None:
        unknown = options.keys() - Options.__optional_keys__
        if unknown:
            raise TypeError(f"{type(self).__name__} has no option {', '.join(sorted(unknown))}")
        self.base_url = self._base_url(options.get("base_url"), variables)
        """What the operation's path is appended to."""
        timeout = options.get("timeout", Timeouts())
        self.timeouts = timeout if isinstance(timeout, Timeouts) else Timeouts(timeout, timeout, timeout, timeout)
        self._on_request = options.get("on_request")
        self._on_response = options.get("on_response")
        self._pace = Pace(options.get("max_per_second"))
        self._connect(options.get("transport"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={getattr(self, 'base_url', None)!r})"

    @classmethod
    def all_settings(cls) -> tuple[Setting, ...]:
        """The constructor's settings that an environment variable can give."""
        meaning = "the base URL, instead of the documented server"
        return (*cls.settings, Setting("base_url", f"{cls.key.upper()}_BASE_URL", meaning, required=False))

    @classmethod
    def spec_version(cls) -> str:
        """The version and sha256 of the effective spec, as text."""
        spec = _spec.load(cls.key)
        return f"{spec.version} (sha256 {spec.sha256})"

    def prepare(self, audience: Audience, *, leave_out: Collection[str] = ()) -> Request:
        """The request that `create` would send. Sends nothing; reads the head of an audience file.

        Raises UnsupportedError for a field that this provider cannot be told, unless `leave_out` names it, and
        InvalidError for a value that breaks the effective spec or a rule of ours.
        """
        try:
            built, left_out = self.creation.prepare(audience, leave_out)
        except AudiencesError as error:
            error.provider = self.title
            raise
        return self._request(built, left_out)

    def _create_flow(self, audience: Audience, leave_out: Collection[str]) -> Flow[Receipt]:
        call = self.creation.call
        try:
            request = yield Work(lambda: self.prepare(audience, leave_out=leave_out))
            success = yield from self._exchange(request, call, partial(self.creation.handle, audience))
        except AudiencesError as error:
            error.provider, error.operation = self.title, call.operation_id
            error.audience_name = getattr(audience, "name", None)
            raise
        return Receipt(
            provider=self.title,
            operation=call.operation_id,
            name=audience.name,
            id=success.handle.id,
            operation_token=success.handle.token,
            state=success.state,
            empty=not self.creation.carries_members,
            left_out=request.left_out,
            response=success.response,
            model=success.model,
            model_problem=success.model_problem,
            deviations=success.deviations,
        )

    def _exchange(
        self, request: Request, call: Call, handle: Callable[[Mapping[str, Any]], Handle | None]
    ) -> Flow[Success]:
        """Any operation, from its request to its success."""
        self._announce(request)
        yield Wait(self._pace.reserve())
        response = yield Send(request)
        self._tell(request, response)
        read = partial(call.read, response, handle)
        # A large answer takes long to judge.
        success: Success = (yield Work(read)) if len(response.body) > LARGE else read()
        return success

    @abstractmethod
    def _connect(self, transport: T | None) -> None:
        """Make ready to send; a driver's part."""

    @abstractmethod
    def _credentials(self) -> Mapping[str, Secret]:
        """The headers that authenticate."""

    def _request(self, built: Mapping[str, Any], left_out: tuple[str, ...]) -> Request:
        url = self.base_url + built["url"]
        if built.get("params"):
            url += f"?{urlencode(built['params'])}"
        headers = {"Accept": "application/json", **built.get("headers", {}), **self._credentials()}
        parts = tuple(Part(name, content, kind, filename) for name, (filename, content, kind) in built.get("files", ()))
        body = _json.dumps(built["json"]) if "json" in built else None
        return Request(built["method"], url, headers, body, parts, left_out)

    def _base_url(self, given: str | None, variables: Mapping[str, str | None]) -> str:
        server = _spec.load(self.key).document["servers"][0]
        setting = self.all_settings()[-1]
        url = setting.read(given, self.title) or server["url"]
        for name, value in variables.items():
            if f"{{{name}}}" in url:
                url = url.replace(f"{{{name}}}", value or server["variables"][name]["default"])
            elif value is not None:
                raise ConfigurationError(f"{name} is given, but base_url has no {{{name}}}", provider=self.title)
        return base_url(url, self.title)

    def _announce(self, request: Request) -> None:
        if self._on_request:
            try:
                self._on_request(request)
            except Exception as error:  # the caller's own, so its cause is kept
                raise NotSentError("on_request raised, so nothing was sent") from error

    def _tell(self, request: Request, response: Response) -> None:
        if self._on_response:
            # An answer is never lost to an observer.
            with suppress(Exception):
                self._on_response(request, response)
