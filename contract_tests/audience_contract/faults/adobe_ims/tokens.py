"""The token endpoint issues tokens to others, refuses them, or answers wrongly."""

import re

from ...messages import Request, Response
from ...mock.credentials import CLIENT_ID, CLIENT_SECRET
from ..acts import always, drops, form_body, form_request, header, on_success, puts, refuses, takes_as
from ..fault import Act, Fault, Turn, When, fields
from . import ANSWER, BODY, CONTENT

_VALID = {
    "grant_type": "client_credentials",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "scope": "openid",
}


def takes(name: str, when: When) -> Act:
    """Some values of a field as though they were right; a field that is sent twice stays wrong."""
    return takes_as(
        lambda request: form_body({**_texts(request), name: _VALID[name]})(request),
        lambda turn: isinstance(turn.fields.get(name), str) and when(turn),
    )


def _texts(request: Request) -> dict[str, str]:
    return {name: value for name, value in fields(request).items() if isinstance(value, str)}


def _leaking(turn: Turn) -> Response:
    answer = turn.answer()
    if answer.status < 400:
        return answer
    return puts(error_description=f"received {turn.request.body.decode('latin-1')}")(answer)


FAULTS = (
    Fault(
        "adobe_ims.any-secret",
        "A token is issued for any `client_secret`.",
        (f"{BODY}/properties/client_secret", "RFC 6749, 3.2.1"),
        takes("client_secret", always),
    ),
    Fault(
        "adobe_ims.any-client",
        "A token is issued for any `client_id` with the right secret.",
        (f"{BODY}/properties/client_id", "RFC 6749, 3.2.1"),
        takes("client_id", always),
    ),
    Fault(
        "adobe_ims.secret-case",
        "The secret is compared without regard to case.",
        (f"{BODY}/properties/client_secret", "RFC 6749, 3.2.1"),
        takes("client_secret", lambda turn: turn.text("client_secret").lower() == CLIENT_SECRET),
    ),
    Fault(
        "adobe_ims.any-grant",
        "A token is issued for any `grant_type`.",
        (f"{BODY}/properties/grant_type/enum", "RFC 6749, 5.2"),
        takes("grant_type", always),
    ),
    Fault(
        "adobe_ims.media-json",
        "The fields are taken as JSON too.",
        (CONTENT,),
        takes_as(
            lambda request: form_request(_texts(request))(request),
            lambda turn: turn.header("content-type") == "application/json" and bool(turn.fields),
        ),
    ),
    Fault(
        "adobe_ims.not-decoded",
        "A percent-encoded hyphen in the secret makes it another one.",
        (CONTENT, "RFC 6749, 3.2"),
        refuses(lambda turn: re.search(rb"client_secret=[^&]*%2d", turn.request.body.lower()) is not None, 401),
    ),
    Fault(
        "adobe_ims.fields-order",
        "A form is refused whose first field is not `grant_type`.",
        (f"{BODY}/properties",),
        refuses(lambda turn: next(iter(turn.fields)) != "grant_type"),
    ),
    Fault(
        "adobe_ims.no-token",
        "A success has no `access_token`.",
        (f"{ANSWER}/required",),
        on_success(drops("access_token")),
    ),
    Fault(
        "adobe_ims.token-empty",
        "The `access_token` is an empty text.",
        (f"{ANSWER}/properties/access_token/minLength",),
        on_success(puts(access_token="")),
    ),
    Fault(
        "adobe_ims.no-expiry",
        "A success has no `expires_in`.",
        (f"{ANSWER}/required",),
        on_success(drops("expires_in")),
    ),
    Fault(
        "adobe_ims.no-token-type",
        "A success has no `token_type`.",
        (f"{ANSWER}/required",),
        on_success(drops("token_type")),
    ),
    Fault(
        "adobe_ims.leaks-secret",
        "A refusal quotes the fields that were sent, the secret among them.",
        (f"{BODY}/properties/client_secret", "CWE-209"),
        _leaking,
    ),
    Fault(
        "adobe_ims.leaks-header",
        "A success repeats the secret in a header.",
        (f"{BODY}/properties/client_secret",),
        lambda turn: on_success(header("x-client", turn.text("client_secret")))(turn),
    ),
)
