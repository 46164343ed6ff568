"""An answer of JSON takes no more memory and time than it may, whatever is in it; and reading it loses no answer."""

import itertools
import json
import string
import sys
import textwrap
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import processes
from audiences import Headers, Reference, Response, SpecViolationError
from audiences._answer import read as read_answer
from audiences._json import UnreadableError, loads
from audiences._operation import text
from audiences.providers.adobe import ADOBE
from long import long

SIZE = 200_000
TYPE = Headers((("Content-Type", "application/json"),))


def names(width: int = 4) -> Iterator[str]:
    return map("".join, itertools.product(string.ascii_letters, repeat=width))


def repeated(unit: str) -> str:
    return '{"id": "4711", "extra": [' + (unit * (SIZE // len(unit.encode()))).rstrip(",") + "]}"


def properties(unit: str, begin: str = "", end: str = "") -> str:
    """A unit for each of many names."""
    whole = ",".join(unit % name for name in itertools.islice(names(), SIZE // len(unit % "abcd")))
    return f'{{"id": "4711", {begin}{whole}{end}}}'


# Made only where they are read: they are large.
HOSTILE: dict[str, Callable[[], str]] = {
    "empty lists": lambda: repeated("[],"),
    "lists in lists": lambda: repeated("[[[[[]]]]],"),
    "objects in objects": lambda: repeated('{"a":{"a":{"a":{}}}},'),
    "keys of an inner object": lambda: properties('"%s":0', '"x":{', "}"),
    "strings of two characters, beside one of four bytes": lambda: repeated('"ab",').replace(
        "extra", "\N{GRINNING FACE}"
    ),
}
ORDINARY: dict[str, Callable[[], str]] = {
    "numbers": lambda: json.dumps({"id": "4711", "failed": list(range(60_000))}),
    "phone numbers": lambda: json.dumps({"id": "4711", "failed": [f"44790{number:07}" for number in range(30_000)]}),
    "ids and names": lambda: json.dumps({"id": "4711", "all": [{"id": str(n), "name": "VIP"} for n in range(10_000)]}),
    "the same, compact": lambda: json.dumps(
        {"id": "4711", "all": [{"id": str(n), "name": "VIP"} for n in range(10_000)]}, separators=(",", ":")
    ),
    "records": lambda: json.dumps(
        {"id": "4711", "all": [{"id": str(n), "name": "VIP \N{GRINNING FACE}", "tags": []} for n in range(10_000)]},
        ensure_ascii=False,
        separators=(",\n      ", ": "),
    ),
    "a message of brackets": lambda: json.dumps({"id": "4711", "message": '[{,:"' * 60_000}),
    "a long message beyond Latin": lambda: json.dumps({"id": "4711", "message": "ж" * 200_000}, ensure_ascii=False),
}


def _found(_: object, value: Any) -> Reference | None:
    given = text(value, "id")
    return Reference(id=given) if given else None


def read(body: bytes, status: int = 200, **changes: Any) -> Any:
    """What becomes of an answer."""
    operation: Any = replace(ADOBE.create, result=_found, **changes)
    return read_answer(operation, None, Response(status, TYPE, body))


@pytest.mark.parametrize("name", ["objects in objects", *map(long, sorted(HOSTILE.keys() - {"objects in objects"}))])
def test_an_answer_takes_no_more_than_50_times_its_bytes_and_is_read(name: str) -> None:
    body = HOSTILE[name]().encode()
    read(b'{"id": "4711"}')  # what is made once
    tracemalloc.start()
    result = read(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak + 3 * len(body) <= 50 * len(body)  # as it comes, as it is kept, and as it is searched for secrets
    assert result.result == Reference(id="4711")


@pytest.mark.parametrize("name", ORDINARY)
def test_a_large_answer_of_an_ordinary_kind_is_read(name: str) -> None:
    body = ORDINARY[name]()
    assert len(body) > 200_000
    assert read(body.encode()).result == Reference(id="4711")


@pytest.mark.parametrize("size", [2**10, 2**16])
def test_a_small_answer_is_read_whatever_is_in_it(size: int) -> None:
    body = b'{"id": "4711", "extra": [' + b"[]," * ((size - 40) // 3) + b"[]]}"
    assert len(body) <= size
    assert read(body).result == Reference(id="4711")


@pytest.mark.parametrize(
    "body",
    [b'"' + b'\\"' * 2**20, b'{"a' + b"\\" * 2**21, b'"",' * 2**20, b'"\\"' * 2**20, b'{"":' * 2**18, b"[" * 2**22],
    ids=range(6),
)
def test_what_is_no_json_is_known_for_none_in_linear_time(body: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(UnreadableError):
        loads(body)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 1}',
        b'[{"a": {"b": 1, "\\u0062": 2}}]',
        b'{"": 1, "x": [{}], "": 2}',
        b'{"a": {"a": 1}, "a" \n: "a"}',
    ],
)
def test_a_key_that_stands_twice_in_an_object_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableError, match="an object has the same key twice"):
        loads(body)


@pytest.mark.parametrize("body", [b'{"a": {"a": ":"}, "b:": "\\":"}', b'[{"a": 1}, {"a": 1}]', b'":"', b'"\\\\"'])
def test_the_same_key_in_two_objects_is_none_that_stands_twice(body: bytes) -> None:
    assert loads(body) == json.loads(body)


@pytest.mark.parametrize("raised", [MemoryError(), RecursionError(), KeyError("id"), SystemError()])
def test_a_receipt_is_not_lost_to_what_the_generated_parser_raises(raised: Exception) -> None:
    def parse(_: object) -> object:
        raise raised

    success = read(b'{"id": "4711"}', parse=parse)
    assert (success.result, success.model) == (Reference(id="4711"), None)
    assert type(raised).__name__ in success.model_problem


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory is in use")
def test_an_answer_for_which_there_is_no_memory_has_the_outcome_of_its_status() -> None:
    code = """
        import resource
        from test_json import read
        read(b'{"id": "4711"}')
        body = b'{"id": "4711", "rows": [' + b"1234567, " * 4_000_000 + b"0]}"
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 150 * 2**20,) * 2)
        for status in (200, 400, 500):
            result = read(body, status)
            print(type(result).__name__, result.outcome, "MemoryError" in str(result))
    """
    done = processes.run([sys.executable, "-c", textwrap.dedent(code)], cwd=Path(__file__).parent)
    assert done.returncode == 0, done.stderr
    first, *others = [line.split() for line in done.stdout.splitlines()]
    assert first == [SpecViolationError.__name__, "applied", "True"]
    assert [outcome for _, outcome, _ in others] == ["rejected", "unknown"]
