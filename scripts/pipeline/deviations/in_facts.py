"""Where what is said of one thing differs from place to place: spec, samples, and pages that are not vendored."""

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

from ..documents import resolve
from .finding import Evidence, Finding, short
from .material import Json, Material, within

_API = "the API"
_NEAR = 0.8


def find(material: Material) -> Iterator[Finding]:
    said: dict[tuple[str, str], list[Json]] = {}
    for fact in (*_versions(material), *_types(material), *_recorded(material)):
        said.setdefault((fact["about"], fact["aspect"]), []).append(fact)
    for (about, aspect), facts in said.items():
        if len({_canonical(fact["value"]) for fact in facts}) > 1:
            evidence = tuple(Evidence(f["place"], short(f["value"]), _source(f)) for f in facts)
            yield Finding(material.provider, _rule(aspect, facts), f"{aspect} of {about}", about, evidence)


def _recorded(material: Material) -> Iterator[Json]:
    """The facts of facts.toml; those in the vendored spec as they are there now."""
    for fact in material.facts:
        if "pointer" not in fact:
            yield fact
        else:
            value = resolve(material.spec, fact["pointer"])
            yield {**fact, "value": value, "place": f"{fact['place']}, {fact['pointer']}"}


def _versions(material: Material) -> Iterator[Json]:
    """A version that is part of the server's URL: its default, the document's own, and what the samples put there."""
    for number, server in enumerate(material.spec.get("servers", ())):
        if not isinstance(server, dict) or "version" not in server.get("variables", {}):
            continue
        for at in ("/info/version", f"/servers/{number}/variables/version/default"):
            yield {"about": _API, "aspect": "version", "place": at, "value": resolve(material.spec, at)}
        base = re.escape(urlsplit(server["url"]).path).replace(r"\{version\}", "([^/]+)")
        for sample in material.samples:
            found = re.match(f"{base}/", urlsplit(sample.get("target", "")).path)
            if found:
                place, page = f"{sample['at']}/target", sample["page"]
                yield {"about": _API, "aspect": "version", "place": place, "value": found[1], "source": page}


def _types(material: Material) -> Iterator[Json]:
    """The types of equally named properties of all answers of the spec."""
    for operation in material.operations():
        for _, root, _ in operation.answers:
            for at, schema in within(material.spec, root):
                if "/properties/" in at and "type" in schema:
                    about = at.removeprefix(root).replace("/properties/", ".").lstrip(".")
                    yield {"about": f"{about} in answers", "aspect": "type", "place": at, "value": schema["type"]}


def _rule(aspect: str, facts: list[Json]) -> str:
    if aspect != "enum":
        return f"{aspect}-differs"
    pairs = combinations([_listed(fact["value"]) for fact in facts], 2)
    near = any(_alike(one, other) for ones, others in pairs for one in ones for other in others)
    return "enum-spelled-differently" if near else "enum-differs"


def _alike(one: Any, other: Any) -> bool:
    """Whether two values that differ are one word: but for case, separators and number, or for a letter or two."""
    return one != other and SequenceMatcher(None, _plain(one), _plain(other)).ratio() > _NEAR


def _plain(value: str) -> str:
    """A value without case, separators and number."""
    return re.sub(r"[^a-z0-9]", "", str(value).lower()).removesuffix("s")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _canonical(value: Any) -> str:
    return json.dumps(sorted(map(str, value)) if isinstance(value, list) else value, sort_keys=True)


def _source(fact: Json) -> str:
    return f"{fact['source']} [{fact['confidence']}]" if "confidence" in fact else str(fact.get("source", ""))
