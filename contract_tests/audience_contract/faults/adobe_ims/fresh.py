"""The token endpoint reads more into a form than it says, stumbles over one that is right, or answers wrongly."""

import base64
import json
import re
from urllib.parse import urlencode

from ...messages import Response
from ...mock.credentials import CLIENT_ID, CLIENT_SECRET
from ...urlencoded import pairs
from ..acts import as_json, body, on_error, on_success, puts, refuses, status, takes_as
from ..fault import Fault, Turn, When
from . import ANSWER, BODY, CONTENT, ISSUED
from .tokens import takes

_FORM = "application/x-www-form-urlencoded"
_SECRET = f"{BODY}/properties/client_secret"
_KNOWN = {"grant_type", "client_id", "client_secret", "scope"}


def _secret(word: str, sentence: str, when: When) -> Fault:
    return Fault(
        f"adobe_ims.secret-{word}",
        sentence,
        (_SECRET, "RFC 6749, 3.2.1"),
        takes("client_secret", when),
    )


def _form(word: str, sentence: str, rule: str, when: When) -> Fault:
    return Fault(f"adobe_ims.{word}", sentence, (rule, CONTENT), refuses(when))


def _first(data: bytes) -> bytes:
    found: dict[str, str] = {}
    for name, value in pairs(data.decode("latin-1")):
        found.setdefault(name, value)
    return "&".join(f"{name}={value}" for name, value in found.items()).encode("latin-1")


def _locking(turn: Turn) -> Response:
    if turn.memory.pop("locked", False) and turn.text("client_secret") == CLIENT_SECRET:
        return turn.error(401)
    answer = turn.answer()
    turn.memory["locked"] = answer.status == 401
    return answer


def _telling(turn: Turn) -> Response:
    told = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}:{turn.number}".encode()).decode()
    return on_success(puts(access_token=told))(turn)


def _as_form(answer: Response) -> Response:
    return Response(200, (("content-type", _FORM),), urlencode(json.loads(answer.body)).encode())


def _has(turn: Turn, pattern: bytes) -> bool:
    return re.search(pattern, turn.request.body) is not None


FAULTS = (
    _secret(
        "trimmed",
        "White space around the secret is overlooked.",
        lambda turn: turn.text("client_secret").strip() == CLIENT_SECRET,
    ),
    _secret(
        "longer",
        "A secret is taken for the right one that only begins with it.",
        lambda turn: turn.text("client_secret").startswith(CLIENT_SECRET),
    ),
    _secret("empty", "A token is issued where the secret is empty.", lambda turn: not turn.text("client_secret")),
    _secret(
        "is-id",
        "A token is issued where the secret is the client's id.",
        lambda turn: turn.text("client_secret") == CLIENT_ID,
    ),
    Fault(
        "adobe_ims.twice",
        "The first of two fields of a name counts, the second is overlooked.",
        (CONTENT, "RFC 6749, 3.2"),
        takes_as(body(_first)),
    ),
    Fault(
        "adobe_ims.grant-case",
        "The grant type is accepted in any case.",
        (f"{BODY}/properties/grant_type/enum",),
        takes("grant_type", lambda turn: turn.text("grant_type").lower() == "client_credentials"),
    ),
    _form(
        "field-unknown",
        "A form is refused that has a field more.",
        "RFC 6749, 3.2",
        lambda turn: bool(turn.fields.keys() - _KNOWN),
    ),
    _form(
        "field-escaped",
        "A field is not found whose name has percent codes in it.",
        "RFC 3986, 2.3",
        lambda turn: re.search(rb"(^|&)[^=&]*%[^=&]*=", turn.request.body) is not None,
    ),
    _form(
        "hex-case",
        "Percent codes in lower case are refused.",
        "RFC 3986, 2.1",
        lambda turn: _has(turn, rb"%([a-f]|\d[a-f])"),
    ),
    _form(
        "comma-bare",
        "A scope is refused whose commas stand as they are.",
        f"{BODY}/properties/scope",
        lambda turn: _has(turn, rb"(^|&)scope=[^&]*,"),
    ),
    _form(
        "scopes-order",
        "A scope is refused that names `openid`, but not first.",
        "RFC 6749, 3.3",
        lambda turn: "openid" in turn.text("scope").split(",")[1:],
    ),
    _form(
        "media-charset",
        "The form's media type is refused with a charset.",
        "RFC 9110, 8.3.1",
        lambda turn: "charset" in turn.header("content-type"),
    ),
    Fault(
        "adobe_ims.token-line",
        "The `access_token` ends with a line break.",
        ("RFC 6749, 5.1", "RFC 6750, 2.1"),
        on_success(as_json(lambda value: {**value, "access_token": value["access_token"] + "\n"})),
    ),
    Fault(
        "adobe_ims.token-tells-secret",
        "The `access_token` is the client's id and secret in Base64.",
        (_SECRET, "CWE-522"),
        _telling,
    ),
    Fault(
        "adobe_ims.answer-form",
        "A success is a form, as the fields were.",
        (f"{ISSUED}/content", "RFC 6749, 5.1"),
        on_success(_as_form),
    ),
    Fault(
        "adobe_ims.error-200",
        "A refusal has the status 200.",
        ("RFC 6749, 5.2", f"{ANSWER}/required"),
        on_error(status(200)),
    ),
    Fault(
        "adobe_ims.locked-out",
        "After a wrong secret the right one is refused once.",
        (ISSUED,),
        _locking,
    ),
)
