"""What is shown where, as docs/guides/settings.md has it: canaries are put wherever somebody can put something."""

import asyncio
import io
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

import audiences
import canaries
from audience_contract.workbooks import workbook
from audiences import AudiencesError, Outcome, PhoneFile, Receipt, RetryPolicy, aio
from audiences._json import dumps
from canaries import MEMBER, NAME, NUMBER, SECRET, WORDS, body, credentials, draft, found_in, witness
from cases import case, good_answer
from raw_server import RawServer, closed_port, http

ALL = (SECRET, MEMBER, NUMBER, NAME, WORDS)
ONCE = RetryPolicy(attempts=2, first_wait=0)
STATUSES = [299, 301, 400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503, 520, 599]
Answer = Callable[[str, str], bytes]


def answered(status: int, **headers: str) -> Answer:
    return lambda key, told: http(status, dumps(body(key, told)), **headers)


def cut(key: str, told: str) -> bytes:
    whole = http(case(key).SUCCESS, dumps(body(key, told)))
    return whole[: whole.rindex(SECRET.encode()) + len(SECRET) + 4]


def with_an_escaped_letter(status: int | None = None) -> Answer:
    """The secrets in JSON that has one letter of each as an escape."""

    def answer(key: str, told: str) -> bytes:
        whole = dumps(body(key, told)).replace(SECRET.encode(), f"\\u{ord(SECRET[0]):04X}{SECRET[1:]}".encode())
        return http(status or case(key).SUCCESS, whole)

    return answer


ANSWERS: dict[str, Answer] = {
    "a success with an escaped letter": with_an_escaped_letter(),
    "a refusal with an escaped letter": with_an_escaped_letter(400),
    "a documented success": lambda key, told: answered(case(key).SUCCESS)(key, told),
    **{f"the status {status}": answered(status) for status in STATUSES},
    "a 429 to be repeated": answered(429, Retry_After="0"),
    "a 503 with Retry-After": answered(503, Retry_After="9999"),
    "a large success": lambda key, told: http(
        case(key).SUCCESS, dumps({**body(key, told), "more": " " * 70_000 + WORDS})
    ),
    "headers": lambda _, told: http(
        400, b"", X_Request_Id=told, Location=f"https://x.test/?{told}", Set_Cookie=told, **{f"X_{WORDS}": told}
    ),
    "a success that lacks all": lambda key, told: http(case(key).SUCCESS, dumps({"told": told})),
    "a success that is HTML": lambda key, told: http(case(key).SUCCESS, f"<p>{told}</p>".encode(), "text/html"),
    "a success that is broken gzip": lambda key, told: http(
        case(key).SUCCESS, f"<p>{told}</p>".encode(), Content_Encoding="gzip"
    ),
    "a body that ends within a secret": cut,
    "a body that is too large": lambda key, told: http(case(key).SUCCESS, told.encode() * 1000),
    "no answer": lambda *_: b"",
    "no HTTP": lambda _, told: told.encode() + b"\r\n\r\n",
    "a header that is none": lambda _, told: b"HTTP/1.1 200 X\r\n" + told.encode() + b"\r\n\r\n",
    "an interim answer only": lambda _, told: b"HTTP/1.1 103 X\r\nLink: " + told.encode() + b"\r\n\r\n",
}


@pytest.fixture(scope="module")
def debugged() -> Iterator[BlockingPortal]:
    """An event loop in debug mode, which logs every callback, with what it is called with."""
    with start_blocking_portal(backend_options={"debug": True}) as portal:

        async def slow() -> None:
            asyncio.get_running_loop().slow_callback_duration = 0

        portal.call(slow)
        yield portal


@pytest.fixture(params=["blocking", "async"])
def create(request: pytest.FixtureRequest, key: str, debugged: BlockingPortal) -> Callable[..., Any]:
    """Makes a provider object, and creates the draft full of canaries; gives the receipt or what was raised."""

    def run(url: str, arguments: dict[str, Any] | None = None, given: Any = None, **options: Any) -> Any:
        face = aio if request.param == "async" else audiences
        made = {**credentials(key), **(arguments or {}), "base_url": url, "create_policy": ONCE, **options}
        provider = canaries.class_of(key, face)(**made)
        how: Any = {"leave_out": {"description", "members"}}

        async def call() -> Any:
            try:
                async with provider:
                    return await provider.create(given or draft(key), **how)
            except BaseException as error:  # noqa: BLE001
                return error

        if face is aio:
            return debugged.call(call)
        try:
            with provider:
                return provider.create(given or draft(key), **how)
        except BaseException as error:  # noqa: BLE001  # an interrupt, too
            return error

    return run


