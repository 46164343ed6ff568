"""What a request has a right to, by the documents; where they are silent, either is right."""

from collections.abc import Callable

import pytest

from audience_contract import Request, Response, load
from audience_contract.mock.credentials import TOKEN
from audience_contract.server.expectation import Fate, expect
from audience_contract.server.target import Target
from wire import body, header, query, wire

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
    (same, Fate.SUCCESS),
    (header("Authorization", f"bearer {TOKEN}"), Fate.SUCCESS),
    (header("Content-Type", "Application/JSON; charset=utf-8"), Fate.SUCCESS),
    (header("Accept", "*/*"), Fate.SUCCESS),
    (header("Authorization"), Fate.UNAUTHORISED),
    (header("Authorization", "Bearer other"), Fate.UNAUTHORISED),
    (header("Authorization", f"Basic {TOKEN}"), Fate.UNAUTHORISED),
    (header("X-Batch-Project"), Fate.NO_SUCCESS),
    (header("Content-Type", "text/plain"), Fate.NO_SUCCESS),
    (body("emails", "nothing"), Fate.REFUSAL),
    (body("spring_2025", "s" * 256), Fate.REFUSAL),
    (body("spring_2025", "spring 2025"), Fate.REFUSAL),
    (body("}", "} x"), Fate.REFUSAL),
    # Nothing is said of these.
    (header("X-Batch-Project", "another"), Fate.OPEN),
    (header("Authorization", f"Bearer {TOKEN}", f"Bearer {TOKEN}"), Fate.OPEN),
    (header("Content-Type"), Fate.OPEN),
    (header("Content-Type", "application/json; charset=latin-1"), Fate.OPEN),
    (header("Accept", "text/html"), Fate.OPEN),
    (header("Content-Encoding", "gzip"), Fate.OPEN),
    (body("spring_2025", ""), Fate.OPEN),
    (body('"display_name"', '"description"'), Fate.OPEN),
    (body("{", "\ufeff{"), Fate.OPEN),
    (body("Spring", "s" * 256), Fate.OPEN),
    (body("Spring", "\\u0000"), Fate.OPEN),
    (query("?debug=1"), Fate.OPEN),
]
COMMBOX = [
    (same, Fate.SUCCESS),
    (body('name="name"', 'name="title"'), Fate.REFUSAL),
    (body("phone1", "mobile"), Fate.REFUSAL),
    (body("phone1", "PHONE1"), Fate.OPEN),
    (body("phone1", "id;phone1"), Fate.OPEN),
    (body("442079832100", "abc"), Fate.OPEN),
    (body("442079832100\r\n", ""), Fate.OPEN),
    (body("text/csv", "text/plain"), Fate.OPEN),
    (body("Content-Type: text/csv", "X-Other: a"), Fate.OPEN),
    (body("text/csv\r\n\r\nphone1", "application/pdf\r\n\r\nphone1"), Fate.OPEN),
    (body("text/csv\r\n\r\nphone1", "application/zip\r\n\r\nPK"), Fate.OPEN),
    (body("text/csv\r\n\r\nphone1", "application/pdf\r\n\r\n%PDF-1.7"), Fate.REFUSAL),
    (header("Content-Type"), Fate.NO_SUCCESS),
]
ADOBE = [
    (header("Accept"), Fate.NO_SUCCESS),
    (header("Accept", "*/*"), Fate.NO_SUCCESS),
    (header("Accept", "application/vnd.adobe.external.audiences+json;version=2"), Fate.OPEN),
    (query(""), Fate.NO_SUCCESS),
    (header("x-api-key"), Fate.UNAUTHORISED),
    (header("x-sandbox-name", "other"), Fate.OPEN),
    (body('"namespace": "n"', '"namespace": "agora"'), Fate.OPEN),
    (
        body('"namespace": "n", "originName": "o"', '"namespace": "agora", "originName": "Agora_Collaboration"'),
        Fate.SUCCESS,
    ),
    (body("{", "["), Fate.REFUSAL),
]
TABLE = [
    *(("batch", *row) for row in BATCH),
    *(("commbox", *row) for row in COMMBOX),
    *(("adobe", *row) for row in ADOBE),
]


def _expected(key: str, change: Change, method: str = "POST") -> Fate:
    target = Target(load(key), "http://127.0.0.1", SETTINGS[key])
    changed = change(wire(key).GOOD)
    request = Request(method, changed.target, changed.headers, changed.body)
    return expect(target, target.spec.operations[0], request).fate


@pytest.mark.parametrize(("key", "change", "fate"), TABLE)
def test_a_request_must_end_as_the_documents_say(key: str, change: Change, fate: Fate) -> None:
    assert _expected(key, change) is fate


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_method_that_is_not_documented_must_not_succeed(method: str) -> None:
    assert _expected("batch", same, method) is Fate.NO_SUCCESS


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
    operation = target.spec.operations[0]
    expectation = expect(target, operation, change(wire("batch").GOOD))
    statuses = (200, 201, 202, 301, 400, 401, 403, 415, 422, 500, 503)
    assert {s for s in statuses if expectation.fits(operation, Response(s, ()))} == right
