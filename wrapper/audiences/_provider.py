"""The one way through: draft, request, response, receipt. Providers fill in what is theirs; two drivers do the I/O."""

import copy
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial, wraps
from inspect import signature
from typing import Any, ClassVar, Generic, NoReturn, TypeVar, cast
from urllib.parse import urlencode
from weakref import ref

from . import _checks, _json, _observe, _spec
from ._audience import Audience
from ._call_settings import CallSettings, Ending, Timeouts
from ._create import Create
from ._errors import AudiencesError, ConfigurationError, NotSentError, UnknownOutcomeError
from ._exchange import AttemptHooks, Exchange
from ._http.connections import ConnectionSettings
from ._members import PhoneFile
from ._options import MAX_BYTES, CallOptions, Options, Pace
from ._outcome import Outcome
from ._policy import CREATES, READS, RetryPolicy
from ._receipt import Receipt
from ._reconcile import NO_LOOK, Reconciliation, name_in
from ._redact import RecentSecrets
from ._secret import Secret
from ._settings import Setting, base_url, way
from ._steps import Flow, Work
from ._upload import Upload
from ._wire import Part, Request

T = TypeVar("T")
LOOK = "the look into the file"
INTERRUPTED = "interrupted before anything was sent"


class Provider(ABC, Generic[T]):
    """What all provider objects share. It is never changed after it was made, so threads can share it."""

    title: ClassVar[str]
    """The provider's name, as people write it."""
    key: ClassVar[str]
    """The provider's name in `provider_fields`, in the generated clients and on the command line."""
    settings: ClassVar[tuple[Setting, ...]]
    creates: ClassVar[type[Create]]
    """What this provider's create takes and answers."""
    _awaits: ClassVar[bool]
    """Whether this is for asynchronous code."""
    creation: Create
    """The same, with what this object was made with."""

    def __init__(self, variables: Mapping[str, str | None], options: Options[T], *urls: str) -> None:
        """`urls` are those that this provider needs beside its base URL."""
        self._allow_http = options.get("allow_http", False)
        self.base_url = self._base_url(options.get("base_url"), variables)
        """What the operation's path is appended to."""
        self.timeouts = Timeouts.of(options.get("timeout", Timeouts()))
        """How long is waited, for what."""
        self.create_policy = RetryPolicy.of(options.get("create_policy", CREATES), "create_policy")
        """When a create is repeated by itself."""
        self.read_policy = RetryPolicy.of(options.get("read_policy", READS), "read_policy")
        """The same for calls without an effect, such as asking for an access token."""
        self.max_response_bytes = _checks.count("max_response_bytes", options.get("max_response_bytes", MAX_BYTES))
        self._reuse = _checks.truth("reuse_connections", options.get("reuse_connections", False))
        self._on_progress = options.get("on_progress")
        _checks.on_progress(self._on_progress)
        hooks = options.get("on_request"), options.get("on_response")
        for name, hook in zip(("on_request", "on_response"), hooks, strict=True):
            _checks.function(name, hook, awaits=self._awaits)
        self._hooks = AttemptHooks(self.title, Pace(options.get("max_per_second")), RecentSecrets(), *hooks)
        self._calls: dict[ref[Creating[T]], object] = {}
        """Those that go on, each with the process and the event loop that it is in; never looked at under a lock."""
        self._connect(way(options, [self.base_url, *urls], awaits=self._awaits), options.get("transport"))

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        # A class of the caller's own keeps its frames, which are the caller's.
        if "__init__" in vars(cls) and cls.__module__.startswith(f"{__package__}."):
            cls.__init__ = _discreet(cls.__init__)  # type: ignore[method-assign]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={getattr(self, 'base_url', None)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds credentials and is not pickled; make it anew where it is needed")

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

    def _prepare(self, audience: Audience, leave_out: Collection[str]) -> Request:
        try:
            built, left_out, look = self.creation.prepare(audience, leave_out)
        except AudiencesError as error:
            error.provider = self.title
            # The frames below have the draft's content in local variables, which crash reporters show.
            raise error.with_traceback(None)  # noqa: B904  # it is itself
        return replace(self._request(built, left_out), warnings=look.warnings, empty=look.empty)

    def _mark(self, error: AudiencesError, audience: Audience) -> None:
        """Say on the error what the call was."""
        error.provider, error.operation = self.title, self.creation.call.operation_id
        error.base_url, error.audience_name = self.base_url, getattr(audience, "name", None)

    def _how(self, options: CallOptions, policy: RetryPolicy) -> CallSettings:
        unknown = options.keys() - CallOptions.__optional_keys__
        if unknown:
            # It may be a key, and the frames of a traceback show it.
            cast("dict[str, object]", options).clear()
            raise TypeError(f"a call has no option {', '.join(sorted(unknown))}")
        timeouts = Timeouts.of(options["timeout"]) if "timeout" in options else self.timeouts
        on_progress = options.get("on_progress", self._on_progress)
        _checks.on_progress(on_progress)
        return CallSettings(
            timeouts=timeouts,
            policy=RetryPolicy.of(options.get("policy", policy), "policy"),
            max_response_bytes=_checks.count(
                "max_response_bytes", options.get("max_response_bytes", self.max_response_bytes)
            ),
            on_progress=on_progress,
            deadline=time.monotonic() + timeouts.total,
            reuse=self._reuse,
            ending=Ending(),
        )

    def _reconcile(self, what: AudiencesError | str) -> Reconciliation:
        name = name_in(what, self.title, self.creation.call.operation_id, self.base_url)
        return Reconciliation(provider=self.title, outcome=Outcome.UNKNOWN, reason=NO_LOOK, name=name)

    @abstractmethod
    def _connect(self, way: ConnectionSettings, transport: T | None) -> None:
        """Make ready to send; a driver's part."""

    @abstractmethod
    def _owner(self) -> object:
        """The process, and the event loop if there is one."""

    def _end_calls(self) -> None:
        owner = self._owner()
        for known, other in [*self._calls.items()]:
            if other == owner and (call := known()):
                call.end()

    @abstractmethod
    def _credentials(self) -> Mapping[str, Secret]:
        """The headers that authenticate, in the order of the settings that they come from."""

    def _request(self, built: Mapping[str, Any], left_out: tuple[str, ...]) -> Request:
        url = self.base_url + built["url"]
        if built.get("params"):
            url += f"?{urlencode(built['params'])}"
        credentials = self._credentials()
        headers = {"Accept": "application/json", **built.get("headers", {}), **credentials}
        secrets = (setting.variable for setting in self.settings if setting.secret and setting.required)
        variables = dict(zip(credentials, secrets, strict=True))
        parts = tuple(Part(name, content, kind, filename) for name, (filename, content, kind) in built.get("files", ()))
        body = _json.dumps(built["json"]) if "json" in built else None
        return Request(built["method"], url, headers, body, parts, left_out, variables)

    def _base_url(self, given: str | None, variables: Mapping[str, str | None]) -> str:
        server = _spec.load(self.key).document["servers"][0]
        setting = self.all_settings()[-1]
        url = setting.read(given, self.title) or server["url"]
        for name, value in variables.items():
            if f"{{{name}}}" in url:
                url = url.replace(f"{{{name}}}", value or server["variables"][name]["default"])
            elif value is not None:
                variable = next(each.variable for each in self.settings if each.argument == name)
                raise ConfigurationError(
                    f"{name} (or {variable}) is given, but base_url (or {setting.variable}) has no {{{name}}} in it"
                )
        return base_url(url, self.title, allow_http=self._allow_http, argument=setting.named(given))


