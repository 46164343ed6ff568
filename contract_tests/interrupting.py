"""`python -m interrupting COUNT [SEED [CALLS]]`: calls that are interrupted, each followed by another one.

COUNT of them come at random moments, and then, for each of CALLS kinds of calls (all, if it is not given), one at every
line of the library that it goes through. An interrupted call may end in any way but in a wrong one, and the ordinary
call after it must succeed within its own total time. A fault is printed, and the exit code is 1.
"""

import asyncio
import ctypes
import faulthandler
import io
import os
import random
import re
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any

from audiences import Audience, AudiencesError, Outcome, PhoneFile, Receipt, aio
from callers import make
from cases import good_answer
from raw_server import RawServer, http

TOTAL = 5.0
"""Seconds of an ordinary call, of which it needs a thousandth."""
LONGEST = 0.003
"""Seconds from the start of a call after which the latest interrupt comes."""
STUCK = 60.0
"""Seconds after which the stacks of all threads are printed, and the process ends."""


class Server(RawServer):
    """Answers as the provider would, by the request's path."""

    def __init__(self) -> None:
        super().__init__(threads=True)
        self.names: set[str] = set()

    def reply(self, request: bytes) -> bytes:
        if b"/token" in request.split(b"\r\n", 1)[0]:
            return http(200, b'{"access_token": "token-4711", "token_type": "bearer", "expires_in": 1}')
        found = re.search(rb"name-\d+", request)
        if found and not request.startswith(b"GET"):  # a question has no outcome
            self.names.add(found[0].decode())
        key = next(key for key in ("batch", "commbox", "adobe") if f"/{key}".encode() in request.split(b"\r\n", 1)[0])
        if b"X-Absent" in request and b"/view" in request:
            return http(404, b'{"error_code": "E", "error_message": "words"}')
        if b"/view" in request:
            return http(200, b'{"name": "%s", "indexing_state": "APPLIED"}' % (found[0] if found else b"VIP"))
        if b"/list" in request:
            return http(200, b'{"audiences": [{"name": "VIP"}], "has_more": false}')
        return good_answer(key)


def _blocking(provider: Any, draft: Audience, arm: Callable[..., None]) -> Receipt:
    arm()
    receipt: Receipt = provider.create(draft, timeout=TOTAL)
    return receipt


def _interrupt(_: object) -> None:
    raise KeyboardInterrupt


@dataclass
class Kind:
    """A way to call, and to interrupt. `act` is what the signal handler does; `call` arms what interrupts it."""

    make: Callable[[str], Any]
    draft: Callable[[str], Audience]
    act: Callable[[Any], None] = _interrupt
    call: Callable[[Any, Audience, Callable[..., None]], Receipt] = _blocking


def _call_within(provider: Any) -> None:
    assert provider.create(_batch_draft("within"), timeout=TOTAL).outcome is Outcome.APPLIED


def _batch(url: str, face: Any = None, **options: Any) -> Any:
    return make("batch", *([face] if face else []), base_url=f"{url}/batch", **options)


def _batch_draft(name: str) -> Audience:
    return Audience(name=name, provider_fields={"batch": {"type": "emails"}})


def _asynchronous(provider: Any, draft: Audience, arm: Callable[..., None]) -> Receipt:
    async def call() -> Receipt:
        task = asyncio.current_task()
        assert task
        arm(task.cancel)
        receipt: Receipt = await provider.create(draft, timeout=TOTAL)
        return receipt

    with asyncio.Runner() as runner:
        return runner.run(call())


_LIBRARY = f"{os.sep}audiences{os.sep}_"
_FILE = io.BytesIO(b"phone1\r\n442079832100\r\n")


def _file() -> io.BytesIO:
    _FILE.seek(0)
    return _FILE


_OAUTH = {"access_token": None, "client_id": "client-id-4711", "client_secret": "client-secret-4711", "scopes": "a,b"}

