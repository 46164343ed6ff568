"""Adobe's OAuth: neither the client secret nor an access token is kept of what the two endpoints say."""

from functools import partial
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal

import audiences
import canaries
from audiences import Adobe, AudiencesError, Headers, Receipt, Response, Secret, TokenError, aio
from audiences._answer import judge, read
from audiences._json import dumps
from audiences.providers.adobe import ADOBE
from canaries import SECRET, WORDS, credentials, draft, forms, found_in, secret, witness
from raw_server import RawServer, http
from test_shown import ONCE, check

TOKEN = secret("token")
GRANT: dict[str, Any] = {"access_token": TOKEN, "token_type": "bearer", "expires_in": 3600}
KEPT = [secret("client_secret"), secret("api_key")]
TOLD = canaries.words(KEPT)


def create(face: BlockingPortal | None, **options: Any) -> Any:
    how: Any = {"leave_out": {"members"}}
    given = {**credentials("adobe", oauth=True), "create_policy": ONCE, "read_policy": ONCE, **options}
    provider = (aio.Adobe if face else audiences.Adobe)(**given)
    try:
        return (
            face.call(lambda: provider.create(draft("adobe"), **how))
            if face
            else provider.create(draft("adobe"), **how)
        )
    except AudiencesError as error:
        return error
    finally:
        face.call(provider.close) if face else provider.close()


@pytest.mark.parametrize(
    "answer",
    [
        http(400, dumps({"error": TOLD, "error_description": TOLD})),
        http(401, TOLD.encode(), X_Request_Id=TOLD),
        http(500, TOLD.encode(), "text/html"),
        http(429, dumps({"error": TOLD}), Retry_After="0"),
        http(200, dumps({**GRANT, "access_token": f"{TOKEN}\n"})),
        http(200, dumps({**GRANT, "access_token": secret("client_secret")})),
        http(200, dumps({**GRANT, "access_token": None, "refresh_token": TOKEN})),
        http(200, dumps(GRANT)[:-30]),
        http(201, TOKEN.encode(), "text/html"),
        b"",
    ],
    ids=range(10),
)
def test_no_answer_of_the_token_endpoint_puts_a_secret_on_the_error(
    raw: RawServer, face: BlockingPortal | None, answer: bytes
) -> None:
    raw.answer = answer
    with witness() as logs:
        error = create(face, base_url=raw.url, token_url=f"{raw.url}/ims/token/v3")
    assert isinstance(error, TokenError)
    check(error, logs)
    assert (error.__cause__, error.__context__) == (None, None)
    if error.status == 400:
        assert WORDS in str(error.provider_message)
        assert WORDS in str(error.code)


@pytest.mark.parametrize("status", [200, 400, 401])
def test_what_is_said_of_a_token_or_of_what_it_was_got_with_is_not_kept(
    face: BlockingPortal | None, status: int
) -> None:
    tokens = [secret("first"), secret("second")][: 2 if status == 401 else 1]
    told = canaries.words([*KEPT, *tokens])
    granted = iter(tokens)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if "token" in request.url.path:
            return httpx2.Response(200, json={**GRANT, "access_token": next(granted)})
        return httpx2.Response(
            status, json={"id": "4711", "message": told, "error_code": told}, headers={"X-Told": told}
        )

    with witness() as logs:
        result = create(face, transport=httpx2.MockTransport(answer))
    check(result, logs)
    assert isinstance(result, Receipt) is (status == 200)
    if status == 401:
        assert len(result.attempts) == 2
    assert WORDS.encode() in result.response.body


def test_a_token_that_is_given_again_or_contains_an_earlier_one_is_taken(face: BlockingPortal | None) -> None:
    tokens, sent = iter([TOKEN, TOKEN, f"{TOKEN}0", f"1{TOKEN}"]), []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if "token" in request.url.path:
            return httpx2.Response(200, json={**GRANT, "access_token": next(tokens), "expires_in": 0})
        sent.append(request.headers["Authorization"])
        return httpx2.Response(200, json={"id": "4711"})

    given: Any = {**credentials("adobe", oauth=True), "transport": httpx2.MockTransport(answer)}
    provider = (aio.Adobe if face else audiences.Adobe)(**given)
    call: Any = partial(provider.create, draft("adobe"), leave_out={"members"})
    for _ in range(4):
        result = face.call(call) if face else call()
        assert isinstance(result, Receipt)
    assert sent == [f"Bearer {token}" for token in (TOKEN, TOKEN, f"{TOKEN}0", f"1{TOKEN}")]


def test_a_receipt_survives_an_answer_whose_id_is_a_secret() -> None:
    """An answer is judged and parsed without its secrets, so that there is no way for one to get on: stars take the
    place of characters within a string, and leave the JSON what it was.
    """
    for form in forms(KEPT[1])[1:2]:
        body = f'{{"id": "{form}", "name": "a {form} b"}}'
        transport = httpx2.MockTransport(lambda _: httpx2.Response(200, content=body))  # noqa: B023
        receipt = Adobe(**credentials("adobe"), transport=transport).create(draft("adobe"), leave_out={"members"})
        assert receipt.id == "***"
        assert found_in(canaries.reachable(receipt), SECRET) == set()
        assert receipt.model is not None
        assert receipt.response.body == b'{"id": "***", "name": "a *** b"}'


def test_what_is_made_of_the_token_endpoints_answer_does_not_show_it() -> None:
    response = Response(200, Headers((("Content-Type", "application/json"),)), dumps(GRANT))
    assert ADOBE.token
    judged = judge(ADOBE.token.spec, response)
    success: Any = read(ADOBE.token, Secret("x"), response)
    assert judged.value == GRANT
    assert success.result.token == TOKEN
    for each in (response, judged, success):
        assert found_in(canaries.shown(each), SECRET) == set()
