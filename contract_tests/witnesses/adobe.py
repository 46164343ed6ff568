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
    "accept-any": _accept("*/*"),
    "accept-json": _accept("application/json"),
    "accept-version": _accept(f"{_TYPE}; version=1"),
    "accept-no-version": _accept(_TYPE),
    "query-false": _sent(200, query("?createAudienceMetaOnly=false")),
    "query-bare": _sent(200, query("?createAudienceMetaOnly")),
    "query-name-case": _sent(200, query("?createaudiencemetaonly=true")),
    "name-number": _body(200, name=1),
    "body-colon": _sent(200, body('"description": ', '"description" ')),
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
    "id-not-the-callers": _answer(
        lambda value: value["audienceId"] != "mine", json_request({"name": "a", "audienceId": "mine"})(GOOD)
    ),
    "description-needed": _body(400),
    "description-lines": _body(500, description="a\nb"),
    "name-accents": _body(500, name="\u00e9t\u00e9"),
    "namespace-rare": _body(500, namespace="o'clock", description="a"),
    "query-escaped": _sent(400, query("?createAudienceMetaOnly=%74rue")),
    "leaks-key": _answer(lambda value: "other" in value["message"], header("x-api-key", "other")(GOOD)),
    # lenient
    "accept-version-20": _accept(f"{_TYPE}; version=20"),
    "accept-vendor": _accept("application/vnd.adobe.audiences+json; version=2"),
    "accept-quality-0": _accept(f"{_TYPE}; version=2; q=0"),
    "accept-range": _accept("application/*"),
    "query-value-case": _sent(200, query("?createAudienceMetaOnly=True")),
    "query-one": _sent(200, query("?createAudienceMetaOnly=1")),
    "query-last": _sent(200, query("?createAudienceMetaOnly=false&createAudienceMetaOnly=true")),
    "query-in-body": _sent(200, query(""), json_request({"name": "a", "createAudienceMetaOnly": True})),
    "sandbox-by-id": _sent(200, header("x-sandbox-name"), header("x-sandbox-id", "1")),
    "organisation-in-query": _sent(
        200, header("x-gw-ims-org-id"), query("?createAudienceMetaOnly=true&x-gw-ims-org-id=a")
    ),
    "key-in-query": _sent(200, header("x-api-key"), query("?createAudienceMetaOnly=true&api_key=mock-client-id")),
    "key-case": _sent(200, header("x-api-key", "Mock-Client-Id")),
    "key-as-token": _sent(200, header("Authorization", "Bearer mock-client-id")),
    "auth-unverified": _sent(200, header("Authorization", "Bearer eyJhbGciOiJSUzI1NiJ9.e30.AAAA")),
    "json-hashes": _sent(200, body('{"name": "a" # all\n}')),
    "body-text": _sent(200, body('"Spring"')),
    "namespace-array": _body(200, namespace=["a", "b"]),
    "media-vendor": _sent(200, header("Content-Type", _TYPE)),
    "media-patch": _sent(200, header("Content-Type", "application/merge-patch+json")),
    # fragile
    "name-misread": _echo("\u00e9", "\u00c3\u00a9"),
    "name-escaped-twice": _echo("\u00e9", "\\u00e9"),
    "name-decoded": _echo("a+b%41", "a bA"),
    "name-collapsed": _echo("a  b", "a b"),
    "name-no-emoji": _echo("a\U0001f600b", "ab"),
    "name-no-quotes": _echo('"a"', "a"),
    "name-no-tail": _echo("a\0b", "a"),
    "name-read-as-number": _answer(lambda value: value["name"] == 2025, json_request({"name": "2025"})(GOOD)),
    "name-wrapped": _answer(lambda value: value["name"] == {"en": "Spring"}),
    "name-is-description": _answer(lambda value: value["name"] == "2025"),
    "id-of-namespace": Witness([GOOD] * 2, lambda answers: answers[0].json == answers[1].json),
    "answer-prefix": Witness([GOOD], last(lambda answer: answer.response.body.startswith(b")]}"))),
    "description-empty": _body(500, description=""),
    "description-tab": _body(500, description="a\tb"),
    "name-backslash": _body(500, name="a\\b"),
    "json-solidus": _sent(400, body('{"name": "a\\/b"}')),
    "headers-order": _sent(400, header("Authorization", "Bearer mock-token")),
    "token-worn": Witness([GOOD] * 41, 401),
    "body-502": _sent(502, body("[")),
    "delete-500": _sent(500, lambda request: replace(request, method="DELETE")),
}
