"""Adobe's token endpoint."""

import documented
from audience_contract import Request

from . import FORM, answer, body, header, query

_POST = "/paths/~1ims~1token~1v3/post"
_CONTENT = f"{_POST}/requestBody/content"
_MEDIA = f"{_CONTENT}/application~1x-www-form-urlencoded"
_SCHEMA = f"{_MEDIA}/schema"
_ANSWER = f"{_POST}/responses/200/content"
_TYPE = "application/x-www-form-urlencoded"

BASE = documented.base("adobe_ims")
GOOD = Request(
    "POST",
    "/ims/token/v3",
    (FORM,),
    b"grant_type=client_credentials&client_id=mock-client-id&client_secret=mock-client-secret&scope=openid%2CAdobeID",
)

BROKEN = [
    (header("Content-Type"), "content-type", _CONTENT),
    (header("Content-Type", "application/json"), "content-type", _CONTENT),
    (header("Content-Type", "multipart/form-data; boundary=b"), "content-type", _CONTENT),
    (header("Content-Type", _TYPE, _TYPE), "content-type", _CONTENT),
    (header("Content-Type", f"{_TYPE}; charset=latin-1"), "content-type", _MEDIA),
    (body(""), "body", f"{_POST}/requestBody/required"),
    (body('{"grant_type": "client_credentials"}'), "body", f"{_SCHEMA}/required"),
    (body("&scope", "&Scope"), "body", f"{_SCHEMA}/required"),
    (body("=client_credentials", "=password"), "body", f"{_SCHEMA}/properties/grant_type/enum"),
    (body("=client_credentials", ""), "body", f"{_SCHEMA}/properties/grant_type/enum"),
    (body("&scope", "&client_id=mock-client-id&scope"), "body", _MEDIA),
    (body("&scope", "&client%5fid=other&scope"), "body", _MEDIA),
    (body("%2CAdobeID", "%2"), "body", _MEDIA),
    (body("%2C", "%zz"), "body", _MEDIA),
    (body("%2C", "%ff"), "body", _MEDIA),
    (body("%2C", "\xe9"), "body", _MEDIA),
    (body("scope=", "sc%ffpe=a&scope="), "body", _MEDIA),
]

SAME = [
    body("%2C", ","),
    body("%2C", "+%C3%A9%2b"),
    body("openid%2CAdobeID", ""),
    body("scope", "sc%6Fpe"),
    body("mock-client-secret", "mock%2Dclient-secret"),
    body("&scope", "&&scope"),
    header("CONTENT-TYPE", "Application/X-WWW-Form-Urlencoded;charset=UTF-8"),
]

UNNAMED = [
    (query("?debug=1"), "query debug", _POST),
    (body("&scope", "&org_id=a&scope"), "body", f"{_SCHEMA}/properties"),
    (body("&scope", "&org_id=a&org_id=b&scope"), "body", f"{_SCHEMA}/properties"),
]

_TOKEN = '{"access_token": "a", "token_type": "bearer", "expires_in": 86399}'

ANSWERS = [
    answer(200, "application/json;charset=UTF-8", _TOKEN),
    answer(200, "application/json", _TOKEN.replace("}", ', "scope": null}')),
    answer(400, "application/json", '{"error": "invalid_scope"}'),
    answer(503, "text/html", "<p>"),
]

WRONG_ANSWERS = [
    (answer(200, "application/json", ""), "body", _ANSWER),
    (answer(200, "text/html", _TOKEN), "content-type", _ANSWER),
    (answer(200, _TYPE, "access_token=a"), "content-type", _ANSWER),
    (answer(200, "application/json", "{}"), "body", f"{_ANSWER}/application~1json/schema/required"),
    (
        answer(200, "application/json", _TOKEN.replace('"a"', '""')),
        "body",
        f"{_ANSWER}/application~1json/schema/properties/access_token/minLength",
    ),
    (
        answer(200, "application/json", _TOKEN.replace("86399", '"86399"')),
        "body",
        f"{_ANSWER}/application~1json/schema/properties/expires_in/type",
    ),
]

SUCCESS = 200
OTHER_TARGETS = ["/ims/token/v3"]
ERROR_KEYS = {"error"}
URL = ("ADOBE_TOKEN_URL", "/ims/token/v3")
VARIABLES = {"ADOBE_TOKEN_URL"}
REFUSED = [("Content-Type", ["application/json"], 400, '"invalid_request"')]
