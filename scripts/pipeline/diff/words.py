"""The keywords of a schema, grouped by how the diff treats them, and the names by which a list comes in pages."""

import re
from collections.abc import Collection

from .change import Kind

# Keywords that tell people something, and refuse no value.
SAID = ("title", "summary", "description", "example", "examples", "externalDocs", "deprecated", "xml", "$comment")
SIDED = {"request": "readOnly", "response": "writeOnly"}
_OF_TOOLS = ("default", "discriminator", "nullable", "contentMediaType", "$schema", "$id", "$anchor", "$defs")
NOT_JUDGED = frozenset((*SAID, *SIDED.values(), *_OF_TOOLS))
NAMED = ("properties", "patternProperties", "dependentSchemas")
SINGLE = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
    "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
FLOAT = 3.4028234663852886e38
NOT_ASSERTED = ("binary", "double", "float", "int32", "int64", "password")
_OF_PAGES = re.compile(r"(?i)page|pagin|limit|offset|cursor|has_?more|^_?(next|skip)|^(from|start|after)$")


def added(name: str, before: Collection[str], where: str) -> tuple[Kind, str]:
    """The kind of the change that adds an optional name to those `before`, and what to say of it, "" for nothing.

    `where` begins with the method.
    """
    if where.startswith("GET ") and _OF_PAGES.search(name) and not any(map(_OF_PAGES.search, before)):
        return Kind.UNDECIDED, ": a list that came whole may come in pages now, of which callers read the first only"
    return Kind.COMPATIBLE, ""
