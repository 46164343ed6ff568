"""The one way through: draft, request, response, receipt. Providers fill in what is theirs; two drivers do the I/O."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from . import _json, _spec
from ._audience import Audience
from ._call import Call, Handle, Success
from ._errors import (
    OURS,
    AudiencesError,
    ConfigurationError,
    InvalidError,
    NotSentError,
    Problem,
    UnsupportedError,
    shape,
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
LEAVABLE = frozenset({"description", "members"})
"""The draft's fields that a call can leave out where a provider cannot be told."""


class Provider(ABC, Generic[T]):
    """What all provider objects share. It is never changed after it was made, so threads can share it."""

    title: ClassVar[str]
    """The provider's name, as people write it."""
    key: ClassVar[str]
    """The provider's name in `provider_fields`, in the generated clients and on the command line."""
    settings: ClassVar[tuple[Setting, ...]]
    unsupported: ClassVar[Mapping[str, str]]
    """The draft's fields that this provider's create call has no place for, each with the reason."""
    _create: ClassVar[Call]
    _names: ClassVar[Mapping[str, str]]
    """The properties of the request body that the draft's fields become."""

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
        if not isinstance(audience, Audience):
            raise InvalidError.of([Problem("audience", "must be an Audience", shape(audience), OURS)], self.title)
        left_out = self._left_out(audience, leave_out)
        parts = self._parts(audience)
        own = {
            wire: getattr(audience, name) for wire, name in self._names.items() if name not in (*left_out, "members")
        }
        given = audience.provider_fields.get(self.key, {})
        problems = [
            Problem(f"provider_fields[{self.key!r}][{n!r}]", "is a field of the draft itself", shape(v), OURS)
            for n, v in given.items()
            if n in self._names
        ]
        body = {**given, **{wire: value for wire, value in own.items() if value is not None}}
        judged = {**body, **dict.fromkeys(parts, "")}
        for found in [*self._create.operation.body.judge(judged), *self._create.operation.body.undocumented(judged)]:
            problems.append(self._problem(found.pointer, found.rule, found.source, judged))
        if problems:
            raise InvalidError.of(problems, self.title)
        return self._request(self._build(body, parts), left_out)

    def _create_flow(self, audience: Audience, leave_out: Collection[str]) -> Flow:
        try:
            request = yield Work(lambda: self.prepare(audience, leave_out=leave_out))
            self._announce(request)
            yield Wait(self._pace.reserve())
            response = yield Send(request)
            self._tell(request, response)
            read = partial(self._create.read, response, partial(self._handle, audience))
            # A large answer takes long to judge.
            success: Success = (yield Work(read)) if len(response.body) > LARGE else read()
        except AudiencesError as error:
            error.provider, error.operation = self.title, self._create.operation_id
            error.audience_name = getattr(audience, "name", None)
            raise
        return Receipt(
            provider=self.title,
            operation=self._create.operation_id,
            name=audience.name,
            id=success.handle.id,
            operation_token=success.handle.token,
            state=success.state,
            empty=not any(part.filename for part in request.parts),
            left_out=request.left_out,
            response=response,
            model=success.model,
            model_problem=success.model_problem,
            deviations=success.deviations,
        )

    @abstractmethod
    def _connect(self, transport: T | None) -> None:
        """Make ready to send; a driver's part."""

    # What a provider fills in.

    def _cannot(self, audience: Audience) -> Mapping[str, str]:
        """The fields of this draft that the provider cannot be told, each with the reason."""
        return {name: why for name, why in self.unsupported.items() if getattr(audience, name) is not None}

    def _parts(self, audience: Audience) -> Mapping[str, Part]:  # noqa: ARG002
        """The body's file parts, by name."""
        return {}

    @abstractmethod
    def _build(self, body: Mapping[str, Any], parts: Mapping[str, Part]) -> Mapping[str, Any]:
        """What the generated request builder makes of a judged body."""

    @abstractmethod
    def _credentials(self) -> Mapping[str, Secret]:
        """The headers that authenticate."""

    @abstractmethod
    def _handle(self, audience: Audience, body: Mapping[str, Any]) -> Handle | None:
        """The id or token in a success, or None if what the receipt needs is not there."""

    # What they share.

    def _left_out(self, audience: Audience, leave_out: Collection[str]) -> tuple[str, ...]:
        unknown = sorted(map(str, set(leave_out) - LEAVABLE)) if not isinstance(leave_out, str) else [leave_out]
        if unknown:
            rule = f"may only name {' and '.join(sorted(LEAVABLE))}, as a collection"
            raise InvalidError.of([Problem("leave_out", rule, ", ".join(map(repr, unknown)), OURS)], self.title)
        cannot = self._cannot(audience)
        for name, reason in cannot.items():
            if name not in leave_out:
                message = f"{name} is not supported: {reason}; leave_out={{{name!r}}} sends the rest without it"
                raise UnsupportedError(message, field=name, reason=reason, provider=self.title)
        return tuple(cannot)

    def _problem(self, pointer: str, rule: str, source: str, judged: Mapping[str, Any]) -> Problem:
        wire = pointer.split("/")[1].replace("~1", "/").replace("~0", "~") if pointer else ""
        field = self._names.get(wire) or f"provider_fields[{self.key!r}][{wire!r}]"
        if wire in judged:
            return Problem(field, rule, shape(judged[wire]), source)
        values = self._create.operation.body.properties.get(wire, {}).get("enum")
        return Problem(field, f"{rule}: one of {', '.join(values)}" if values else rule, "absent", source)

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
