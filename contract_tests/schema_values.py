"""JSON values that a schema allows, for the keywords that the effective specs use in responses."""

from typing import Any

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_TYPES: dict[str, st.SearchStrategy[Any]] = {"string": TEXT, "boolean": st.booleans(), "null": st.none()}
_DATE_TIMES = st.builds(
    lambda moment, digits, zone: f"{moment.isoformat(timespec='seconds')}{digits and '.' + digits}{zone}",
    st.datetimes(),
    st.text("0123456789", max_size=9),
    st.sampled_from(["Z", "+00:00", "-05:30"]),
)
_KEYWORDS = {"type", "format", "properties", "required", "enum", "description", "example", "items"}
_KEYWORDS |= {"pattern", "minimum", "maximum", "minItems", "minLength", "maxLength"}
_KEYWORDS |= {"title", "examples", "default", "deprecated", "externalDocs"}


def values_of(schema: dict[str, Any], document: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Every kind of value that the schema allows, undocumented properties of an object included."""
    if "$ref" in schema:
        return values_of(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    assert set(schema) <= _KEYWORDS, f"this makes no values for {set(schema) - _KEYWORDS}"
    if isinstance(schema.get("type"), list):
        return st.one_of([values_of({**schema, "type": kind}, document) for kind in schema["type"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type", "object" if "properties" in schema else None)
    if kind is None:
        return st.none() | st.booleans() | TEXT
    if kind == "array":
        return st.lists(values_of(schema["items"], document), min_size=schema.get("minItems", 0), max_size=3)
    return _object(schema, document) if kind == "object" else _plain(schema)


def _plain(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "pattern" in schema and schema["type"] == "string":
        return st.from_regex(schema["pattern"], fullmatch=True)
    if "minLength" in schema or "maxLength" in schema:
        return st.text(
            st.characters(exclude_categories=["Cs"]),
            min_size=schema.get("minLength", 0),
            max_size=schema.get("maxLength"),
        )
    if schema["type"] == "integer":
        return st.integers(schema.get("minimum"), schema.get("maximum"))
    return _DATE_TIMES if schema.get("format") == "date-time" else _TYPES[schema["type"]]


def _object(schema: dict[str, Any], document: dict[str, Any]) -> st.SearchStrategy[Any]:
    members = {name: values_of(member, document) for name, member in schema["properties"].items()}
    needed = schema.get("required", [])
    extra = st.dictionaries(TEXT.filter(lambda name: name not in members), st.none() | TEXT, max_size=2)
    known = st.fixed_dictionaries(
        {name: member for name, member in members.items() if name in needed},
        optional={name: member for name, member in members.items() if name not in needed},
    )
    return st.builds(lambda one, other: {**one, **other}, known, extra)
