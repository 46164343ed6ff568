"""The attempts at one operation, from its request to its success, and the automatic repeats among them."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Generic

from . import _answer, _observe
from ._account import Account
from ._answer import Success
from ._call_settings import CallSettings
from ._errors import AudiencesError, NotSentError, NotSentTimeoutError, SpecViolationError, UnknownOutcomeError
from ._http.trace import AttemptTrace
from ._operation import Answer, Asked, Effect, Operation
from ._outcome import Attempt, Outcome, Response
from ._request import Request
from ._secret import Secret
from ._sides import Flow, Given, awaited, called

ENDED = "close() ended the call before it was sent"
_NO_TURN = "nothing was sent: the total time ended while the call was waiting for its turn"


class Attempts(Generic[Asked, Answer]):
    """The attempts at one operation, and what is known of it at any moment."""

    def __init__(
        self, account: Account, operation: Operation[Asked, Answer], asked: Asked, request: Request, how: CallSettings
    ) -> None:
        self._account, self._operation, self._asked, self._request, self._how = account, operation, asked, request, how
        self._reads = operation.effect is Effect.READS
        self._sendable: Request | None = None
        self._renewed = False
        self._attempts: list[Attempt] = []
        self._number = 0
        self._success: Success[Answer] | None = None
        self._failure: AudiencesError | None = None
        self._begin()

    def run(self) -> Flow[Success[Answer]]:
        """Raises the last attempt's AudiencesError, with all attempts on it."""
        while True:
            if self._how.ending.over:
                raise self._failure or NotSentError(ENDED)
            self._begin()
            try:
                success = yield from self._attempt()
            except AudiencesError as error:
                if self._failure:
                    raise  # the thread that waits for this call was interrupted, and has recorded the attempt
                failure = self._failure = error
                failure.provider = None  # it is this call's, also if a test's transport raises one of an earlier call
                self._attempts += error.attempts  # at a token
                response = error.response if self._seen.built else None
                self._record(response, str(error.args[0]), error.outcome)
            else:
                self._record(success.response, str(success.response.status), Outcome.APPLIED)
                self._success = replace(success, attempts=tuple(self._attempts))
                return self._success
            yield from self._how.sleep((yield from self._next_wait(failure)))

    def _begin(self) -> None:
        self._seen, self._started, self._begun = AttemptTrace(self._how), datetime.now(UTC), time.monotonic()
        self._failure = None

    def _attempt(self) -> Flow[Success[Answer]]:
        self._account.known.add(self._request.secrets)
        yield from self._announce()
        sendable = self._sendable = self._sendable or (yield from self._resolved(None))
        self._seen.secrets = self._account.known.add(sendable.secrets)
        while wait := self._account.pace.wait():
            if time.monotonic() + wait > self._how.deadline:
                raise NotSentTimeoutError(_NO_TURN)
            yield from self._how.sleep(wait)
        if self._how.ending.over:
            raise NotSentError(ENDED)
        self._seen.begun = time.monotonic()
        reuse = self._how.reuse or self._reads
        cut_short = yield from self._account.sender.send(sendable, self._seen, reuse=reuse)
        read = partial(self._read, cut_short)
        response, found = (yield self._how.side.work(read)) if self._seen.large else read()
        yield from self._tell(response)
        if isinstance(found, AudiencesError):
            raise found
        success: Success[Answer] = found
        return success

    def _read(self, cut_short: Exception | None) -> tuple[Response, Success[Answer] | AudiencesError]:
        """The answer, and what it says. Raises the AudiencesError for none."""
        response = self._seen.result(cut_short)
        if isinstance(response, AudiencesError):
            raise response
        return response, _answer.read(self._operation, self._asked, response)

    def _next_wait(self, failure: AudiencesError) -> Flow[float]:
        """The seconds to wait before the next attempt. Raises the failure if there is to be no other attempt."""
        policy, number = self._how.read_policy if self._reads else self._how.policy, self._number
        # A failure before the request was built (a hook, a file that is gone) would only come again; and a file that
        # cannot rewind cannot be sent twice.
        if not (self._seen.built and self._request.rewinds):
            raise failure
        if failure.status == 401 and not self._renewed and number < policy.attempts:
            self._renewed = True
            try:
                refused = self._sendable
                other = yield from self._resolved(refused)
            except AudiencesError as error:  # the provider's refusal says more
                self._attempts += error.attempts
                failure.attempts = tuple(self._attempts)
            else:
                if refused is None or other.secrets != refused.secrets:
                    self._sendable = other
                    return 0.0
        wait = policy.wait(failure, number, safe=self._reads)
        if wait is None or time.monotonic() + wait >= self._how.deadline:
            raise failure
        self._sendable = None
        return wait

    def _resolved(self, refused: Request | None) -> Flow[Request]:
        """The request with the current text of each secret. `refused` is the request whose secrets the provider has
        just refused, if it was that.
        """
        headers = dict(self._request.headers)
        for name, value in headers.items():
            if isinstance(value, Secret):
                old = refused.headers[name] if refused else None
                headers[name] = yield from value.resolved(old if isinstance(old, Secret) else None, self._how)
        return replace(self._request, headers=headers)

    def _announce(self) -> Flow[None]:
        if self._account.on_request:
            asked = called(self._account.on_request, self._request)
            given = yield from awaited(asked, self._how.side, self._how.remaining, "on_request")
            if given.raised:  # the caller's own, so its cause is kept
                raise NotSentError("on_request raised, so nothing was sent") from given.raised

    def _tell(self, response: Response) -> Flow[None]:
        if self._account.on_response:
            asked = called(self._account.on_response, self._request, response)
            try:
                given = yield from awaited(asked, self._how.side, self._how.remaining, "on_response")
            except AudiencesError as error:
                given = Given(raised=error)
            _observe.dropped("on_response", given.raised)  # an answer is never lost to an observer

    def interrupted(self, interrupt: BaseException) -> AudiencesError:
        """The error that says what is known of an interrupted or cancelled call. It records the attempt that ended."""
        if self._success:
            kind = UnknownOutcomeError if self._reads else SpecViolationError
            said = "interrupted after an answer had come" if self._reads else "interrupted after the provider had acted"
            error: AudiencesError = kind(said, response=self._success.response)
            error.attempts = self._success.attempts
            return error
        if not self._failure:
            result = self._seen.result(interrupt)
            if isinstance(result, Response):
                result = _answer.failure(self._operation, _answer.judge(self._operation.spec, result))
            self._failure = result
            self._record(self._failure.response, str(self._failure.args[0]), self._failure.outcome)
        return self._failure

    def _record(self, response: Response | None, what: str, outcome: Outcome | None) -> None:
        self._number += 1
        attempt = Attempt(
            operation=self._operation.id,
            number=self._number,
            what=what,
            outcome=None if self._reads else outcome,
            started=self._started,
            elapsed=time.monotonic() - self._begun,
            status=response.status if response else None,
            request_id=response.request_id if response else None,
            failed=self._failure is not None,
        )
        self._attempts.append(attempt)
        if self._failure:
            self._failure.attempts = tuple(self._attempts)
        where = self._operation.service.url(self._account.values, self._operation.spec.path)
        _observe.attempted(self._account.adapter.title, self._request.method, where, attempt)