KINDS = {
    "plain": Kind(_batch, _batch_draft),
    "closed by the handler": Kind(_batch, _batch_draft, act=lambda provider: provider.close()),
    "called by the handler": Kind(_batch, _batch_draft, act=_call_within),
    "paced": Kind(lambda url: _batch(url, max_per_second=5000), _batch_draft),
    "reused": Kind(lambda url: _batch(url, reuse_connections=True), _batch_draft),
    "one open file": Kind(
        lambda url: make("commbox", base_url=f"{url}/commbox"),
        lambda name: Audience(name=name, members=PhoneFile(_file(), "x.csv")),
    ),
    "with tokens": Kind(
        lambda url: make("adobe", base_url=f"{url}/adobe", token_url=f"{url}/token", **_OAUTH),
        lambda name: Audience(name=name, provider_fields={"adobe": {"namespace": "a", "originName": "b"}}),
    ),
    # There, a signal cancels the task; a KeyboardInterrupt anywhere may break the event loop itself.
    "asynchronous": Kind(lambda url: _batch(url, aio), _batch_draft, call=_asynchronous),
}


VERBS: dict[str, Callable[[Any, Audience], Any]] = {
    "create": lambda provider, draft: provider.create(draft, timeout=TOTAL),
    "get": lambda provider, draft: provider.get(draft.name, timeout=TOTAL),
    "wait": lambda provider, draft: provider.wait(draft.name, within=TOTAL),
    "delete": lambda provider, draft: provider.delete(draft.name, timeout=TOTAL),
    "list": lambda provider, _: [*provider.list(timeout=TOTAL)],
    "ensure": lambda provider, draft: provider.ensure(draft, extra_headers={"X-Absent": "1"}, timeout=TOTAL),
    # Two calls: in between, some of it was applied.
    "add": lambda provider, draft: provider.add(draft.name, iter(["1", "2"]), chunk_bytes=70, timeout=TOTAL),
    "replace": lambda provider, draft: provider.replace(draft.name, ["1"], timeout=TOTAL),
    "request": lambda provider, draft: provider.request("audience_view", params={"name": draft.name}, timeout=TOTAL),
}

AT_EVERY_LINE = [
    *(("plain", verb) for verb in ("get", "create", "wait", "delete")),
    *(("reused", verb) for verb in VERBS),
    *(("one open file", "create"), ("with tokens", "create")),
]


def at_every_line(kind: str, verb: str, server: Server) -> Iterator[str]:
    """Interrupt a verb at each line of the library that it goes through, one after the other; the faults.

    A trace function gets where no signal does: between the end of a `with` and the release of its lock. So this comes
    last, and from one thread, in which the locks can be taken again.
    """
    way, call, line, name = KINDS[kind], VERBS[verb], 0, ""
    provider, seen, reached = way.make(server.url), dict[str, str](), True
    while reached:
        line, name = line + 1, f"name-{line}0000{AT_EVERY_LINE.index((kind, verb)):02}"  # no other verb's
        draft, left = way.draft(name), [line]

        def trace(frame: FrameType, event: str, _: object, left: list[int] = left) -> Any:
            if _LIBRARY not in frame.f_code.co_filename:
                return None
            if event == "line":
                left[0] -= 1
                if left[0] == 0:
                    raise KeyboardInterrupt
            return trace

        try:
            sys.settrace(trace)
            call(provider, draft)
        except KeyboardInterrupt as interrupt:
            seen[name] = _outcome(interrupt)
        except BaseException as error:  # noqa: BLE001
            yield f"{kind}, {verb}, line {line}: {type(error).__name__}: {error}"
        finally:
            sys.settrace(None)
        reached = left[0] <= 0
        if fault := _ordinary(way, provider, f"{name}000000"):
            yield f"{kind}, {verb}, line {line}: {fault}"
    wrong = sorted(name for name in server.names if seen.get(name) in ("not_sent", "rejected"))
    yield from (f"{kind}, {verb}: {name} was said to be {seen[name]}, and came" for name in wrong)
    print(f"{kind}, {verb}: interrupted at {line - 1} lines")


