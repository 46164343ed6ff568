"""Any operation, from its request to its success: the attempts, and what is repeated by itself."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from . import _observe
from ._attempt import Attempt
from ._call import Call, Handle, Success
from ._errors import AudiencesError, NotSentError
from ._http.seen import Seen
from ._options import How, Pace
from ._outcome import Outcome
from ._redact import Known
from ._secret import Secret
from ._steps import Flow, Given, Send, Wait, Work, awaited, call
from ._wire import Request, Response

Reader = Callable[[Mapping[str, Any]], Handle | None]


@dataclass(frozen=True, slots=True)
class Around:
    """What a provider object has around each attempt."""

    title: str
    pace: Pace
    known: Known
    on_request: Callable[[Request], Any] | None = None
    on_response: Callable[[Request, Response], Any] | None = None


class Exchange:
    """One call. `handle` finds in a body what a receipt needs."""

    def __init__(self, around: Around, call: Call, request: Request, handle: Reader, how: How) -> None:
        self._around, self._call, self._request, self._handle, self._how = around, call, request, handle, how
        self._sendable: Request | None = None
        self._renewed = False
        self._number = 0
        self._attempts: list[Attempt] = []
        self._failure: AudiencesError | None = None
        self._begin()

    def run(self) -> Flow[Success]:
        """Raises the last attempt's AudiencesError, with all attempts on it. An interrupt or a cancellation is raised
        with such an error as its cause.
        """
        try:
            wait = 0.0
            while True:
                yield Wait(wait)
                self._begin()
                try:
                    success = yield from self._attempt()
                except AudiencesError as error:
                    self._failure = error
                    self._attempts += error.attempts  # at a token
                    response = error.response if self._seen.built else None
                    self._record(response, str(error.args[0]), error.outcome)
                else:
                    self._record(success.response, str(success.response.status), Outcome.APPLIED)
                    return replace(success, attempts=tuple(self._attempts))
                wait = yield from self._again(self._failure)
        except BaseException as raised:
            if isinstance(raised, Exception):
                raise
            raise raised from (self._failure or (yield from self._interrupted(raised)))

    def _begin(self) -> None:
        self._seen, self._started, self._begun = Seen(), datetime.now(UTC), time.monotonic()
        self._failure = None

    def _attempt(self) -> Flow[Success]:
        self._around.known.add(self._request.secrets)
        request = self._sendable = self._sendable or (yield from self._told(None))
        self._seen.secrets = self._around.known.add(request.secrets)
        yield from self._announce()
        turn = self._around.pace.reserve(self._how.deadline)
        if turn is None:
            raise NotSentError("nothing was sent: the total time is over before this call's turn")
        yield Wait(turn)
        self._seen.begun = time.monotonic()
        response = yield Send(request, self._how, self._seen)
        yield from self._tell(response)
        read = partial(self._call.read, response, self._handle)
        success: Success = (yield Work(read)) if self._seen.large else read()
        return success

    def _again(self, failure: AudiencesError) -> Flow[float]:
        """The seconds before the next attempt; raises the failure where there is none."""
        policy, number = self._how.policy, self._number
        # What failed before there was a request to send (a hook, a file that is gone) fails again.
        if not (self._seen.built and self._request.rewinds):
            raise failure
        if failure.status == 401 and not self._renewed and number < policy.attempts:
            self._renewed = True
            try:
                refused = self._sendable
                other = yield from self._told(refused)
            except AudiencesError as error:  # the refusal says more
                self._attempts += error.attempts
                failure.attempts = tuple(self._attempts)
            else:
                if refused is None or other.secrets != refused.secrets:
                    self._sendable = other
                    return 0.0
        wait = policy.wait(failure, number, safe=self._call.safe)
        if wait is None or time.monotonic() + wait >= self._how.deadline:
            raise failure
        self._sendable = None
        return wait

    def _told(self, refused: Request | None) -> Flow[Request]:
        """The request with its secrets as they are now, after those of `refused` were refused."""
        headers = dict(self._request.headers)
        for name, value in headers.items():
            if isinstance(value, Secret):
                old = refused.headers[name] if refused else None
                headers[name] = yield from value.told(old if isinstance(old, Secret) else None, self._how.deadline)
        return replace(self._request, headers=headers)

    def _announce(self) -> Flow[None]:
        if self._around.on_request:
            asked = call(partial(self._around.on_request, self._request))
            given = yield from awaited(asked, self._how.deadline, "on_request")
            if given.raised:  # the caller's own, so its cause is kept
                raise NotSentError("on_request raised, so nothing was sent") from given.raised

    def _tell(self, response: Response) -> Flow[None]:
        if self._around.on_response:
            asked = call(partial(self._around.on_response, self._request, response))
            try:
                given = yield from awaited(asked, self._how.deadline, "on_response")
            except AudiencesError as error:
                given = Given(raised=error)
            _observe.dropped("on_response", given.raised)  # an answer is never lost to an observer

    def _interrupted(self, interrupt: BaseException) -> Flow[AudiencesError]:
        """The error that tells what is known of a call which was interrupted or cancelled."""
        known = partial(self._known, interrupt)
        try:
            # Nothing can be waited for after a GeneratorExit.
            wait = self._seen.large and not isinstance(interrupt, GeneratorExit)
            failure: AudiencesError = (yield Work(known)) if wait else known()
        except BaseException:  # noqa: BLE001  # a second interrupt
            failure = known()
        self._failure = failure
        self._record(failure.response, str(failure.args[0]), failure.outcome)
        return failure

    def _known(self, interrupt: BaseException) -> AudiencesError:
        result = self._seen.result(interrupt)
        return self._call.failure(result) if isinstance(result, Response) else result

    def _record(self, response: Response | None, what: str, outcome: Outcome) -> None:
        self._number += 1
        attempt = Attempt(
            operation=self._call.operation_id,
            number=self._number,
            what=what,
            outcome=outcome,
            started=self._started,
            elapsed=time.monotonic() - self._begun,
            status=response.status if response else None,
            request_id=response.request_id if response else None,
            failed=self._failure is not None,
        )
        self._attempts.append(attempt)
        if self._failure:
            self._failure.attempts = tuple(self._attempts)
        _observe.attempted(self._around.title, self._call.operation_id, self._request.method, attempt)
