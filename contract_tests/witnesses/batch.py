"""Batch's witnesses."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from audience_contract import Request
from audience_contract.faults.acts import form_request, json_request
from wire import Change, body, header, query
from wire.batch import GOOD, OTHERS

from . import Answer, Witness, last

_NO_KEY = header("Authorization", "Bearer other")(GOOD)
_NO_NAME = json_request({"type": "emails"})(GOOD)
_CHUNKED = header("Transfer-Encoding", "chunked")


def _sent(shows: int, *changes: Change, times: int = 1) -> Witness:
    request = GOOD
    for change in changes:
        request = change(request)
    return Witness([request] * times, shows)


def _body(shows: int, **properties: Any) -> Witness:
    return _sent(shows, json_request({"name": "spring", "type": "emails", "display_name": "a", **properties}))


def _text(data: bytes | str) -> Witness:
    return _sent(202, body(data))


def _answer(test: Callable[[Any], object], request: Request = GOOD) -> Witness:
    return Witness([request], last(lambda answer: test(answer.json)))


def _header(answer: Answer) -> object:
    return "mock-token" in str(answer.response.headers)


_OTHER = body("spring_2025", "other")(GOOD)
_VIEW = OTHERS["view"][0]
_VIEW_OTHER = query("?name=other")(_VIEW)

WITNESSES = {
    # views
    "view-first-only": Witness([GOOD, _OTHER, _VIEW, _VIEW_OTHER], last(lambda answer: answer.json["name"] != "other")),
    "view-never-absent": Witness([_VIEW], 200),
    # accepts
    "name-1000": _body(202, name="n" * 1000),
    "name-space": _body(202, name="a b"),
    "name-slash": _body(202, name="a/b"),
    "name-letters": _body(202, name="été"),
    "name-digits": _body(202, name="a٣"),
    "name-newline": _body(202, name="a\n"),
    "name-tail": _body(202, name="a<b>"),
    "name-number": _body(202, name=1),
    "type-case": _body(202, type="Emails"),
    "body-cut": _sent(202, body('{"name": "a", "type": "emails"')),
    "body-more": _sent(202, body('{"name": "a", "type": "emails"} x')),
    "media-form": _sent(202, form_request({"name": "a", "type": "emails"})),
    # refuses
    "custom-ids-refused": _body(400, type="custom_ids"),
    "emails-refused": _body(400),
    "install-ids-refused": _body(400, type="install_ids"),
    "name-255-refused": _body(400, name="n" * 255),
    "name-128-refused": _body(400, name="n" * 129),
    "name-short-refused": _body(400, name="n"),
    "name-digit-refused": _body(400, name="1a"),
    "name-hyphen-end-refused": _body(400, name="a-"),
    "name-capital-refused": _body(400, name="aB"),
    "display-name-needed": _sent(400, json_request({"name": "a", "type": "emails"})),
    "display-name-emoji": _body(500, display_name="\U0001f600"),
    "display-name-rare": _body(500, type="install_ids", display_name="é"),
    "json-escapes": _sent(400, body('{"name": "\\u0061", "type": "emails"}')),
    "cold-start": _sent(500),
    # answers
    "no-token": _answer(lambda value: "indexing_token" not in value),
    "no-token-sometimes": Witness(
        [GOOD] * 3, lambda answers: ["indexing_token" in a.json for a in answers][2:] == [False]
    ),
    "no-token-install-ids": _answer(
        lambda value: "indexing_token" not in value, json_request({"name": "a", "type": "install_ids"})(GOOD)
    ),
    "token-camel-case": _answer(lambda value: "indexing_token" not in value),
    "error-as-success": Witness([_NO_NAME], 202),
    "error-500": _sent(500, body("[")),
    # lenient
    "json-comments": _text('{"name": "a", /* all */ "type": "emails"}'),
    "json-quotes": _text("{'name': 'a', 'type': 'emails'}"),
    "json-bare-keys": _text('{name: "a", type: "emails"}'),
    "json-space": _text('\u00a0{"name": "a", "type": "emails"}\f'),
    "json-control": _text('{"name": "a", "type": "emails", "display_name": "a\tb"}'),
    "json-utf-16": _text('{"name": "a", "type": "emails"}'.encode("utf-16")),
    "json-in-text": _text(json.dumps('{"name": "a", "type": "emails"}')),
    "json-latin-1": _sent(
        202,
        header("Content-Type", "application/json; charset=iso-8859-1"),
        body('{"name": "a", "type": "emails", "display_name": "é"}'.encode("latin-1")),
    ),
    "body-blank": _text(" \n"),
    "keys-case": _sent(202, json_request({"Name": "a", "TYPE": "emails"})),
    "display-name-object": _body(202, display_name={"en": "Spring"}),
    "array-of-one": _body(202, name=["a"]),
    "type-trimmed": _body(202, type=" emails"),
    "type-index": _body(202, type=0),
    "type-as-viewed": _body(202, type="CUSTOM_ID"),
    "name-trimmed": _body(202, name=" a "),
    "name-wide": _body(202, name="\uff41"),
    "name-invisible": _body(202, name="a\u200bb"),
    "name-dot": _body(202, name="a.b"),
    "media-prefix": _sent(202, header("Content-Type", "application/json-seq")),
    "auth-legacy": _sent(202, header("Authorization"), header("X-Authorization", "mock-token")),
    "auth-quoted": _sent(202, header("Authorization", 'Bearer "mock-token"')),
    "project-in-query": _sent(202, header("X-Batch-Project"), query("?project=a")),
    "method-override": _sent(
        202, lambda request: replace(request, method="GET"), header("X-HTTP-Method-Override", "POST")
    ),
    # fragile
    "name-hyphens": _body(403, name="a--b"),
    "name-exponent": _body(500, name="1e5"),
    "name-digits-only": _body(500, name="2025"),
    "name-underscore-refused": _body(400, name="_a"),
    "display-name-nul": _body(500, display_name="a\0"),
    "display-name-markup": _body(403, display_name="a < b"),
    "json-crlf": _sent(400, body('{"name": "a",\r\n"type": "emails"}')),
    "json-key-escapes": _sent(400, body('{"n\\u0061me": "a", "type": "emails"}')),
    "auth-spaces": _sent(401, header("Authorization", "Bearer  mock-token")),
    "auth-capitals": _sent(401, header("Authorization", "BEARER mock-token")),
    "accept-quality": _sent(406, header("Accept", "application/json;q=0.9")),
    "no-agent": _sent(403),
    "upgrade": _sent(400, header("Connection", "Upgrade"), header("Upgrade", "h2c")),
    "exhausted": _sent(500, times=61),
    "locked-out": Witness([_NO_KEY] * 3 + [GOOD], 401),
    "token-caseless": Witness(
        [json_request({"name": name, "type": "emails"})(GOOD) for name in "aA"],
        lambda answers: answers[0].json == answers[1].json,
    ),
    "token-wraps": Witness([GOOD] * 9, lambda answers: answers[0].json == answers[8].json),
    "answer-quotes": Witness([GOOD], last(lambda answer: b"'" in answer.response.body)),
    "answer-plain": Witness([GOOD], last(lambda answer: "plain" in str(answer.response.headers))),
    "answer-partial": _sent(206, header("Range", "bytes=0-3")),
    "error-plain": Witness([_NO_KEY], last(lambda answer: answer.response.body == b"Unauthorized")),
    "error-login": Witness([_NO_KEY], 302),
    "error-french": Witness(
        [header("Accept-Language", "fr-FR")(_NO_NAME)], last(lambda answer: b"\xea" in answer.response.body)
    ),
    "error-no-allow": Witness([replace(GOOD, method="PUT")], last(lambda answer: not answer.response.values("allow"))),
    "leaks-hint": _answer(lambda value: "mock-tok" in value["error_message"], _NO_KEY),
}
