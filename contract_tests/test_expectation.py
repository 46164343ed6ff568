"""What a request has a right to, by the documents; where they are silent, either is right."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from audience_contract import Request, Response, load
from audience_contract.mock.credentials import TOKEN
from audience_contract.server.expectation import Expected, expect
from audience_contract.server.target import Target
from wire import body, header, operation_of, query, wire

SETTINGS = {
    "batch": {"header Authorization": TOKEN, "header X-Batch-Project": "mock-project"},
    "commbox": {"header Authorization": TOKEN},
    "adobe": {
        "header Authorization": TOKEN,
        "header x-api-key": "mock-client-id",
        "header x-gw-ims-org-id": "mock-org",
        "header x-sandbox-name": "mock-sandbox",
    },
}
Change = Callable[[Request], Request]


def same(request: Request) -> Request:
    return request


BATCH = [
    (same, Expected.SUCCESS),
    (header("Authorization", f"bearer {TOKEN}"), Expected.SUCCESS),
    (header("Content-Type", "Application/JSON; charset=utf-8"), Expected.SUCCESS),
    (header("Accept", "*/*"), Expected.SUCCESS),
    (header("Authorization"), Expected.UNAUTHORISED),
    (header("Authorization", "Bearer other"), Expected.UNAUTHORISED),
    (header("Authorization", f"Basic {TOKEN}"), Expected.UNAUTHORISED),
    (header("X-Batch-Project"), Expected.NO_SUCCESS),
    (header("X-Batch-Project", "another"), Expected.NO_SUCCESS),
    (header("Content-Type", "text/plain"), Expected.NO_SUCCESS),
    (body("emails", "nothing"), Expected.REFUSAL),
    (body("spring_2025", "s" * 256), Expected.REFUSAL),
    (body("spring_2025", "spring 2025"), Expected.REFUSAL),
    (body("}", "} x"), Expected.REFUSAL),
    (body("}", ",}"), Expected.REFUSAL),
    # Nothing is said of these.
    (header("Authorization", f"Bearer {TOKEN}", f"Bearer {TOKEN}"), Expected.OPEN),
    (header("Content-Type"), Expected.OPEN),
    (header("Content-Type", "application/json; charset=latin-1"), Expected.OPEN),
    (body("spring_2025", ""), Expected.OPEN),
    (body('"display_name"', '"description"'), Expected.OPEN),
    (body("{", "\ufeff{"), Expected.OPEN),
    (body("Spring", "s" * 256), Expected.OPEN),
    (body("Spring", "\\u0000"), Expected.OPEN),
    (query("?debug=1"), Expected.OPEN),
]
COMMBOX = [
    (same, Expected.SUCCESS),
    (body('name="name"', 'name="title"'), Expected.REFUSAL),
    (body("phone1", "mobile"), Expected.REFUSAL),
    (body("phone1", "PHONE1"), Expected.OPEN),
    (body("phone1", "id;phone1"), Expected.OPEN),
    (body("442079832100", "abc"), Expected.OPEN),
    (body("442079832100\r\n", ""), Expected.OPEN),
    (body("text/csv", "text/plain"), Expected.OPEN),
    (body("a.csv", "a"), Expected.OPEN),
    (body("a.csv", "a.CSV"), Expected.SUCCESS),
    (body("Content-Type: text/csv", "X-Other: a"), Expected.OPEN),
    (body("text/csv\r\n\r\nphone1", "application/pdf\r\n\r\nphone1"), Expected.OPEN),
    (body("text/csv\r\n\r\nphone1", "application/zip\r\n\r\nPK"), Expected.OPEN),
    (body("text/csv\r\n\r\nphone1", "application/pdf\r\n\r\n%PDF-1.7"), Expected.REFUSAL),
    (header("Content-Type"), Expected.NO_SUCCESS),
]
ADOBE = [
    (header("Accept"), Expected.NO_SUCCESS),
    (header("Accept", "*/*"), Expected.NO_SUCCESS),
    (query(""), Expected.NO_SUCCESS),
    (header("x-api-key"), Expected.NO_SUCCESS),
    (header("x-sandbox-name", "other"), Expected.OPEN),
    (body('"namespace": "n"', '"namespace": "agora"'), Expected.OPEN),
    (
        body('"namespace": "n", "originName": "o"', '"namespace": "agora", "originName": "Agora_Collaboration"'),
        Expected.SUCCESS,
    ),
    (body("{", "["), Expected.REFUSAL),
]
TABLE = [
    *(("batch", *row) for row in BATCH),
    *(("commbox", *row) for row in COMMBOX),
    *(("adobe", *row) for row in ADOBE),
]


def _expected(key: str, change: Change, method: str = "POST") -> Expected:
    target = Target(load(key), "http://127.0.0.1", SETTINGS[key])
    changed = change(wire(key).GOOD)
    request = Request(method, changed.target, changed.headers, changed.body)
    return expect(target, operation_of(key), request).expected


@pytest.mark.parametrize(("key", "change", "expected"), TABLE)
def test_a_request_must_end_as_the_documents_say(key: str, change: Change, expected: Expected) -> None:
    assert _expected(key, change) is expected


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_method_that_is_not_documented_must_not_succeed(method: str) -> None:
    assert _expected("batch", same, method) is Expected.NO_SUCCESS


@pytest.mark.parametrize(
    ("change", "right"),
    [
        (same, {202}),
        (header("Authorization"), {401}),
        (body("emails", "nothing"), {400}),
        (header("X-Batch-Project"), {400, 401, 403, 415, 422}),
        (body("spring_2025", ""), {202, 400, 401, 403, 415, 422}),
    ],
)
def test_only_statuses_that_fit_the_case_are_right(change: Change, right: set[int]) -> None:
    target = Target(load("batch"), "http://127.0.0.1", SETTINGS["batch"])
    operation = operation_of("batch")
    expectation = expect(target, operation, change(wire("batch").GOOD))
    statuses = (200, 201, 202, 301, 400, 401, 403, 415, 422, 500, 503)
    assert {s for s in statuses if expectation.fits(operation, Response(s, ()))} == right


def test_a_list_that_is_asked_for_without_a_query_is_there() -> None:
    operation = load("commbox").named["Get_Audiences"]
    request = replace(wire("commbox").GOOD, method="GET", target=operation.path, body=b"")
    expectation = expect(Target(load("commbox"), "http://127.0.0.1", SETTINGS["commbox"]), operation, request)
    assert {status for status in (200, 404) if expectation.fits(operation, Response(status, ()))} == {200}
