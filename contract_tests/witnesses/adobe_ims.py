"""The witnesses of Adobe's token endpoint."""

import base64
from collections.abc import Callable
from typing import Any

from audience_contract import Request
from audience_contract.faults.acts import json_request
from audience_contract.faults.fault import fields
from wire import Change, body, header
from wire.adobe_ims import GOOD

from . import Witness, last


def _sent(shows: int, change: Change = lambda request: request) -> Witness:
    return Witness([change(GOOD)], shows)


def _answer(test: Callable[[Any], object], request: Request = GOOD) -> Witness:
    return Witness([request], last(lambda answer: test(answer.json)))


WITNESSES = {
    "any-secret": _sent(200, body("mock-client-secret", "other")),
    "any-client": _sent(200, body("mock-client-id", "other")),
    "secret-case": _sent(200, body("mock-client-secret", "Mock-Client-Secret")),
    "any-grant": _sent(200, body("client_credentials", "password")),
    "media-json": _sent(200, json_request(fields(GOOD))),
    "not-decoded": _sent(401, body("mock-client-secret", "mock%2Dclient-secret")),
    "fields-order": _sent(400, body(b"&".join(reversed(GOOD.body.split(b"&"))))),
    "no-token": _answer(lambda value: "access_token" not in value),
    "token-empty": _answer(lambda value: value["access_token"] == ""),
    "no-expiry": _answer(lambda value: "expires_in" not in value),
    "no-token-type": _answer(lambda value: "token_type" not in value),
    "leaks-secret": _answer(
        lambda value: "mock-client-secret" in str(value), body("client_credentials", "password")(GOOD)
    ),
    "leaks-header": Witness([GOOD], last(lambda answer: "mock-client-secret" in str(answer.response.headers))),
    # fresh
    "secret-trimmed": _sent(200, body("mock-client-secret", "+mock-client-secret")),
    "secret-longer": _sent(200, body("mock-client-secret", "mock-client-secrets")),
    "secret-empty": _sent(200, body("mock-client-secret", "")),
    "secret-is-id": _sent(200, body("mock-client-secret", "mock-client-id")),
    "twice": _sent(200, body("&scope", "&client_id=other&scope")),
    "grant-case": _sent(200, body("client_credentials", "Client_Credentials")),
    "field-unknown": _sent(400, body("&scope", "&org_id=a&scope")),
    "field-escaped": _sent(400, body("client_id=", "client%5Fid=")),
    "hex-case": _sent(400, body("%2C", "%2c")),
    "comma-bare": _sent(400, body("%2C", ",")),
    "scopes-order": _sent(400, body("openid%2CAdobeID", "AdobeID%2Copenid")),
    "media-charset": _sent(400, header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")),
    "token-line": _answer(lambda value: value["access_token"].endswith("\n")),
    "token-tells-secret": _answer(
        lambda value: (
            not value["access_token"].startswith("mock")
            and b"mock-client-secret" in base64.b64decode(value["access_token"])
        )
    ),
    "answer-form": Witness([GOOD], last(lambda answer: b"access_token=" in answer.response.body)),
    "error-200": _sent(200, body("mock-client-secret", "other")),
    "locked-out": Witness([body("mock-client-secret", "other")(GOOD), GOOD], 401),
}
