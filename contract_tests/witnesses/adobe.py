"""Adobe's witnesses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from audience_contract import Request
from audience_contract.faults.acts import json_request
from wire import Change, body, header, query
from wire.adobe import GOOD

from . import Witness, last

_TYPE = "application/vnd.adobe.external.audiences+json"


def _sent(shows: int, *changes: Change) -> Witness:
    request = GOOD
    for change in changes:
        request = change(request)
    return Witness([request], shows)


def _body(shows: int, **properties: Any) -> Witness:
    return _sent(shows, json_request({"name": "Spring", "namespace": "n", "originName": "o", **properties}))


def _answer(test: Callable[[Any], object], request: Request = GOOD) -> Witness:
    return Witness([request], last(lambda answer: test(answer.json)))


def _echo(name: str, answered: str) -> Witness:
    return _answer(lambda value: value["name"] == answered, json_request({"name": name})(GOOD))


def _accept(value: str) -> Witness:
    return _sent(200, header("Accept", value))


WITNESSES = {
    # accepts
    "key-optional": _sent(200, header("x-api-key")),
    "key-any": _sent(200, header("x-api-key", "other")),
    "one-credential": _sent(200, header("Authorization", "Bearer other")),
    "organisation-ignored": _sent(200, header("x-gw-ims-org-id")),
    "sandbox-ignored": _sent(200, header("x-sandbox-name")),
    "accept-missing": _sent(200, header("Accept")),
    "accept-any": _accept("*/*"),
    "accept-json": _accept("application/json"),
    "accept-version": _accept(f"{_TYPE}; version=1"),
    "accept-no-version": _accept(_TYPE),
    "query-missing": _sent(200, query("")),
    "query-false": _sent(200, query("?createAudienceMetaOnly=false")),
    "query-bare": _sent(200, query("?createAudienceMetaOnly")),
    "query-name-case": _sent(200, query("?createaudiencemetaonly=true")),
    "name-number": _body(200, name=1),
    "description-null": _body(200, description=None),
    "body-array": _sent(200, body('[{"name": "a"}]')),
    "body-colon": _sent(200, body('"description": ', '"description" ')),
    "body-empty": _sent(200, body("")),
    "media-text": _sent(200, header("Content-Type", "text/plain")),
    "get-creates": _sent(200, lambda request: replace(request, method="GET")),
    # answers
    "name-changed-case": _echo("Spring", "spring"),
    "name-cut": _echo("n" * 129, "n" * 128),
    "name-trimmed": _echo(" a ", "a"),
    "name-composed": _echo("e\u0301", "\u00e9"),
    "name-question-marks": _echo("a\u0142", "a?"),
    "name-escaped": _echo("a&b", "a&amp;b"),
    "name-of-before": Witness(
        [json_request({"name": name})(GOOD) for name in "ab"], last(lambda answer: answer.json["name"] == "a")
    ),
    "name-null": _answer(lambda value: value["name"] is None),
    "id-number": _answer(lambda value: value["audienceId"] == 1),
    "id-same": Witness([GOOD] * 2, lambda answers: answers[0].json == answers[1].json),
    "id-not-the-callers": _answer(
        lambda value: value["audienceId"] != "mine", json_request({"name": "a", "audienceId": "mine"})(GOOD)
    ),
    "success-201": _sent(201),
    "description-needed": _body(400),
    "description-lines": _body(500, description="a\nb"),
    "name-accents": _body(500, name="\u00e9t\u00e9"),
    "namespace-rare": _body(500, namespace="o'clock", description="a"),
    "query-escaped": _sent(400, query("?createAudienceMetaOnly=%74rue")),
    "media-parameter": _sent(400, header("Content-Type", "application/json; charset=utf-8")),
    "chunked-refused": _sent(400, header("Transfer-Encoding", "chunked")),
    "leaks-key": _answer(lambda value: "other" in value["message"], header("x-api-key", "other")(GOOD)),
}
