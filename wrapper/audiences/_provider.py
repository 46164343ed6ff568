"""What all provider objects share: their settings and options, and a blocking and an asynchronous way to run a flow."""

import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, wraps
from inspect import signature
from types import TracebackType
from typing import Any, ClassVar, Concatenate, Generic, NoReturn, ParamSpec, Self, TypeVar, Unpack, cast, get_args
from weakref import ref

from . import _checks, _observe, _spec
from ._account import Account
from ._attempts import Attempts
from ._call_settings import CREATES, READS, CallSettings, RetryPolicy, Timeouts
from ._errors import ConfigurationError
from ._http.send import AsyncTransport, BlockingTransport, Sender
from ._operation import Adapter, Capability, Listing
from ._options import MAX_BYTES, CallOptions, Options, Pace
from ._record import Model, Record
from ._redact import RecentSecrets
from ._secret import Secret
from ._settings import Setting, Values, base_url, connection_settings, resolve, server_url
from ._sides import AsyncSide, BlockingSide, Ending, Flow, R, Side
from ._token import ClientCredentials, Granted
from ._verbs import Verbs

T = TypeVar("T")


class Provider(Generic[T]):
    """A provider object. It does not change after it is made, so threads can share it."""

    adapter: ClassVar[Adapter]
    title: ClassVar[str]
    """The provider's name, as people write it."""
    key: ClassVar[str]
    """The provider's name in `provider_fields`, in the generated clients and on the command line."""
    settings: ClassVar[tuple[Setting, ...]]
    """The constructor's settings that an environment variable can give."""
    capabilities: ClassVar[Mapping[str, Capability]]
    """By verb, whether the provider offers it, and by which call or why not."""
    _side: ClassVar[Side]
    """Whether this is for asynchronous code."""

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        if adapter := vars(cls).get("adapter"):
            cls.title, cls.key, cls.capabilities = adapter.title, adapter.key, adapter.capabilities
            meaning = "the base URL, instead of the documented server"
            url = Setting(f"{adapter.key.upper()}_BASE_URL", meaning, required=False, argument="base_url")
            cls.settings = (*adapter.settings, url)

    def __init__(self, given: Mapping[str, Any]) -> None:
        """`given` has the settings and the options. Raises ConfigurationError for what is missing or malformed."""
        known = {each.argument for each in self.settings} | Options.__optional_keys__
        if unknown := given.keys() - known:
            raise TypeError(f"{type(self).__name__} has no option {', '.join(sorted(unknown))}")
        try:
            self._set_up(given, cast("Options[T]", given))
        except ConfigurationError as error:
            error.provider = self.title
            raise

    def _set_up(self, given: Mapping[str, Any], options: Options[T]) -> None:
        self.timeouts = Timeouts.of(options.get("timeout", Timeouts()))
        """The time limits of a call."""
        self.create_policy = RetryPolicy.of(options.get("create_policy", CREATES), "create_policy")
        """When a call that changes something is repeated automatically."""
        self.read_policy = RetryPolicy.of(options.get("read_policy", READS), "read_policy")
        """When a call that only reads, or asks for an access token, is repeated automatically."""
        self.max_response_bytes = _checks.count("max_response_bytes", options.get("max_response_bytes", MAX_BYTES))
        self._reuse = _checks.truth("reuse_connections", options.get("reuse_connections", False))
        self._on_progress = options.get("on_progress")
        _checks.function("on_progress", self._on_progress, awaits=False)
        hooks = options.get("on_request"), options.get("on_response")
        for name, hook in zip(("on_request", "on_response"), hooks, strict=True):
            _checks.function(name, hook, awaits=self._side.awaits)
        undocumented = _checks.truth("allow_undocumented", options.get("allow_undocumented", False))
        values = resolve(self.settings, given, oauth=self.adapter.token is not None)
        server = _spec.load(self.key).document["servers"][0]
        self.base_url = server_url(server, values, allow_http=options.get("allow_http", False))
        """The URL that the operations' paths are appended to."""
        values = self._asking(replace(values, texts={**values.texts, "base_url": self.base_url}), options)
        urls = [values[name] for name in ("base_url", "token_url") if name in values.texts]
        pace, known = Pace(options.get("max_per_second")), RecentSecrets()
        self._calls: dict[ref[Verbs], object] = {}
        """The calls that go on, each with its process and its event loop; read and changed without a lock."""
        connections = connection_settings(options, urls, awaits=self._side.awaits)
        sender = self._sender = Sender(self._side, connections, options.get("transport"))
        self._account = Account(self.adapter, values, pace, known, sender, *hooks, undocumented)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={getattr(self, 'base_url', None)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds credentials and is not pickled; make it anew where it is needed")

    @classmethod
    def spec_version(cls) -> str:
        """The version and sha256 of the effective spec, as text."""
        spec = _spec.load(cls.key)
        return f"{spec.document['info']['version']} (sha256 {spec.sha256})"

    def _asking(self, values: Values, options: Options[T]) -> Values:
        """The settings. If they have the client's secret, an access token is added, which is asked for when needed."""
        operation = self.adapter.token
        if not operation or "client_secret" not in values.secrets:
            return values
        variables = {each.argument: each.variable for each in self.settings}
        place, allow_http = values.texts.get("token_url"), options.get("allow_http", False)
        url = base_url(place or operation.spec.url, allow_http=allow_http, argument=values.called["token_url"])
        tokens = RecentSecrets()

        def grant(how: CallSettings) -> Flow[Granted]:
            secret = yield from values.secrets["client_secret"].resolved(None, how)
            request = self._account.request(operation, secret)
            # All secrets but tokens are masked: the endpoint may answer with a token that it gave before.
            known = RecentSecrets({*self._account.known.add((secret.value,))} - {*tokens.add(())})
            account = replace(self._account, pace=Pace(None), known=known, on_request=None, on_response=None)
            own = replace(how, read_policy=self.read_policy, on_progress=None)
            success = yield from Attempts(account, operation, secret, request, own).run()
            tokens.add((success.result.token,))
            return success.result

        token = Secret.of(ClientCredentials(grant, variables["token_url"]).ask, variables["access_token"])
        secrets = {**values.secrets, "access_token": token}
        return replace(values, texts={**values.texts, "token_url": url}, secrets=secrets)

    def _begun(
        self, flow: Callable[..., Flow[R]], given: Sequence[Any], named: Mapping[str, Any]
    ) -> tuple[Verbs, Flow[R]]:
        """A call of a verb, with the options set, and its flow, which gets the other arguments."""
        own = _arguments(flow)
        options = cast("CallOptions", {name: value for name, value in named.items() if name not in own})
        draft = given[0] if given else named.get("audience")
        verbs = self._verbs(options, flow.__name__, draft)
        return verbs, flow(verbs, *given, **{name: value for name, value in named.items() if name in own})

    def _verbs(self, options: CallOptions, verb: str, draft: object = None) -> Verbs:
        if unknown := options.keys() - CallOptions.__optional_keys__:
            raise TypeError(f"a call has no option {', '.join(sorted(unknown))}")
        verbs = Verbs(self._account, verb, draft)
        try:
            verbs.how = self._how(options)
        except BaseException as raised:
            verbs.explain(raised)
            raise
        return verbs

    def _how(self, options: CallOptions) -> CallSettings:
        timeouts = Timeouts.of(options.get("timeout", self.timeouts))
        on_progress = options.get("on_progress", self._on_progress)
        _checks.function("on_progress", on_progress, awaits=False)
        most = _checks.count("max_response_bytes", options.get("max_response_bytes", self.max_response_bytes))
        return CallSettings(
            side=self._side,
            timeouts=timeouts,
            policy=RetryPolicy.of(options.get("policy", self.create_policy), "policy"),
            read_policy=RetryPolicy.of(options.get("policy", self.read_policy), "policy"),
            max_response_bytes=most,
            on_progress=on_progress,
            deadline=time.monotonic() + timeouts.total,
            reuse=self._reuse,
            ending=Ending(),
            extra_headers=_checks.headers(options.get("extra_headers", {})),
        )

    def _driven(self, verbs: Verbs, flow: Flow[R]) -> Flow[R]:
        """Run the flow of a verb so that `close` can end it, and each exception says what is known of the call."""
        call, span = ref(verbs), _observe.Span()
        try:
            self._calls[call] = self._side.owner()
            span.begin(self.title, getattr(flow, "__name__", ""))
            result = yield from flow
            span.end(getattr(result, "outcome", None))
            return result
        except BaseException as raised:
            known = verbs.explain(raised)
            span.end(known.outcome, type(raised).__name__)
            raise
        finally:
            span.close()
            self._calls.pop(call, None)

    def _end_calls(self) -> None:
        owner = self._side.owner()
        for call, other in [*self._calls.items()]:
            if other == owner and (verbs := call()):
                verbs.how.ending.end()


@cache
def _arguments(flow: Callable[..., Any]) -> frozenset[str]:
    return frozenset(signature(flow).parameters)


P = ParamSpec("P")
M = TypeVar("M")
Method = TypeVar("Method", bound=Callable[..., Any])


def _blocking(flow: Callable[Concatenate[Verbs[M], P], Flow[R]]) -> Callable[Concatenate["Blocking[M]", P], R]:
    """The method that runs a verb's flow. It has the flow's signature, but for its result: that of the flow itself."""

    @_called_as(flow)
    def method(self: "Blocking[M]", /, *given: P.args, **named: P.kwargs) -> R:
        return self._run(*self._begun(flow, given, named))

    return method


def _async(
    flow: Callable[Concatenate[Verbs[M], P], Flow[R]],
) -> Callable[Concatenate["Async[M]", P], Coroutine[Any, Any, R]]:
    """The same for the asynchronous class."""

    @_called_as(flow)
    async def method(self: "Async[M]", /, *given: P.args, **named: P.kwargs) -> R:
        return await self._run(*self._begun(flow, given, named))

    return method


def _called_as(flow: Callable[..., Any]) -> Callable[[Method], Method]:
    def method_of(method: Method) -> Method:
        own = signature(flow)
        result = get_args(own.return_annotation)[-1]
        wraps(flow)(method).__signature__ = own.replace(return_annotation=result)  # type: ignore[attr-defined]
        method.__annotations__ = {**flow.__annotations__, "return": result}
        return method

    return method_of


class Blocking(Provider[BlockingTransport], Generic[Model]):
    """A provider, for blocking code."""

    _side = BlockingSide

    prepare = _blocking(Verbs.prepare)
    create = _blocking(Verbs[Model].create)
    ensure = _blocking(Verbs[Model].ensure)
    get = _blocking(Verbs.get)
    wait = _blocking(Verbs.wait)
    add = _blocking(Verbs.add)
    remove = _blocking(Verbs.remove)
    replace = _blocking(Verbs.replace)
    delete = _blocking(Verbs.delete)
    reconcile = _blocking(Verbs.reconcile)
    request = _blocking(Verbs.request)

    def list(self, **options: Unpack[CallOptions]) -> Iterator[Record]:
        """All audiences, in the provider's order. Each page is asked for when the iteration comes to it; `options`
        apply to each of these calls. An item that cannot be read is a Record all the same: its state is *other*, `raw`
        has its JSON, and `deviations` says where it leaves the spec.

        Raises SpecViolationError if the list has no end: a next page is one that was read before, or many pages in a
        row bring nothing new. It also raises what `get` raises, except NotFoundError. All of these are raised during
        the iteration.
        """
        listing = Listing()
        while not listing.is_over:
            verbs = self._verbs(options, "list")
            yield from self._run(verbs, verbs.list(listing))

    def close(self) -> None:
        """End the calls in flight, and close the connections. A call that is just connecting ends when the connection
        is made or fails, within `Timeouts.connect`. The object can be used again.
        """
        self._end_calls()
        BlockingSide.run(self._sender.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self, verbs: Verbs, flow: Flow[R]) -> R:
        return BlockingSide.run(self._driven(verbs, flow))


class Async(Provider[AsyncTransport], Generic[Model]):
    """A provider, for asynchronous code: the same names, awaited."""

    _side = AsyncSide

    prepare = _async(Verbs.prepare)
    create = _async(Verbs[Model].create)
    ensure = _async(Verbs[Model].ensure)
    get = _async(Verbs.get)
    wait = _async(Verbs.wait)
    add = _async(Verbs.add)
    remove = _async(Verbs.remove)
    replace = _async(Verbs.replace)
    delete = _async(Verbs.delete)
    reconcile = _async(Verbs.reconcile)
    request = _async(Verbs.request)

    async def list(self, **options: Unpack[CallOptions]) -> AsyncIterator[Record]:
        """All audiences, for `async for`. See the blocking `list`."""
        listing = Listing()
        while not listing.is_over:
            verbs = self._verbs(options, "list")
            for record in await self._run(verbs, verbs.list(listing)):
                yield record

    async def close(self) -> None:
        """End the calls in flight of this event loop, and close its connections. The object can be used again."""
        self._end_calls()
        await AsyncSide.run(self._sender.close())

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, verbs: Verbs, flow: Flow[R]) -> R:
        return await AsyncSide.run(self._driven(verbs, flow))
