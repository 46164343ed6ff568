"""A project tree with one small provider, for tests of the pipeline."""

import copy
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Json = dict[str, Any]
SPEC: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Acme", "version": "1"},
    "paths": {
        "/lists": {
            "post": {
                "operationId": "make_list",
                "tags": ["lists"],
                "description": "Names are lower case.",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string"}}}}
                    }
                },
                "responses": {
                    "200": {
                        "description": "Made.",
                        "content": {
                            "application/json": {
                                "schema": {"type": "object", "properties": {"id": {"type": "string", "example": "7"}}}
                            }
                        },
                    }
                },
            }
        }
    },
}
OPERATION = "/paths/~1lists/post"
SCHEMA = f"{OPERATION}/responses/200/content/application~1json/schema"
_BLOCK = "# providers: {0}, written by make generate\n# providers: end\n"
_NAMES = "__all__ = [\n    # providers: names, written by make generate\n    # providers: end\n]\n"


def changed(change: Callable[[Json], object]) -> Json:
    """The small spec, changed."""
    spec = copy.deepcopy(SPEC)
    change(spec)
    return spec


def as_yaml(value: Any) -> str:
    """A JSON value in block style, its keys in their order."""
    text = io.StringIO()
    yaml = YAML(pure=True)
    yaml.allow_unicode = False  # as it is, it would write U+0085 as itself, which is a line break there
    yaml.dump(value, text)
    return text.getvalue()


def operation(spec: Json) -> Json:
    found: Json = spec["paths"]["/lists"]["post"]
    return found


def answer(spec: Json) -> Json:
    """The schema of the response."""
    found: Json = operation(spec)["responses"]["200"]["content"]["application/json"]["schema"]
    return found


def page_of(spec: str) -> str:
    return f"# Lists\n\nWords.\n\n```json\n{spec}\n```\n\nMore words.\n"


def write(root: Path, spec: Json | str = SPEC, overlay: str | None = None, key: str = "acme") -> Path:
    """Write specs and the files with a generated block below `root`, and the page in `root/pages`; returns `root`."""
    text = spec if isinstance(spec, str) else json.dumps(spec)
    page = page_of(text)
    _put(root / "pages" / f"{key}.md", page)
    folder = root / "specs" / key
    _put(folder / "openapi.json", text)
    _put(
        folder / "SOURCE.toml",
        f"""class = "{key.title()}"
vendored = 2026-01-02
[[document]]
file = "openapi.json"
kind = "published"
licence = "none stated"
version = "1"
sha256 = "{sha256(text)}"
[[page]]
file = "{key}.md"
address = "https://acme.example/lists.md"
sha256 = "{sha256(page)}"
document = "openapi.json"
""",
    )
    if overlay is not None:
        _put(folder / "overlay.yaml", overlay)
    _put(root / "wrapper" / "audiences" / "providers" / f"{key}.py", "")
    for name in ("__init__.py", "aio.py"):
        _put(root / "wrapper" / "audiences" / name, _BLOCK.format("imports") + _NAMES)
    return root


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file below `root`, with its content."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
