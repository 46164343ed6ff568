"""The effective specs: which there are, what operations they have, and where in them a rule stands."""

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

# A wheel has a copy of its own; in a clone they are where they are generated.
_OWN = Path(__file__).parent / "specs"
_SPECS = _OWN if _OWN.is_dir() else Path(__file__).parents[2] / "generated" / "audience_clients"
_FILE = "openapi.json"
_SOURCES = "sources.json"
_REGISTERED: dict[str, "Spec"] = {}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def escape(token: object) -> str:
    """One token of a JSON pointer (RFC 6901)."""
    return str(token).replace("~", "~0").replace("/", "~1")


def tokens(pointer: str) -> list[str]:
    """The tokens of a JSON pointer (RFC 6901)."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


@dataclass(frozen=True, eq=False)
class Document:
    """A whole spec, as parsed; compared and hashed by identity."""

    value: Any

    @property
    def version(self) -> str:
        """The OpenAPI version, e.g. "3.1"."""
        return ".".join(str(self.value["openapi"]).split(".")[:2])

    @cached_property
    def node(self) -> "Node":
        """The root of the document."""
        return Node(self, "", self.value)

    def referred(self, reference: str) -> Any:
        """The value that a local `$ref` names; it may have a `$ref` itself."""
        value = self.value
        for token in tokens(unquote(reference)):
            value = value[int(token) if isinstance(value, list) else token]
        return value


@dataclass(frozen=True, eq=False)
class Node:
    """A place in a spec: its JSON pointer and the value there. Every step follows a local `$ref`.

    From the root of a document, each place is one node, so that what is found out about it can be cached.
    """

    root: Document
    pointer: str
    value: Any
    _below: dict[str | int, "Node | None"] = field(default_factory=dict, init=False, repr=False)

    def get(self, token: str | int) -> "Node | None":
        """The member or item `token`, or None."""
        if token not in self._below:
            try:
                found = Node(self.root, f"{self.pointer}/{escape(token)}", self.value[token])._target()
            except (LookupError, TypeError):
                found = None
            self._below[token] = found
        return self._below[token]

    def __getitem__(self, token: str | int) -> "Node":
        found = self.get(token)
        if found is None:
            raise LookupError(f"nothing at {self.pointer}/{escape(token)}")
        return found

    def __iter__(self) -> "Iterator[Node]":
        """The values of an object or the items of an array."""
        for token in self.value if isinstance(self.value, dict) else range(len(self.value)):
            yield self[token]

    def plain(self, token: str, default: Any = None) -> Any:
        """The value of the member `token`, or `default`."""
        found = self.get(token)
        return default if found is None else found.value

    def at(self, pointer: str) -> "Node":
        """The place at a pointer that starts at the root of the spec."""
        node = self.root.node
        for token in tokens(pointer):
            node = node[int(token) if isinstance(node.value, list) else token]
        return node

    def _target(self) -> "Node":
        reference = self.value.get("$ref") if isinstance(self.value, dict) else None
        return self.at(unquote(reference.removeprefix("#"))) if isinstance(reference, str) else self


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a spec: `method` in capitals, `path` as the spec writes it, `node` its place."""

    spec: "Spec"
    method: str
    path: str
    node: Node

    @property
    def id(self) -> str:
        """Its `operationId`, or method and path where it has none."""
        return str(self.node.plain("operationId", f"{self.method} {self.path}"))

    @property
    def media(self) -> str:
        """The media type of its body, the first of several; "" without a body."""
        body = self.node.get("requestBody")
        return str(next(iter(body["content"].value))) if body else ""

    @property
    def body(self) -> Node | None:
        """The schema of its body in that media type; None if there is none."""
        return self.node["requestBody"]["content"][self.media].get("schema") if self.media else None

    @property
    def security(self) -> Node | None:
        """The alternatives that admit a request: its own, or those of the document."""
        return self.node.get("security") or self.spec.node.get("security")

    def response(self, status: int) -> Node | None:
        """The documented response for a status: its own, that of its class (`5XX`), or `default`."""
        responses = self.node["responses"]
        found = (responses.get(key) for key in (str(status), f"{status // 100}XX", "default"))
        return next(filter(None, found), None)

    def path_values(self, target: str) -> dict[str, str]:
        """The values of the path's parameters in a raw target, percent-encoded as they are there."""
        match = _ending(self.path).search(target.partition("?")[0])
        return dict(zip(re.findall(r"{(.+?)}", self.path), match.groups() if match else (), strict=False))


