"""create_everywhere: one draft to several providers at once; while one of the calls cannot be made, to nobody."""

import io
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import anyio
import httpx2
import pytest
from anyio.from_thread import BlockingPortal

import audiences
import cases
from audiences import (
    Audience,
    AudiencesError,
    ConfigurationError,
    InvalidError,
    NotSentError,
    Outcome,
    PhoneFile,
    Receipt,
    Result,
    Timeouts,
    UnknownOutcomeError,
    UnsupportedError,
    aio,
    create_everywhere,
)
from callers import make
from cases import KEYS, case, good_response

ROWS = b"phone1\r\n442079832100\r\n"
TITLES = {key: make(key).title for key in KEYS}
BOTH = {"description", "members"}
CARRIER = next(key for key in KEYS if case(key).CARRIES_MEMBERS)
OTHERS = [key for key in KEYS if key != CARRIER]


class Shop:
    """All providers, each of which answers at once, and what they were sent."""

    def __init__(self, portal: BlockingPortal | None) -> None:
        self.portal, self.sent, self.failing = portal, list[str](), dict[str, Exception]()

    def providers(self, **options: Any) -> list[Any]:
        face = aio if self.portal else audiences
        return [make(key, face, transport=self._transport(key), **options.get(key, {})) for key in KEYS]

    def _transport(self, key: str) -> httpx2.MockTransport:
        def answer(_: httpx2.Request) -> httpx2.Response:
            self.sent.append(key)
            if key in self.failing:
                raise self.failing[key]
            return good_response(key)

        return httpx2.MockTransport(answer)

    def create(self, draft: Audience, providers: list[Any] | None = None, **options: Any) -> dict[str, Result]:
        made = providers or self.providers()
        if self.portal is None:
            results = create_everywhere(draft, made, **options)
        else:
            results = self.portal.call(lambda: aio.create_everywhere(draft, made, **options))
        return dict(zip(KEYS, results, strict=True))


@pytest.fixture
def shop(face: BlockingPortal | None) -> Shop:
    return Shop(face)


def draft(members: Any = None, **changes: Any) -> Audience:
    return cases.everywhere(**{"description": None, "members": members or PhoneFile(ROWS, "x.csv"), **changes})


def outcomes(results: dict[str, Result]) -> set[Outcome | None]:
    return {result.outcome for result in results.values()}


def test_every_provider_gets_the_same_draft_and_says_what_it_left_out(shop: Shop) -> None:
    results = shop.create(draft(description="d"), leave_out=BOTH)
    assert [result.provider for result in results.values()] == [*TITLES.values()]
    left_out = {key: result.left_out for key, result in results.items() if isinstance(result, Receipt)}
    assert left_out == {key: tuple(name for name in sorted(BOTH) if name in case(key).UNSUPPORTED) for key in KEYS}


@pytest.mark.parametrize("failure", [OSError("down"), AssertionError("of a test's own transport")], ids=repr)
@pytest.mark.parametrize("broken", KEYS)
def test_a_failure_at_one_never_hides_anothers_receipt(shop: Shop, broken: str, failure: Exception) -> None:
    shop.failing[broken] = failure
    kinds = {key: type(result) for key, result in shop.create(draft(), leave_out=BOTH).items()}
    assert kinds == {key: UnknownOutcomeError if key == broken else Receipt for key in KEYS}


def test_no_providers_give_no_results_and_what_is_no_provider_object_of_that_face_is_refused(
    portal: BlockingPortal,
) -> None:
    assert create_everywhere(draft(), []) == portal.call(aio.create_everywhere, draft(), []) == []
    (blocking, *_), (asynchronous, *_) = Shop(None).providers(), Shop(portal).providers()
    wrongs: list[Any] = [blocking, [blocking, asynchronous], [None]]
    for wrong in wrongs:
        with pytest.raises(TypeError, match="provider objects of audiences"):
            create_everywhere(draft(), wrong)
    with pytest.raises(TypeError, match=r"provider objects of audiences\.aio"):
        portal.call(aio.create_everywhere, draft(), [blocking])
    odd: list[tuple[Any, Any]] = [(draft(), "members"), (draft(), {"name"}), (draft(), [["members"]]), ("VIP", ())]
    for audience, fields in odd:
        with pytest.raises(InvalidError, match=r"leave_out .*may only name|must be an Audience"):
            create_everywhere(audience, [blocking], leave_out=fields)
        with pytest.raises(InvalidError, match=r"leave_out .*may only name|must be an Audience"):
            portal.call(partial(aio.create_everywhere, audience, [asynchronous], leave_out=fields))


