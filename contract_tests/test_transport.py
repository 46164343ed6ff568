"""The way out: time-outs, connections, redirects, test transports."""

import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
import httpx2
import pytest
import respx
from anyio.from_thread import BlockingPortal

from audiences import (
    NotSentError,
    Receipt,
    RetryPolicy,
    Timeouts,
    UnknownOutcomeError,
    aio,
)
from callers import Caller, created, make
from cases import KEYS, body_of, case, good_answer, headers
from raw_server import RawServer, closed_port, http
from wire import operation_of

ONCE = RetryPolicy(attempts=1)


def test_a_server_that_never_answers_ends_in_an_unknown_outcome_at_the_read_timeout(
    key: str, face: BlockingPortal | None
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        begun = time.monotonic()
        error = created(key, f"http://127.0.0.1:{listener.getsockname()[1]}", face, timeout=Timeouts(read=0.2))
    assert isinstance(error, UnknownOutcomeError)
    assert time.monotonic() - begun < 20


def test_a_tls_handshake_with_a_server_that_speaks_none_is_not_sent(
    raw: RawServer, face: BlockingPortal | None
) -> None:
    error = created("batch", raw.url.replace("http", "https"), face, timeout=0.5)
    assert isinstance(error, NotSentError)


def test_all_default_timeouts_are_finite() -> None:
    timeouts = make("batch").timeouts
    assert all(0 < seconds < 60 for seconds in (timeouts.connect, timeouts.read, timeouts.write, timeouts.pool))


@pytest.mark.parametrize("key", KEYS)
def test_respx_mocks_an_exchange_and_an_unmocked_call_never_reaches_a_socket(key: str, raw: RawServer) -> None:
    raw.requests.clear()
    url = raw.url + case(key).PATH
    path = ".*" + re.sub("{.+?}", "[^/]+", operation_of(key).path)
    with respx.mock(base_url=url, using="httpcore2") as router, make(key, base_url=url) as provider:
        route = router.route(method=operation_of(key).method, path__regex=path)
        route.respond(case(key).SUCCESS, content=body_of(key), headers=headers(key))
        receipt = provider.create(case(key).good())
        assert (receipt.id, receipt.operation_token) == case(key).handle(case(key).BODY)
        assert route.call_count == 1
    with respx.mock(using="httpcore2"), make(key, base_url=url) as provider, pytest.raises(AssertionError):
        provider.create(case(key).good())
    assert raw.requests == []


@pytest.mark.parametrize("library", [httpx2, httpx], ids=["httpx2", "httpx"])
def test_a_transport_of_the_callers_own_carries_the_bytes(
    key: str, raw: RawServer, portal: BlockingPortal, library: Any
) -> None:
    raw.answer = good_answer(key)
    mock = library.MockTransport(
        lambda _: library.Response(case(key).SUCCESS, content=body_of(key), headers=headers(key))
    )
    for blocking, asynchronous in ((mock, mock), (library.HTTPTransport(), library.AsyncHTTPTransport())):
        url = raw.url + case(key).PATH
        with make(key, base_url=url, transport=blocking) as provider:
            assert isinstance(provider.create(case(key).good()), Receipt)
        provider = make(key, aio, base_url=url, transport=asynchronous)
        assert isinstance(portal.call(provider.create, case(key).good()), Receipt)
        portal.call(provider.close)


NEVER_LEFT = (
    "ConnectError",
    "ConnectTimeout",
    "PoolTimeout",
    "ProxyError",
    "UnsupportedProtocol",
    "LocalProtocolError",
)
MAY_HAVE_LEFT = ("ReadError", "ReadTimeout", "WriteError", "WriteTimeout", "RemoteProtocolError", "CloseError")


@pytest.mark.parametrize("library", [httpx2, httpx], ids=["httpx2", "httpx"])
def test_what_a_transport_raises_says_whether_anything_was_sent_and_its_text_is_not_shown(
    key: str, library: Any
) -> None:
    never = [getattr(library, name)("surprise") for name in NEVER_LEFT] + [UnicodeError("surprise")]
    perhaps = [getattr(library, name)("surprise") for name in MAY_HAVE_LEFT] + [KeyError("surprise")]
    for failure in never + perhaps:

        def fail(_: Any, failure: Exception = failure) -> Any:
            raise failure

        with pytest.raises(NotSentError if failure in never else UnknownOutcomeError) as caught:
            make(key, transport=library.MockTransport(fail), create_policy=ONCE).create(case(key).good())
        assert isinstance(caught.value, TimeoutError) is type(failure).__name__.endswith("Timeout")
        assert "surprise" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_limit_on_calls_per_second_spreads_them(raw: RawServer, face: BlockingPortal | None) -> None:
    raw.answer = good_answer("batch")
    caller = Caller("batch", raw.url, face, max_per_second=20)
    begun = time.monotonic()
    for _ in range(5):
        assert isinstance(caller.create(case("batch").good()), Receipt)
    caller.close()
    assert time.monotonic() - begun >= 4 / 20


def test_a_provider_object_can_be_used_again_after_it_was_closed(caller: Caller, raw: RawServer) -> None:
    raw.answer = good_answer(caller.key)
    for _ in range(2):
        assert isinstance(caller.create(caller.case.good()), Receipt)
        caller.close()
        caller.close()


@pytest.mark.parametrize("status", [407, 502])
def test_a_proxy_that_makes_no_tunnel_is_not_sent(raw: RawServer, face: BlockingPortal | None, status: int) -> None:
    raw.answer = http(status)
    kind = httpx2.AsyncHTTPTransport if face else httpx2.HTTPTransport
    ways: list[dict[str, Any]] = [{"transport": kind(proxy=raw.url)}, {"proxy": raw.url}]
    errors = [created("batch", "https://api.batch.test", face, **way) for way in ways]
    assert all(isinstance(error, NotSentError) for error in errors)
    assert [request[:8] for request in raw.requests[-2:]] == [b"CONNECT "] * 2
    assert f"through {raw.url}, which answered {status}: ProxyError" in str(errors[1])


@pytest.mark.parametrize("host", ["a..b", "a" * 70, "255.255.255.255:9"])
def test_a_host_that_cannot_be_or_to_which_there_is_no_way_is_not_sent(host: str, face: BlockingPortal | None) -> None:
    """Of the last one, the system says so at once, and not of a connection that is being made."""
    assert isinstance(created("batch", f"http://{host}", face, allow_http=True), NotSentError)


def resolving(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], list[Any]]) -> None:
    """Have the system's resolver know one name, which no machine's does."""
    system = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *given: Any, **named: Any) -> Any:
        if host == "provider.test" and not named.get("flags"):
            return answer()
        return system(host, port, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def address_of(port: int) -> Any:
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)


