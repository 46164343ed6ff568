"""What callers send."""

from . import CALLER, COMPATIBLE, UNDECIDED, Case, add, append, drop, move, put, row, wrap

_NEW = "/components/schemas/NewOrder"
_P = f"{_NEW}/properties"
_GET = "/paths/~1orders~1{orderId}/get"
_PARAMETERS = f"{_GET}/parameters"
_BATCH = "/paths/~1audiences~1create/post/requestBody/content/application~1json/schema"


BREAKING = [
    Case(name, CALLER, edits)
    for name, edits in [
        row("a required property is added", add(_P, code={"type": "string"}), append(f"{_NEW}/required", "code")),
        row("a required property with a default is added", add(_P, code={"type": "string", "default": "x"}), append(f"{_NEW}/required", "code")),
        row("an optional property becomes required", append(f"{_NEW}/required", "kind")),
        row("a required property is renamed", move(f"{_P}/name", f"{_P}/title"), put(f"{_NEW}/required/0", "title")),
        row("an enum loses a value", drop(f"{_P}/kind/enum/2")),
        row("an enum is added", add(f"{_P}/labels/items", enum=["a", "b"])),
        row("an enum value changes its case", put(f"{_P}/kind/enum/0", "GIFT")),
        row("maxLength is lowered", put(f"{_P}/name/maxLength", 49)),
        row("minLength is raised", put(f"{_P}/name/minLength", 2)),
        row("maxLength is added to a text", add(f"{_P}/address/properties/zip", maxLength=10)),
        row("a pattern is added", add(f"{_P}/address/properties/zip", pattern="^[0-9]*$")),
        row("a pattern is added that no start is free of", add(f"{_P}/address/properties/zip", pattern="^[^x]")),
        row("minimum is raised", put(f"{_P}/total/minimum", 1)),
        row("maximum is added", add(f"{_P}/total", maximum=1000000)),
        row("minimum becomes exclusive", drop(f"{_P}/total/minimum"), add(f"{_P}/total", exclusiveMinimum=0)),
        row("multipleOf is added", add(f"{_P}/total", multipleOf=0.5)),
        row("an integer below an array is limited", put("/components/schemas/Line/properties/number/maximum", 98)),
        row("maxItems is lowered", put(f"{_P}/lines/maxItems", 19)),
        row("minItems is raised", put(f"{_P}/lines/minItems", 2)),
        row("uniqueItems is added", add(f"{_P}/labels", uniqueItems=True)),
        row("array items become integers", put(f"{_P}/labels/items/type", "integer")),
        row("a number becomes an integer", put(f"{_P}/total/type", "integer")),
        row("a text becomes an integer", put(f"{_P}/address/properties/zip/type", "integer")),
        row("null is no longer taken", put(f"{_P}/note/type", "string")),
        row("a text gets a format", add(f"{_P}/address/properties/zip", format="uuid")),
        row("date-time becomes date", put(f"{_P}/due/format", "date")),
        row("int32 is asked for", add(f"{_P}/count", format="int32")),
        row("no other properties are taken any more", add(_NEW, additionalProperties=False)),
        row("a pattern says more than maxLength", add(f"{_P}/address/properties/zip", maxLength=9, pattern=r"^[\s\S]{10,}$")),
        row("a pattern takes every text but a line's end", add(f"{_P}/address/properties/zip", pattern="^.{0,9000}$")),
        row("one alternative of oneOf is removed", drop(f"{_P}/pay/oneOf/1")),
        row("one alternative of anyOf is removed", drop(f"{_P}/contact/anyOf/1")),
        row("a nested property becomes required", append(f"{_P}/address/required", "zip")),
        row("a property becomes readOnly", add(f"{_P}/kind", readOnly=True)),
        row("a readOnly property that is required becomes writable", append(f"{_NEW}/required", "id"), drop(f"{_P}/id/readOnly")),
        row("maxProperties is added", add(f"{_P}/extra", maxProperties=3)),
        row("allOf gains a member that asks for more", put(f"{_P}/address", {"allOf": [{"type": "object", "required": ["street"], "properties": {"street": {"type": "string"}, "zip": {"type": "string"}}}, {"required": ["zip"]}]})),
        row("a const is asked for", put(f"{_P}/kind", {"const": "gift"})),
        row("an inlined schema is narrowed on the way", put(f"{_P}/lines/items", {"type": "object", "required": ["sku", "number"], "properties": {"sku": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"}, "number": {"type": "integer", "minimum": 1, "maximum": 9}}})),
        row("a query parameter's maximum is lowered", put(f"{_PARAMETERS}/1/schema/maximum", 50)),
        row("a query parameter's enum loses a value", drop(f"{_PARAMETERS}/2/schema/enum/1")),
        row("a path parameter gets a pattern", add(f"{_PARAMETERS}/0/schema", pattern="^[0-9]+$")),
        row("a query parameter becomes a number", put(f"{_PARAMETERS}/4/schema/type", "integer")),
        row("a query parameter becomes required", add(f"{_PARAMETERS}/1", required=True)),
        row("a required query parameter is added", append(_PARAMETERS, {"name": "shop", "in": "query", "required": True, "schema": {"type": "string"}})),
        row("a required header is added", append(_PARAMETERS, {"name": "X-Shop", "in": "header", "required": True, "schema": {"type": "string"}})),
        row("a list in the query is no longer exploded", add(f"{_PARAMETERS}/3", explode=False)),
        row("a parameter moves from the query to a required header", put(f"{_PARAMETERS}/1", {"name": "limit", "in": "header", "required": True, "schema": {"type": "integer", "minimum": 1, "maximum": 100}})),
        row("an optional form field becomes required", append("/paths/~1files/put/requestBody/content/multipart~1form-data/schema/required", "size")),
        row("the body becomes required", add("/paths/~1files/put/requestBody", required=True)),
    ]
] + [
    Case("Batch's name is 128 characters at most", CALLER, (put(f"{_BATCH}/properties/name/maxLength", 128),), "batch"),
    Case("Batch's name is not empty", CALLER, (put(f"{_BATCH}/properties/name/pattern", "^[A-Za-z0-9_-]+$"),), "batch"),
    Case("Batch's display_name is asked for", CALLER, (append(f"{_BATCH}/required", "display_name"),), "batch"),
    Case("Batch's emails are no type any more", CALLER, (drop(f"{_BATCH}/properties/type/enum/1"),), "batch"),
    Case("nullable is taken away in 3.0", CALLER, (drop("/components/schemas/NewOrder/properties/note/nullable"),), "shop30"),
    Case("exclusiveMinimum is set in 3.0", CALLER, (add("/components/schemas/NewOrder/properties/total", exclusiveMinimum=True),), "shop30"),
]  # fmt: skip

COMPATIBLE_CASES = [
    Case(name, COMPATIBLE, edits)
    for name, edits in [
        row("an optional property is added", add(_P, code={"type": "string"})),
        row("an optional readOnly property is added", add(_P, code={"type": "string", "readOnly": True})),
        row("an optional nested property is added", add(f"{_P}/address/properties", city={"type": "string"})),
        row("an optional property is removed from an open object", drop(f"{_P}/kind")),
        row("a required property becomes optional", put(f"{_NEW}/required", ["lines"])),
        row("an enum gains a value", append(f"{_P}/kind/enum", "club")),
        row("an enum is removed", drop(f"{_P}/kind/enum")),
        row("maxLength is raised", put(f"{_P}/name/maxLength", 51)),
        row("minLength is lowered", put(f"{_P}/name/minLength", 0)),
        row("a pattern is removed", drop(f"{_P}/name/pattern")),
        row("an integer becomes a number", put(f"{_P}/count/type", "number")),
        row("null is taken too", put(f"{_P}/kind/type", ["string", "null"]), append(f"{_P}/kind/enum", None)),
        row("a format is removed", drop(f"{_P}/due/format")),
        row("one alternative of anyOf is added", append(f"{_P}/contact/anyOf", {"type": "boolean"})),
        row("one exclusive alternative of oneOf is added", append(f"{_P}/pay/oneOf", {"type": "object", "required": ["cash"], "properties": {"cash": {"type": "boolean"}}, "additionalProperties": False})),
        row("maxItems is removed", drop(f"{_P}/lines/maxItems")),
        row("a query parameter's number becomes any text", put(f"{_PARAMETERS}/1/schema", {"type": "string"})),
        row("an optional query parameter is added", append(_PARAMETERS, {"name": "page", "in": "query", "schema": {"type": "integer"}})),
        row("an optional query parameter is removed", drop(f"{_PARAMETERS}/1")),
        row("what other properties hold is widened", put(f"{_P}/extra/additionalProperties/type", ["string", "integer"])),
    ]
] + [
    Case("a list in pages gets another parameter of pages", COMPATIBLE, (append("/paths/~1audiences~1list/get/parameters", {"name": "offset", "in": "query", "schema": {"type": "integer"}}),), "batch"),
    Case("a list gets a parameter that is no page's", COMPATIBLE, (add("/paths/~1audiences/get", parameters=[{"name": "name", "in": "query", "schema": {"type": "string"}}]),), "commbox"),
]  # fmt: skip

OPEN = [
    Case("a format that nobody knows is asked for", CALLER, (add(f"{_P}/address/properties/zip", format="zip"),)),
    Case("a pattern excludes one length", UNDECIDED, (put(f"{_P}/name/pattern", "^[a-z0-9_]{0,49}$"),)),
    Case("a pattern says less than maxLength", UNDECIDED, (put(f"{_P}/name", {"type": "string", "minLength": 1, "maxLength": 50, "pattern": "^[a-z0-9_]{0,49}$"}),)),
    Case("a pattern is widened", UNDECIDED, (put(f"{_P}/name/pattern", "^[a-z0-9_.]*$"),)),
    Case("a pattern is narrowed", UNDECIDED, (put(f"{_P}/name/pattern", "^[a-z0-9]*$"),)),
    Case("what other properties hold is narrowed", UNDECIDED, (put(f"{_P}/extra/additionalProperties/type", "integer"),)),
    Case("a content type of a part is dropped", UNDECIDED, (put("/paths/~1files/put/requestBody/content/multipart~1form-data/encoding/file/contentType", "text/csv"),)),
    Case("a pattern of another kind that no library here decides", UNDECIDED, (put(f"{_P}/name/pattern", "^(?!.*__$)(?=[a-z0-9_]*$)(?!.*__$)|^[a-z0-9_]*$"),)),
    Case("a list that came whole gets a parameter of pages", UNDECIDED, (add("/paths/~1audiences/get", parameters=[{"name": "offset", "in": "query", "schema": {"type": "integer"}}]),), "commbox"),
    Case("a list that came whole gets a mark of the next page", UNDECIDED, (add("/paths/~1audiences/get/responses/200/content/application~1json/schema/properties", next_cursor={"type": "string"}),), "commbox"),
    Case("a discriminator is added", UNDECIDED, (wrap(f"{_P}/pay", lambda pay: {**pay, "discriminator": {"propertyName": "kind"}}),)),
]  # fmt: skip
CASES = [*BREAKING, *COMPATIBLE_CASES, *OPEN]
