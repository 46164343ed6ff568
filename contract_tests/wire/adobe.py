"""Adobe."""

from uuid import NAMESPACE_OID, UUID, uuid5

import documented
from audience_contract import Request

from . import BEARER, JSON, answer, body, header, query

_POST = "/paths/~1core~1ais~1audiences/post"
_SCHEMA = f"{_POST}/requestBody/content/application~1json/schema"
_ANSWER = f"{_POST}/responses/200/content"
_QUERY, _ACCEPT, _ORGANISATION, _SANDBOX = (f"{_POST}/parameters/{number}" for number in range(4))
_VALUE = documented.spec("adobe")["paths"]["/core/ais/audiences"]["post"]["parameters"][1]["schema"]["enum"][0]
_KEY, _TOKEN = "/components/securitySchemes/api_key", "/components/securitySchemes/bearer"

BASE = documented.base("adobe")
GOOD = Request(
    "POST",
    f"{BASE}/core/ais/audiences?createAudienceMetaOnly=true",
    (
        BEARER,
        ("x-api-key", "mock-client-id"),
        ("x-gw-ims-org-id", "mock-org"),
        ("x-sandbox-name", "mock-sandbox"),
        ("Accept", _VALUE),
        JSON,
    ),
    b'{"name": "Spring", "description": "2025", "namespace": "n", "originName": "o"}',
)

BROKEN = [
    (header("x-api-key"), "header x-api-key", _KEY),
    (header("x-api-key", ""), "header x-api-key", _KEY),
    (header("x-api-key", "a", "a"), "header x-api-key", _KEY),
    (header("Authorization"), "header Authorization", _TOKEN),
    (query(""), "query createAudienceMetaOnly", f"{_QUERY}/required"),
    (query("?createAudienceMetaOnly=false"), "query createAudienceMetaOnly", f"{_QUERY}/schema/enum"),
    (query("?createAudienceMetaOnly"), "query createAudienceMetaOnly", f"{_QUERY}/schema/enum"),
    (query("?createAudienceMetaOnly=true&createAudienceMetaOnly=true"), "query createAudienceMetaOnly", _QUERY),
    (query("?createAudienceMetaOnly=%ff"), "query createAudienceMetaOnly", _QUERY),
    (header("Accept"), "header Accept", f"{_ACCEPT}/required"),
    (header("Accept", "*/*"), "header Accept", f"{_ACCEPT}/schema/enum"),
    (header("Accept", f"{_VALUE}1"), "header Accept", f"{_ACCEPT}/schema/enum"),
    (header("Accept", _VALUE, _VALUE), "header Accept", _ACCEPT),
    (header("x-gw-ims-org-id"), "header x-gw-ims-org-id", f"{_ORGANISATION}/required"),
    (header("x-sandbox-name"), "header x-sandbox-name", f"{_SANDBOX}/required"),
    (body('"Spring"', "1"), "body", f"{_SCHEMA}/properties/name/type"),
]

SAME = [
    body("{}"),
    body('"namespace"', '"audienceId"'),
    query("?create%41udienceMetaOnly=tr%75e"),
    header("accept", _VALUE),
]

UNNAMED = [
    (query("?createAudienceMetaOnly=true&a=b"), "query a", _POST),
    (body('"namespace"', '"nameSpace"'), "body", f"{_SCHEMA}/properties"),
]

UNSENDABLE = [(query("?createAudienceMetaOnly=true&\xe9=1"), "query", _POST)]

ANSWERS = [
    answer(200, _VALUE, '{"id": "a"}'),
    answer(200, "application/json", "{}"),
    answer(418, "text/html", "<p>"),
    answer(500, "", ""),
]

WRONG_ANSWERS = [
    (answer(200, "text/plain", "{}"), "content-type", _ANSWER),
    (answer(200, "application/xml", "<a/>"), "content-type", f"{_ANSWER}/application~1*"),
    (answer(200, "application/json", '{"id": 1}'), "body", f"{_ANSWER}/application~1*/schema/properties/id/type"),
    (answer(200, "application/json", ""), "body", _ANSWER),
]

SUCCESS = 200
BEFORE = GOOD
# The id of the first audience that a mock server makes.
_FIRST = uuid5(NAMESPACE_OID, "audience 1")
OTHERS = {
    "listAudiences": (Request("GET", "/data/core/ups/audiences?limit=5&name=spring", GOOD.headers[:4]), 200),
    "getAudience": (Request("GET", f"/data/core/ups/audiences/{_FIRST}", GOOD.headers[:4]), 200),
    "deleteAudience": (Request("DELETE", f"/data/core/ups/audiences/{_FIRST}", GOOD.headers[:4]), 204),
}
OTHER_TARGETS = [f"{base}/core/ais/audiences?createAudienceMetaOnly=true" for base in documented.bases("adobe")]
ERROR_KEYS = {"error_code", "message"}
URL = ("ADOBE_BASE_URL", "")
VARIABLES = {
    "ADOBE_ACCESS_TOKEN",
    "ADOBE_API_KEY",
    "ADOBE_ORG_ID",
    "ADOBE_SANDBOX_NAME",
    "ADOBE_BASE_URL",
}
REFUSED = [
    ("Authorization", [], 403, '"403010"'),
    ("Authorization", ["Bearer other"], 401, '"401013"'),
    ("Authorization", ["Basic mock-token"], 401, '"401013"'),
    ("x-api-key", [], 403, '"403000"'),
    ("x-api-key", ["other"], 403, '"403003"'),
    ("x-api-key", ["mock-client-id", "mock-client-id"], 403, '"403003"'),
    ("x-gw-ims-org-id", [], 400, '"400003"'),
    ("Content-Type", ["text/plain"], 400, '"detail": "A valid content-type must be specified"'),
    ("Accept", ["*/*"], 400, "header Accept"),
]


def created(answer: dict[str, str]) -> tuple[str, str]:
    assert set(answer) == {"id", "name", "audienceId"}
    assert answer["id"] == answer["audienceId"]
    return answer["name"], str(UUID(answer["audienceId"]))
