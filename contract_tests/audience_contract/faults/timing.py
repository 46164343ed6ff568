"""Time and chance: what goes wrong now and then, or after something else."""

from collections.abc import Iterator

from ..messages import Response
from ..mock.provider import facts_of
from ..spec import Operation
from .acts import always, every, header, refuses
from .fault import Act, Fault, Turn, When, as_is
from .places import credential, schemes

_SECONDS = 12.0
"""Longer than any answer that needs no real work."""


_FAILING: tuple[tuple[str, str, When, int, int], ...] = (
    ("refused", "Every right request is refused with 400.", always, 400, 1),
    ("every-twentieth", "Every twentieth right request fails with 500.", every(20), 500, 20),
    ("every-seventh", "Every seventh right request fails with 500.", every(7), 500, 7),
    ("exhausted", "From the 61st request on all fail.", lambda turn: turn.number > 60, 500, 61),
    ("token-worn", "The right credential is refused from the 41st on.", lambda turn: turn.number > 40, 401, 41),
)
"""Word, sentence, which right requests fail, with which status, and how many show it."""


def faults(operation: Operation) -> Iterator[Fault]:
    """The faults of an operation."""
    responses, facts = operation.node["responses"], facts_of(operation)
    rule = (next(responses[code].pointer for code in responses.value if code.startswith("2")),)
    for word, sentence, when, status, count in _FAILING:
        if (word != "refused" or not facts.unsure) and (word != "token-worn" or schemes(operation)):
            yield Fault(word, sentence, rule, refuses(when, status), show=(as_is,) * count)
    if schemes(operation):
        locked = "After three wrong credentials in a row the right one is refused once."
        wrong = header(credential(operation), "Bearer other")
        yield Fault("locked-out", locked, rule, _locking, show=(wrong, wrong, wrong, as_is))
    refused = (
        header("content-type", "text/html") if operation.node.get("requestBody") else header(credential(operation))
    )
    show = (refused, as_is)
    yield Fault("after-error", "What follows a refused request fails with 500.", rule, _after_error, show=show)
    yield Fault("lagging", "Each answer is that of the request before.", rule, _lagging, show=show)
    if facts.creates:
        yield Fault("slow", "Each answer waits much too long.", rule, _slow(always), _SECONDS)
        slow = "Every tenth answer waits much too long."
        yield Fault("slow-sometimes", slow, rule, _slow(every(10)), _SECONDS, show=(as_is,) * 10)


def _slow(when: When) -> Act:
    def act(turn: Turn) -> Response:
        turn.delay = turn.seconds if when(turn) else 0.0
        return turn.answer()

    return act


def _after_error(turn: Turn) -> Response:
    if turn.memory.pop("broken", False):
        return turn.error(500)
    answer = turn.answer()
    turn.memory["broken"] = answer.status >= 400
    return answer


def _lagging(turn: Turn) -> Response:
    answer = turn.answer()
    before: Response = turn.memory.get("answer", answer)
    turn.memory["answer"] = answer
    return before


def _locking(turn: Turn) -> Response:
    wrong = turn.memory.get("wrong", 0)
    if wrong >= 3 and not turn.refused():
        turn.memory["wrong"] = 0
        return turn.error(401)
    answer = turn.answer()
    turn.memory["wrong"] = wrong + 1 if answer.status in (401, 403) else 0
    return answer
