"""Providers of several documents in a temporary tree, the real ones with all that could be had of theirs."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from pipeline import effective
from pipeline.documents import fingerprint, read, resolve
from pipeline.folders import ROOT, Provider
from small_project import sha256

Json = dict[str, Any]
DOCUMENTS = Path(__file__).parent / "documents"
_MORE = {"batch": (), "commbox": (), "adobe": ("adobe-external-audience.yaml",)}
_AUDIENCE = "$.paths['/data/core/ups/audiences/{AUDIENCE_ID}']"


def _kinds(*names: str) -> list[Json]:
    return [{"$ref": f"#/components/schemas/{name}"} for name in names]


# What the overlays of the three would have to say as well: a target, and the update or nothing for its removal.
_DECIDED: dict[str, dict[str, Any]] = {
    "batch": {},
    "commbox": {},
    "adobe": {
        # None of them requires or refuses anything that tells it from the others.
        f"{_AUDIENCE}.put.requestBody.content['application/json'].schema": {
            "anyOf": _kinds("UpdateAudienceName", "UpdateAudiencePQL")
        },
        f"{_AUDIENCE}.put.requestBody.content['application/json'].schema.oneOf": None,
    },
}
# The operations of Adobe's large document that are taken as well.
_OPERATIONS = ["patchAudience", "updateAudience", "retrieveSegmentJob", "deleteSegmentJob", "retrieveEstimate"]


def write(
    root: Path, documents: Mapping[str, str], overlay: Json | None = None, more: Mapping[str, str] | None = None
) -> Provider:
    """A provider `acme` with these documents, of which `more` has further lines of SOURCE.toml by name."""
    provider = Provider(root, "acme")
    provider.specs.mkdir(parents=True, exist_ok=True)
    source = 'class = "Acme"\nvendored = 2026-01-02\n'
    for name, text in documents.items():
        file = provider.specs / name
        file.write_text(text, "utf-8")
        lines = {"kind": "authored", "licence": "none stated", "sha256": sha256(text), "file": name}
        lines["version"] = read(file)["info"]["version"]
        source += "[[document]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())
        source += (more or {}).get(name, "")
    page = '[[page]]\nfile = "acme.md"\naddress = "https://acme.example/{0}"\nsha256 = ""\ndocument = "{0}"\n'
    provider.source_file.write_text(source + "".join(map(page.format, documents)), "utf-8")
    if overlay is not None:
        provider.overlay.write_text(json.dumps(overlay), "utf-8")
    return provider


def decided(actions: Mapping[str, Any]) -> Json:
    """An overlay with an action for each target: the update, or a removal."""
    about = {"description": "It is so.", "x-evidence": [{"source": "another page"}]}
    return {
        "overlay": "1.0.0",
        "info": {},
        "actions": [
            {"target": target, **about, **({"remove": True} if update is None else {"update": update})}
            for target, update in actions.items()
        ],
    }


def _more(entry: Json) -> str:
    """Where a document's paths are, and which of its operations are taken, as lines of SOURCE.toml."""
    kept = {name: entry[name] for name in ("below", "operations") if name in entry}
    if "operations" in kept:
        kept["operations"] = [*kept["operations"], *_OPERATIONS]
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in kept.items())


@cache
def real(key: str) -> Provider:
    """The provider with its own documents and the further ones, in a tree of its own."""
    own = Provider(ROOT, key)
    files = [document.path for document in own.documents] + [DOCUMENTS / name for name in _MORE[key]]
    more = {document.name: _more(document.entry) for document in own.documents}
    overlay = read(own.overlay) if own.overlay.exists() else decided({})
    root = Path(mkdtemp())
    provider = write(root, {file.name: file.read_text("utf-8") for file in files}, more=more)
    upstream = effective.upstream(provider)
    for evidence in (evidence for action in overlay["actions"] for evidence in action["x-evidence"]):
        if "sha256" in evidence:
            evidence["sha256"] = fingerprint(resolve(upstream, evidence["pointer"]))
    overlay["actions"] += decided(_DECIDED[key])["actions"]
    provider.overlay.write_text(json.dumps(overlay), "utf-8")
    return provider


@cache
def spec(key: str) -> Json:
    """The effective spec of `real(key)`."""
    return effective.build(real(key))
