"""What is logged of a call, and what is not."""

import gc
import logging
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import httpcore2
import httpx2
import pytest
from anyio.from_thread import BlockingPortal

import processes
from audiences import Audience, PhoneFile, Receipt, aio, create_everywhere
from audiences._http.quiet import LOGGERS
from callers import Caller
from canaries import NAME, WORDS, witness
from cases import case, good_answer
from cases.commbox import CSV
from raw_server import RawServer, closed_port, http
from wire import operation_of


def test_an_attempt_is_logged_with_these_fields_and_no_others(caller: Caller, raw: RawServer) -> None:
    records: list[logging.LogRecord] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    raw.answer = good_answer(caller.key, X_Request_Id="a-1")
    logger, handler = logging.getLogger("audiences"), Handler()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        caller.create(caller.case.good())
        raw.answer = http(400, b"{}", X_Request_Id=f"{NAME} {WORDS}")
        caller.create(caller.case.good())
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    usual = vars(logging.makeLogRecord({})).keys() | {"message", "taskName"}
    good, bad = ({name: value for name, value in vars(each).items() if name not in usual} for each in records)
    assert good.pop("duration") >= 0
    title, operation, method = caller.provider.title, good["operation"], operation_of(caller.key).method
    assert good == {
        "provider": title,
        "operation": caller.provider.adapter.create.id,
        "method": method,
        "attempt": 1,
        "status": case(caller.key).SUCCESS,
        "outcome": "applied",
        "request_id": "a-1",
    }
    assert (bad["status"], bad["outcome"], bad["request_id"]) == (400, "rejected", None)
    assert [record.levelname for record in records] == ["INFO", "WARNING"]
    assert f"provider={title} operation={operation} method={method} attempt=1" in records[0].getMessage()


def fail(*_: object) -> None:
    raise KeyError(f"{NAME} {WORDS}")


async def nothing(*_: object) -> None: ...


@pytest.mark.parametrize(
    ("name", "observer"),
    [
        ("on_response", fail),
        ("on_progress", fail),
        ("on_progress", lambda *_: nothing()),
        ("on_result", fail),
    ],
)
def test_what_an_observer_raises_is_logged_once_by_its_kind_only(
    raw: RawServer, face: BlockingPortal | None, caplog: pytest.LogCaptureFixture, name: str, observer: Any
) -> None:
    raw.answer = good_answer("commbox")
    times = 5_000 if name == "on_progress" else 1  # it is told more than once
    draft = Audience(name="VIP", members=PhoneFile(CSV * times, "x.csv", checked=False))
    with caplog.at_level(logging.WARNING, "audiences"):
        if name != "on_result":
            caller = Caller("commbox", raw.url, face, **{name: observer})
            result: object = caller.create(draft)
        else:
            caller = Caller("commbox", raw.url, face)
            one, create = [caller.provider], aio.create_everywhere if face else create_everywhere
            told: Any = partial(create, draft, one, on_result=observer)
            (result,) = face.call(told) if face else told()
        caller.close()
    gc.collect(1)  # a coroutine that was never awaited would be warned of now
    assert isinstance(result, Receipt)
    kind = "KeyError" if observer is fail else "ConfigurationError"
    assert [record.getMessage() for record in caplog.records] == [f"{name} raised {kind}, which is dropped"]
    assert WORDS not in caplog.text


def test_without_logging_set_up_nothing_is_printed() -> None:
    code = (
        "import audiences; from audiences import *\n"
        f"b = Batch(api_key='key-4711', project='p', base_url='http://127.0.0.1:{closed_port()}', "
        "create_policy=RetryPolicy(attempts=1))\n"
        "try: b.create(Audience(name='V', provider_fields={'batch': {'type': 'emails'}}))\n"
        "except NotSentError: print('not sent')"
    )
    done = processes.run([sys.executable, "-c", code])
    assert (done.stdout, done.stderr) == ("not sent\n", "")


def test_the_applications_own_calls_of_httpx_stay_logged(raw: RawServer, face: BlockingPortal | None) -> None:
    raw.answer = good_answer("batch")
    caller = Caller("batch", raw.url, face)

    async def own() -> None:
        async with httpx2.AsyncClient(trust_env=False) as client:
            await client.get(raw.url)

    with witness() as logs:
        caller.create(case("batch").good())
        assert not any(line.startswith(("httpx2", "httpcore2")) for line in logs)
        if face:
            face.call(own)
        else:
            with httpx2.Client(trust_env=False) as client:
                client.get(raw.url)
    caller.close()
    for logger in ("httpx2", "httpcore2.connection", "httpcore2.http11"):
        assert any(line.startswith(logger) for line in logs)


def test_no_logger_of_httpx_or_httpcore_is_forgotten() -> None:
    folders = [Path(module.__file__ or "").parent for module in (httpx2, httpcore2)]
    sources = [path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py")]
    theirs = {name for source in sources for name in re.findall(r'getLogger\("([^"]*)"\)', source)}
    assert {"httpx2", "httpcore2.http11"} <= theirs <= set(LOGGERS)
    assert sum(source.count("getLogger(") for source in sources) == sum(
        source.count('getLogger("') for source in sources
    )


def test_a_handler_that_raises_loses_no_receipt(caller: Caller, raw: RawServer) -> None:
    class Broken(logging.Handler):
        def handle(self, record: logging.LogRecord) -> bool:
            raise RuntimeError(record.getMessage())

    raw.answer = good_answer(caller.key)
    logger, handler = logging.getLogger("audiences"), Broken()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        assert isinstance(caller.create(caller.case.good()), Receipt)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
