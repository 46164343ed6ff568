"""The checker's reports show no credential, however it is written; and what is around it they show."""

import json
import time

import pytest

from audience_contract import Request, Response
from audience_contract.evidence import KEPT_BODY, REDACTED, Redactor
from canaries import forms
from long import long

SECRET = "Kryptos-x/+=\"'<&>% 41\\z"


@pytest.mark.parametrize("form", forms(SECRET))
def test_a_credential_is_taken_out_in_each_of_its_forms(form: str) -> None:
    body = f'{{"message": "no {form}."}}'.encode()
    header = ("X-Told", f"no {form}.")
    request = Request("POST", f"/x?{form}.", (header,), body)
    answer = Response(400, (header,), body)
    shown = Redactor([SECRET], show_members=True).evidence(f"https://x.test/x?{form}.", request, answer)
    begin = "Bearer " if form.startswith("Bearer ") else ""
    assert shown.response is not None
    for message in (shown.request, shown.response):
        assert message.body == f'{{"message": "no {begin}{REDACTED}."}}'.encode()
        assert message.headers == (("X-Told", f"no {begin}{REDACTED}."),)
    assert shown.url == f"https://x.test/x?{begin}{REDACTED}."


@pytest.mark.parametrize("form", forms(SECRET))
def test_a_credential_with_a_members_word_in_it_is_taken_out_whole(form: str) -> None:
    """Of an answer that quotes a request of somebody else, whose members are masked."""
    redactor = Redactor([SECRET])
    redactor.learn(None, Request("POST", "/x", (), b"Kryptos-x"))
    said = (("X-Told", f"no {form}."),)
    shown = redactor.evidence(
        f"https://x.test/{form}.",
        Request("GET", f"/{form}.", ()),
        Response(400, said, f'{{"message": "no {form}."}}'.encode()),
        trouble=f"no {form}.",
    )
    begin = "Bearer " if form.startswith("Bearer ") else ""
    assert shown.response is not None
    assert shown.response.body == f'{{"message": "no {begin}{REDACTED}."}}'.encode()
    assert shown.response.headers == (("X-Told", f"no {begin}{REDACTED}."),)
    assert (shown.url, shown.trouble) == (f"https://x.test/{begin}{REDACTED}.", f"no {begin}{REDACTED}.")
    assert redactor.text(f"part {form}") == f"part {begin}{REDACTED}"


def test_a_credential_that_a_body_has_with_an_escaped_letter_is_taken_out_of_the_other_message_too() -> None:
    request = Request("POST", "/token", (), b'{"client_secret": "\\u004bryptos-4711"}')
    answer = Response(400, (), b'{"error": "no client Kryptos-4711, Krypto\\u0073-4711"}')
    shown = Redactor(show_members=True).evidence("https://x.test/token", request, answer)
    assert shown.request.body == f'{{"client_secret": "{REDACTED}"}}'.encode()
    assert shown.response is not None
    assert shown.response.body == f'{{"error": "no client {REDACTED}, {REDACTED}"}}'.encode()


@pytest.mark.parametrize("show_members", [True, False])
def test_a_form_with_an_escaped_credential_hides_it_in_the_answer(*, show_members: bool) -> None:
    request = Request("POST", "/token", (), b"client_secret=Kryptos%2F+4711&grant_type=x")
    answer = Response(400, (), b"no Kryptos/ 4711")
    shown = Redactor(show_members=show_members).evidence("https://x.test/token", request, answer)
    assert shown.response is not None
    assert shown.response.body == f"no {REDACTED}".encode()


@pytest.mark.parametrize(
    "form",
    [pytest.param(form, marks=pytest.mark.long if number % 4 else ()) for number, form in enumerate(forms(SECRET))],
)
def test_a_credential_across_the_end_of_what_is_kept_is_none_of_it(form: str) -> None:
    half = KEPT_BODY // 2
    for before in range(half - len(form), half + 2, 7):
        for body in (
            b"." * before + form.encode() + b"." * KEPT_BODY * 3,
            b"." * KEPT_BODY * 3 + form.encode() + b"." * before,
        ):
            shown = Redactor([SECRET]).evidence("https://x.test/", Request("GET", "/", ()), Response(400, (), body))
            assert shown.response is not None
            assert not any(part in shown.response.body for part in (b"Kry", b"ptos"))


@pytest.mark.parametrize("data", [*(long(data) for data in ("ab", "a%61&lt;\\/")), "\\u0061"])
def test_a_hostile_body_takes_little_time(data: str) -> None:
    begun = time.process_time()  # of a busy machine, a clock says nothing
    body = json.dumps({"message": data * 2**19}).encode()
    Redactor(["ab" * 1000]).evidence("https://x.test/", Request("POST", "/", (), body), Response(400, (), body))
    assert time.process_time() - begun < 10
