"""What is logged of a call, and what is not."""

import logging
import re
import subprocess
import sys
from pathlib import Path

import httpcore
import httpx
from anyio.from_thread import BlockingPortal

from audiences import Receipt
from audiences._http.quiet import LOGGERS
from audiences._json import dumps
from callers import Caller
from canaries import NAME, WORDS, witness
from cases import case
from raw_server import RawServer, closed_port, http


def test_an_attempt_is_logged_with_these_fields_and_no_others(caller: Caller, raw: RawServer) -> None:
    records: list[logging.LogRecord] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    raw.answer = http(caller.case.SUCCESS, dumps(caller.case.BODY), X_Request_Id="a-1")
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
    title, operation = caller.provider.title, good["operation"]
    assert good == {
        "provider": title,
        "operation": caller.provider.creation.call.operation_id,
        "method": "POST",
        "attempt": 1,
        "status": case(caller.key).SUCCESS,
        "outcome": "applied",
        "request_id": "a-1",
    }
    assert (bad["status"], bad["outcome"], bad["request_id"]) == (400, "rejected", None)
    assert [record.levelname for record in records] == ["INFO", "WARNING"]
    assert f"provider={title} operation={operation} method=POST attempt=1" in records[0].getMessage()


def test_without_logging_set_up_nothing_is_printed() -> None:
    code = (
        "import audiences; from audiences import *\n"
        f"b = Batch(api_key='key-4711', project='p', base_url='http://127.0.0.1:{closed_port()}', "
        "create_policy=RetryPolicy(attempts=1))\n"
        "try: b.create(Audience(name='V', provider_fields={'batch': {'type': 'emails'}}))\n"
        "except NotSentError: print('not sent')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("not sent\n", "")


def test_the_applications_own_calls_of_httpx_stay_logged(raw: RawServer, face: BlockingPortal | None) -> None:
    raw.answer = http(202, dumps(case("batch").BODY))
    caller = Caller("batch", raw.url, face)

    async def own() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(raw.url)

    with witness() as logs:
        caller.create(case("batch").good())
        assert not any(line.startswith(("httpx", "httpcore")) for line in logs)
        if face:
            face.call(own)
        else:
            with httpx.Client(trust_env=False) as client:
                client.get(raw.url)
    caller.close()
    for logger in ("httpx", "httpcore.connection", "httpcore.http11"):
        assert any(line.startswith(logger) for line in logs)


def test_no_logger_of_httpx_or_httpcore_is_forgotten() -> None:
    folders = [Path(module.__file__ or "").parent for module in (httpx, httpcore)]
    sources = [path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py")]
    theirs = {name for source in sources for name in re.findall(r'getLogger\("([^"]*)"\)', source)}
    assert {"httpx", "httpcore.http11"} <= theirs <= set(LOGGERS)
    assert sum(source.count("getLogger(") for source in sources) == sum(
        source.count('getLogger("') for source in sources
    )


def test_a_handler_that_raises_loses_no_receipt(caller: Caller, raw: RawServer) -> None:
    class Broken(logging.Handler):
        def handle(self, record: logging.LogRecord) -> bool:
            raise RuntimeError(record.getMessage())

    raw.answer = http(caller.case.SUCCESS, dumps(caller.case.BODY))
    logger, handler = logging.getLogger("audiences"), Broken()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        assert isinstance(caller.create(caller.case.good()), Receipt)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
