"""What can be asked of a provider: each verb is a flow, written once for blocking and for asynchronous code."""

import copy
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, cast

from . import _checks, _observe
from ._account import Account
from ._answer import Success
from ._attempts import Attempts
from ._audience import Audience
from ._call_settings import CallSettings
from ._draft import Draft
from ._errors import (
    AmbiguousError,
    AudiencesError,
    NotFoundError,
    NotSentError,
    Remedy,
    UnknownOutcomeError,
    UnsupportedError,
    WaitTimeoutError,
)
from ._members import PhoneFile
from ._operation import Answer, Asked, Effect, Handle, Operation, Support, Unsupported
from ._outcome import Outcome, State
from ._policy import RetryPolicy
from ._receipt import Receipt
from ._reconcile import AMBIGUOUS, FOUND, NO_LOOK, NOT_SEEN, Reconciliation, name_in
from ._record import Record, RecordState, Reference
from ._steps import Flow, Wait, Work
from ._wire import Request

LOOK = "the look into the file"
INTERRUPTED = "interrupted before anything was sent"
_POLLS = RetryPolicy(first_wait=1.0, max_wait=30.0)
"""The waits between two looks whether an audience is still indexing."""


class Verbs:
    """One thing that a caller asks for, and what is known of it at any moment."""

    def __init__(self, account: Account, how: CallSettings, name: object) -> None:
        self.title, self.how = account.title, how
        self._account, self._adapter = account, account.adapter
        self._name = name if isinstance(name, str) else None
        self._operation: Operation[Any, Any] = self._adapter.create
        self._attempts: Attempts[Any, Any] | None = None
        self._drafted: tuple[Draft, Request] | None = None
        self._explained = 0
        """The id of what was explained last; a reference would keep the frames of its traceback."""

    def call(
        self, entry: Operation[Asked, Answer] | Unsupported, preparing: Callable[[], Flow[tuple[Asked, Request]]]
    ) -> Flow[Success[Answer]]:
        """The one way through. Raises the AudiencesError that says what became of the call."""
        operation = self._operation = self._offered(entry)
        with _observe.span(self.title, operation.id) as span:
            try:
                asked, request = yield from preparing()
                self._attempts = Attempts(self._account, operation, asked, self.how)
                success = yield from self._attempts.run(request)
            except BaseException as raised:
                yield from self._explaining(raised)
                _observe.failed(span, raised, operation.id)
                raise
            _observe.done(span, None if operation.effect is Effect.READS else Outcome.APPLIED, success.attempts)
        return success

    def create(self, audience: Audience, leave_out: Collection[str]) -> Flow[Receipt]:
        success = yield from self.call(self._adapter.create, partial(self.preparing, audience, leave_out))
        draft, request = cast("tuple[Draft, Request]", self._drafted)
        return self._receipt(
            success,
            empty=draft.file is None or draft.look.empty,
            left_out=draft.left_out,
            warnings=request.warnings,
            filename=draft.file.name if draft.file else None,
        )

    def delete(self, asked: Reference) -> Flow[Receipt]:
        self._name = asked.name
        success = yield from self.call(self._adapter.delete, partial(self.referring, self._adapter.delete, asked))
        return self._receipt(success)

    def get(self, asked: Reference) -> Flow[Record]:
        self._name = asked.name
        success = yield from self.call(self._adapter.get, partial(self.referring, self._adapter.get, asked))
        records = [
            replace(
                record,
                operation=self._operation.id,
                operation_token=asked.token,
                response=success.response,
                deviations=success.deviations,
                attempts=success.attempts,
            )
            for record in success.result
        ]
        if len(records) != 1:
            raise self._marked(_not_one(records, success))
        return records[0]

    def wait(self, asked: Reference, seconds: float) -> Flow[Record]:
        """Ask until the audience is no longer indexing. Of a change that the provider accepted, there may be nothing to
        be seen yet, so then it is also asked again where there is no such audience.
        """
        _checks.seconds("within", seconds, above_zero=False)
        end, number, record = time.monotonic() + seconds, 0, None
        while True:
            self.how = replace(self.how, deadline=min(end, time.monotonic() + self.how.timeouts.total))
            try:
                record = yield from self.get(asked)
            except NotFoundError:
                if asked.token is None:
                    raise
            except AudiencesError as failure:
                if record is None or failure.response or time.monotonic() < end:
                    raise
            if record and record.state is not RecordState.INDEXING:
                return record
            number += 1
            pause = _POLLS.pause(number)
            if time.monotonic() + pause >= end or self.how.ending.over:
                error = WaitTimeoutError(
                    f"still indexing after {seconds:g} s" if record else f"not to be seen after {seconds:g} s"
                )
                error.record = record
                raise self._marked(error)
            yield Wait(pause)

    def reconcile(self, what: AudiencesError | str) -> Flow[Reconciliation]:
        ids = [entry.id for entry in (self._adapter.create, self._adapter.delete) if isinstance(entry, Operation)]
        self._name = name = name_in(what, self.title, ids, self._account.base_url)
        record = None
        try:
            record = yield from self.get(Reference(name=name))
            reason = FOUND
        except UnsupportedError as error:
            reason = NO_LOOK.format(error.reason)
        except NotFoundError:
            reason = NOT_SEEN
        except AmbiguousError:
            reason = AMBIGUOUS
        return Reconciliation(provider=self.title, outcome=Outcome.UNKNOWN, reason=reason, name=name, record=record)

    def preparing(self, audience: Audience, leave_out: Collection[str]) -> Flow[tuple[Draft, Request]]:
        """What a create sends, made once."""
        if self._drafted is not None:
            return self._drafted
        prepare = partial(self._account.drafted, audience, leave_out)
        looks = isinstance(getattr(audience, "members", None), PhoneFile)  # into a file
        draft, request = (yield Work(prepare, self.how.deadline, LOOK)) if looks else prepare()
        self._drafted = draft, request
        _observe.warned(self.title, request.warnings)
        return draft, request

    def referring(
        self, entry: Operation[Reference, Any] | Unsupported, asked: Reference
    ) -> Flow[tuple[Reference, Request]]:
        """What a call about an audience that there is sends."""
        yield from ()
        return asked, self._account.request(self._offered(entry), asked)

    def _offered(self, entry: Operation[Asked, Answer] | Unsupported) -> Operation[Asked, Answer]:
        support, reason = entry.capability
        if isinstance(entry, Unsupported):
            raise UnsupportedError(f"not supported: {reason}", reason=reason, provider=self.title)
        if support is Support.UNDOCUMENTED and not self._account.allow_undocumented:
            remedy = Remedy("allow_undocumented", True, "permits it")
            message = f"is not documented to do that: {reason}"
            raise UnsupportedError(message, reason=reason, provider=self.title, remedy=remedy)
        return entry

    def _receipt(self, success: Success[Handle], **more: Any) -> Receipt:
        documented = self._operation.spec.documents(success.response.status)
        return Receipt(
            provider=self.title,
            operation=self._operation.id,
            name=self._name,
            id=success.result.id,
            operation_token=success.result.token,
            state=self._operation.effect.state(success.response.status) if documented else State.UNKNOWN,
            response=success.response,
            model=success.model,
            model_problem=success.model_problem,
            deviations=success.deviations,
            attempts=success.attempts,
            **more,
        )

    def _marked(self, error: AudiencesError) -> AudiencesError:
        """The error, which says what the call was. What only reads has no outcome."""
        error.provider, error.operation = self.title, self._operation.id
        error.base_url, error.audience_name = self._account.base_url, self._name
        if self._operation.effect is Effect.READS:
            error.outcome = None
        return error

    @property
    def ended(self) -> bool:
        return self.how.ending.over

    def end(self) -> None:
        """Have it go on no longer, whichever thread makes it."""
        self.how.ending.over = True
        if self._attempts:
            self._attempts.end()

    @property
    def is_late(self) -> bool:
        """Whether the total time is over."""
        return time.monotonic() >= self.how.deadline

    @property
    def open_file(self) -> object:
        """The file of the caller's that is sent as it stands, if there is one."""
        file = self._drafted[0].file if self._drafted else None
        return file.upload.own if file else None

    def known(self, interrupt: BaseException) -> AudiencesError:
        """What is known of it once it was ended, while its own thread may still go on."""
        return self._marked(
            copy.copy(self._attempts.so_far(interrupt)) if self._attempts else NotSentError(INTERRUPTED)
        )

    def lost(self, why: str, *, sent: bool) -> AudiencesError:
        """The error for a call of which nothing else is known than whether it can have been sent."""
        return self._marked(UnknownOutcomeError(why) if sent else NotSentError(why))

    def _explaining(self, raised: BaseException) -> Flow[None]:
        # Nothing can be waited for after a GeneratorExit.
        if self._attempts and self._attempts.slow and not isinstance(raised, GeneratorExit | Exception):
            with suppress(BaseException):  # a second interrupt
                yield Work(partial(self.explain, raised))
        self.explain(raised)

    def explain(self, raised: BaseException) -> None:
        """Say on the error what the call was; beside an interrupt, put the error that tells what is known."""
        if id(raised) == self._explained:
            return
        if isinstance(raised, AudiencesError):
            error = raised
        elif isinstance(raised, Exception) and (raised.__cause__ or isinstance(raised, AssertionError)):
            return
        else:
            error = self._attempts.interrupted(raised) if self._attempts else NotSentError(INTERRUPTED)
            raised.__cause__ = error
        self._marked(error)
        self._explained = id(raised)


def _not_one(records: list[Record], success: Success[Any]) -> AudiencesError:
    known: dict[str, Any] = {"response": success.response, "deviations": success.deviations}
    if not records:
        return NotFoundError("has no audience of that name", **known)
    error = AmbiguousError(f"has {len(records)} audiences of that name: the id of one is needed", **known)
    error.records = tuple(records)
    return error
