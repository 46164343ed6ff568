"""What the lines of an adapter name: symbols of a generated client, and names on the wire with the side they are on."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

Named = tuple[int, str, str]
"""Line, side, name. The side of a symbol of the client is "symbol"; the others are those of a Word."""

_CALLS = {"needs": "answer", "code": "answer", "message": "answer", "states": "status", "operation_id": "operation"}
"""By the keyword of an operation's description."""
_METHODS = {"build": "request", "parts": "request", "handle": "answer", "_credentials": "credentials"}


def named(file: Path, key: str) -> Iterator[Named]:
    """Nothing for a module that does not import the client."""
    module = ast.parse(file.read_bytes())
    client = _Client(module, key)
    if client.bound:
        yield from client.uses()
        yield from _Wire(module, key).named()


class _Client:
    """The names that are bound to modules and classes of one client, and what is taken from them."""

    def __init__(self, module: ast.Module, key: str) -> None:
        self.module = module
        self.bound: dict[str, str] = {}
        self.imported: list[Named] = []
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"audience_clients.{key}."):
                for each in node.names:
                    self.bound[each.asname or each.name] = each.name
                    self.imported.append((each.lineno, "symbol", each.name))

    def uses(self) -> Iterator[Named]:
        yield from self.imported
        typed = dict(self._typed())
        for node in ast.walk(self.module):
            if isinstance(node, ast.Attribute):
                owner = self._of(node.value) or typed.get(ast.unparse(node.value))
                if owner:
                    yield node.lineno, "symbol", f"{owner}.{node.attr}"
            if isinstance(node, ast.Call):
                yield from self._call(node)

    def _call(self, node: ast.Call) -> Iterator[Named]:
        called = self._of(node.func)
        if called is None:
            return
        made = called.removesuffix(".from_dict")
        yield node.func.lineno, "made", made
        for given in node.keywords:
            if given.arg:
                yield given.value.lineno, "symbol", f"{made}.{given.arg}"
                yield given.value.lineno, "request" if made[:1].isupper() else "parameter", given.arg

    def _of(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Name):
            return self.bound.get(node.id)
        if isinstance(node, ast.Attribute) and (owner := self._of(node.value)):
            return f"{owner}.{node.attr}"
        return None

    def _typed(self) -> Iterator[tuple[str, str]]:
        """Expressions that are known to be instances of the client's classes."""
        for node in ast.walk(self.module):
            match node:
                case ast.Call(func=ast.Name(id="isinstance"), args=[given, kind]) if owner := self._of(kind):
                    yield ast.unparse(given), owner
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)) if owner := self._of(func):
                    yield name, owner.removesuffix(".from_dict")
                case ast.arg(arg=name, annotation=ast.expr() as kind) if owner := self._of(kind):
                    yield name, owner


class _Wire:
    """Names on the wire: where an adapter's own words say which side they are on, and nowhere else."""

    def __init__(self, module: ast.Module, key: str) -> None:
        self.module, self.key = module, key
        self.constants = {
            target.id: node.value.value
            for node in module.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets if isinstance(target, ast.Name) and isinstance(node.value.value, str)
        }  # fmt: skip

    def named(self) -> Iterator[Named]:
        yield from self._scope(self.module)

    def _scope(self, scope: ast.Module | ast.ClassDef) -> Iterator[Named]:
        """What stands outside of a class with a key of its own belongs to the calls that stand there."""
        keys = {self._key(node) for node in scope.body} - {None}
        for node in scope.body:
            if isinstance(node, ast.ClassDef):
                yield from self._scope(node)
            if keys and self.key not in keys:
                continue
            if isinstance(node, ast.Assign):
                yield from self._assigned(node)
            elif isinstance(node, ast.FunctionDef):
                side = _METHODS.get(node.name) or ("answer" if "Handle" in _source(node.returns) else None)
                yield from self._texts(node, side) if side else ()

    def _key(self, node: ast.stmt) -> str | None:
        match node:
            case ast.Assign(targets=[ast.Name(id="key")], value=ast.Constant(value=str(key))):
                return key
            case ast.Assign(value=ast.Call(keywords=keywords)):
                given = [k.value.value for k in keywords if k.arg == "key" and isinstance(k.value, ast.Constant)]
                return str(given[0]) if given else None
        return None

    def _assigned(self, node: ast.Assign) -> Iterator[Named]:
        match node:
            case ast.Assign(targets=[ast.Name(id="fields")], value=ast.Dict(keys=keys)):
                for name in keys:
                    yield from self._texts(name, "request") if name else ()
            case ast.Assign(value=ast.Call(keywords=keywords)):
                for given in keywords:
                    yield from self._texts(given.value, _CALLS[given.arg]) if given.arg in _CALLS else ()

    def _texts(self, tree: ast.AST, side: str) -> Iterator[Named]:
        for node in ast.walk(tree):
            match node:
                case ast.Compare(left=ast.Constant(value=str(text))) if "provider_fields" in ast.unparse(node):
                    yield node.lineno, "request", text
                case ast.Constant(value=str(text)):
                    yield from ((node.lineno, side, word) for word in re.split("/", text.removeprefix("/")))
                case ast.Constant(value=int(number)) if side == "status" and not isinstance(number, bool):
                    yield node.lineno, side, str(number)
                case ast.Name(id=name) if name in self.constants:
                    yield node.lineno, side, self.constants[name]


def _source(node: ast.expr | None) -> str:
    return ast.unparse(node) if node else ""
