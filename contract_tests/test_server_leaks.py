"""What counts as a leak in an answer, and what only looks like one."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.types import ASGIApp

from audience_contract import Request, Response, load
from audience_contract.judging import Observation
from audience_contract.mock import MockServer
from audience_contract.mock.credentials import TOKEN
from audience_contract.report import Verdict
from audience_contract.server import Options, Target, run
from audience_contract.server.leaks import Leaks
from canaries import forms
from judged import created, target
from long import long
from mistaken import changing, in_answer
from wire import wire

_ORDINARY = ["i", "in", "202", "error", "token", "12345", "create", "Bearer", "application/json", "indexing_token"]


def found(secret: str, said: str) -> str:
    """What leaks where a server of Batch that has this credential says so to a request without any."""
    settings = {"header Authorization": secret, "header X-Batch-Project": "p"}
    leaks = Leaks(Target(load("batch"), "http://127.0.0.1", settings))
    request = replace(wire("batch").GOOD, headers=())
    answer = Response(401, (), said.encode())
    return leaks.find(load("batch").operations[0], Observation("", request, answer), answer)


@pytest.mark.parametrize("secret", _ORDINARY)
def test_a_credential_that_answers_have_anyway_leaks_in_none(secret: str) -> None:
    said = f'{{"error_code": "AUTH", "error_message": "Missing {secret} in the authorization header, 12345 ..."}}'
    assert found(secret, said) == ""


@pytest.mark.parametrize("secret", ["k7Qz9p", "k7Qz9pW2", "password-k7Qz9pW2", "token-k7Qz9pW2xL", "0123456789abcdef"])
def test_a_credential_that_comes_back_is_found_whole_and_packed(secret: str) -> None:
    packed = base64.b64encode(f"credential: {secret}".encode()).decode()
    assert {found(secret, f"no such key: {said}") for said in (secret, f'"{secret}"', packed)} == {
        "a credential comes back"
    }
    assert found(secret, f"no such key: {secret[:-1]}***") == ""


@pytest.mark.parametrize("form", forms("k7/Qz9p+W2xL"))
def test_a_credential_that_comes_back_is_found_in_each_of_its_forms(form: str) -> None:
    assert found("k7/Qz9p+W2xL", f'{{"error_message": "no such key: {form}."}}') == "a credential comes back"


def admitting(secret: str) -> Callable[[ASGIApp], ASGIApp]:
    """A mock whose bearer token is another one."""
    changes = {secret: "mock-token", "mock-token": "nobody"}

    def changed_value(value: str) -> str:
        scheme, spaces, token = re.fullmatch(r"(\S*)( *)(.*)", value, re.DOTALL).groups()  # type: ignore[union-attr]
        return f"{scheme}{spaces}{changes.get(token, token)}"

    def changed(request: Request) -> Request:
        headers = tuple((n, changed_value(v) if n == "authorization" else v) for n, v in request.headers)
        return replace(request, headers=headers)

    return changing(changed)


@pytest.mark.parametrize(
    ("key", "secret"), [long("batch", "in"), ("batch", "token"), long("commbox", "i"), ("commbox", "2025")]
)
def test_a_server_whose_credential_is_short_is_judged_as_any_other(key: str, secret: str) -> None:
    variable = {"batch": "BATCH_API_KEY", "commbox": "COMMBOX_API_KEY"}[key]
    with MockServer(middleware=admitting(secret)) as server:
        report = run(target(server, key, **{variable: secret}), Options(requests=60, operations=[created(key)]))
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())
    assert "too short or too ordinary to be looked for in answers: 1 credential" in report.notes


def test_an_id_that_is_a_credential_is_not_shown_as_what_is_left() -> None:
    secret = TOKEN
    with MockServer(
        middleware=changing(after=in_answer(lambda value: {**value, "id": secret, "audienceId": secret}))
    ) as server:
        options = Options(requests=5, operations=[created("adobe")], keep=True)
        report = run(target(server, "adobe"), options)
    assert report.created
    assert secret not in repr(report.created)


_FORM = (
    b'--442071234567\r\nContent-Disposition: form-data; name="name"\r\n\r\ncontract-check-98765432\r\n'
    b'--442071234567\r\nContent-Disposition: form-data; name="audience_file"; filename="a.csv"\r\n\r\n'
    b"phone1\r\n442079832100\r\n--442071234567--\r\n"
)


@pytest.mark.parametrize(
    ("said", "leaks"),
    [
        ("no multipart with the boundary 442071234567", False),
        ("contract-check-98765432 exists already", False),
        ("at 2025-02-06T07:51:52.442079832100Z", False),
        ("id 9442079832100", False),
        ("442079832100 is no number", True),
        ("+442079832100", True),
    ],
)
def test_only_a_number_of_the_file_is_personal_data(said: str, leaks: bool) -> None:
    sent = wire("commbox").GOOD
    headers = (*sent.headers[:1], ("Content-Type", "multipart/form-data; boundary=442071234567"))
    request, answer = replace(sent, headers=headers, body=_FORM), Response(400, (), said.encode())
    judge = Leaks(Target(load("commbox"), "http://127.0.0.1", {"header Authorization": "k7Qz9pW2"}))
    told = judge.find(load("commbox").operations[0], Observation("", request, answer), answer)
    assert told == ("personal data of the request comes back" if leaks else "")
