"""What readers of responses get."""

from . import CALLER, COMPATIBLE, READER, Case, add, append, drop, move, put, row

_ORDER = "/components/schemas/Order"
_P = f"{_ORDER}/properties"
_OK = "/paths/~1orders~1{orderId}/get/responses/200"
_RESPONSES = "/paths/~1orders/post/responses"
_BATCH = "/components/responses/asyncResponse/content/application~1json/schema"
_COMMBOX = "/paths/~1audiences/post/responses/201/content/application~1json/schema"
_JSON = {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}

BREAKING = [
    Case(name, READER, edits)
    for name, edits in [
        row("a required property becomes optional", put(f"{_ORDER}/required", ["id"])),
        row("a required property is removed", drop(f"{_P}/state"), put(f"{_ORDER}/required", ["id"])),
        row("a required property is no longer described", drop(f"{_P}/id")),
        row("a required property is described in an alternative, otherwise", drop(f"{_P}/id"), add(_ORDER, anyOf=[{"properties": {"id": {"type": "integer"}}}, {"required": ["note"]}])),
        row("a property is described in an alternative, otherwise", drop(f"{_P}/note"), add(_ORDER, anyOf=[{"properties": {"note": {"type": "integer"}}}, {"required": ["total"]}])),
        row("a nested required property is no longer described", drop(f"{_P}/owner/properties/name")),
        row("a required property is renamed", move(f"{_P}/id", f"{_P}/number"), put(f"{_ORDER}/required", ["number", "state"])),
        row("an enum gains a value", append(f"{_P}/state/enum", "lost")),
        row("an enum is removed", drop(f"{_P}/state/enum")),
        row("a text becomes an integer", put(f"{_P}/note/type", "integer")),
        row("a text may be null", put(f"{_P}/note/type", ["string", "null"])),
        row("minLength is removed", drop(f"{_P}/id/minLength")),
        row("minimum is removed", drop(f"{_P}/total/minimum")),
        row("a format is removed", drop(f"{_P}/made/format")),
        row("date-time becomes date", put(f"{_P}/made/format", "date")),
        row("an integer becomes a number", put("/components/schemas/Line/properties/number", {"type": "number", "minimum": 1, "maximum": 99}), put("/components/schemas/NewOrder/properties/lines/items", {"type": "object"})),
        row("a nested property becomes optional", drop(f"{_P}/owner/required")),
        row("array items may be anything", put(f"{_P}/lines/items", {})),
        row("an object becomes an array", put(f"{_P}/owner", {"type": "array", "items": {"type": "string"}})),
        row("an alternative is added", put(f"{_P}/note", {"anyOf": [{"type": "string"}, {"type": "object"}]})),
        row("a required property becomes writeOnly", add(f"{_P}/state", writeOnly=True)),
        row("an error's code becomes a number", put("/components/schemas/Error/properties/code/type", "integer")),
        row("a success status is added", add(_RESPONSES, **{"200": {"description": "Made before.", "content": _JSON}})),
        row("a success status is removed", drop(f"{_RESPONSES}/201"), add(_RESPONSES, **{"202": {"description": "Later."}})),
        row("an error of an unknown shape comes below a default", add(f"{_OK[:-4]}", **{"500": {"description": "Oh.", "content": {"application/json": {"schema": {"type": "object", "properties": {"message": {"type": "string"}}}}}}})),
        row("a media type is replaced", move(f"{_OK}/content/application~1json", f"{_OK}/content/application~1hal+json")),
        row("the body goes", drop(f"{_OK}/content")),
        row("a required header is removed", drop(f"{_OK}/headers/X-Left")),
        row("a required header becomes optional", put(f"{_OK}/headers/X-Left/required", False)),
        row("a header becomes text", put(f"{_OK}/headers/X-Left/schema/type", "string")),
    ]
] + [
    Case("Batch's token is not promised any more", READER, (drop(f"{_BATCH}/required"),), "batch"),
    Case("CommBox's id becomes a number", READER, (put(f"{_COMMBOX}/properties/data/properties/id/type", "integer"),), "commbox"),
    Case("CommBox's id may be null", READER, (put(f"{_COMMBOX}/properties/data/properties/id/type", ["string", "null"]),), "commbox"),
    Case("CommBox's data is not promised any more", READER, (drop(f"{_COMMBOX}/required"),), "commbox"),
    Case("Adobe answers with JSON or anything", READER, (move("/paths/~1core~1ais~1audiences/post/responses/200/content/application~1*", "/paths/~1core~1ais~1audiences/post/responses/200/content/*~1*"),), "adobe"),
    Case("what is shared by requests and answers takes and gives other values", f"{CALLER} + {READER}", (put("/components/schemas/Line/properties/sku/type", "integer"), drop("/components/schemas/Line/properties/sku/pattern"))),
]  # fmt: skip

COMPATIBLE_CASES = [
    Case(name, COMPATIBLE, edits)
    for name, edits in [
        row("an optional property is added", add(_P, code={"type": "string"})),
        row("a required property is added", add(_P, code={"type": "string"}), append(f"{_ORDER}/required", "code")),
        row("an optional property becomes required", append(f"{_ORDER}/required", "note")),
        row("an optional property is removed", drop(f"{_P}/note")),
        row("an enum loses a value", drop(f"{_P}/state/enum/1")),
        row("maxLength is added", add(f"{_P}/id", maxLength=40)),
        row("a pattern is added", add(f"{_P}/id", pattern="^[0-9]+$")),
        row("a number becomes an integer", put(f"{_P}/total/type", "integer")),
        row("a text gets a format", add(f"{_P}/note", format="email")),
        row("no other properties come any more", add(_ORDER, additionalProperties=False)),
        row("an enum is added", add(f"{_P}/note", enum=["a", "b"])),
        row("an optional property becomes writeOnly", add(f"{_P}/note", writeOnly=True)),
        row("an error status is added", add(_RESPONSES, **{"429": {"description": "Later."}})),
        row("an error status is removed", drop(f"{_RESPONSES}/409")),
        row("an error status of the default's shape is named", add(_OK[:-4], **{"503": {"$ref": "#/components/responses/Failed"}})),
        row("a media type is added beside", add(f"{_OK}/content", **{"application/hal+json": {"schema": {"type": "object"}}})),
        row("a header is added", add(f"{_OK}/headers", **{"X-All": {"schema": {"type": "integer"}}})),
        row("an optional header is removed", drop(f"{_OK}/headers/ETag")),
        row("an optional header becomes required", add(f"{_OK}/headers/ETag", required=True)),
        row("a body comes where none was said to", add(f"{_RESPONSES}/409", content=_JSON)),
    ]
] + [
    Case("Adobe answers with JSON only", COMPATIBLE, (move("/paths/~1core~1ais~1audiences/post/responses/200/content/application~1*", "/paths/~1core~1ais~1audiences/post/responses/200/content/application~1json"),), "adobe"),
]  # fmt: skip

CASES = [*BREAKING, *COMPATIBLE_CASES]
