"""Wheel and sdist of audience-contract carry a copy of the effective specs; an editable one reads generated/."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Specs(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            # Nothing is found where an sdist is built from: it has them inside.
            for path in Path(self.root).parent.glob("generated/audience_clients/*/*.json"):
                build_data["force_include"][str(path)] = f"audience_contract/specs/{path.parent.name}/{path.name}"