@dataclass(frozen=True, eq=False)
class Spec:
    """The effective spec of a provider, or of a service that one needs; or a document of the user's own.

    Of a user's document, `variables` has the environment variables of its credentials, by the scheme's name; `unjudged`
    says what of it can't be judged, and `headers` are those that every request has. `file` is where it was read from,
    and `written` what stands there. `moved` maps pointers here to pointers there, where the two differ.
    """

    key: str
    node: Node
    variables: Mapping[str, str] = field(default_factory=dict)
    unjudged: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    file: Path | None = None
    moved: Mapping[str, str] = field(default_factory=dict, repr=False)
    written: Node | None = field(default=None, repr=False)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation; of the paths that one request may have, the most concrete first."""
        return tuple(
            Operation(self, method.upper(), path, self.node["paths"][path][method])
            for path in sorted(self.node["paths"].value, key=lambda path: re.sub("{[^}]+}(?=/|$)", "~", path))
            for method in METHODS
            if method in self.node["paths"][path].value
        )

    @cached_property
    def named(self) -> Mapping[str, Operation]:
        """Every operation by its id."""
        return {each.id: each for each in self.operations}

    @property
    def schemes(self) -> list[Node]:
        """The declared security schemes."""
        components = self.node.get("components")
        return list((components and components.get("securitySchemes")) or ())

    def match(self, method: str, path: str) -> Operation | None:
        """The operation for a method and a raw path below the base URL, e.g. "/audiences/create"."""
        return next((found for found in self.at(path) if found.method == method), None)

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods that a raw path below the base URL has; empty for an unknown path."""
        return tuple(sorted(found.method for found in self.at(path)))

    def below_base(self, path: str) -> str | None:
        """What follows one of the servers' base paths in a raw path; None where it starts with no such path.

        A server variable matches any one segment. Of several, the first below which there is an operation counts.
        """
        found = [path[m.end() :] for base in self._bases if (m := re.match(f"{_pattern(base)}(?=/)", path))]
        return next((below for below in found if self.at(below)), next(iter(found), None))

    def in_file(self, pointer: str) -> str:
        """The pointer to the same place in the file, or to the nearest place above it that is there."""
        node = self.written
        if not node or not pointer.startswith("/"):
            return pointer
        begun = next((at for at in self.moved if f"{pointer}/".startswith(f"{at}/")), "")
        for token in tokens(self.moved.get(begun, "") + pointer.removeprefix(begun)):
            below = node.get(int(token) if isinstance(node.value, list) and token.isdecimal() else token)
            if not below:
                break
            node = below
        return node.pointer

    def document(self) -> Any:
        """A copy of the whole document, to be changed at will."""
        return copy.deepcopy(self.node.value)

    @property
    def default_base(self) -> str:
        """The path of the first server's URL, its variables set to their defaults; no slash at the end."""
        server = self.node["servers"][0]
        variables = server.plain("variables", {})
        return re.sub(r"{(.+?)}", lambda name: str(variables[name[1]]["default"]), self._bases[0])

    @property
    def hosts(self) -> dict[str | None, None]:
        """The host names of the servers, each once."""
        return dict.fromkeys(urlsplit(server.value["url"]).hostname for server in self.node["servers"])

    @property
    def _bases(self) -> list[str]:
        return [urlsplit(server.value["url"]).path.rstrip("/") for server in self.node["servers"]]

    def at(self, path: str) -> list[Operation]:
        """The operations of a raw path below the base URL, one for each of its methods; empty for an unknown path."""
        found = [operation for operation in self.operations if _ending(operation.path).match(path)]
        return [operation for operation in found if operation.path == found[0].path]


def unjudged(found: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Notes on what is not judged, given as pointers with reasons: a note for each reason."""
    places: dict[str, dict[str, None]] = {}
    for pointer, why in found:
        places.setdefault(why, {})[pointer] = None
    return tuple(f"not judged: {', '.join(pointers)}: {why}" for why, pointers in places.items())


@cache
def _ending(template: str) -> re.Pattern[str]:
    return re.compile(f"{_pattern(template)}\\Z")


@cache
def _pattern(template: str) -> str:
    return "([^/]+)".join(re.escape(text) for text in re.split(r"{.+?}", template))


def provider_keys() -> tuple[str, ...]:
    """The keys of all providers and of the services that they need, sorted.

    They are the folders that hold an effective spec.
    """
    return tuple(sorted(path.parent.name for path in _SPECS.glob(f"*/{_FILE}")))


def load(key: str) -> Spec:
    """A provider's effective spec, or the document that is registered; raises LookupError for any other key."""
    return _REGISTERED.get(key) or _effective(key)


def known_specs() -> tuple[Spec, ...]:
    """All effective specs, and the documents that are registered."""
    return (*map(load, provider_keys()), *_REGISTERED.values())


def register(spec: Spec) -> None:
    """Have a document of the user's own found by its key."""
    _REGISTERED[spec.key] = spec


def registered(key: str) -> Spec | None:
    """The document with this key, None where there is none."""
    return _REGISTERED.get(key)


@cache
def _effective(key: str) -> Spec:
    if key not in provider_keys():
        missing = f"no provider {key!r}" if key else "no provider"
        raise LookupError(f"{missing}; name one of {', '.join(provider_keys())}, or give a document with --spec")
    return parse(key, (_SPECS / key / _FILE).read_text("utf-8"))


def source(key: str, pointer: str) -> str:
    """Where the rule at a place in an effective spec comes from: the overlay's reason for it, the provider's page."""
    sources = _sources(key)
    found = {kind: [at for at in texts if f"{pointer}/".startswith(f"{at}/")] for kind, texts in sources.items()}
    ours = (f"overlay: {sources['overlay'][at]} " for at in found.get("overlay", ()))
    return next(ours, "") + sources.get("pages", {}).get(max(found.get("pages", ()), key=len, default=""), "")


@cache
def _sources(key: str) -> dict[str, dict[str, str]]:
    """By kind (`overlay`, `pages`) and JSON pointer."""
    file = _SPECS / (key or "-") / _SOURCES
    found: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return found


def parse(key: str, text: str) -> Spec:
    """A spec from the text of its JSON document; `make generate` has made sure that all of it can be judged."""
    return Spec(key, Document(json.loads(text)).node)
