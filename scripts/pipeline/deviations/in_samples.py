"""Where the samples contradict the spec, or cannot be used as they are printed."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from .finding import Evidence, Finding, short
from .material import Json, Material, Operation, broken, target


def find(material: Material) -> Iterator[Finding]:
    """Samples are judged by the effective spec."""
    judged = material.having(material.effective)
    for sample in material.samples:
        place = sample.get("at", "samples")
        found = _request(judged, sample) if sample["kind"] == "request" else _answer(judged, sample)
        for rule, about, at, says in found:
            page = sample.get("page", "")
            yield Finding(
                material.provider, rule, f"{page} {at} {says}", about, (Evidence(f"{place}{at}", says, page),)
            )


_Found = Iterator[tuple[str, str, str, str]]


def _request(material: Material, sample: Json) -> _Found:
    for problem in sample.get("pasting", ()):
        yield "curl-not-pasteable", f"line {problem['line']}", "/pasting", f"line {problem['line']}: {problem['what']}"
    for operation in material.operations():
        if not operation.takes(sample):
            continue
        for missing in _missing(operation, sample) if sample.get("headers") else ():
            yield "sample-lacks", missing, "/headers", missing
        for media, root, schema in operation.bodies:
            if "parts" in sample and media == "multipart/form-data":
                names = {name for name, _ in sample["parts"]}
                unknown = sorted(names ^ (names & schema["properties"].keys() | set(schema.get("required", ()))))
                if unknown:
                    yield "sample-breaks-schema", operation.name, "/parts", ", ".join(unknown)
            elif sample.get("body") is not None and "json" in media:
                yield from _body(material, sample, {operation.name: root})
        return


def _answer(material: Material, sample: Json) -> _Found:
    status = str(sample["status"])
    places = {o.name: root for o in material.operations() for code, root, _ in o.answers if code in (status, "default")}
    documented = {code for o in material.operations() for code in o.value["responses"]}
    if not documented & {status, "default"}:
        yield "sample-status-undocumented", status, "/status", status
    elif places:
        yield from _body(material, sample, places)


def _body(material: Material, sample: Json, places: dict[str, str]) -> _Found:
    """A body may be of any of the operations in `places`; the fewest faults are reported."""
    about = " ".join(places)
    try:
        value = json.loads(sample["body"])
    except ValueError as error:
        said = (
            f"line {error.lineno}, column {error.colno}: {error.msg}"
            if isinstance(error, json.JSONDecodeError)
            else "?"
        )
        yield "sample-not-json", about, "/body", said
        return
    faults = min((broken(material.spec, root, value) for root in places.values()), key=len)
    for fault in faults:
        yield "sample-breaks-schema", about, "/body", short(fault)


def _missing(operation: Operation, sample: Json) -> Iterator[str]:
    """What the operation requires of headers, query and credentials, and the sample does not have."""
    headers = {name.lower() for name, _ in sample["headers"]}
    query = parse_qs(urlsplit(sample["target"]).query, keep_blank_values=True)
    for _, parameter in operation.parameters:
        have = {"header": headers, "query": set(query)}.get(parameter["in"])
        name = parameter["name"] if parameter["in"] == "query" else parameter["name"].lower()
        if have is not None and parameter.get("required") and name not in have:
            yield f"{parameter['in']} {parameter['name']}"
    for name in operation.security[0] if operation.security else ():
        scheme = target(operation.spec, f"/components/securitySchemes/{name}")[1]
        header = scheme.get("name", "Authorization")
        if header.lower() not in headers:
            yield f"header {header}"
    if sample.get("body") is not None and "content-type" not in headers:
        yield "header Content-Type"
