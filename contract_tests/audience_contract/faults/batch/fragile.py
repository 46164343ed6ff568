"""Batch stumbles over what is right, or answers in a way that no success or refusal of its has."""

import json
import re

from ...messages import Response
from ...mock.credentials import TOKEN
from ..acts import body, header, instead, on_error, on_success, page, puts, refuses
from ..fault import Fault, Turn
from . import ACCEPTED, ANSWER, BODY, DISPLAY_NAME, KEY, MALFORMED, NAME, RESPONSES, UNAUTHORIZED

_FRENCH = '{"error_code": "MOCK_400", "error_message": "La requête est mal formée"}'


def _locking(turn: Turn) -> Response:
    wrong = turn.memory.get("wrong", 0)
    if wrong >= 3 and not turn.refused():
        turn.memory["wrong"] = 0
        return turn.error(401)
    answer = turn.answer()
    turn.memory["wrong"] = wrong + 1 if answer.status == 401 else 0
    return answer


def _caseless(turn: Turn) -> Response:
    answer, name = turn.answer(), turn.text("name")
    if answer.status >= 300:
        return answer
    first, token = turn.memory.setdefault("names", {}).setdefault(
        name.lower(), (name, json.loads(answer.body)["indexing_token"])
    )
    return answer if first == name else puts(indexing_token=token)(answer)


def _wrapping(turn: Turn) -> Response:
    answer = turn.answer()
    if answer.status >= 300:
        return answer
    given = turn.memory.setdefault("given", [])
    given.append(json.loads(answer.body)["indexing_token"])
    return puts(indexing_token=given[(len(given) - 1) % 8])(answer)


def _partial(turn: Turn) -> Response:
    answer = turn.answer()
    if answer.status >= 300 or not turn.header("range"):
        return answer
    return Response(206, (*answer.headers, ("content-range", f"bytes 0-3/{len(answer.body)}")), answer.body[:4])


def _in_french(turn: Turn) -> Response:
    answer = turn.answer()
    french = answer.status == 400 and turn.header("accept-language").startswith("fr")
    return body(_FRENCH.encode("latin-1"))(answer) if french else answer


def _to_login(answer: Response) -> Response:
    return Response(302, (("location", f"/login?from={answer.status}"),))


def _in_plain_text(answer: Response) -> Response:
    return Response(answer.status, (("content-type", "text/plain"),), b"Unauthorized")


