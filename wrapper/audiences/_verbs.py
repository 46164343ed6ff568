"""What can be asked of a provider: each verb is a flow, written once for blocking and for asynchronous code."""

import copy
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from typing import Any, Generic, TypeVar, Unpack, cast

from . import _checks, _observe
from ._account import Account
from ._answer import Success
from ._attempts import Attempts
from ._audience import Audience, Draft
from ._call_settings import CallSettings, RetryPolicy
from ._errors import (
    OURS,
    AudiencesError,
    InvalidError,
    NotFoundError,
    NotSentError,
    Problem,
    Remedy,
    SpecViolationError,
    UnsupportedError,
)
from ._files import looked_into
from ._members import PhoneFile
from ._operation import READING, Answer, Asked, Change, Effect, Listing, Operation, Page, Support
from ._options import CallOptions
from ._outcome import Changed, Chunk, Deviation, Outcome, State
from ._record import (
    AmbiguousError,
    Audiences,
    Ensured,
    Evidence,
    ExistsError,
    Model,
    Receipt,
    Reconciliation,
    Record,
    RecordState,
    Reference,
    Reply,
    WaitTimeoutError,
    time_of,
    token_in,
)
from ._request import Request
from ._sides import Flow, in_time
from ._supply import GIVEN, Supply

T = TypeVar("T")
CHUNK_BYTES = 4 * 1024 * 1024
"""The most bytes of a request that changes members; no provider documents how many it takes."""
NO_MEMBERS = Problem("members", "must not be empty", "empty", OURS)
_EMPTY = replace(NO_MEMBERS, remedy=Remedy("allow_empty", True, "removes all members"))
_POLLS = RetryPolicy(first_wait=1.0, max_wait=30.0)
"""The waits between two requests that ask whether an audience is still indexing."""


