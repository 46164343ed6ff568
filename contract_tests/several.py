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
_MORE = {
    "batch": (),
    "commbox": ("commbox-list.json", "commbox-replace.json"),
    "adobe": ("adobe-segmentation.yaml", "adobe-external-audience.yaml"),
}
_BELOW = {"openapi.yaml": "/core/ais", "adobe-segmentation.yaml": "/data/core/ups"}
_UPDATE = "$.paths['/data/core/ups/audiences/{AUDIENCE_ID}'].put.requestBody.content['application/json'].schema"
_LISTED = "$.components.schemas.AudiencesList.properties.children.items"


def _kinds(*names: str) -> list[Json]:
    return [{"$ref": f"#/components/schemas/{name}"} for name in names]


# What the overlays of the three would have to say as well: a target, and the update or nothing for its removal.
_DECIDED: dict[str, dict[str, Any]] = {
    "batch": {},
    # Nothing else tells a static audience from a dynamic one, as the descriptions do.
    "commbox": {
        "$.paths['/audiences'].get..created_time": {"format": "date-time"},
        "$..oneOf[0]": {"required": ["type"], "properties": {"type": {"enum": ["Static"]}}},
        "$..oneOf[1]": {"required": ["type"], "properties": {"type": {"enum": ["Dynamic"]}}},
    },
    "adobe": {
        "$.info.title": "Adobe",
        "$.info.version": "3",
        "$.servers": [{"url": "https://platform.adobe.io"}],
        "$.security": [{"bearer": [], "api_key": []}],
        # Both of one name: the published one creates another kind of audience.
        "$.paths['/data/core/ups/audiences'].post": None,
        # None of them requires or refuses anything that tells it from the others.
        _UPDATE: {"anyOf": _kinds("UpdateAudienceName", "UpdateAudiencePQL")},
        f"{_UPDATE}.oneOf": None,
        _LISTED: {"anyOf": _kinds("PlatformGeneratedAudience", "ExternallyGeneratedAudience")},
        f"{_LISTED}.oneOf": None,
    },
}


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


@cache
def real(key: str) -> Provider:
    """The provider with its own documents and the further ones, in a tree of its own."""
    own = Provider(ROOT, key)
    files = [document.path for document in own.documents] + [DOCUMENTS / name for name in _MORE[key]]
    below = {name: f'below = "{path}"\n' for name, path in _BELOW.items()}
    overlay = read(own.overlay) if own.overlay.exists() else decided({})
    root = Path(mkdtemp())
    provider = write(root, {file.name: file.read_text("utf-8") for file in files}, more=below)
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