def test_a_name_leads_to_the_first_of_its_addresses_that_takes_the_connection(
    face: BlockingPortal | None, raw: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw.answer = good_answer("batch")
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent, ExitStack() as stack:
        for _ in range(2):  # what is more than its queue has room for gets no answer
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(silent.getsockname())
        ports = closed_port(), silent.getsockname()[1], int(raw.url.rpartition(":")[2])
        resolving(monkeypatch, lambda: [address_of(port) for port in ports])
        assert isinstance(created("batch", "http://provider.test", face, allow_http=True), Receipt)


def test_a_resolver_that_is_stuck_holds_up_no_call_beyond_its_time(
    face: BlockingPortal | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    resolving(monkeypatch, lambda: [over.wait(20)])
    timeouts = Timeouts(connect=0.2)
    caller = Caller("batch", "http://provider.test", face, allow_http=True, timeout=timeouts, create_policy=ONCE)
    begun = time.monotonic()
    error = caller.create(case("batch").good())
    assert time.monotonic() - begun < 10
    over.set()
    caller.close()
    assert isinstance(error, NotSentError)
    assert "ConnectTimeout (the connect timeout is 0.2 s)" in str(error)


def test_a_name_that_leads_nowhere_is_not_sent_and_the_resolver_is_quoted(
    face: BlockingPortal | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    resolving(monkeypatch, fail)
    error = created("batch", "http://provider.test", face, allow_http=True, create_policy=ONCE)
    assert isinstance(error, NotSentError)
    assert "ConnectError: Name or service not known" in str(error)
