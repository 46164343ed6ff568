"""The public names of a generated client with their signatures, and how those of two clients differ."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .result import Symbol

# Every model has them, and an adapter knows a model by its properties.
_OF_EVERY_MODEL = {"to_dict", "from_dict", "additional_keys", "additional_properties"}


def public(package: Path) -> dict[str, str]:
    """By its name within the package, what each function, class, attribute and enum member is declared as."""
    found: dict[str, str] = {}
    for file in sorted(package.rglob("*.py")) if package.is_dir() else ():
        module = ".".join(file.relative_to(package).with_suffix("").parts)
        if file.name != "__init__.py":
            found |= dict(_of(ast.parse(file.read_bytes()).body, module))
    return found


def differences(old: dict[str, str], new: dict[str, str]) -> tuple[Symbol, ...]:
    symbols = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before != after:
            state = "added" if before is None else "removed" if after is None else "changed"
            symbols.append(Symbol(name, state, before or "", after or ""))
    return tuple(symbols)


def _of(body: list[ast.stmt], within: str) -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name not in _OF_EVERY_MODEL:
            returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
            yield f"{within}.{node.name}", f"({ast.unparse(node.args)}){returns}"
        elif isinstance(node, ast.ClassDef):
            yield f"{within}.{node.name}", f"({', '.join(map(ast.unparse, node.bases))})"
            yield from _of(node.body, f"{within}.{node.name}")
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if node.target.id in _OF_EVERY_MODEL:
                continue
            default = f" = {ast.unparse(node.value)}" if node.value else ""
            yield f"{within}.{node.target.id}", f": {ast.unparse(node.annotation)}{default}"
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id != "T":
            yield f"{within}.{node.targets[0].id}", f" = {ast.unparse(node.value)}"
