"""OpenTelemetry: a span for each call, if the application has set up a tracer, and nothing otherwise."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import audiences
import canaries
import processes
from audiences import AudiencesError, Receipt, RetryPolicy, aio, create_everywhere
from callers import make
from canaries import MEMBER, NAME, NUMBER, SECRET, WORDS, body, credentials, draft, found_in
from cases import KEYS, case, good_response, headers

Answer = Callable[[int], httpx2.Response]
ALLOWED = {"audiences.provider", "audiences.verb", "audiences.outcome", "error.type"}
ALLOWED_OF_ATTEMPTS = {
    "audiences.operation",
    "error.type",
    "http.request.method",
    "http.request.resend_count",
    "http.response.status_code",
    "server.address",
    "server.port",
    "url.full",
}


class Broken(SpanProcessor):
    """Raises at the end that it is armed for, on the library's spans."""

    armed = ""

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        del parent_context
        self._on("start", span)

    def on_end(self, span: ReadableSpan) -> None:
        self._on("end", span)

    def _on(self, moment: str, span: ReadableSpan) -> None:
        if self.armed == moment and getattr(span.instrumentation_scope, "name", "") == "audiences":
            raise RuntimeError


BROKEN = Broken()


@pytest.fixture(scope="session")
def exporter() -> InMemorySpanExporter:
    """Of the process's tracer, which can be set up once."""
    made, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(made))
    provider.add_span_processor(BROKEN)
    trace.set_tracer_provider(provider)
    return made


@pytest.fixture
def run(
    exporter: InMemorySpanExporter, key: str, face: BlockingPortal | None
) -> Iterator[Callable[[Answer], tuple[Any, list[ReadableSpan]]]]:
    """Makes a call whose every attempt is a span of its own, too; gives what it gave, and the spans, outermost last."""
    exporter.clear()

    def call(answer: Answer) -> tuple[Any, list[ReadableSpan]]:
        count = iter(range(9))

        def handle(_: httpx2.Request) -> httpx2.Response:
            with trace.get_tracer("test").start_as_current_span("attempt"):
                return answer(next(count))

        options: Any = {"transport": httpx2.MockTransport(handle), "create_policy": RetryPolicy(first_wait=0)}
        provider = canaries.class_of(key, aio if face else audiences)(**credentials(key), **options)
        leave_out = {"description", "members"}
        try:
            if face:
                result = face.call(lambda: provider.create(draft(key), leave_out=leave_out))
            else:
                result = provider.create(draft(key), leave_out=leave_out)
        except Exception as error:  # noqa: BLE001
            result = error
        return result, list(exporter.get_finished_spans())

    yield call
    exporter.clear()


def check(spans: list[ReadableSpan], outcome: str | None, failure: str | None, *statuses: int | None) -> None:
    *attempts, call = spans
    assert call.context is not None
    assert call.parent is None
    assert [attempt.parent and attempt.parent.span_id for attempt in attempts] == [call.context.span_id] * len(attempts)
    own = dict(call.attributes or {})
    assert own.keys() <= ALLOWED
    assert own.get("audiences.outcome") == outcome
    assert own.get("error.type") == failure
    assert (call.status.status_code is trace.StatusCode.ERROR) == (failure is not None)
    clients = [dict(each.attributes or {}) for each in attempts if each.kind is trace.SpanKind.CLIENT]
    assert [each.get("http.response.status_code") for each in clients] == [*statuses]
    assert [each.get("http.request.resend_count", 0) for each in clients] == [*range(len(clients))]
    assert all("http.request.resend_count" not in each for each in clients[:1])
    for each in clients:
        assert each.keys() <= ALLOWED_OF_ATTEMPTS
        assert "?" not in str(each["url.full"])
    told = "".join(span.to_json() for span in spans)
    assert found_in(told, SECRET, MEMBER, NUMBER, NAME, WORDS) == set()
    assert call.events == ()
    assert call.status.description is None


def test_a_call_is_a_span_which_is_current_while_the_request_is_sent(run: Any, key: str) -> None:
    result, spans = run(lambda _: httpx2.Response(case(key).SUCCESS, json=body(key, WORDS), headers=headers(key)))
    assert isinstance(result, Receipt)
    check(spans, "applied", None, case(key).SUCCESS)
    assert spans[-1].name == f"{result.provider} create"
    assert spans[-1].kind is trace.SpanKind.INTERNAL
    assert spans[-1].status.is_unset