def check(result: Any, logs: list[str]) -> None:
    """The table, for what a call gave, and what was logged meanwhile."""
    assert isinstance(result, AudiencesError | Receipt)
    assert found_in("\n".join(logs), *ALL) == set()
    for each in (result, result.response, result.response and result.response.headers, result.attempts):
        assert found_in(canaries.shown(each), *ALL) == set()
    assert found_in(canaries.reachable(result), SECRET) == set()
    data = pickle.dumps(result)
    assert found_in(data, SECRET) == set()
    again: Any = pickle.loads(data)  # noqa: S301  # our own
    assert type(again) is type(result)
    assert str(again) == str(result)
    assert again.response == result.response
    if isinstance(result, AudiencesError):
        assert vars(again) == vars(result)
    assert NAME in (getattr(again, "name", None), getattr(again, "audience_name", None))


@pytest.mark.parametrize("name", ANSWERS)
def test_whatever_a_provider_answers_each_class_is_shown_where_the_table_says(
    create: Callable[..., Any], key: str, name: str, raw: RawServer
) -> None:
    secrets = [value for value in credentials(key).values() if SECRET in value]
    raw.answer = ANSWERS[name](key, canaries.words(secrets))
    assert all(each.encode() in raw.answer for each in (WORDS, SECRET[1:])) or name == "no answer"
    with witness() as logs:
        result = create(raw.url, max_response_bytes=100_000)
    check(result, logs)
    assert any(line.startswith("audiences: ") for line in logs)
    if result.response and result.response.body and result.response.problem is None:
        assert WORDS.encode() in result.response.body
        assert b"***" in result.response.body


def test_whatever_keeps_a_call_from_being_sent_shows_as_little(create: Callable[..., Any], key: str) -> None:
    here = f"http://127.0.0.1:{closed_port()}"
    with witness() as logs:
        results = [
            create(here),
            create("http://no-such-host.invalid", allow_http=True),
            create(here.replace("http", "https")),
            create(here, given=draft(key, provider_fields={key: {MEMBER + "@": SECRET, "unknown": NAME}})),
            create(here, proxy=f"http://user:{SECRET}@127.0.0.1:{closed_port()}"),
            create("https://x.invalid", proxy=f"http://user:{SECRET}@127.0.0.1:{closed_port()}"),
        ]
    for result in results:
        check(result, logs)
        assert result.outcome is Outcome.NOT_SENT


def test_an_interrupt_and_a_foreign_exception_show_no_more_than_they_say_themselves(
    create: Callable[..., Any], key: str, raw: RawServer
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    secrets = [value for value in credentials(key).values() if SECRET in value]
    raw.answer = http(400, dumps(body(key, canaries.words(secrets))))
    with witness() as logs:
        result = create(raw.url, on_response=interrupt)
    assert isinstance(result, KeyboardInterrupt)
    check(result.__cause__, logs)
    assert found_in(canaries.shown(result), *ALL) == set()


def test_of_a_large_file_nothing_is_logged_either(
    create: Callable[..., Any], key: str, raw: RawServer, tmp_path: Path
) -> None:
    file = tmp_path / f"{NAME}.csv"
    file.write_bytes(b"phone1\r\n" + f"{NUMBER},{MEMBER}\r\n".encode() * 100_000)
    raw.answer = good_answer(key)
    with witness() as logs:
        result = create(raw.url, given=draft(key, members=PhoneFile(file)))
    check(result, logs)
    assert not case(key).CARRIES_MEMBERS or file.read_bytes() in raw.requests[-1]


def test_what_a_file_object_raises_is_not_shown(create: Callable[..., Any], key: str) -> None:
    class File(io.BytesIO):
        name = f"{NAME}.csv"
        error: Exception

        def read(self, size: int | None = -1, /) -> bytes:
            if size:
                raise self.error
            return b""

    for File.error in (OSError(5, f"{MEMBER} {NUMBER}"), OSError(MEMBER), KeyError(MEMBER), RuntimeError(MEMBER)):
        with witness() as logs:
            result = create(f"http://127.0.0.1:{closed_port()}", given=draft(key, members=PhoneFile(File())))
        check(result, logs)
        assert not case(key).CARRIES_MEMBERS or "cannot be read" in str(result)
        assert found_in(canaries.reachable(result), MEMBER, NUMBER) == set()


def test_what_a_transport_raises_or_names_a_header_is_not_shown(create: Callable[..., Any], key: str) -> None:
    secrets = [value for value in credentials(key).values() if SECRET in value]

    def fail(_: httpx2.Request) -> httpx2.Response:
        raise OSError(5, f"{secrets} {MEMBER}")

    def tell(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(400, headers=[(each, each) for each in secrets])

    for answer in (fail, tell):
        with witness() as logs:
            result = create("https://x.invalid", transport=httpx2.MockTransport(answer))
        check(result, logs)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_no_cell_of_a_file_is_shown_where_something_in_it_looks_wrong(
    create: Callable[..., Any], key: str, ending: str
) -> None:
    for rows in ([["phone1"], [MEMBER], [NUMBER * 2]], [[NUMBER], [MEMBER]]):
        content = workbook(rows) if ending == "xlsx" else "\r\n".join(row[0] for row in rows).encode()
        with witness() as logs:
            result = create("https://x.invalid", given=draft(key, members=PhoneFile(content, f"{NAME}.{ending}")))
        check(result, logs)
