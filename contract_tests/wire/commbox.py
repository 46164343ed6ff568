"""CommBox."""

import re
from typing import Any

import documented
from audience_contract import Request

from . import BEARER, answer, body, header

_POST = "/paths/~1audiences/post"
_CONTENT = f"{_POST}/requestBody/content"
_FORM = f"{_CONTENT}/multipart~1form-data"
_PARTS = f"{_FORM}/schema/properties"
_ANSWER = f"{_POST}/responses/201/content/application~1json/schema"
_NAME = 'Content-Disposition: form-data; name="name"'
_CREATED = '{"status": 201, "description": "d", "response_time": "2025-02-06T07:51:52.2581942Z", "data": {"id": "1"}}'
_MORE = body("--limit--", '--limit\r\nContent-Disposition: form-data; name="more"\r\n\r\na\r\n--limit--')

BASE = documented.base("commbox")
GOOD = Request(
    "POST",
    f"{BASE}/audiences",
    (BEARER, ("Content-Type", "multipart/form-data; boundary=limit")),
    b'--limit\r\nContent-Disposition: form-data; name="name"\r\n\r\nSpring\r\n'
    b'--limit\r\nContent-Disposition: form-data; name="audience_file"; filename="a.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\nphone1\r\n442079832100\r\n\r\n--limit--\r\n",
)

BROKEN = [
    (header("Authorization"), "header Authorization", "/components/securitySchemes/BearerAuth"),
    (header("Content-Type", "application/json"), "content-type", _CONTENT),
    (header("Content-Type", "multipart/form-data"), "body", _FORM),
    (header("Content-Type", "multipart/form-data; boundary=other"), "body", _FORM),
    (body("--limit--", "--limi"), "body", _FORM),
    (body(_NAME, "X-Other: form-data"), "body", _FORM),
    (body(_NAME, f"{_NAME}\r\n{_NAME}"), "body", _FORM),
    (body("form-data; name", "attachment; name"), "body", _FORM),
    (body('"name"', '"na\xe9"'.encode("latin-1")), "body", _FORM),
    (body('"name"', '"more"'), "part name", f"{_FORM}/schema/required"),
    (body('"audience_file"', '"more"'), "part audience_file", f"{_FORM}/schema/required"),
    (body("--limit--", f"--limit\r\n{_NAME}\r\n\r\na\r\n--limit--"), "part name", f"{_PARTS}/name"),
    (body("Spring", b"\xff"), "part name", f"{_PARTS}/name"),
    (body(_NAME, f'{_NAME}; filename="n"'), "part name", f"{_PARTS}/name"),
    (body(_NAME, f"{_NAME}\r\nContent-Type: text/html"), "part name", f"{_PARTS}/name"),
    (body('; filename="a.csv"', ""), "part audience_file", f"{_PARTS}/audience_file"),
    (body("a.csv", ""), "part audience_file", f"{_PARTS}/audience_file"),
    (body("text/csv", "csv"), "part audience_file", f"{_PARTS}/audience_file"),
    (body("--limit\r\n", "--limit-\r\n"), "body", _FORM),
    (body("Content-Type: text/csv", "Content Type: text/csv"), "body", _FORM),
    (body("text/csv\r\n\r\n", "text/csv\r\n"), "body", _FORM),
]

SAME = [
    header("Content-Type", 'multipart/form-data; boundary="limit"'),
    body("text/csv", "text/csv; charset=utf-8"),
    body("text/csv", "text/plain"),
    body("text/csv", "application/octet-stream"),
    body("Content-Type: text/csv", "X-Other: a"),
    body("Content-Type: text/csv\r\n", ""),
    body("--limit\r\n", "--limit \t\r\n"),
    body("--limit--", "--limit-- \t\r\nepilogue"),
    body('"; filename', '";\r\n\tfilename'),
    body(_NAME, f"{_NAME}\r\nContent-Type: text/plain; charset=utf-8"),
    body("442079832100", '"\x00\xff\r\n--limi"'),
]

UNNAMED = [(_MORE, "part more", _PARTS)]

ANSWERS = [
    answer(201, "application/json", _CREATED),
    answer(201, "application/json", '{"data": {"id": ""}}'),
]

WRONG_ANSWERS = [
    (answer(202, "application/json", _CREATED), "status", f"{_POST}/responses"),
    (
        answer(201, "application/json", _CREATED.replace('"1"', "1")),
        "body",
        f"{_ANSWER}/properties/data/properties/id/type",
    ),
    (
        answer(201, "application/json", _CREATED.replace("T07", " 07")),
        "body",
        f"{_ANSWER}/properties/response_time/format",
    ),
    (
        answer(201, "application/json", _CREATED.replace("201", '"201"')),
        "body",
        f"{_ANSWER}/properties/status/type",
    ),
    (answer(201, "application/json", _CREATED.replace("201", "null")), "body", f"{_ANSWER}/properties/status/type"),
]

SUCCESS = 201
BEFORE = GOOD
OTHERS = {
    "Get_Audiences": (Request("GET", f"{BASE}/audiences", GOOD.headers[:1]), 200),
    # That of the first audience that a mock server makes.
    "PUT /Audiences/{AUDIENCE_ID}": (
        Request(
            "PUT",
            f"{BASE}/Audiences/312346",
            GOOD.headers,
            b"--limit\r\n" + GOOD.body.partition(b"Spring\r\n--limit\r\n")[2],
        ),
        200,
    ),
}
OTHER_TARGETS = [f"{BASE}/audiences"]
ERROR_KEYS = {"status", "description", "response_time"}
URL = ("COMMBOX_BASE_URL", "")
VARIABLES = {"COMMBOX_API_KEY", "COMMBOX_BASE_URL"}
REFUSED = [
    ("Authorization", [], 401, '"description": "Unauthorized"'),
    ("Authorization", ["Bearer other"], 401, '"description": "Unauthorized"'),
    ("Content-Type", ["text/plain"], 400, '"description": "Bad Request"'),
]


def created(answer: dict[str, Any]) -> tuple[str, str]:
    assert (answer["status"], answer["description"]) == (201, "Audience created")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", answer["response_time"])
    assert answer["data"]["id"].isdecimal()
    return "Spring", answer["data"]["id"]
