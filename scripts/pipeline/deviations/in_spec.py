"""What the spec alone contradicts: its words its schemas, its answers its requirements."""

import re
from collections.abc import Iterator

from ..documents import pointer
from .finding import Evidence, Finding, short
from .material import Json, Material, Operation, target, within

_BINARY = "binary"
_LIMIT = re.compile(r"\bonly contains?\b|\bup to \d+ characters\b", re.I)
_RULE = re.compile(r"[^.\n]*\bmust (?:include|contain|have)\b[^.\n]*", re.I)


def find(material: Material) -> Iterator[Finding]:
    for operation in material.operations():
        for rule in (_security, _statuses, _examples, _limits, _required, _files):
            for name, about, *evidence in rule(operation):
                subject = evidence[0].place
                yield Finding(material.provider, name, subject, about, tuple(evidence))


_Found = Iterator[tuple[str, str, *tuple[Evidence, ...]]]


def _security(operation: Operation) -> _Found:
    refusals = [status for status in ("401", "403") if status in operation.value["responses"]]
    if refusals and not operation.security:
        at = f"{operation.at}/responses/{refusals[0]}"
        yield "no-security", operation.name, Evidence(at), Evidence("/security", "absent")


def _statuses(operation: Operation) -> _Found:
    documented = set(operation.value["responses"])
    at = f"{operation.at}/responses"
    errors = {status for status in documented if status[0] in "45"}
    if not errors:
        yield "errors-undocumented", operation.name, Evidence(at, ", ".join(sorted(documented)))
        return
    body = {media for media, _, _ in operation.bodies}
    expected = (
        {"429", "500"} | ({"400", "413", "415"} if body else set()) | ({"401", "403"} if operation.security else set())
    )
    if operation.method == "POST":
        expected.add("409")
    absent = sorted(expected - documented)
    if absent:
        yield "statuses-undocumented", operation.name, Evidence(at, f"without {', '.join(absent)}")


def _examples(operation: Operation) -> _Found:
    for at, name, schema in _members(operation):
        example = schema.get("example")
        if isinstance(example, str) and example.startswith(f"{name}="):
            yield "example-is-curl", name, Evidence(f"{at}/example", short(example))


def _limits(operation: Operation) -> _Found:
    for at, name, schema in _members(operation):
        said = _LIMIT.search(schema.get("description", ""))
        if said and not schema.keys() & {"pattern", "enum", "format"}:
            yield (
                "limit-in-words-only",
                name,
                Evidence(f"{at}/description", said[0]),
                Evidence(f"{at}/pattern", "absent"),
            )
    said = _RULE.search(operation.value.get("description", ""))
    if said:
        yield "rule-in-words-only", operation.name, Evidence(f"{operation.at}/description", short(said[0].strip()))


def _required(operation: Operation) -> _Found:
    for _, root, schema in operation.bodies:
        if "properties" in schema and not schema.get("required"):
            yield (
                "request-without-required",
                operation.name,
                Evidence(root, f"properties {_names(schema)}, no required"),
            )
    for status, root, _ in operation.answers:
        for at, schema in within(operation.spec, root) if status.startswith("2") else ():
            if "properties" in schema and not schema.get("required"):
                about = operation.name + at.removeprefix(root).replace("/properties/", ".")
                yield "success-without-required", about, Evidence(at, f"properties {_names(schema)}, no required")


def _files(operation: Operation) -> _Found:
    for media, root, schema in operation.bodies:
        encodings = target(operation.spec, f"{root.removesuffix('/schema')}/encoding")[1]
        for name in schema.get("properties", ()):
            at, member = target(operation.spec, pointer(["properties", name], root))
            if member.get("format") != _BINARY:
                continue
            if re.search(r"\bURL\b", member.get("description", "")):
                seen = short(member["description"])
                yield "file-called-url", name, Evidence(f"{at}/description", seen), Evidence(f"{at}/format", _BINARY)
            if media == "multipart/form-data" and not (isinstance(encodings, dict) and name in encodings):
                yield (
                    "file-type-in-words-only",
                    name,
                    Evidence(at, "no encoding"),
                    Evidence(f"{operation.at}/description"),
                )


def _members(operation: Operation) -> Iterator[tuple[str, str, Json]]:
    """The properties of bodies and answers: pointer, name, schema; each once."""
    roots = [root for _, root, _ in (*operation.bodies, *operation.answers)]
    found = {at: schema for root in roots for at, schema in within(operation.spec, root) if "/properties/" in at}
    for at, schema in found.items():
        yield at, at.rpartition("/")[2], schema


def _names(schema: Json) -> str:
    return ", ".join(schema["properties"])
