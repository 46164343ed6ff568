"""Whether a claim is true. It knows nothing of the library: only what was seen, and what may be said of it."""

from dataclasses import dataclass

from faults.fault import APPLIED, DOCUMENTED, NOT_SENT, UNKNOWN, Fault

LATE = 1.0
"""Seconds by which a call may overrun its deadline."""
MEMORY = 256
"""MiB that one answer may cost."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What came of one case: a fault, a provider, and its blocking or async side."""

    provider: str
    side: str
    fault: str
    claimed: str | None
    """The outcome that the library claims; None if it claims none."""
    requests: int
    """Complete or begun ones that the server saw."""
    seconds: float
    deadline: float
    problem: str | None = None
    """What went wrong with the case itself: a foreign exception, a call before the judged one that failed."""
    shown: int | None = None
    """The status on the receipt or error."""
    documented: int = 200
    """The success that the provider documents."""
    receipt: bool = False
    """Whether there is a receipt with the right id."""
    attempts: tuple[str, ...] = ()
    """The outcomes of the attempts, where the result has them."""
    elsewhere: int = 0
    """Connections that another host saw."""
    leaked: bool = False
    """Whether credentials went where they must not."""
    differ: bool = False
    """Whether a repeated request was another one."""
    memory: int = 0
    """MiB that the process grew by."""
    skipped: str | None = None
    said: str = ""
    """The result in words, for people."""
    wire: tuple[str, ...] = ()
    """What the server did, for people."""


def may_be_load(fault: Fault, seen: Observation) -> bool:
    """Whether a busy machine can be why: a wait that was over too early. It never claims more than it knows then, and
    repeats nothing that may have been applied.
    """
    timed_out = seen.claimed in (UNKNOWN, NOT_SENT) and seen.requests <= max(fault.most, 1)
    gave_up = seen.requests < fault.least
    return bool(judge(fault, seen)) and (timed_out or gave_up or seen.seconds > seen.deadline + LATE)


def judge(fault: Fault, seen: Observation) -> list[str]:
    """What is wrong with it, a sentence each."""
    if seen.skipped:
        return []
    status = seen.documented if fault.status == DOCUMENTED else fault.status
    attempts_told = len(seen.attempts) if seen.attempts else seen.requests
    acted = seen.claimed not in (APPLIED, UNKNOWN) and bool({APPLIED, UNKNOWN} & set(seen.attempts))
    findings = {
        f"{seen.problem}": seen.problem is not None,
        f"claims {seen.claimed}, the truth is {' or '.join(fault.truth)}": seen.claimed not in fault.truth,
        f"{seen.requests} requests, at most {fault.most} may be made": seen.requests > fault.most,
        f"{seen.requests} requests, {fault.least} are due": seen.requests < fault.least,
        f"{seen.seconds:.1f} s, the deadline was {seen.deadline:.1f} s": seen.seconds > seen.deadline + LATE,
        f"repeated after {seen.seconds:.1f} s, {fault.no_sooner:.1f} s were asked for": seen.seconds < fault.no_sooner,
        f"shows the status {seen.shown}, it was {status}": status is not None and seen.shown != status,
        "a good answer gave no receipt, or one with another id": fault.receipt and not seen.receipt,
        f"{seen.requests} requests, but {attempts_told} attempts on the result": (
            fault.calls == 1 and attempts_told < seen.requests
        ),
        f"claims {seen.claimed}, but an attempt is {' and '.join(seen.attempts)}": acted,
        f"another host saw {seen.elsewhere} connections": seen.elsewhere > 0,
        "credentials went where they must not": seen.leaked,
        "what was repeated is not what was sent first": seen.differ,
        f"took {seen.memory} MiB for one answer": seen.memory > MEMORY,
    }
    return [text for text, wrong in findings.items() if wrong]