class Creating(Generic[T]):
    """A create that goes on, and what is known of it at any moment."""

    def __init__(
        self,
        provider: Provider[T],
        audience: Audience,
        leave_out: Collection[str],
        options: CallOptions,
    ) -> None:
        self._provider, self._audience, self._leave_out, self._options = provider, audience, leave_out, options
        self._exchange: Exchange | None = None
        self._request: Request | None = None
        self.ended = False
        self._explained = 0
        """The id of what was explained last; a reference would keep the frames of its traceback."""

    @property
    def title(self) -> str:
        return self._provider.title

    @property
    def is_late(self) -> bool:
        """Whether the total time is over."""
        return self._exchange is not None and self._exchange.is_late

    def preparing(self) -> Flow[Exchange]:
        """Make the request, if it is not made yet."""
        provider, audience = self._provider, self._audience
        if self._exchange is None:
            how = provider._how(self._options, provider.create_policy)
            handle = partial(provider.creation.handle, audience)
            self._exchange = Exchange(provider._hooks, provider.creation.call, handle, how)
            if self.ended:
                self.end()
            prepare = partial(provider._prepare, audience, self._leave_out)
            looks = isinstance(getattr(audience, "members", None), PhoneFile)  # into a file
            request: Request = (yield Work(prepare, how.deadline, LOOK)) if looks else prepare()
            self._request = request
            _observe.warned(provider.title, request.warnings)
        return self._exchange

    def flow(self) -> Flow[Receipt]:
        provider, audience, creation = self._provider, self._audience, self._provider.creation
        with _observe.span(provider.title, creation.call.operation_id) as span:
            try:
                exchange = yield from self.preparing()
                request = cast("Request", self._request)
                success = yield from exchange.run(request)
            except BaseException as raised:
                # Nothing can be waited for after a GeneratorExit.
                if self._exchange and self._exchange.slow and not isinstance(raised, GeneratorExit | Exception):
                    with suppress(BaseException):  # a second interrupt
                        yield Work(partial(self.explain, raised))
                self.explain(raised)
                error = raised if isinstance(raised, AudiencesError) else raised.__cause__
                if isinstance(error, AudiencesError):
                    own = tuple(each for each in error.attempts if each.operation == creation.call.operation_id)
                    _observe.done(span, error.outcome, own, raised)
                else:
                    _observe.done(span, None, (), raised)
                raise
            _observe.done(span, Outcome.APPLIED, success.attempts)
        return Receipt(
            provider=provider.title,
            operation=creation.call.operation_id,
            name=audience.name,
            id=success.handle.id,
            operation_token=success.handle.token,
            state=success.state,
            empty=not creation.carries_members or request.empty,
            warnings=request.warnings,
            left_out=request.left_out,
            response=success.response,
            model=success.model,
            model_problem=success.model_problem,
            deviations=success.deviations,
            attempts=success.attempts,
            filename=request.filename,
        )

    def known(self, interrupt: BaseException) -> AudiencesError:
        """What is known of it once it was ended, while its own thread may still go on."""
        if self._exchange is None:
            return self.lost(INTERRUPTED, sent=False)
        error = copy.copy(self._exchange.so_far(interrupt))
        self._provider._mark(error, self._audience)
        return error

    @property
    def open_file(self) -> object:
        """The file of the caller's that is sent as it stands, if there is one."""
        parts = self._request.parts if self._request else ()
        return next((part.content.own for part in parts if isinstance(part.content, Upload)), None)

    def lost(self, why: str, *, sent: bool) -> AudiencesError:
        """The error for a call of which nothing else is known than whether it can have been sent."""
        error = UnknownOutcomeError(why) if sent else NotSentError(why)
        self._provider._mark(error, self._audience)
        return error

    def end(self) -> None:
        """Have it go on no longer, whichever thread makes it."""
        self.ended = True
        if self._exchange:
            self._exchange.end()

    def explain(self, raised: BaseException) -> None:
        """Say on the error what the call was; beside an interrupt, put the error that tells what is known."""
        if id(raised) == self._explained:
            return
        if isinstance(raised, AudiencesError):
            error = raised
        elif isinstance(raised, Exception) and (
            self._exchange is None or raised.__cause__ or isinstance(raised, AssertionError)
        ):
            return
        elif self._exchange is None:
            raised.__cause__ = error = NotSentError(INTERRUPTED)
        else:
            raised.__cause__ = error = self._exchange.interrupted(raised)
        self._provider._mark(error, self._audience)
        self._explained = id(raised)


def _discreet(init: Callable[..., None]) -> Callable[..., None]:
    """Have a refusal name the provider. Crash reporters show the local variables of a traceback's frames, so whatever
    is raised, also of a mistyped option, has no frame that holds an argument or what was read from the environment.
    """
    known = {*signature(init).parameters} | Options.__optional_keys__

    @wraps(init)
    def made(self: Provider[Any], *args: Any, **options: Any) -> None:
        try:
            if unknown := options.keys() - known:  # before a setting is said to be missing that is only mistyped
                raise TypeError(f"{type(self).__name__} has no option {', '.join(sorted(unknown))}")
            return init(self, *args, **options)
        except BaseException as error:  # noqa: BLE001
            if isinstance(error, ConfigurationError):
                error.provider = self.title
            refusal = error.with_traceback(None)
        del args, options
        raise refusal

    return made
