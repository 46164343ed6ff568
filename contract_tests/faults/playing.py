"""A case is a fault, played to the blocking or async side of a provider. The only file here that knows the library."""

import random
import threading
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
from anyio.from_thread import start_blocking_portal

from audiences import Audience, AudiencesError, Receipt, RetryPolicy, Timeouts
from callers import Caller
from cases import KEYS, body_of, headers
from cases import case as data_of
from faults import memory
from faults.doors import Door, UnplayableError
from faults.fault import Fault
from faults.judge import Observation, may_be_load
from faults.server import Stage

SIDES = ("blocking", "async")
WORKERS = 32
LARGE, NARROW = 2 << 20, 8 << 20
"""Bytes of a large request, and of one whose server takes none, so that it must be more than the kernel buffers."""
TIMEOUTS = {"connect": 0.5, "read": 0.5, "write": 0.5, "pool": 0.5, "total": 2.0}
POLICY = {"attempts": 3, "first_wait": 0.01, "max_wait": 0.05, "max_retry_after": 30.0}
_HANGS = 3.0
"""Seconds after the deadline at which the server ends a call that does not end by itself."""


@dataclass(frozen=True)
class Case:
    fault: Fault
    provider: str
    side: str


def cases_of(faults: Iterable[Fault]) -> list[Case]:
    """For each provider and side; a large request, for those who take one."""
    return [
        Case(fault, key, side)
        for fault in faults for key in KEYS if not fault.large or _large(key, LARGE) for side in SIDES
    ]  # fmt: skip


def run_all(cases: list[Case], workers: int = WORKERS) -> list[Observation]:
    """The cases whose memory is measured one by one, then the others at the same time; last and by itself once more
    what a busy machine may have made wrong.
    """
    alone = [each for each in cases if each.fault.heavy]
    large = [each for each in cases if each.fault.large]
    other = [each for each in cases if not each.fault.heavy and not each.fault.large]
    # Those that wait and those that work come in turn; large ones are few at a time, or they would starve each other.
    random.Random(0).shuffle(other)  # noqa: S311
    seen = [run(each) for each in alone]
    for some, at_once in ((large, workers // 4), (other, workers)):
        with ThreadPoolExecutor(at_once or 1) as pool:
            seen += pool.map(run, some)
    played = [*alone, *large, *other]
    return [run(case) if may_be_load(case.fault, first) else first for case, first in zip(played, seen, strict=True)]


def run(played: Case) -> Observation:
    fault, known = played.fault, data_of(played.provider)
    seen: dict[str, Any] = {"provider": played.provider, "side": played.side, "fault": fault.name}
    limits = {**TIMEOUTS, **fault.timeouts}
    seen |= {"deadline": limits["total"], "documented": known.SUCCESS, "seconds": 0.0}
    with ExitStack() as stack:
        stage = stack.enter_context(
            Stage(fault.play, known.SUCCESS, body_of(played.provider), headers(played.provider), narrow=fault.narrow)
        )
        try:
            door = stack.enter_context(fault.door(stage))
        except UnplayableError as error:
            return Observation(**seen, claimed=None, requests=0, skipped=str(error))
        portal = stack.enter_context(start_blocking_portal()) if played.side == "async" else None
        caller = Caller(played.provider, door.url, portal, **_options(fault, door, limits, blocking=portal is None))
        before = memory.forget() if fault.heavy else 0
        try:
            seen |= _call(caller, fault, stage, limits["total"])
        finally:
            caller.close()
        stage.settle()
        grew = memory.peak() - before if fault.heavy else 0
        secrets = [secret.encode() for secret in known.SECRETS]
        heads = [tunnel.head for tunnel in stage.tunnels]
        contents = {bytes(request.content) for request in stage.requests if request.whole and fault.calls == 1}
        return Observation(
            **seen,
            requests=len(stage.requests),
            elsewhere=door.elsewhere.connections if door.elsewhere else 0,
            leaked=any(secret in text for secret in secrets for text in heads),
            differ=len(contents) > 1,
            memory=grew,
            wire=tuple(stage.log),
        )


def _call(caller: Caller, fault: Fault, stage: Stage, total: float) -> dict[str, Any]:
    """Every call that the fault wants, and what is seen of the last."""
    draft = (fault.large and _large(caller.key, NARROW if fault.narrow else LARGE)) or caller.case.good()
    beside = None
    for _ in range(fault.calls - 1):
        if fault.beside:
            beside = threading.Thread(target=caller.create, args=(draft,))
            beside.start()
            _until_asked(stage)
        elif not isinstance(first := caller.create(draft), Receipt):
            return {"claimed": None, "problem": f"the call before the judged one failed: {first}"}
        time.sleep(fault.between)
    watchdog = threading.Timer(total + _HANGS, stage.stop)
    watchdog.start()
    begun = time.monotonic()
    try:
        result: Receipt | AudiencesError = caller.create(draft)
    except (Exception, CancelledError) as error:  # noqa: BLE001  # that none escapes is what is tested
        return {"claimed": None, "problem": f"{type(error).__name__} escaped", "seconds": time.monotonic() - begun}
    finally:
        seconds = time.monotonic() - begun
        watchdog.cancel()
        if beside:
            beside.join()
    good = isinstance(result, Receipt)
    right = isinstance(result, Receipt) and (result.id, result.operation_token) == caller.case.handle(caller.case.BODY)
    return {
        "claimed": str(result.outcome),
        "said": type(result).__name__ if good else f"{type(result).__name__}: {result}",
        "seconds": seconds,
        "shown": result.status,
        "receipt": right,
        "attempts": tuple(str(attempt.outcome) for attempt in getattr(result, "attempts", ())),
    }


def _until_asked(stage: Stage) -> None:
    limit = time.monotonic() + 5
    while not stage.requests and time.monotonic() < limit:
        time.sleep(0.01)


@cache
def _large(key: str, size: int) -> Audience | None:
    """One for all cases: what is sent is never changed."""
    made: Audience | None = data_of(key).large(size)
    return made


def _options(fault: Fault, door: Door, limits: dict[str, float], *, blocking: bool) -> dict[str, Any]:
    """The library's options."""
    given = {**door.options}
    connections = given.pop("connections", None)
    options = {"timeout": Timeouts(**limits), "create_policy": RetryPolicy(**{**POLICY, **fault.policy}), **given}
    if connections:
        kind = httpx2.HTTPTransport if blocking else httpx2.AsyncHTTPTransport
        options["transport"] = kind(limits=httpx2.Limits(max_connections=connections), trust_env=False)
    return options
