"""The files of samples: one for each operation that a page has samples of, the one that creates in `create.json`."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .documents import dump, read
from .folders import Provider
from .published import each_operation

Json = dict[str, Any]
CREATE = "create"


def kept(provider: Provider, page: str) -> list[Json]:
    """The recorded samples of a page that is not read now, each with the name of its file."""
    found = recorded(provider).items()
    return [{**sample, "file": file.stem} for file, samples in found for sample in samples if sample["page"] == page]


def recorded(provider: Provider) -> dict[Path, list[Json]]:
    return {file: read(file) for file in sorted(provider.samples.parent.glob("*.json"))}


def files(provider: Provider, documents: Mapping[str, Json], samples: Iterable[Json]) -> dict[Path, bytes]:
    """The files of the samples, each sample in that of its operation; `create.json` is there in any case.

    A sample with `file` stays in that file, and one of the document belongs to its operation there. Any other belongs
    to the operation that its target fits, or else to that of the one before it on the page; the first on a page, to the
    operation of its document that creates, or else to the first.
    """
    operations = _operations(documents)
    creating_first = sorted(operations, key=lambda each: each[-1] != CREATE)
    first = {document: name for document, *_, name in reversed(creating_first)}
    of = {page["file"]: page.get("document", "") for page in provider.source["page"]}
    found: dict[str, list[Json]] = {CREATE: []}
    for page, those in groupby(samples, key=lambda each: each.get("page", "")):
        document = of.get(page, "")
        current = first.get(document, CREATE)
        # The page's own document comes last, so that its operation wins over another's of the same method and path.
        own_last = sorted(operations, key=lambda each: each[0] == document)
        named = {(method.upper(), path): name for _, method, path, name in own_last}
        for sample in those:
            plain = {name: value for name, value in sample.items() if name not in ("operation", "file")}
            own = sample.get("file") or named.get(tuple(sample.get("operation", ())))
            if own is None:
                own = current = ("target" in sample and _by_target(named, sample)) or current
            found.setdefault(own, []).append(plain)
    return {provider.samples.with_name(f"{name}.json"): dump(each) for name, each in found.items()}


def _by_target(named: Mapping[tuple[str, str], str], sample: Json) -> str | None:
    path = urlsplit(sample["target"]).path
    fits = (name for (method, end), name in named.items() if method == sample["method"] and path.endswith(end))
    return next(fits, None)


def _operations(documents: Mapping[str, Json]) -> list[tuple[str, str, str, str]]:
    """Document, method, path and file name of each operation. The first POST with a body is the one that creates."""
    found = [(document, *each) for document, spec in documents.items() for each in each_operation(spec)]
    # Several documents may have it. Another operation of the same path has another name.
    creates = next((_name(*each[1:]) for each in found if each[1] == "post" and "requestBody" in each[3]), None)
    return [
        (document, method, path, CREATE if (name := _name(method, path, operation)) == creates else name)
        for document, method, path, operation in found
    ]


def _name(method: str, path: str, operation: Json) -> str:
    return re.sub(r"[^\w-]", "_", str(operation.get("operationId") or f"{method}{path}"))
