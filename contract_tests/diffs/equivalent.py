"""The same said in another way: nobody may hear an alarm."""

from typing import Any

from . import COMPATIBLE, SAME, Case, Json, add, drop, move, put, replace_text, wrap

_NEW = "/components/schemas/NewOrder"
_P = f"{_NEW}/properties"
_ORDER = "/components/schemas/Order/properties"
_GET = "/paths/~1orders~1{orderId}/get"
_POST = "/paths/~1orders/post"
_JSON = f"{_POST}/requestBody/content"
_ANSWER = f"{_GET}/responses/200"
_BATCH = "/paths/~1audiences~1create/post/requestBody/content/application~1json/schema"
_COMMBOX = "/paths/~1audiences/post/responses/201/content/application~1json/schema/properties"


def _backwards(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _backwards(node[key]) for key in reversed(node)}
    return [_backwards(item) for item in node] if isinstance(node, list) else node


def _reorder(spec: Json) -> None:
    turned = _backwards(spec)
    spec.clear()
    spec.update(turned)


def _split(schema: Json) -> Json:
    """An object's `required` in a member of allOf of its own."""
    rest = {key: value for key, value in schema.items() if key != "required"}
    return {"allOf": [{"required": schema["required"]}, rest]}


def _consts(schema: Json) -> Json:
    return {"type": "string", "oneOf": [{"const": value} for value in schema["enum"]]}


