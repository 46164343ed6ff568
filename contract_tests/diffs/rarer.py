"""Keywords and spellings that are rarer; written after the rules, which had 55 of 67 such changes right at first."""

from . import Case, Edit, add, append, drop, move, put

N = "/components/schemas/NewOrder"
P = f"{N}/properties"
OP = "/components/schemas/Order/properties"
L = "/components/schemas/Line"
G = "/paths/~1orders~1{orderId}/get"
PO = "/paths/~1orders/post"


def one(
    *edits: Edit, base: str = "shop", before: tuple[Edit, ...] = ()
) -> tuple[tuple[Edit, ...], str, tuple[Edit, ...]]:
    return edits, base, before


_TABLE = [
("oneOf branch gains optional property", one(put(f"{P}/pay/oneOf/0/properties/holder",{"type":"string"})), "compatible"),
("oneOf branch requires more", one(put(f"{P}/pay/oneOf/0/properties/holder",{"type":"string"}),append(f"{P}/pay/oneOf/0/required","holder")), "breaking-caller"),
("open anyOf branches gain an optional property", one(put(f"{P}/address",{"anyOf":[{"type":"object","required":["street"],"properties":{"street":{"type":"string"},"zip":{"type":"string"},"city":{"type":"string"}}},{"type":"object","required":["box"],"properties":{"box":{"type":"string"}}}]}),before=(put(f"{P}/address",{"anyOf":[{"type":"object","required":["street"],"properties":{"street":{"type":"string"},"zip":{"type":"string"}}},{"type":"object","required":["box"],"properties":{"box":{"type":"string"}}}]}),)), "compatible"),
("oneOf overlapping becomes ambiguous", one(put(f"{P}/contact",{"oneOf":[{"type":"integer"},{"type":"number"}]}),before=(put(f"{P}/contact",{"anyOf":[{"type":"integer"},{"type":"number"}]}),)), "breaking-caller"),
("not added", one(add(f"{P}/address/properties/zip",**{"not":{"const":"0"}})), "breaking-caller"),
("if/then added", one(add(N,**{"if":{"required":["kind"]},"then":{"required":["due"]}})), "breaking-caller"),
("dependentRequired added", one(add(N,dependentRequired={"kind":["due"]})), "breaking-caller"),
("propertyNames", one(add(f"{P}/extra",propertyNames={"pattern":"^[a-z]+$"})), "breaking-caller"),
("patternProperties", one(add(f"{P}/extra",patternProperties={"^x-":{"type":"string","maxLength":3}})), "breaking-caller"),
("prefixItems", one(add(f"{P}/labels",prefixItems=[{"enum":["a"]}])), "breaking-caller"),
("contains", one(add(f"{P}/labels",contains={"const":"a"})), "breaking-caller"),
("response oneOf gains alternative", one(put(f"{OP}/owner",{"oneOf":[{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"mail":{"type":"string"}}},{"type":"null"}]})), "breaking-reader"),
("response map value widened", one(put(f"{OP}/tags",{"type":"object","additionalProperties":{"type":["string","null"]}}),before=(put(f"{OP}/tags",{"type":"object","additionalProperties":{"type":"string"}}),)), "breaking-reader"),
("allOf base extended: inline to ref + more", one(put(f"{L}",{"allOf":[{"$ref":"#/components/schemas/Base"},{"type":"object","properties":{"number":{"type":"integer","minimum":1,"maximum":99}},"required":["number"]}]}),add("/components/schemas",Base={"type":"object","required":["sku"],"properties":{"sku":{"type":"string","pattern":"^[A-Z]{2}[0-9]+$"}}})), "same"),
("allOf both declare a property", one(put(f"{P}/address",{"allOf":[{"type":"object","required":["street"],"properties":{"street":{"type":"string"},"zip":{"type":"string"}}},{"properties":{"street":{"maxLength":30}}}]})), "breaking-caller"),
("exclusiveMaximum vs maximum equal ints", one(put(f"{L}/properties/number",{"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":100})), "same"),
("enum of mixed types widened", one(put(f"{P}/kind",{"enum":["gift","self","firm",1]})), "compatible"),
("const changed", one(put(f"{P}/kind",{"const":"b"}),before=(put(f"{P}/kind",{"const":"a"}),)), "breaking-caller"),
("pattern anchored at end only", one(put(f"{P}/address/properties/zip",{"type":"string","pattern":"[0-9]{5}$"}),before=(put(f"{P}/address/properties/zip",{"type":"string","pattern":"[0-9]{5}"}),)), "undecided"),
("pattern grouping", one(put(f"{P}/address/properties/zip",{"type":"string","pattern":"^(?:[0-9]{5}|[0-9]{9})$"}),before=(put(f"{P}/address/properties/zip",{"type":"string","pattern":"^([0-9]{5}([0-9]{4})?)$"}),)), "undecided"),
("pattern \\s", one(put(f"{P}/address/properties/zip/pattern","^\\S+$")), "breaking-caller"),
("min length unicode", one(put(f"{P}/address/properties/zip/minLength",1)), "breaking-caller"),
("response pattern loosened by length", one(put(f"{OP}/id/pattern","^[0-9]{1,6}$"),before=(put(f"{OP}/id/pattern","^[0-9]{1,5}$"),)), "undecided"),
("multipleOf 2 -> 4", one(put(f"{P}/count/multipleOf",4),before=(put(f"{P}/count/multipleOf",2),)), "breaking-caller"),
("multipleOf 4 -> 2", one(put(f"{P}/count/multipleOf",2),before=(put(f"{P}/count/multipleOf",4),)), "compatible"),
("multipleOf .01 -> .1", one(put(f"{P}/total/multipleOf",0.1),before=(put(f"{P}/total/multipleOf",0.01),)), "breaking-caller"),
("min 10 -> max", one(put(f"{P}/total",{"type":"number","minimum":0,"maximum":99.99}),before=(put(f"{P}/total",{"type":"number","minimum":0,"maximum":100}),)), "breaking-caller"),
("items removed widen req", one(put(f"{P}/labels",{"type":"array"})), "compatible"),
("type array widened", one(put(f"{P}/labels/items",{"type":["string","integer"]})), "compatible"),
("query array items enum", one(put(f"{G}/parameters/3/schema/items",{"type":"string","enum":["a"]})), "breaking-caller"),
("query array maxItems", one(put(f"{G}/parameters/3/schema/maxItems",5)), "breaking-caller"),
("query enum to free", one(put(f"{G}/parameters/2/schema",{"type":"string"})), "compatible"),
("query int->number", one(put(f"{G}/parameters/1/schema",{"type":"number","minimum":1,"maximum":100})), "compatible"),
("path param to integer", one(put(f"{G}/parameters/0/schema",{"type":"integer"})), "breaking-caller"),
("path param int->string", one(put(f"{G}/parameters/0/schema",{"type":"string"}),before=(put(f"{G}/parameters/0/schema",{"type":"integer"}),)), "compatible"),
("int query to pattern", one(put(f"{G}/parameters/1/schema",{"type":"string","pattern":"^[0-9]+$"}),before=(put(f"{G}/parameters/1/schema",{"type":"integer","minimum":0}),)), "undecided"),
("server variable enum loses", one(put("/servers/0/variables/version/enum",["v1"]),before=(put("/servers/0/variables/version/enum",["v1","v2"]),)), "breaking-caller"),
("server variable default, enum listed", one(put("/servers/0/variables/version",{"default":"v2","enum":["v1","v2"]}),before=(put("/servers/0/variables/version",{"default":"v1","enum":["v1","v2"]}),)), "compatible"),
("servers reordered", one(put("/servers",[{"url":"https://b.test"},{"url":"https://a.test"}]),before=(put("/servers",[{"url":"https://a.test"},{"url":"https://b.test"}]),)), "same"),
("media param order", one(move(PO+"/requestBody/content/application~1x;b=1;a=2",PO+"/requestBody/content/application~1x; a=2; b=1"),before=(put(PO+"/requestBody/content/application~1x;b=1;a=2",{}),)), "same"),
("response success 2XX added under 201", one(move(PO+"/responses/201",PO+"/responses/2XX")), "breaking-reader"),
("response 2XX to 201", one(move(PO+"/responses/2XX",PO+"/responses/201"),before=(move(PO+"/responses/201",PO+"/responses/2XX"),)), "compatible"),
("default response removed", one(drop(G+"/responses/default")), "compatible"),
("nullable enum 3.0 vs 3.1", one(put("/openapi","3.1.0"),put(f"{P}/note",{"type":["string","null"]}),put(f"{P}/kind",{"type":["string","null"],"enum":["gift",None]}),base="shop30",before=(put(f"{P}/kind",{"type":"string","nullable":True,"enum":["gift",None]}),)), "same"),
("nullable allOf ref in 3.0", one(put(f"{P}/address/nullable",True),base="shop30"), "compatible"),
("ref sibling 3.1 constraint", one(put(f"{P}/lines/items",{"$ref":"#/components/schemas/Line","maxProperties":2})), "breaking-caller"),
("description in anyOf branch", one(put(f"{P}/contact/anyOf/0/description","x")), "documentation"),
("description beside ref in 3.1", one(put(f"{P}/parent/description","x")), "documentation"),
("binary to base64", one(put("/paths/~1files/put/requestBody/content/multipart~1form-data/schema/properties/file/format","byte")), "breaking-caller"),
("multipart property text->integer", one(put("/paths/~1files/put/requestBody/content/multipart~1form-data/schema/properties/size/type","string")), "compatible"),
("readOnly removed from optional", one(drop(f"{P}/id/readOnly")), "compatible"),
("response nested required dropped in shared Line", one(put(f"{L}/required",["sku"])), "breaking-reader"),
("shared Line enum", one(put(f"{L}/properties/number/maximum",100)), "breaking-reader"),
("schema removed from media", one(drop(PO+"/requestBody/content/application~1json/schema")), "compatible"),
("response schema removed", one(drop(G+"/responses/200/content/application~1json/schema")), "breaking-reader"),
("schema true->object", one(put(f"{P}/any",{"type":"object"}),before=(put(f"{P}/any",True),)), "breaking-caller"),
("unevaluatedProperties false", one(add(N,unevaluatedProperties=False)), "breaking-caller"),
("additionalProperties false -> unevaluatedProperties false", one(drop(N+"/additionalProperties"),add(N,unevaluatedProperties=False),before=(add(N,additionalProperties=False),)), "same"),
("float to double resp", one(put(f"{OP}/total/format","double"),before=(put(f"{OP}/total/format","float"),)), "breaking-reader"),
("int64 to int32 req", one(put(f"{P}/count/format","int32"),before=(put(f"{P}/count/format","int64"),)), "breaking-caller"),
("uuid pattern instead of format", one(put(f"{P}/note",{"type":["string","null"],"format":"uuid"})), "breaking-caller"),
]  # fmt: skip
CASES = [Case(name, expected, edits, base, before) for name, (edits, base, before), expected in _TABLE]
