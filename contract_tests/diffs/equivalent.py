"""The same said in another way: nobody may hear an alarm."""

from typing import Any

from . import COMPATIBLE, SAME, Case, Json, add, drop, move, put, replace_text, row, wrap

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


def _at_each_operation(spec: Json) -> None:
    security = spec.pop("security")
    for item in spec["paths"].values():
        for operation in item.values():
            operation["security"] = security


_HASH = {"type": "integer", "minimum": 1, "maximum": 100}
_TABLE = {
    "shop": [
        row("every object is turned round", _reorder),
        row("allOf with one member", wrap(f"{_P}/address", lambda schema: {"allOf": [schema]})),
        row("allOf with one member around a reference", wrap(f"{_JSON}/application~1json/schema", lambda schema: {"allOf": [schema]})),
        row("required apart, in allOf", wrap(f"{_P}/address", _split)),
        row("required apart, in allOf, of a recursive schema", wrap(_NEW, _split)),
        row("anyOf with one member", wrap(f"{_P}/address", lambda schema: {"anyOf": [schema]})),
        row("enum as oneOf of const", wrap(f"{_P}/kind", _consts)),
        row("enum as anyOf of const in a response", wrap(f"{_ORDER}/state", lambda schema: {"anyOf": _consts(schema)["oneOf"]})),
        row("enum without its type", drop(f"{_P}/kind/type")),
        row("enum in another order", wrap(f"{_P}/kind/enum", lambda values: values[::-1])),
        row("required in another order", wrap(f"{_NEW}/required", lambda names: names[::-1])),
        row("types in another order", put(f"{_P}/note/type", ["null", "string"])),
        row("types as anyOf", put(f"{_P}/note", {"anyOf": [{"type": "null"}, {"type": "string"}]})),
        row("one type as a list", put(f"{_P}/count/type", ["integer"])),
        row("an integer as a number of whole ones", put(f"{_P}/count", {"type": "number", "multipleOf": 1})),
        row("minLength 0", add(f"{_P}/address/properties/zip", minLength=0)),
        row("minItems 0", add(f"{_P}/labels", minItems=0)),
        row("uniqueItems false", add(f"{_P}/labels", uniqueItems=False)),
        row("required with nothing in it", add(f"{_P}/extra", required=[])),
        row("additionalProperties true", add(_NEW, additionalProperties=True)),
        row("additionalProperties {} in a response", add("/components/schemas/Order", additionalProperties={})),
        row("anyOf becomes oneOf where no value is of both", move(f"{_P}/contact/anyOf", f"{_P}/contact/oneOf")),
        row("oneOf in another order", wrap(f"{_P}/pay/oneOf", lambda members: members[::-1])),
        row("a reference is written out", put(f"{_P}/lines/items", {"type": "object", "required": ["sku", "number"], "properties": {"sku": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"}, "number": _HASH | {"maximum": 99}}})),
        row("a schema moves to the components", move(f"{_P}/address", "/components/schemas/Address"), put(f"{_P}/address", {"$ref": "#/components/schemas/Address"})),
        row("a component is renamed", replace_text("NewOrder", "OrderDraft")),
        row("a recursive component is written out once", put(f"{_P}/parent", {"$ref": "#/components/schemas/Again"}), lambda spec: add("/components/schemas", Again=spec["components"]["schemas"]["NewOrder"])(spec)),
        row("a reference through a reference", add("/components/schemas", Other={"$ref": "#/components/schemas/Line"}), put(f"{_P}/lines/items/$ref", "#/components/schemas/Other")),
        row("a parameter moves to its path", lambda spec: spec["paths"]["/orders/{orderId}"].update(parameters=[spec["paths"]["/orders/{orderId}"]["get"]["parameters"].pop(0)])),
        row("a parameter moves to the components", move(f"{_GET}/parameters/1", "/components/parameters"), lambda spec: spec["components"].update(parameters={"Limit": spec["components"]["parameters"]}), lambda spec: spec["paths"]["/orders/{orderId}"]["get"]["parameters"].append({"$ref": "#/components/parameters/Limit"})),
        row("parameters in another order", wrap(f"{_GET}/parameters", lambda items: items[::-1])),
        row("a header in lower case", put(f"{_GET}/parameters/4/name", "x-trace")),
        row("a response's header in lower case", move(f"{_ANSWER}/headers/X-Left", f"{_ANSWER}/headers/x-left")),
        row("a parameter's defaults are written", add(f"{_GET}/parameters/3", style="form", explode=True, required=False)),
        row("security is written at the operation", add(_GET, security=[{"token": []}])),
        row("alternatives of security in another order", wrap(f"{_POST}/security", lambda items: items[::-1])),
        row("a scheme is renamed", move("/components/securitySchemes/token", "/components/securitySchemes/bearer"), put("/security/0", {"bearer": []}), put(f"{_POST}/security/0", {"bearer": []})),
        row("a scheme in capitals", put("/components/securitySchemes/token/scheme", "Bearer")),
        row("the servers are written at an operation", lambda spec: spec["paths"]["/files"]["put"].update(servers=spec["servers"])),
        row("a server ends in a slash", put("/servers/0/url", "https://api.shop.test/{version}/")),
        row("a server's host in capitals", put("/servers/0/url", "https://API.shop.test/{version}")),
        row("a server's default port is written out", put("/servers/0/url", "https://api.shop.test:443/{version}")),
        row("a server's default port with zeros, host in capitals, slash", put("/servers/0/url", "HTTPS://API.shop.test:0443/{version}/")),
        row("a server's port is left empty", put("/servers/0/url", "https://api.shop.test:/{version}")),
        row("a server's default port as a variable", put("/servers/0", {"url": "https://api.shop.test:{port}/v1", "variables": {"port": {"default": "443"}}})),
        row("a server's variable is written out", put("/servers/0", {"url": "https://api.shop.test/v1"})),
        row("a media type in capitals", move(f"{_JSON}/application~1json", f"{_JSON}/Application~1JSON")),
        row("a charset is named", move(f"{_ANSWER}/content/application~1json", f"{_ANSWER}/content/application~1json; charset=utf-8")),
        row("a charset is named in a request", move(f"{_JSON}/application~1json", f"{_JSON}/application~1json;charset=UTF-8")),
        row("content types of a part in another order", put("/paths/~1files/put/requestBody/content/multipart~1form-data/encoding/file/contentType", "text/plain,text/csv")),
        row("a file as 3.1 has it", put("/paths/~1files/put/requestBody/content/multipart~1form-data/schema/properties/file", {"type": "string", "contentMediaType": "application/octet-stream"})),
        row("the body is said to be optional", add("/paths/~1files/put/requestBody", required=False)),
        row("a response moves to the components", move(f"{_POST}/responses/409", "/components/responses/Exists"), put(f"{_POST}/responses/409", {"$ref": "#/components/responses/Exists"})),
        row("an unused component goes", drop("/components/securitySchemes/key")),
        row("a schema that nobody uses is added", add("/components/schemas", Spare={"type": "integer"})),
        row("exclusiveMinimum of an integer", drop("/components/schemas/Line/properties/number/minimum"), add("/components/schemas/Line/properties/number", exclusiveMinimum=0)),
    ],
    "shop30": [
        row("3.0 becomes 3.1", put("/openapi", "3.1.0"), put(f"{_P}/note", {"type": ["string", "null"]})),
        row("nullable as oneOf in 3.1", put("/openapi", "3.1.0"), put(f"{_P}/note", {"oneOf": [{"type": "string"}, {"type": "null"}]})),
        row("3.0.3 becomes 3.0.4", put("/openapi", "3.0.4")),
        row("nullable false", add(f"{_P}/count", nullable=False)),
        row("exclusiveMinimum false", add(f"{_P}/total", exclusiveMinimum=False)),
        row("a word beside a reference, which 3.0 ignores", add(f"{_P}/lines/items", maxProperties=1)),
    ],
    "batch": [
        row("Batch's schema gets a name", move(_BATCH, "/components/schemas/Create"), put(_BATCH, {"$ref": "#/components/schemas/Create"})),
        row("Batch's header at the path", lambda spec: spec["paths"]["/audiences/create"].update(parameters=spec["paths"]["/audiences/create"]["post"].pop("parameters"))),
        row("Batch's security at each operation", _at_each_operation),
        row("Batch's type as oneOf", wrap(f"{_BATCH}/properties/type", _consts)),
        row("Batch's name in allOf", wrap(f"{_BATCH}/properties/name", lambda schema: {"allOf": [schema]})),
        row("Batch's error written out", lambda spec: put("/components/responses/400/content/application~1json/schema", spec["components"]["schemas"]["Error"])(spec)),
    ],
    "commbox": [
        row("CommBox in 3.1.1", put("/openapi", "3.1.1")),
        row("CommBox's id with minLength 0", add(f"{_COMMBOX}/data/properties/id", minLength=0)),
    ],
}  # fmt: skip
_TO_CONST = put(f"{_P}/kind", {"const": "gift"})
CASES = [
    Case(name, SAME, edits, base) for base, table in _TABLE.items() for name, edits in table
] + [
    Case("const becomes an enum of one value", SAME, (put(f"{_P}/kind", {"type": "string", "enum": ["gift"]}),), before=(_TO_CONST,)),
    Case("4XX is written out", COMPATIBLE, (move(f"{_GET}/responses/4XX", f"{_GET}/responses/400"), lambda spec: spec["paths"]["/orders/{orderId}"]["get"]["responses"].update({"404": spec["paths"]["/orders/{orderId}"]["get"]["responses"]["400"]}))),
]  # fmt: skip
