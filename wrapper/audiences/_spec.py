"""The effective spec of a provider, by which requests and answers are judged."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any
from urllib.parse import quote, unquote

import jsonschema_rs

from . import _json
from ._lazy import lazy
from ._outcome import Deviation

Json = Mapping[str, Any]


@cache
def load(key: str) -> "Spec":
    """The effective spec in the folder `key` of the generated clients; read once a process."""
    data = (resources.files("audience_clients") / key / "openapi.json").read_bytes()
    return Spec(_json.loads(data), hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, eq=False)
class Spec:
    document: Json
    sha256: str

    def operation(self, operation_id: str) -> "Operation":
        """The operation with this id. One that has no operationId has its method and path as its id.

        Raises LookupError if there is none.
        """
        for path, methods in self.document["paths"].items():
            for method, entry in methods.items():
                if operation_id == entry.get("operationId", f"{method.upper()} {path}"):
                    return Operation(self, operation_id, path, method.upper())
        raise LookupError(operation_id)

    def resolve(self, pointer: str) -> tuple[Any, str]:
        """The value at a JSON pointer, references followed, and the pointer of where it really stands."""
        node: Any = self.document
        at = ""
        for key in tokens(pointer):
            node = node[int(key)] if isinstance(node, list) else node[key]
            at = f"{at}/{escape(key)}"
            # A property may be called $ref as well: then its value is no text.
            if isinstance(node, dict) and isinstance(node.get("$ref"), str):
                node, at = self.resolve(unquote(node["$ref"].removeprefix("#")))
        return node, at


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a spec."""

    spec: Spec
    id: str
    path: str
    """The path, with the names of its parameters in braces."""
    method: str

    @property
    def pointer(self) -> str:
        """Where it stands in the spec."""
        return f"/paths/{escape(self.path)}/{self.method.lower()}"

    @property
    def url(self) -> str:
        """The URL by the spec's first server."""
        return str(self.spec.document["servers"][0]["url"]) + self.path

    @lazy
    def body(self) -> "Schema":
        """The schema of the request body. Raises KeyError for an operation that has none, such as a GET."""
        content, at = self.spec.resolve(f"{self.pointer}/requestBody/content")
        return Schema(self.spec, f"{at}/{escape(next(iter(content)))}/schema")

    @lazy
    def in_path(self) -> "Mapping[str, Schema]":
        """The schemas of the path's parameters, by their names."""
        places = (f"{self.pointer}/parameters/{number}/schema" for number in range(len(self._parameters)))
        both = zip(self._parameters, places, strict=True)
        return {each["name"]: Schema(self.spec, self.spec.resolve(at)[1]) for each, at in both if each["in"] == "path"}

    @lazy
    def _answers(self) -> "Mapping[str, Schema | None]":
        found = {}
        for status in self.spec.resolve(f"{self.pointer}/responses")[0]:
            response, at = self.spec.resolve(f"{self.pointer}/responses/{status}")
            media = next(iter(response.get("content", {})), None)
            found[status] = Schema(self.spec, f"{at}/content/{escape(media)}/schema") if media else None
        return found

    @lazy
    def _parameters(self) -> list[Json]:
        count = len(self.spec.resolve(self.pointer)[0].get("parameters", ()))
        return [self.spec.resolve(f"{self.pointer}/parameters/{number}")[0] for number in range(count)]

    @lazy
    def joined(self) -> frozenset[str]:
        """The parameters of the query whose items are sent as one text, with commas between them."""
        asked = (each for each in self._parameters if each["in"] == "query")
        return frozenset(each["name"] for each in asked if not each.get("explode", True))

    @lazy
    def constants(self) -> Mapping[str, str]:
        """The headers for which there is one value only."""
        allowed = {each["name"]: each["schema"].get("enum", ()) for each in self._parameters if each["in"] == "header"}
        return {name: values[0] for name, values in allowed.items() if len(values) == 1}

    @lazy
    def names_one(self) -> bool:
        """Whether its request says which audience it is about. If not, as with a list, a 404 is about no audience."""
        needed = any(each.get("required") and each["in"] in ("path", "query") for each in self._parameters)
        return needed or "requestBody" in self.spec.resolve(self.pointer)[0]

    def documents(self, status: int) -> bool:
        """Whether the spec names this status, or its class; a default names none."""
        return self._key(status) not in (None, "default")

    def _key(self, status: int) -> str | None:
        """The key under which a status is documented: itself, its class (such as 4XX), or the default; else None."""
        return next((key for key in (str(status), f"{status // 100}XX", "default") if key in self._answers), None)

    def has_content(self, status: int) -> bool:
        """Whether the spec documents a body for an answer with this status."""
        return self._answers.get(self._key(status) or "") is not None

    def judge_answer(self, status: int, media_type: str, value: Any, unreadable: str | None) -> Iterator[Deviation]:
        """Where an answer leaves the spec, by its status, its media type and its body. `unreadable` says why the body
        has no value, if it has none.

        If the spec leaves a body open (a `default` without content), no body is a deviation.
        """
        key = self._key(status)
        if key is None:
            yield Deviation("status", f"status {status} is not documented", f"{self.pointer}/responses")
            return
        schema = self._answers[key]
        # HTTP allows no body with a 204, whatever the spec says.
        if schema is None or status == 204:
            return
        if unreadable is not None:
            yield Deviation("", unreadable, schema.pointer)
            return
        content = schema.pointer.removesuffix("/schema")
        documented = tokens(content)[-1]
        essence = media_type.partition(";")[0].strip().lower()
        if essence != documented and not (documented.endswith("/*") and _is_json(essence)):
            yield Deviation("content-type", f"the media type is not {documented}", content)
        charset = re.search(r"(?i);\s*charset\s*=\s*\"?([^\s;\"]*)", media_type)
        if charset and charset[1].lower() not in ("utf-8", "utf8"):
            yield Deviation("content-type", "JSON has no charset but UTF-8", "RFC 8259")
        yield from schema.judge(value)
        yield from schema.undocumented(value)