def test_a_failure_is_told_by_its_kind_and_outcome_only(run: Any, key: str) -> None:
    result, spans = run(lambda _: httpx2.Response(400, json=body(key, canaries.words([]))))
    assert isinstance(result, AudiencesError)
    check(spans, "rejected", "RejectedError", 400)


def test_every_attempt_is_within_the_one_span_of_its_call(run: Any, key: str) -> None:
    answers = [
        httpx2.Response(429, headers={"Retry-After": "0"}),
        good_response(key),
    ]
    result, spans = run(answers.__getitem__)
    assert isinstance(result, Receipt)
    check(spans, "applied", None, 429, case(key).SUCCESS)


def test_of_a_foreign_exception_the_span_has_the_kind_only(run: Any) -> None:
    def fail(_: int) -> httpx2.Response:
        raise AssertionError("of a test's own transport")

    result, spans = run(fail)
    assert isinstance(result, AssertionError)
    check(spans, "unknown", "AssertionError", None)
    assert "of a test" not in spans[-1].to_json()


def test_a_cancelled_call_ends_its_span_with_an_unknown_outcome(
    exporter: InMemorySpanExporter, portal: BlockingPortal, key: str
) -> None:
    async def call() -> None:
        class Silent(httpx2.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
                scope.cancel()
                await anyio.sleep(60)
                raise AssertionError(request)

        with anyio.CancelScope() as scope:
            await make(key, aio, transport=Silent()).create(case(key).good())

    exporter.clear()
    portal.call(call)
    check(list(exporter.get_finished_spans()), "unknown", "CancelledError", None)


def test_calls_to_many_are_within_the_callers_own_span(
    exporter: InMemorySpanExporter, face: BlockingPortal | None
) -> None:
    def answer(key: str) -> httpx2.MockTransport:
        return httpx2.MockTransport(lambda _: good_response(key))

    exporter.clear()
    how: Any = {"leave_out": {"description", "members"}}
    providers = [make(key, aio if face else audiences, transport=answer(key)) for key in KEYS]
    with trace.get_tracer("test").start_as_current_span("outer"):
        if face:
            face.call(lambda: aio.create_everywhere(draft("batch"), providers, **how))
        else:
            create_everywhere(draft("batch"), providers, **how)
    *inner, outer = exporter.get_finished_spans()
    calls = [each for each in inner if each.kind is trace.SpanKind.INTERNAL]
    assert outer.context is not None
    assert [call.parent and call.parent.span_id for call in calls] == [outer.context.span_id] * len(KEYS)


@pytest.mark.parametrize("moment", ["start", "end"])
def test_a_processor_that_raises_loses_no_receipt(run: Any, key: str, moment: str) -> None:
    before, BROKEN.armed = BROKEN.armed, moment
    try:
        result, _ = run(lambda _: good_response(key))
    finally:
        BROKEN.armed = before
    assert isinstance(result, Receipt)


BLOCKED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocker())
import httpx2, audiences, audiences.aio
transport = httpx2.MockTransport(lambda _: httpx2.Response(202, json={"indexing_token": "abc"}))
draft = audiences.Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
print(audiences.Batch(api_key="key-4711", project="p", transport=transport).create(draft).operation_token)
"""


def test_without_opentelemetry_the_library_works() -> None:
    done = processes.run([sys.executable, "-c", BLOCKED])
    assert (done.stdout, done.stderr) == ("abc\n", "")


def test_a_wait_whose_time_is_over_and_an_audience_that_is_not_in_a_list_are_errors_of_their_span(
    exporter: InMemorySpanExporter,
) -> None:
    indexing = {"name": "VIP", "indexing_state": "IN_PROGRESS"}
    batch = make("batch", transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json=indexing)))
    exporter.clear()
    with pytest.raises(audiences.WaitTimeoutError):
        batch.wait("VIP", within=0)
    attempt, wait = exporter.get_finished_spans()[-2:]
    assert (attempt.name, attempt.status.is_unset, wait.name) == ("GET", True, "Batch wait")
    assert (attempt.parent and attempt.parent.span_id) == (wait.context and wait.context.span_id)
    assert dict(wait.attributes or {})["error.type"] == "WaitTimeoutError"
    assert wait.status.status_code is trace.StatusCode.ERROR