def main(count: int, seed: int, calls: int | None = None) -> int:
    moments, faults, seen = random.Random(seed), list[str](), dict[str, str]()  # noqa: S311
    faulthandler.enable()
    with Server() as server:
        kinds = [(name, kind, kind.make(server.url)) for name, kind in KINDS.items()]
        for number in range(count):
            faulthandler.dump_traceback_later(STUCK, exit=True)
            name, kind, provider = kinds[number % len(kinds)]
            if number // len(kinds) % 4 == 3 and name != "asynchronous":
                fault = _in_thread(kind, provider, f"name-{number}", moments.uniform(0, LONGEST), seen)
            else:
                fault = _by_signal(kind, provider, f"name-{number}", moments.uniform(1e-6, LONGEST), seen)
            if fault:
                faults.append(f"{number} ({name}): {fault}")
        for way, verb in AT_EVERY_LINE[:calls]:
            faulthandler.dump_traceback_later(STUCK, exit=True)
            faults += at_every_line(way, verb, server)
        faulthandler.cancel_dump_traceback_later()
    faults += [
        f"{name} was said to be not sent, and came" for name in sorted(server.names) if seen.get(name) == "not_sent"
    ]
    counted = {outcome: [*seen.values()].count(outcome) for outcome in sorted({*seen.values()})}
    print(*faults, f"{count} interrupts, {len(faults)} faults; outcomes {counted}", sep="\n")
    return 1 if faults else 0


def _by_signal(kind: Kind, provider: Any, name: str, moment: float, seen: dict[str, str]) -> str | None:
    armed = [True]

    def handle(*_: object) -> None:
        if armed:
            armed.clear()
            kind.act(provider)

    signal.signal(signal.SIGALRM, handle)
    try:
        try:
            draft = kind.draft(name)
            seen[name] = str(kind.call(provider, draft, partial(_arm, moment)).outcome)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            armed.clear()
    except (KeyboardInterrupt, asyncio.CancelledError) as interrupt:
        seen[name] = _outcome(interrupt)
    except AudiencesError as error:  # the connection was closed under it
        seen[name] = str(error.outcome)
    return _ordinary(kind, provider, f"{name}000000")


def _arm(moment: float, cancel: Callable[[], object] | None = None) -> None:
    if cancel:
        asyncio.get_running_loop().call_later(moment, cancel)
    else:
        signal.setitimer(signal.ITIMER_REAL, moment)


def _in_thread(kind: Kind, provider: Any, name: str, moment: float, seen: dict[str, str]) -> str | None:
    """The interrupt comes in another thread, where no signal does."""
    over, armed = threading.Event(), threading.Event()

    def work() -> None:
        with suppress(KeyboardInterrupt):  # it came too late
            try:
                seen[name] = str(kind.call(provider, kind.draft(name), armed.set).outcome)
            except KeyboardInterrupt as interrupt:
                seen[name] = _outcome(interrupt)
            over.wait(LONGEST)

    thread = threading.Thread(target=work)
    thread.start()
    armed.wait(TOTAL)
    time.sleep(moment)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(KeyboardInterrupt))
    thread.join(TOTAL)
    if thread.is_alive():
        return "the interrupted call goes on"
    return _ordinary(kind, provider, f"{name}000000")


def _outcome(interrupt: BaseException) -> str:
    """What the interrupt's cause says. Without one, the interrupt came before the call began, or after it had ended."""
    cancelled = interrupt if isinstance(interrupt, asyncio.CancelledError) else interrupt.__context__
    cause = cancelled.__cause__ if isinstance(cancelled, asyncio.CancelledError) else interrupt.__cause__
    if isinstance(cause, AudiencesError):
        return str(cause.outcome)
    inside = [frame.name for frame in traceback.extract_tb(interrupt.__traceback__) if _LIBRARY in frame.filename]
    return f"no cause, in {inside[-1]}" if inside else "no cause, outside of the call"


def _ordinary(kind: Kind, provider: Any, name: str) -> str | None:
    begun = time.monotonic()
    try:
        receipt = kind.call(provider, kind.draft(name), lambda *_: None)
    except BaseException as error:  # noqa: BLE001
        return f"the call after it: {type(error).__name__}: {error}"
    return (
        None
        if receipt.outcome is Outcome.APPLIED and time.monotonic() - begun < TOTAL
        else "the call after it was late"
    )


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    first = given[1] if len(given) > 1 else random.randrange(2**32)  # noqa: S311
    sys.exit(main(given[0], first, given[2] if len(given) > 2 else None))