def test_a_draft_that_some_cannot_be_told_is_sent_to_nobody_and_every_result_says_why(shop: Shop) -> None:
    results = shop.create(draft())
    assert shop.sent == []
    assert outcomes(results) == {Outcome.NOT_SENT}
    assert {key for key in KEYS if isinstance(results[key], UnsupportedError)} == set(OTHERS)
    held = results[CARRIER]
    assert type(held) is NotSentError
    assert (held.provider, held.audience_name) == (TITLES[CARRIER], "VIP")
    assert all(TITLES[key] in str(held) for key in OTHERS)
    assert "partial=True" in str(held)


@pytest.mark.parametrize("refused", KEYS)
def test_whoever_it_is_that_is_refused_nobody_is_sent_anything(shop: Shop, refused: str) -> None:
    fields = {key: case(key).FIELDS for key in KEYS} | {refused: {**case(refused).FIELDS, "name": "twice"}}
    results = shop.create(draft(provider_fields=fields), leave_out=BOTH)
    assert shop.sent == []
    assert outcomes(results) == {Outcome.NOT_SENT}
    named = {TITLES[refused] in str(results[key]).partition(": ")[2] for key in KEYS if key != refused}
    assert named == {True}


def test_partial_sends_to_the_rest(shop: Shop) -> None:
    results = shop.create(draft(), partial=True)
    assert shop.sent == [CARRIER]
    assert {key for key in KEYS if isinstance(results[key], Receipt)} == {CARRIER}
    with pytest.raises(ConfigurationError, match="partial"):
        shop.create(draft(), partial="yes")


class Once(io.BytesIO):
    """A stream that cannot rewind, and counts how often it is read."""

    name, reads = "x.csv", 0

    def seekable(self) -> bool:
        return False

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += bool(size)
        return super().read(size)


def test_a_stream_that_cannot_rewind_is_still_whole_after_a_refusal_and_is_looked_at_once(shop: Shop) -> None:
    stream = Once(ROWS)
    given = draft(PhoneFile(stream))
    assert outcomes(shop.create(given)) == {Outcome.NOT_SENT}
    assert outcomes(shop.create(given, leave_out=BOTH)) == {Outcome.APPLIED}
    alone = Once(ROWS)
    make(CARRIER, transport=httpx2.MockTransport(lambda _: httpx2.Response(500))).prepare(draft(PhoneFile(alone)))
    assert alone.reads <= stream.reads <= 2 * alone.reads + 2


class Slow(io.BytesIO):
    """A file whose look takes until it is let go on."""

    name = "x.csv"

    def __init__(self, begun: Callable[[], object] = lambda: None) -> None:
        super().__init__(ROWS)
        self.begun, self.go = begun, threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        if size and not self.go.is_set():
            self.begun()
            assert self.go.wait(20)
        return super().read(size)


def test_a_call_whose_time_is_over_before_all_are_ready_keeps_the_others_from_being_sent(shop: Shop) -> None:
    def wait() -> None:
        time.sleep(0.1)
        file.go.set()

    file = Slow(wait)
    options = {OTHERS[0]: {"timeout": Timeouts(total=0.05)}}
    results = shop.create(draft(PhoneFile(file)), shop.providers(**options), leave_out={"description", "members"})
    assert shop.sent == []
    assert outcomes(results) == {Outcome.NOT_SENT}
    assert "total time" in str(results[OTHERS[0]])
    late = TITLES[OTHERS[0]]
    assert {late in str(results[key]) for key in KEYS} == {True}


def test_an_interrupt_while_drafts_are_looked_at_sends_nothing_and_says_so() -> None:
    shop, main = Shop(None), threading.main_thread().ident
    assert main is not None
    told: list[Result] = []
    file = Slow(lambda: signal.pthread_kill(main, signal.SIGINT))
    before = threading.enumerate()
    with pytest.raises(KeyboardInterrupt):
        create_everywhere(draft(PhoneFile(file)), shop.providers(), leave_out=BOTH, on_result=told.append)
    file.go.set()
    for thread in set(threading.enumerate()).difference(before):
        thread.join(20)
    assert shop.sent == []
    assert [type(result) for result in told] == [NotSentError] * len(KEYS)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancellation_while_drafts_are_looked_at_sends_nothing_and_says_so(
    backend: str, portal: BlockingPortal
) -> None:
    shop, told, begun = Shop(portal), list[Result](), threading.Event()
    file = Slow(begun.set)

    async def call() -> None:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(cancel, scope)
                await aio.create_everywhere(
                    draft(PhoneFile(file)), shop.providers(), leave_out=BOTH, on_result=told.append
                )

    async def cancel(scope: anyio.CancelScope) -> None:
        with anyio.fail_after(20):
            while not begun.is_set():
                await anyio.sleep(0.01)
        scope.cancel()

    with suppress(AudiencesError):
        anyio.run(call, backend=backend)
    file.go.set()
    assert shop.sent == []
    assert [type(result) for result in told] == [NotSentError] * len(KEYS)