class Verbs(Generic[Model]):
    """One call of a verb, and what is known of it at any moment. Its verbs are flows."""

    how: CallSettings

    def __init__(self, account: Account, verb: str, draft: object = None) -> None:
        self.title = account.adapter.title
        self._account, self._adapter = account, account.adapter
        self._name = draft.name if isinstance(draft, Audience) else None
        self._id: str | None = None
        self._reads = verb in READING
        self._operation: Operation[Any, Any] | None = self._adapter.create if self._name else None
        self._attempts: Attempts[Any, Any] | None = None
        self._drafted: tuple[Draft, Request] | None = None
        self._looked = False
        self._warnings: tuple[str, ...] = ()
        self._supply: Supply | None = None
        self._chunks: list[Chunk] = []

    def call(self, operation: Operation[Asked, Answer], asked: Asked, request: Request) -> Flow[Success[Answer]]:
        """Make one call of an operation; every verb makes its calls here.

        Raises the AudiencesError that says what became of the call.
        """
        self._operation = operation
        request = request.with_more(self.how.extra_headers)
        self._attempts = Attempts(self._account, operation, asked, request, self.how)
        return (yield from self._attempts.run())

    def prepare(self, audience: Audience, *, leave_out: Collection[str] = ()) -> Flow[Request]:
        """The request that `create` would send. Nothing is sent; an audience file is checked.

        Raises UnsupportedError for a field that the provider has no place for, unless `leave_out` names it,
        InvalidError for a value that breaks the effective spec or a rule of ours, and NotSentError for an open file
        that is in use, or cannot be read now.
        """
        _, request = yield from self.preparing(audience, leave_out)
        return request

    def create(
        self,
        audience: Audience,
        *,
        leave_out: Collection[str] = (),
        look_first: bool = False,
        **options: Unpack[CallOptions],
    ) -> Flow[Receipt[Model]]:
        """Create the audience. `RetryPolicy` says when the call is repeated automatically, `CallOptions` what `options`
        there are.

        `leave_out` names fields of the draft ("description", "members") that are not sent if the provider has no place
        for them; the receipt lists those. No provider documents what a second create of the same name does:
        `look_first=True` looks the name up first, and raises ExistsError if there is such an audience. It also lets
        `reconcile` say more if the outcome is unknown.

        Raises InvalidError and UnsupportedError before anything is sent, and any other AudiencesError by what became
        of the call; its `outcome` says whether the audience may exist now. An interrupt or a cancellation is raised as
        it is; its `__cause__` is then such an error.
        """
        if _checks.truth("look_first", look_first) and (record := (yield from self._look(audience, leave_out))):
            raise ExistsError("has an audience of that name already, so nothing was sent", record=record)
        create = self._offered("create")
        draft, request = yield from self.preparing(audience, leave_out)
        success = yield from self.call(create, draft, request)
        return self._receipt(
            create,
            success,
            empty=draft.file is None or draft.look.empty,
            left_out=draft.left_out,
            warnings=self._warnings,
            filename=draft.file.name if draft.file else None,
        )

    def ensure(
        self, audience: Audience, *, leave_out: Collection[str] = (), **options: Unpack[CallOptions]
    ) -> Flow[Ensured[Model]]:
        """Make sure that the audience exists: it is looked up by its name, and created if there is none. An audience
        that is found is neither compared with the draft nor changed.

        Raises what `create` raises, and UnsupportedError if the provider cannot look an audience up by its name. The
        outcome of an error of the look-up is *not_sent*.
        """
        record = yield from self._look(audience, leave_out)
        receipt = None if record else (yield from self.create(audience, leave_out=leave_out))
        return Ensured(provider=self.title, name=audience.name, record=record, receipt=receipt)

    def _look(self, audience: Audience, leave_out: Collection[str]) -> Flow[Record | None]:
        """The record of such an audience, if there is one. It is not looked up if the draft cannot be created."""
        self._offered("get")
        self._offered("create")
        yield from self.preparing(audience, leave_out)
        try:
            return (yield from self.get(audience.name))
        except NotFoundError:
            self._looked = True
            return None

    def delete(
        self, what: Audiences | None = None, *, id: str | None = None, **options: Unpack[CallOptions]
    ) -> Flow[Receipt]:
        """Delete an audience, which is given as for `get`.

        Raises what `create` raises, and UnsupportedError if the provider offers no such call.
        """
        asked, delete = self._reference(what, id), self._offered("delete")
        return self._receipt(delete, (yield from self.call(delete, asked, self._account.request(delete, asked))))

    def get(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        token: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Flow[Record]:
        """What the provider says of an audience, which is given by its name, its `id`, the result of an earlier call,
        or a Reference. With the token of a change (a receipt has it), the record's state is that of the change.

        Raises NotFoundError if there is no such audience, AmbiguousError if several have the name, UnsupportedError if
        the provider offers no such call, and any other AudiencesError. The `outcome` of each is None, because the call
        only reads.
        """
        asked = self._reference(what, id, token)
        get = self._offered("get")
        get = get if asked.id else self._adapter.find or get
        success = yield from self.call(get, asked, self._account.request(get, asked))
        records = [self._completed(record, success, operation_token=asked.token) for record in success.result]
        if len(records) == 1:
            return records[0]
        by = "id" if asked.id else "external id" if asked.external_id else "name"
        if not records:
            raise NotFoundError(f"has no audience of that {by}", **success.known)
        message = f"has {len(records)} audiences of that {by}: the id of one is needed"
        raise AmbiguousError(message, records=tuple(records), **success.known)

    def list(self, listing: Listing) -> Flow[tuple[Record, ...]]:
        """The records of the next page. Raises SpecViolationError if the list has no end."""
        entry = self._offered("list")
        if listing.problem:
            raise SpecViolationError(f"the list has no end: {listing.problem}")
        success = yield from self.call(entry, listing.place, self._account.request(entry, listing.place))
        page: Page = success.result
        listing.turn(page)

        def concern(own: str) -> tuple[Deviation, ...]:
            found, other = success.deviations, f"{page.items}/"
            return tuple(d for d in found if f"{d.pointer}/".startswith(own) or not d.pointer.startswith(other))

        return tuple(
            self._completed(record, success, deviations=concern(f"{page.items}/{number}/"))
            for number, record in enumerate(page.records)
        )

    def wait(
        self,
        what: Audiences | None = None,
        *,
        id: str | None = None,
        token: str | None = None,
        within: float = 300.0,
        **options: Unpack[CallOptions],
    ) -> Flow[Record]:
        """What the provider says of an audience once it is no longer indexing. Until then, the provider is asked again
        and again, with pauses that grow up to 30 seconds. It is no failure that another change has replaced this one,
        and a state that the provider does not document ends the wait.

        `within` is the number of seconds that the wait may take in all; `options` apply to each request. With the token
        of a change (a receipt has it), this also waits for an audience that is not there yet. If the receipt of a
        delete is given, or its Reference, the NotFoundError that says that the audience is gone is raised at once.

        Raises WaitTimeoutError, with the last record, when the time is over; otherwise what `get` raises, also if
        that asks, by Retry-After, for a longer pause than there is time.
        """
        self._adapter.check("wait", allow_undocumented=self._account.allow_undocumented)
        asked = self._reference(what, id, token)
        _checks.seconds("within", within, above_zero=False)
        delete = self._adapter.delete
        removal = isinstance(delete, Operation) and asked.operation == delete.id
        begun, number, record, said, last = time.monotonic(), 0, None, "still indexing", False
        end = begun + within
        # After a change that the provider accepted, the audience may not be seen yet; after a delete, it never will be.
        # Once it was seen, a request that fails for a time does not end the wait.
        while True:
            self._renew(end)
            pause, least = _POLLS.pause(number := number + 1), 0.0
            try:
                record = yield from self.get(asked)
                if record.state is not RecordState.INDEXING:
                    return record
            except AudiencesError as failure:
                least = failure.retry_after or 0.0
                left = end - time.monotonic()
                fades = record is not None and self.how.read_policy.may_repeat(failure, safe=True)
                unseen = isinstance(failure, NotFoundError) and asked.token is not None and not removal
                late = left <= 0 and isinstance(failure, TimeoutError)
                if self.how.ending.over or 0 < left <= least or not (unseen or late or fades):
                    raise
                said = "still indexing" if record else "not to be seen" if unseen else "no answer"
            left = end - time.monotonic()
            if last or left <= 0:
                message = f"{said} after {time.monotonic() - begun:.3g} s"
                raise WaitTimeoutError(message, record=record, attempts=record.attempts if record else ())
            # The last request is made a second before the end, or after half of the time that is left.
            room = left - min(1.0, left / 2)
            last = max(pause, least) >= room
            yield from self.how.sleep(max(least, min(pause, room)))

    def add(
        self,
        what: Audiences | None,
        members: GIVEN,
        *,
        id: str | None = None,
        go_on: bool = False,
        chunk_bytes: int = CHUNK_BYTES,
        **options: Unpack[CallOptions],
    ) -> Flow[Changed]:
        """Add members to an audience, which is given as for `get`: any iterable of ids, or of Member with attributes.

        The members are sent in one call after the other. Each call has as many members as the provider takes, and
        `chunk_bytes` bytes at most; they are taken from the iterable just before. `options` apply to each call. An id
        that comes twice in one call is sent once, with the attributes that came last. The calls are sent in order; in
        which order the provider works on them is not documented. Members in a sequence, such as a list, are all checked
        before any is sent; those of another iterable are checked call by call. In `audiences.aio`, the iterable may be
        asynchronous; one that is not is read in a thread.

        A call that fails ends the change: the error is that call's, its `outcome` is that of all calls together, and
        its `changed` lists all calls. With `go_on=True`, the calls after it are made all the same, and the result says
        which failed.

        Raises InvalidError for a member that breaks a rule, UnsupportedError where the provider offers no such call,
        and any other AudiencesError. What the iterable raises is raised as it is, like an interrupt: with such an
        error as its `__cause__`.
        """
        return (yield from self._change("add", self._reference(what, id), members, chunk_bytes, go_on=go_on))

    def remove(
        self,
        what: Audiences | None,
        members: GIVEN,
        *,
        id: str | None = None,
        go_on: bool = False,
        chunk_bytes: int = CHUNK_BYTES,
        **options: Unpack[CallOptions],
    ) -> Flow[Changed]:
        """Remove members from an audience. All that `add` says holds here too, but members have no attributes."""
        return (yield from self._change("remove", self._reference(what, id), members, chunk_bytes, go_on=go_on))

    def replace(
        self,
        what: Audiences | None,
        members: GIVEN | PhoneFile,
        *,
        id: str | None = None,
        allow_empty: bool = False,
        chunk_bytes: int = CHUNK_BYTES,
        **options: Unpack[CallOptions],
    ) -> Flow[Changed]:
        """Replace all members of an audience by others, given as for `add`, or by those in a file if the provider takes
        one.

        A replace is one call, because a second one would replace the members of the first; so there are at most as many
        members as one call takes. Without members, it is refused unless `allow_empty=True`.

        Raises what `add` raises, and UnsupportedError for too many members, before anything is sent.
        """
        asked = self._reference(what, id)
        return (yield from self._change("replace", asked, members, chunk_bytes, allow_empty=allow_empty))

    def _change(
        self,
        verb: str,
        asked: Reference,
        members: Any,
        chunk_bytes: int,
        *,
        go_on: bool = False,
        allow_empty: bool = False,
    ) -> Flow[Changed]:
        entry: Operation[Change, Reference] = self._offered(verb)
        rules = self._adapter.members
        _checks.truth("go_on", go_on)
        _checks.truth("allow_empty", allow_empty)
        _checks.count("chunk_bytes", chunk_bytes)
        if isinstance(members, PhoneFile) or not rules:
            return (yield from self._replace_file(entry, asked, members, allow_empty=allow_empty))
        side, work = self.how.side, self.how.side.work  # without a limit: the iterable is the caller's own
        supply = self._supply = Supply(members, verb, entry.spec.body, rules)
        if isinstance(members, Sequence):  # all of them can be looked at before any is sent
            yield work(supply.check, inf)
        while not supply.is_empty:
            yield side.wait_for(supply.afill(), inf) if supply.awaits else work(supply.fill, inf)
            self._renew()
            if verb == "replace" and not supply.is_all:
                message = f"takes at most {supply.most} members with replace: {rules.most_replaced}"
                raise UnsupportedError(message, field="members", reason=rules.most_replaced)
            if verb == "replace" and not supply.call and not allow_empty:
                raise InvalidError.of([_EMPTY])
            if verb != "replace" and not supply.call:
                break
            change = Change(asked, supply.written)
            request = self._account.request(entry, change)
            if verb != "replace" and isinstance(request.body, bytes) and len(request.body) > chunk_bytes:
                supply.shorten(len(request.body) - chunk_bytes)
                change = Change(asked, supply.written)
                request = self._account.request(entry, change)
            if isinstance(request.body, bytes) and len(request.body) > chunk_bytes:
                remedy = Remedy("chunk_bytes", len(request.body), "lets a call have so many bytes")
                raise InvalidError.ours("members", "cannot be sent in fewer bytes", request.body, remedy)
            failure, count = None, len(supply.call)
            try:
                chunk = _applied((yield from self.call(entry, change, request)), count)
            except AudiencesError as error:
                failure, chunk = error, _failed(error, count)
            self._chunks.append(chunk)
            self._attempts = None
            supply.sent()
            if failure and (self.how.ending.over or not go_on):
                raise failure
        return self._changed(entry, self._chunks)

    def _replace_file(
        self, entry: Operation[Change, Reference], asked: Reference, file: object, *, allow_empty: bool
    ) -> Flow[Changed]:
        column = self._adapter.draft.column
        if not isinstance(file, PhoneFile) or not column or self._adapter.members:
            raise UnsupportedError(f"takes {'a PhoneFile' if column else 'ids, and no file'}", field="members")
        look = yield from self._looking(partial(looked_into, file, column))
        self._warn(look.warnings)
        if look.problems:
            raise InvalidError.of(look.problems)
        if look.empty and not allow_empty:
            raise InvalidError.of([_EMPTY])
        record = yield from self.get(asked)
        if reason := self._adapter.unfit(record):
            raise UnsupportedError(f"not supported: {reason}", field="members", reason=reason)
        self._operation = entry
        self._attempts, self._id = None, record.id
        change = Change(replace(asked, id=record.id), file=file)
        success = yield from self.call(entry, change, self._account.request(entry, change, look.warnings))
        return self._changed(entry, [_applied(success, None)])

    def _changed(self, entry: Operation[Any, Any], chunks: Sequence[Chunk]) -> Changed:
        """What became of a change so far."""
        if supply := self._supply:
            found = supply.warnings.items()
            self._warn(tuple(sorted(f"{said}; {n} in all, first in members[{at}]" for said, (at, n) in found)))
        applied = [each.status for each in chunks if each.outcome is Outcome.APPLIED]
        return Changed(
            provider=self.title,
            operation=entry.id,
            name=self._name,
            id=self._id,
            state=entry.state(applied[-1] or 0) if applied else State.UNKNOWN,
            chunks=tuple(chunks),
            complete=not supply or supply.is_empty,
            warnings=self._warnings,
        )

    def reconcile(
        self, what: AudiencesError | str, *, before: Collection[Record] | None = None, **options: Unpack[CallOptions]
    ) -> Flow[Reconciliation]:
        """What became of a call with an unknown outcome: `what` is its error, or the error's `reconcile_token`.

        The audience is looked up by its name, if the provider offers that. What is seen is `evidence` and no proof, so
        the outcome stays unknown, except in two cases. The call was a create that looked first, and there is such an
        audience now. Or the call was a create, `before` is what `list` gave before it, and it does not have the id of
        the audience that there is now; this needs a list that has all audiences, with ids.

        Raises InvalidError for an error or a token of another provider or base URL, and what `get` raises.
        """
        given: Any = [] if before is None else before
        kept = isinstance(given, Collection) and not isinstance(given, str)  # what is read once may be used up
        if not kept or not all(isinstance(each, Record) for each in given):
            raise InvalidError.ours("before", "must be a collection of Records, such as [*provider.list()]", before)
        changing = [entry.id for entry in self._adapter.operations if entry.effect is not Effect.READS]
        token = token_in(what, self.title, changing, self._account.values["base_url"])
        reconciled = partial(Reconciliation, provider=self.title, name=token["name"], outcome=Outcome.UNKNOWN)
        try:
            found: Sequence[Record] = [(yield from self.get(token["name"]))]
        except UnsupportedError as error:
            why = f"look for the audience's name at the provider: it cannot be looked up from here ({error.reason})"
            return reconciled(evidence=Evidence.NOT_TOLD, reason=why)
        except NotFoundError:
            why = "no audience of that name is to be seen so far; it may still come, or go"
            return reconciled(evidence=Evidence.NOT_SEEN, reason=why)
        except AmbiguousError as error:
            found = error.records
        creates, record = token["operation"] == self._adapter.create.id, found[0]
        if before is not None and creates and self._adapter.list.capability.support is Support.NATIVE:
            old = {each.id for each in before}
            new = [each for each in found if each.id and each.id not in old]
            if len(new) == 1:
                why = "there is one audience of that name whose id is not in the list that was taken before the call"
                return reconciled(outcome=Outcome.APPLIED, evidence=Evidence.FOUND, reason=why, record=new[0])
        if len(found) > 1:
            why = "there are several audiences of that name; whether this call made one of them cannot be told"
            return reconciled(evidence=Evidence.NOT_TOLD, reason=why)
        if token.get("looked_first") is True:
            why = "there is an audience of that name, and there was none right before the call"
            return reconciled(outcome=Outcome.APPLIED, evidence=Evidence.FOUND, reason=why, record=record)
        changed, started = record.created if creates else record.updated, time_of(token, "started")
        is_newer = changed is not None and started is not None and changed >= started
        evidence = Evidence.FOUND if is_newer else Evidence.PERHAPS_OLDER
        why = "made or changed after the call began" if is_newer else "perhaps made or changed before the call began"
        said = f"there is an audience of that name, {why} (see record)"
        return reconciled(evidence=evidence, reason=said, record=record)

    def request(
        self,
        operation_id: str,
        *,
        path: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None,
        json: object = None,
        **options: Unpack[CallOptions],
    ) -> Flow[Reply]:
        """Make any call that the provider documents and whose body, if it has one, is JSON, by its operationId. `path`
        and `params` have the parameters of the path and the query (None leaves one out), `json` has the body. They are
        sent unchecked: only the answer is judged. A call that only reads (GET) is repeated as reads are; any other as a
        create.

        Raises InvalidError for an operation that is in none of the provider's documents, and for what cannot be sent,
        and what `create` or `get` raises.
        """
        given = {"path": path, "params": params, "json": json}
        try:
            operation = self._operation = self._account.documented(operation_id, given)
            request = self._account.request(operation, None)
        except (TypeError, ValueError, RecursionError):
            rule = "must have path and params as mappings, all of Unicode text, and as json what JSON can carry"
            raise InvalidError.ours("request", rule, given) from None
        self._reads = operation.effect is Effect.READS
        success = yield from self.call(operation, None, request)
        return Reply(
            provider=self.title,
            operation=operation.id,
            outcome=None if self._reads else Outcome.APPLIED,
            value=success.result[0],
            **success.known,
        )

    def preparing(self, audience: Audience, leave_out: Collection[str]) -> Flow[tuple[Draft, Request]]:
        """The draft and the request of a create, made once."""
        if self._drafted is not None:
            return self._drafted
        prepare = partial(self._account.drafted, audience, leave_out)
        looks = isinstance(getattr(audience, "members", None), PhoneFile)  # into a file
        draft, request = (yield from self._looking(prepare)) if looks else prepare()
        self._drafted = draft, request
        self._warn(request.warnings)
        return draft, request

    def _warn(self, warnings: tuple[str, ...]) -> None:
        self._warnings = warnings
        _observe.warned(self.title, warnings)

    def _looking(self, look: Callable[[], T]) -> Flow[T]:
        return (yield from in_time(self.how.side.work(look, self.how.remaining), "the look into the file"))

    def _reference(self, what: Audiences | None, id: str | None, token: str | None = None) -> Reference:
        found = Reference.of(what, id, token)
        if found.provider not in (None, self.title):
            raise InvalidError.ours("audience", f"must be of {self.title}, and is of another provider", what)
        self._name, self._id = found.name, found.id
        return found

    def _offered(self, verb: str) -> Operation[Any, Any]:
        entry: Operation[Any, Any] = getattr(self._adapter, verb)
        self._adapter.check(verb, allow_undocumented=self._account.allow_undocumented)
        self._operation = entry
        return entry

    def _renew(self, end: float = inf) -> None:
        """Let the total time begin anew; it is over at `end` at the latest."""
        self.how = replace(self.how, deadline=min(end, time.monotonic() + self.how.timeouts.total))

    def _completed(self, record: Record, success: Success[Any], **more: Any) -> Record:
        """A record with what is known of the call that asked for it."""
        operation = cast("Operation[Any, Any]", self._operation).id
        return replace(record, provider=self.title, operation=operation, **{**success.known, **more})

    def _receipt(self, operation: Operation[Any, Reference], success: Success[Reference], **more: Any) -> Receipt:
        return Receipt(
            provider=self.title,
            operation=operation.id,
            name=self._name,
            id=success.result.id,
            operation_token=success.result.token,
            state=operation.state(success.response.status),
            model=success.model,
            model_problem=success.model_problem,
            **success.known,
            **more,
        )

    def _marked(self, error: AudiencesError) -> AudiencesError:
        """The error, which now says what the call was. An error of a call that only reads has no outcome."""
        operation, supply = self._operation, self._supply
        error.provider, error.operation = self.title, operation.id if operation else None
        error.base_url, error.audience_name = self._account.values["base_url"], self._name
        error.looked_first = self._looked
        if self._reads:
            error.outcome = None
        elif operation and operation.effect is Effect.READS:  # it asked first
            error.outcome = Outcome.NOT_SENT
            if error.attempts:
                error.args = (f"looking it up first: {error.args[0]}",)
        if operation and supply and error.changed is None:
            supply.over = True
            # With attempts, it is the error of a call that was interrupted.
            last = [_failed(error, len(supply.call))] if self._attempts else []
            error.changed = self._changed(operation, [*self._chunks, *last])
            error.outcome = error.changed.outcome
        error.warnings = self._warnings
        return error

    def known(self, interrupt: BaseException) -> AudiencesError:
        """What is known of the call once it was ended, while its own thread may still go on."""
        return self._marked(copy.copy(self._attempts.interrupted(interrupt))) if self._attempts else self.unsent()

    def unsent(self, why: str = "") -> AudiencesError:
        """The error for a call that was not sent: it says `why`, or else that the call was interrupted."""
        when = "between two calls" if self._chunks else "before anything was sent"
        return self._marked(NotSentError(why or f"interrupted {when}"))

    def explain(self, raised: BaseException) -> AudiencesError:
        """The error that says what is known of the call that `raised` has ended: that itself if it is an error of this
        call, else a new one, which becomes its cause.
        """
        if isinstance(raised, AudiencesError) and raised.provider is None:
            return self._marked(raised)
        error = self._marked(self._attempts.interrupted(raised)) if self._attempts else self.unsent()
        error.__cause__, raised.__cause__ = raised.__cause__ or error.__cause__, error
        return error


def _applied(success: Success[Reference], members: int | None) -> Chunk:
    return Chunk(outcome=Outcome.APPLIED, members=members, operation_token=success.result.token, **success.known)


def _failed(error: AudiencesError, members: int) -> Chunk:
    names = ("code", "provider_message", "response", "deviations", "attempts")
    known = {name: getattr(error, name) for name in names}
    return Chunk(outcome=error.outcome or Outcome.UNKNOWN, members=members, message=str(error.args[0]), **known)