FAULTS = (
    Fault(
        "batch.name-hyphens",
        "A name with two hyphens in a row is stopped by a firewall, with 403 and a page of HTML.",
        (f"{NAME}/description", RESPONSES),
        instead(page(403, "<h1>Request blocked</h1>"), lambda turn: "--" in turn.text("name")),
    ),
    Fault(
        "batch.name-exponent",
        "A name that reads as a number with an exponent, such as `1e5`, fails with 500.",
        (f"{NAME}/description", ACCEPTED),
        refuses(lambda turn: re.fullmatch(r"\d+[eE]-?\d+", turn.text("name")) is not None, 500),
    ),
    Fault(
        "batch.name-digits-only",
        "A name of digits only fails with 500.",
        (f"{NAME}/description", ACCEPTED),
        refuses(lambda turn: turn.text("name").isdigit(), 500),
    ),
    Fault(
        "batch.name-underscore-refused",
        "Names that begin with an underscore are refused.",
        (f"{NAME}/description",),
        refuses(lambda turn: turn.text("name").startswith("_")),
    ),
    Fault(
        "batch.display-name-nul",
        "A display name with the character U+0000 fails with 500.",
        (f"{DISPLAY_NAME}/type", "RFC 8259, 7", ACCEPTED),
        refuses(lambda turn: "\0" in turn.text("display_name"), 500),
    ),
    Fault(
        "batch.display-name-markup",
        "A display name with a `<` is stopped by a firewall, with 403 and a page of HTML.",
        (f"{DISPLAY_NAME}/type", RESPONSES),
        instead(page(403, "<h1>Request blocked</h1>"), lambda turn: "<" in turn.text("display_name")),
    ),
    Fault(
        "batch.json-crlf",
        "JSON with CRLF between its tokens is refused.",
        ("RFC 8259, 2", BODY),
        refuses(lambda turn: b"\r\n" in turn.request.body),
    ),
    Fault(
        "batch.json-key-escapes",
        "A property is not found whose name is written with \\u escapes.",
        ("RFC 8259, 8.3", BODY),
        refuses(lambda turn: re.search(rb'\\u00[0-9a-fA-F]{2}\w*"\s*:', turn.request.body) is not None),
    ),
    Fault(
        "batch.auth-spaces",
        "The key is refused with two spaces between it and the scheme.",
        ("RFC 9110, 11.4", "RFC 6750, 2.1"),
        refuses(lambda turn: "  " in turn.header("authorization"), 401),
    ),
    Fault(
        "batch.auth-capitals",
        "The scheme is refused in capitals, and in lower case taken.",
        ("RFC 9110, 11.1",),
        refuses(lambda turn: turn.header("authorization").startswith("BEARER"), 401),
    ),
    Fault(
        "batch.accept-quality",
        "A request whose Accept has a quality is answered with 406.",
        (RESPONSES, "RFC 9110, 12.4.2"),
        refuses(lambda turn: "q=" in turn.header("accept"), 406),
    ),
    Fault(
        "batch.no-agent",
        "A request without a User-Agent is answered with 403.",
        (RESPONSES, "RFC 9110, 10.1.5"),
        refuses(lambda turn: not turn.header("user-agent"), 403),
    ),
    Fault(
        "batch.upgrade",
        "A request that offers an upgrade to HTTP/2 is refused.",
        ("RFC 9110, 7.8", ACCEPTED),
        refuses(lambda turn: turn.header("upgrade") == "h2c"),
    ),
    Fault(
        "batch.exhausted",
        "From the 61st request on all fail.",
        (ACCEPTED,),
        refuses(lambda turn: turn.number > 60, 500),
    ),
    Fault(
        "batch.locked-out", "After three wrong keys in a row the right one is refused once.", (UNAUTHORIZED,), _locking
    ),
    Fault(
        "batch.token-caseless",
        "Names that differ in case only have the same token.",
        (f"{NAME}/description", f"{ACCEPTED}/description"),
        _caseless,
    ),
    Fault("batch.token-wraps", "After eight tokens the same ones come again.", (f"{ACCEPTED}/description",), _wrapping),
    Fault(
        "batch.answer-quotes",
        "The texts of a success stand in single quotes, as Python shows them.",
        ("RFC 8259, 7", ANSWER),
        on_success(body(lambda data: data.replace(b'"', b"'"))),
    ),
    Fault(
        "batch.answer-plain",
        "The JSON of a success is called text/plain.",
        (f"{ACCEPTED}/content",),
        on_success(header("content-type", "text/plain; charset=utf-8")),
    ),
    Fault(
        "batch.answer-partial",
        "A request with a Range is answered with 206 and a part of the success.",
        ("RFC 9110, 14.2", RESPONSES),
        _partial,
    ),
    Fault(
        "batch.error-plain",
        "A 401 is plain text, of a gateway.",
        (f"{UNAUTHORIZED}/content",),
        on_error(_in_plain_text, 401),
    ),
    Fault(
        "batch.error-login",
        "Wrong credentials are sent to a login page, with 302.",
        (RESPONSES,),
        on_error(_to_login, 401),
    ),
    Fault(
        "batch.error-french",
        "A 400 for a client that speaks French is in Latin-1.",
        ("RFC 8259, 8.1", f"{MALFORMED}/content"),
        _in_french,
    ),
    Fault(
        "batch.error-no-allow",
        "A 405 does not say which methods there are.",
        ("RFC 9110, 15.5.6",),
        on_error(header("allow"), 405),
    ),
    Fault(
        "batch.leaks-hint",
        "A 401 shows how the right key begins.",
        (f"{KEY}/description", "CWE-209"),
        on_error(puts(error_message=f"Expected {TOKEN[:-2]}**"), 401),
    ),
)
