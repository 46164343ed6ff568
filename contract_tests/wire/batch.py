"""Batch."""

import re

import documented
from audience_contract import Request

from . import BEARER, JSON, answer, body, header, query

_POST = "/paths/~1audiences~1create/post"
_KEY = "/components/securitySchemes/rest_key"
_PROJECT = "/components/parameters/HeaderProjectKey"
_CONTENT = f"{_POST}/requestBody/content"
_MEDIA = f"{_CONTENT}/application~1json"
_SCHEMA = f"{_MEDIA}/schema"
_ACCEPTED = "/components/responses/asyncResponse/content"
_ERROR = '{"error_code": "c", "error_message": "m"}'

BASE = documented.base("batch")
GOOD = Request(
    "POST",
    f"{BASE}/audiences/create",
    (BEARER, ("X-Batch-Project", "mock-project"), JSON),
    b'{"name": "spring_2025", "type": "emails", "display_name": "Spring"}',
)

BROKEN = [
    (header("Authorization"), "header Authorization", _KEY),
    (header("Authorization", "Basic x"), "header Authorization", _KEY),
    (header("Authorization", "Bearer"), "header Authorization", _KEY),
    (header("Authorization", "Bearer a", "Bearer a"), "header Authorization", _KEY),
    (header("X-Batch-Project"), "header X-Batch-Project", f"{_PROJECT}/required"),
    (header("X-Batch-Project", "a", "a"), "header X-Batch-Project", _PROJECT),
    (query("?%zz=1"), "query", _POST),
    (header("Content-Type"), "content-type", _CONTENT),
    (header("Content-Type", "text/plain"), "content-type", _CONTENT),
    (header("Content-Type", "json"), "content-type", _CONTENT),
    (header("Content-Type", "application/json", "application/json"), "content-type", _CONTENT),
    (header("Content-Type", "application/json; charset=latin-1"), "content-type", _MEDIA),
    (body(""), "body", f"{_POST}/requestBody/required"),
    (body("{"), "body", _MEDIA),
    (body('"name"', '"type": "emails", "name"'), "body", _MEDIA),
    (body("[]"), "body", f"{_SCHEMA}/type"),
    (body('"name": "spring_2025", ', ""), "body", f"{_SCHEMA}/required"),
    (body('"emails"', '"phones"'), "body", f"{_SCHEMA}/properties/type/enum"),
    (body("spring_2025", "spring 2025"), "body", f"{_SCHEMA}/properties/name/pattern"),
    (body("spring_2025", "spring_2025\\n"), "body", f"{_SCHEMA}/properties/name/pattern"),
    (body("spring_2025", "s" * 256), "body", f"{_SCHEMA}/properties/name/maxLength"),
    (body('"Spring"', "null"), "body", f"{_SCHEMA}/properties/display_name/type"),
]

SAME = [
    header("authorization", "bEARER  mock-token"),
    header("CONTENT-TYPE", "Application/JSON;charset=UTF-8"),
    header("Content-Length", "67"),
    header("Accept", "*/*"),
    body("spring_2025", "s" * 255),
    body("Spring", "\U0001f600\\ud83d\\ude00"),
]

UNNAMED = [
    (query("?debug=1"), "query debug", _POST),
    (body('"display_name"', '"description"'), "body", f"{_SCHEMA}/properties"),
]

UNSENDABLE = [
    (header("Authorization", "Bearer  "), "header Authorization", _KEY),
    (header("X-Batch-Project", "\u20ac"), "header X-Batch-Project", _PROJECT),
    (header("Content-Type", "\u20ac/\u20ac; a=b"), "content-type", _CONTENT),
    (header("Content-Length", "1"), "content-length", _POST),
    (header("Content-Length", "67", "67"), "content-length", _POST),
]

ANSWERS = [
    answer(202, "application/json; charset=utf-8", '{"indexing_token": "", "new": {"a": null}}'),
    answer(503, "application/json", _ERROR),
]

WRONG_ANSWERS = [
    (answer(200, "application/json", '{"indexing_token": "a"}'), "status", f"{_POST}/responses"),
    (answer(202, "application/json", ""), "body", _ACCEPTED),
    (answer(202, "", '{"indexing_token": "a"}'), "content-type", _ACCEPTED),
    (answer(202, "text/html", '{"indexing_token": "a"}'), "content-type", _ACCEPTED),
    (answer(202, "application/json", "{"), "body", f"{_ACCEPTED}/application~1json"),
    (answer(202, "application/json", "{}"), "body", f"{_ACCEPTED}/application~1json/schema/required"),
    (answer(400, "application/json", "{}"), "body", "/components/schemas/Error/required"),
    (
        answer(400, "application/json", _ERROR.replace('"c"', "400")),
        "body",
        "/components/schemas/Error/properties/error_code/type",
    ),
]

SUCCESS = 202
BEFORE = body("emails", "custom_ids")(GOOD)
_ADD = b'{"name": "spring_2025", "ids": [{"action": "add", "id": "c-1", "attributes": {"points": 3}}]}'
OTHERS = {
    "list": (Request("GET", f"{BASE}/audiences/list", GOOD.headers[:2]), 200),
    "replace": (
        Request("POST", f"{BASE}/audiences/replace", GOOD.headers, _ADD.replace(b'"action": "add", ', b"")),
        202,
    ),
    "update": (Request("POST", f"{BASE}/audiences/update", GOOD.headers, _ADD), 202),
    "view": (Request("GET", f"{BASE}/audiences/view?name=spring_2025", GOOD.headers[:2]), 200),
    "remove": (Request("POST", f"{BASE}/audiences/remove", GOOD.headers, b'{"name": "spring_2025"}'), 202),
}
OTHER_TARGETS = ["/2.8/audiences/create", "/any-text/audiences/create"]
ERROR_KEYS = {"error_code", "error_message"}
URL = ("BATCH_BASE_URL", "")
VARIABLES = {"BATCH_API_KEY", "BATCH_PROJECT", "BATCH_BASE_URL"}
REFUSED = [
    ("Authorization", [], 401, "The Rest API Key is not valid for this project"),
    ("Authorization", ["Bearer other"], 401, "The Rest API Key is not valid for this project"),
    ("Authorization", ["Basic mock-token"], 401, "error_code"),
    ("Authorization", ["Bearer mock-token", "Bearer mock-token"], 401, "error_code"),
]


def created(answer: dict[str, str]) -> tuple[str, str]:
    assert re.fullmatch("[0-9a-f]{32}", answer["indexing_token"])
    return "spring_2025", answer["indexing_token"]
