"""Writes the files of a new provider, each in its folder. No file that exists already is overwritten."""

import json
import keyword
import os
import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import tomlkit
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .. import client, effective, pages, published, tree, vendor
from .._errors import PipelineError
from ..documents import content, sha256
from ..folders import Provider
from .outline import outline

# The place of the file that each template makes.
_FILES = {
    "adapter.py": "wrapper/audiences/providers/{key}.py",
    "mock.py": "contract_tests/audience_contract/providers/{key}.py",
    "cases.py": "contract_tests/cases/{key}.py",
    "wire.py": "contract_tests/wire/{key}.py",
}
HOLE = "FILL_IN"


def lay_out(
    root: Path, name: str, page: Path, *, address: str, operations: Sequence[str] = (), overlay: Path | None = None
) -> list[Path]:
    """Write the files of the provider whose class is `name`. Returns the files that a person has to complete.

    Of the page's document, these operations are used, or all of them; an overlay may have decided what the page left.

    Raises PipelineError for a name or a page that cannot be used, and for a provider that has files already.
    """
    key = name.lower()
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) or keyword.iskeyword(name) or keyword.iskeyword(key):
        raise PipelineError(f"{name!r}: a provider's name is that of its class, such as Acme")
    provider = Provider(root, key)
    places = {template: root / place.format(key=key) for template, place in _FILES.items()}
    taken = [path for path in (provider.specs, provider.generated, *places.values()) if path.exists()]
    if taken:
        raise PipelineError(f"{taken[0]}: is there already; a provider is laid out once")
    with tempfile.TemporaryDirectory() as folder:
        # In a folder of its own, so that a page that cannot be used leaves no files behind.
        staged = Provider(Path(folder), key)
        try:
            files = _specs(staged, name, page, address, operations)
            if overlay:
                staged.overlay.write_bytes(overlay.read_bytes())
            spec, against = effective.attempt(staged)
            against += [f"{staged.specs}: {problem}" for problem in client.unnamable(spec or {})]
            if spec and not spec.get("servers"):
                against.append(f"{staged.specs}: /servers: there are none")
            if against:
                raise PipelineError("\n".join(against))
            files |= tree.of(staged)
            client.check(staged.generated, files)
        except PipelineError as error:
            raise PipelineError(str(error).replace(f"{folder}{os.sep}", "")) from error
        modules = {path.relative_to(staged.generated): data for path, data in files.items() if path.suffix == ".py"}
        words = {"it": outline(key, spec or {}, modules), "cls": name, "key": key}
        files = {root / path.relative_to(folder): data for path, data in files.items()}
    environment = Environment(  # noqa: S701  # Python, not HTML
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"py": repr, "json": partial(json.dumps, ensure_ascii=False)}
    empty = environment.get_template("overlay.yaml.jinja").render(words)
    files[provider.overlay] = overlay.read_bytes() if overlay else empty.encode()
    title = f"# {name}: where its documents contradict each other, or leave open what a client needs\n"
    files[provider.deviations] = title.encode()
    for template, path in places.items():
        files[path] = client.formatted(environment.get_template(f"{template}.jinja").render(words))
    tree.write(root, files)
    return sorted(path for path, data in files.items() if HOLE.encode() in data)


def _specs(provider: Provider, name: str, page: Path, address: str, operations: Sequence[str]) -> dict[Path, bytes]:
    """Write the spec, the samples and SOURCE.toml, which the following steps read."""
    data = content(page)
    try:
        spec = pages.spec_of(pages.text_of(data))
        version = published.version_of(spec)
    except PipelineError as error:
        raise PipelineError(f"{page}: {error}") from error
    file = f"openapi{published.suffix(spec)}"
    document = {
        "file": file, "kind": "published", "licence": published.licence_of(spec), "version": version,
        "sha256": sha256(spec.encode()),
    } | ({"operations": operations} if operations else {})  # fmt: skip
    found = {"file": page.name, "address": address, "sha256": sha256(data), "document": file}
    source = {"class": name, "vendored": datetime.now(UTC).date(), "document": [document], "page": [found]}
    about = f"# Where {name}'s spec comes from. The spec is kept exactly as published, and never edited.\n"
    provider.specs.mkdir(parents=True)
    provider.source_file.write_text(about + tomlkit.dumps(source), "utf-8")
    files = vendor.extract(provider, page.parent)
    tree.write(provider.root, files)
    return files | {provider.source_file: provider.source_file.read_bytes()}
