"""Where the files of a provider are. A provider is a folder of `specs` with a SOURCE.toml."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._errors import PipelineError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Provider:
    """One provider's rooms below `root`; `key` is its folder's name."""

    root: Path
    key: str

    @property
    def specs(self) -> Path:
        return self.root / "specs" / self.key

    @property
    def generated(self) -> Path:
        return self.root / "generated" / "audience_clients" / self.key

    @property
    def source(self) -> dict[str, Any]:
        """SOURCE.toml: `class`, `spec` (file, version, sha256) and `page`s (file, address, sha256)."""
        return tomllib.loads((self.specs / "SOURCE.toml").read_text("utf-8"))

    @property
    def upstream(self) -> Path:
        return self.specs / str(self.source["spec"]["file"])

    @property
    def samples(self) -> Path:
        return self.specs / "samples" / "create.json"

    @property
    def overlay(self) -> Path:
        return self.specs / "overlay.yaml"

    @property
    def effective(self) -> Path:
        return self.generated / "openapi.json"


def providers(root: Path = ROOT) -> Iterator[Provider]:
    """Every provider below `root`, by name."""
    found = sorted(path.parent.name for path in (root / "specs").glob("*/SOURCE.toml"))
    if not found:
        raise PipelineError(f"{root / 'specs'}: no folder with a SOURCE.toml")
    return (Provider(root, key) for key in found)