_HASH = {"type": "integer", "minimum": 1, "maximum": 100}
_TABLE = {
    "shop": [
        ("every object is turned round", _reorder),
        ("allOf with one member", wrap(f"{_P}/address", lambda schema: {"allOf": [schema]})),
        ("allOf with one member around a reference", wrap(f"{_JSON}/application~1json/schema", lambda schema: {"allOf": [schema]})),
        ("required apart, in allOf", wrap(f"{_P}/address", _split)),
        ("required apart, in allOf, of a recursive schema", wrap(_NEW, _split)),
        ("anyOf with one member", wrap(f"{_P}/address", lambda schema: {"anyOf": [schema]})),
        ("enum as oneOf of const", wrap(f"{_P}/kind", _consts)),
        ("enum as anyOf of const in a response", wrap(f"{_ORDER}/state", lambda schema: {"anyOf": _consts(schema)["oneOf"]})),
        ("enum without its type", drop(f"{_P}/kind/type")),
        ("enum in another order", wrap(f"{_P}/kind/enum", lambda values: values[::-1])),
        ("required in another order", wrap(f"{_NEW}/required", lambda names: names[::-1])),
        ("types in another order", put(f"{_P}/note/type", ["null", "string"])),
        ("types as anyOf", put(f"{_P}/note", {"anyOf": [{"type": "null"}, {"type": "string"}]})),
        ("one type as a list", put(f"{_P}/count/type", ["integer"])),
        ("an integer as a number of whole ones", put(f"{_P}/count", {"type": "number", "multipleOf": 1})),
        ("minLength 0", add(f"{_P}/address/properties/zip", minLength=0)),
        ("minItems 0", add(f"{_P}/labels", minItems=0)),
        ("uniqueItems false", add(f"{_P}/labels", uniqueItems=False)),
        ("required with nothing in it", add(f"{_P}/extra", required=[])),
        ("additionalProperties true", add(_NEW, additionalProperties=True)),
        ("additionalProperties {} in a response", add("/components/schemas/Order", additionalProperties={})),
        ("anyOf becomes oneOf where no value is of both", move(f"{_P}/contact/anyOf", f"{_P}/contact/oneOf")),
        ("oneOf in another order", wrap(f"{_P}/pay/oneOf", lambda members: members[::-1])),
        ("a pattern with + written out", put("/components/schemas/Line/properties/sku/pattern", "^[A-Z]{2}[0-9][0-9]*$")),
        ("a pattern with its class in another order", put(f"{_P}/name/pattern", "^[_0-9a-z]*$")),
        ("a pattern with a letter for digits", put("/components/schemas/Line/properties/sku/pattern", r"^[A-Z][A-Z]\d+$")),
        ("a pattern that says the length too", put(f"{_P}/name/pattern", "^[a-z0-9_]{1,50}$")),
        ("a pattern that says the length instead", put(f"{_P}/name", {"type": "string", "pattern": "^[a-z0-9_]{1,50}$"})),
        ("a pattern that takes every text", add(f"{_P}/address/properties/zip", pattern=".*")),
        ("a reference is written out", put(f"{_P}/lines/items", {"type": "object", "required": ["sku", "number"], "properties": {"sku": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"}, "number": _HASH | {"maximum": 99}}})),
        ("a schema moves to the components", move(f"{_P}/address", "/components/schemas/Address"), put(f"{_P}/address", {"$ref": "#/components/schemas/Address"})),
        ("a component is renamed", replace_text("NewOrder", "OrderDraft")),
        ("a recursive component is written out once", put(f"{_P}/parent", {"$ref": "#/components/schemas/Again"}), lambda spec: add("/components/schemas", Again=spec["components"]["schemas"]["NewOrder"])(spec)),
        ("a reference through a reference", add("/components/schemas", Other={"$ref": "#/components/schemas/Line"}), put(f"{_P}/lines/items/$ref", "#/components/schemas/Other")),
        ("a parameter moves to its path", lambda spec: spec["paths"]["/orders/{orderId}"].update(parameters=[spec["paths"]["/orders/{orderId}"]["get"]["parameters"].pop(0)])),
        ("a parameter moves to the components", move(f"{_GET}/parameters/1", "/components/parameters"), lambda spec: spec["components"].update(parameters={"Limit": spec["components"]["parameters"]}), lambda spec: spec["paths"]["/orders/{orderId}"]["get"]["parameters"].append({"$ref": "#/components/parameters/Limit"})),
        ("parameters in another order", wrap(f"{_GET}/parameters", lambda items: items[::-1])),
        ("a header in lower case", put(f"{_GET}/parameters/4/name", "x-trace")),
        ("a response's header in lower case", move(f"{_ANSWER}/headers/X-Left", f"{_ANSWER}/headers/x-left")),
        ("a parameter's defaults are written", add(f"{_GET}/parameters/3", style="form", explode=True, required=False)),
        ("security is written at the operation", add(_GET, security=[{"token": []}])),
        ("alternatives of security in another order", wrap(f"{_POST}/security", lambda items: items[::-1])),
        ("a scheme is renamed", move("/components/securitySchemes/token", "/components/securitySchemes/bearer"), put("/security/0", {"bearer": []}), put(f"{_POST}/security/0", {"bearer": []})),
        ("a scheme in capitals", put("/components/securitySchemes/token/scheme", "Bearer")),
        ("the servers are written at an operation", lambda spec: spec["paths"]["/files"]["put"].update(servers=spec["servers"])),
        ("a server ends in a slash", put("/servers/0/url", "https://api.shop.test/{version}/")),
        ("a server's host in capitals", put("/servers/0/url", "https://API.shop.test/{version}")),
        ("a server's variable is written out", put("/servers/0", {"url": "https://api.shop.test/v1"})),
        ("a media type in capitals", move(f"{_JSON}/application~1json", f"{_JSON}/Application~1JSON")),
        ("a charset is named", move(f"{_ANSWER}/content/application~1json", f"{_ANSWER}/content/application~1json; charset=utf-8")),
        ("a charset is named in a request", move(f"{_JSON}/application~1json", f"{_JSON}/application~1json;charset=UTF-8")),
        ("content types of a part in another order", put("/paths/~1files/put/requestBody/content/multipart~1form-data/encoding/file/contentType", "text/plain,text/csv")),
        ("a file as 3.1 has it", put("/paths/~1files/put/requestBody/content/multipart~1form-data/schema/properties/file", {"type": "string", "contentMediaType": "application/octet-stream"})),
        ("the body is said to be optional", add("/paths/~1files/put/requestBody", required=False)),
        ("a response moves to the components", move(f"{_POST}/responses/409", "/components/responses/Exists"), put(f"{_POST}/responses/409", {"$ref": "#/components/responses/Exists"})),
        ("an unused component goes", drop("/components/securitySchemes/key")),
        ("a schema that nobody uses is added", add("/components/schemas", Spare={"type": "integer"})),
        ("exclusiveMinimum of an integer", drop("/components/schemas/Line/properties/number/minimum"), add("/components/schemas/Line/properties/number", exclusiveMinimum=0)),
    ],
    "shop30": [
        ("3.0 becomes 3.1", put("/openapi", "3.1.0"), put(f"{_P}/note", {"type": ["string", "null"]})),
        ("nullable as oneOf in 3.1", put("/openapi", "3.1.0"), put(f"{_P}/note", {"oneOf": [{"type": "string"}, {"type": "null"}]})),
        ("3.0.3 becomes 3.0.4", put("/openapi", "3.0.4")),
        ("nullable false", add(f"{_P}/count", nullable=False)),
        ("exclusiveMinimum false", add(f"{_P}/total", exclusiveMinimum=False)),
        ("a word beside a reference, which 3.0 ignores", add(f"{_P}/lines/items", maxProperties=1)),
    ],
    "batch": [
        ("Batch's pattern with its class in another order", put(f"{_BATCH}/properties/name/pattern", "^[-_0-9a-zA-Z]*$")),
        ("Batch's pattern with a letter for the class", put(f"{_BATCH}/properties/name/pattern", r"^[\w-]*$")),
        ("Batch's length in the pattern", drop(f"{_BATCH}/properties/name/maxLength"), put(f"{_BATCH}/properties/name/pattern", "^[A-Za-z0-9_-]{0,255}$")),
        ("Batch's schema gets a name", move(_BATCH, "/components/schemas/Create"), put(_BATCH, {"$ref": "#/components/schemas/Create"})),
        ("Batch's header at the path", lambda spec: spec["paths"]["/audiences/create"].update(parameters=spec["paths"]["/audiences/create"]["post"].pop("parameters"))),
        ("Batch's security at the operation", lambda spec: spec["paths"]["/audiences/create"]["post"].update(security=spec.pop("security"))),
        ("Batch's type as oneOf", wrap(f"{_BATCH}/properties/type", _consts)),
        ("Batch's name in allOf", wrap(f"{_BATCH}/properties/name", lambda schema: {"allOf": [schema]})),
        ("Batch's error written out", lambda spec: put("/components/responses/400/content/application~1json/schema", spec["components"]["schemas"]["Error"])(spec)),
    ],
    "commbox": [
        ("CommBox in 3.1", put("/openapi", "3.1.0")),
        ("CommBox's id with minLength 0", add(f"{_COMMBOX}/data/properties/id", minLength=0)),
    ],
}  # fmt: skip
_TO_CONST = put(f"{_P}/kind", {"const": "gift"})
CASES = [
    Case(name, SAME, tuple(edits), base) for base, table in _TABLE.items() for name, *edits in table
] + [
    Case("const becomes an enum of one value", SAME, (put(f"{_P}/kind", {"type": "string", "enum": ["gift"]}),), before=(_TO_CONST,)),
    Case("4XX is written out", COMPATIBLE, (move(f"{_GET}/responses/4XX", f"{_GET}/responses/400"), lambda spec: spec["paths"]["/orders/{orderId}"]["get"]["responses"].update({"404": spec["paths"]["/orders/{orderId}"]["get"]["responses"]["400"]}))),
]  # fmt: skip
