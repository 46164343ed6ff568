"""The keywords of a schema, by what they are to a diff."""

# What tells people something and refuses nothing.
SAID = ("title", "summary", "description", "example", "examples", "externalDocs", "deprecated", "xml", "$comment")
# What no instance can show, though a program may go by it.
UNSHOWN = ("default", "discriminator")
SIDED = {"request": "readOnly", "response": "writeOnly"}
NOT_JUDGED = frozenset(
    {*SAID, *UNSHOWN, *SIDED.values(), "nullable", "contentMediaType", "$schema", "$id", "$anchor", "$defs"}
)
NAMED = ("properties", "patternProperties", "dependentSchemas")
SINGLE = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
    "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
BOUNDS = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "float": (-3.4028234663852886e38, 3.4028234663852886e38),
}
BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
NOT_ASSERTED = ("binary", "double", "password")


def said(value: object) -> dict[str, object]:
    """What an object says to people only."""
    if not isinstance(value, dict):
        return {}
    return {key: value[key] for key in value if key in SAID or str(key).startswith("x-")}
