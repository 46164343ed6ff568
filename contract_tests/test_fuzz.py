"""Any bytes as an answer, and what the fuzzer begins with: no foreign exception, and the right outcome."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import processes
from audiences import NotSentError, Receipt, RejectedError, UnknownOutcomeError
from callers import Caller, created
from cases import KEYS, case
from fuzz.oracle import judge, judge_bytes, judge_parts
from fuzz.seeds import BROKEN, seeds
from fuzz.target import FACES, MODES, Input, Target, opened
from long import long
from raw_server import RawServer, http

EACH = settings(max_examples=settings().max_examples // 2)
"""Of what is tried at each provider, blocking and async."""
HEADERS = (b"Content-Length: 2", b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", b"Retry-After: 1", b"X")
LINES = st.sampled_from([b"HTTP/1.1 %d OK" % status for status in (100, 103, 200, 202, 204, 301, 400, 408, 503, 599)])
PIECES = st.sampled_from([b"\r\n", b"\r\n\r\n", b"\n", *HEADERS, b"0\r\n\r\n", b"{}"]) | st.binary(max_size=8) | LINES


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with opened() as made:
        yield made


@EACH
@given(answer=st.binary(max_size=300) | st.builds(bytes.__add__, LINES, st.lists(PIECES, max_size=12).map(b"".join)))
@example(answer=BROKEN[1])
@example(answer=b"")
@example(answer=b"HTTP/0.0 400\n\n")
@example(answer=b"HTTP/1.1 400 X\r\nContent-Len")
@example(answer=b"HTTP/1.1 202 X\r\nContent-Len")
@example(answer=b"HTTP/1.1 100 Continue\r\n\r\n")
@example(answer=b"HTTP/1.1 1000 X\r\n\r\n")
@example(answer=b"HTTP/1.1 99 X\r\nContent-Length: 0\r\n\r\n")
def test_any_bytes_as_an_answer_have_the_outcome_that_they_say(caller: Caller, raw: RawServer, answer: bytes) -> None:
    raw.answer = answer
    raw.requests.clear()
    assert judge_bytes(caller.create(caller.case.good()), caller.case, answer) == []
    assert len(raw.requests) >= 1


@given(data=st.binary(max_size=300))
def test_any_bytes_as_the_fuzzer_gives_them_are_answered_rightly(target: Target, data: bytes) -> None:
    target(data)


@pytest.mark.parametrize("every", [5, long(1)])
def test_the_fuzzers_seeds_are_answered_rightly_and_lead_everywhere(target: Target, every: int) -> None:
    begins = [*seeds()]
    for each in begins[::every]:
        target(each)
    led = {(given.key, given.face, given.mode) for given in map(Input.of, begins)}
    assert led == {(key, face, mode) for key in KEYS for face in FACES for mode in MODES}


def _good(raw: RawServer) -> Receipt:
    raw.answer = http(202, b'{"indexing_token":"abc"}')
    receipt = created("batch", raw.url, None)
    assert isinstance(receipt, Receipt)
    return receipt


def test_the_oracle_reports_what_is_claimed_wrongly(raw: RawServer) -> None:
    receipt, batch = _good(raw), case("batch")
    assert judge(receipt, batch) == []
    assert judge(KeyError("x"), batch) == ["KeyError is neither a receipt nor an error of the library's"]
    assert judge(NotSentError("x"), batch) != []
    assert judge(RejectedError("x"), batch) != []
    assert judge(RejectedError("x", response=receipt.response), batch) != []
    assert judge(UnknownOutcomeError("x", response=receipt.response), batch) != []
    assert judge(UnknownOutcomeError("x"), batch) == []
    assert judge_bytes(UnknownOutcomeError("x"), batch, raw.answer) == ["shows the status None, it was 202"]
    assert judge_bytes(receipt, batch, b"HTTP/1.1 204 X") == ["shows the status 202, which was never sent"]
    assert judge_parts(receipt, batch, 202, b'{"indexing_token":"abd"}') == [
        "found (None, 'abc'), (None, 'abd') was sent"
    ]
    assert judge_parts(receipt, batch, 200, b'{"indexing_token":"abc"}') == ["shows the status 202, it was 200"]
    assert judge(UnknownOutcomeError("key-4711"), batch) == ["shows a secret"]


def test_an_input_that_was_kept_can_be_played_again(tmp_path: Path) -> None:
    file = tmp_path / "crash"
    file.write_bytes(Input.bytes_for("adobe", "async", "socket", BROKEN[2]))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-m", "fuzz", str(file)]
    done = processes.run(command, env=environment, check=True)
    assert "202 X" in done.stdout
    assert done.stdout.endswith("nothing is wrong with it\n")