@dataclass(frozen=True, eq=False)
class Schema:
    """A schema of the spec, by its pointer, compiled when it is first asked."""

    spec: Spec
    pointer: str

    @lazy
    def _validator(self) -> jsonschema_rs.Draft202012Validator:
        # With the document around it, the paths in errors are pointers into the effective spec.
        schema = {**self.spec.document, "$ref": f"#{quote(self.pointer, safe='/~')}"}
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    @lazy
    def properties(self) -> Json:
        """The properties that the schema names."""
        found: Json = self.spec.resolve(self.pointer)[0].get("properties", {})
        return found

    def at(self, names: tuple[str, ...]) -> "Schema":
        """The schema of the property at a path."""
        below = "".join(f"/properties/{escape(name)}" for name in names)
        return Schema(self.spec, self.spec.resolve(self.pointer + below)[1]) if names else self

    def judge(self, value: Any) -> Iterator[Deviation]:
        """The rules that a value breaks, in the words of the spec: they show nothing of the value."""
        for error in self._validator.iter_errors(value):
            rule = pointer(error.schema_path)
            keyword, where = str(error.schema_path[-1]), error.instance_path
            limit = self.spec.resolve(rule)[0]
            if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
                where = [*where, error.kind.property]
            phrase = _PHRASES.get(keyword, f"breaks {keyword} {{}}")
            yield Deviation(pointer(where), phrase.format(limit), rule)

    def undocumented(self, value: Any) -> Iterator[Deviation]:
        """The properties that neither the schema nor an alternative in it names, though they are allowed."""
        return self._undocumented(value, [self.pointer], "")

    def _undocumented(self, value: Any, pointers: list[str], where: str) -> Iterator[Deviation]:
        if not isinstance(value, dict | list):
            return
        nodes = [each for pointer in pointers for each in _alternatives(self.spec, pointer)]
        named = [at for node, at in nodes if "properties" in node]
        others = [(node["additionalProperties"], at) for node, at in nodes if "additionalProperties" in node]
        rest = [f"{at}/additionalProperties" for other, at in others if isinstance(other, dict)]
        for name, entry in value.items() if isinstance(value, dict) else enumerate(value):
            here, step = f"{where}/{escape(str(name))}", f"/properties/{escape(str(name))}"
            if isinstance(value, list):
                below = [f"{at}/items" for node, at in nodes if "items" in node]
            else:
                below = [at + step for node, at in nodes if name in node.get("properties", ())] or rest
                if not below and not others and named:
                    yield Deviation(here, UNDOCUMENTED, f"{named[0]}/properties")
            yield from self._undocumented(entry, below, here)


@lru_cache(4096)
def _alternatives(spec: Spec, pointer: str) -> tuple[tuple[Json, str], ...]:
    """The schema at the pointer and its alternatives, with the pointers of where they really stand."""
    node, at = spec.resolve(pointer)
    found = [(node, at)]
    for key in ("oneOf", "anyOf"):
        for number in range(len(node.get(key, ()))):
            found += _alternatives(spec, f"{at}/{key}/{number}")
    return tuple(found)


def _is_json(essence: str) -> bool:
    return essence == "application/json" or (essence.startswith("application/") and essence.endswith("+json"))


_PHRASES = {
    "type": "is not of type {}",
    "enum": "is not one of {}",
    "pattern": "does not match {}",
    "maxLength": "is longer than {} characters",
    "required": "is required",
    "format": "is not a {}",
    "oneOf": "is not exactly one of the alternatives",
    "anyOf": "is none of the alternatives",
}
UNDOCUMENTED = "the property is not documented"


def pointer(path: list[str | int]) -> str:
    return "".join(f"/{escape(str(token))}" for token in path)


def tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
