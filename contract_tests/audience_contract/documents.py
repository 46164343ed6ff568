"""Reads the user's own OpenAPI document, and reduces it to what the checker can judge by.

What can't be judged is left out, and listed with its place.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from regress import Regex, RegressError

from .bodies import FORMS
from .document_provider import register
from .media import parse
from .parameters import BETWEEN, DEEP
from .reading import contents
from .spec import METHODS, Document, Spec, escape, provider_keys, unjudged

Json = dict[str, Any]
_TYPES = {"object", "array", "string", "integer", "number", "boolean", "null"}
_IGNORED = {"accept", "content-type", "authorization"}
"""Headers that are no parameters, whatever a document says (OpenAPI, Parameter Object)."""
_SIZES = [f"{end}{of}" for end in ("min", "max") for of in ("Length", "Items", "Properties", "Contains")]
_ONE = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties"),
)
_SEVERAL = ("allOf", "oneOf", "anyOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs", "dependentSchemas")
_NARROWING = {"oneOf", "not", "if"}
"""Keywords that may forbid more, the more their own schemas allow."""
_SAME_VALUE = ("allOf", "oneOf", "anyOf", "not", "if", "then", "else")
"""Keywords whose schemas are about the same value."""
_DATA = {"example", "examples", "default", "enum", "const"}
_MAPS = {"responses", "parameters", "headers", "requestBodies", "securitySchemes", "links", "content", "variables"}
"""Keywords whose objects have names that the document's author chose: none of those names is a keyword."""
_KINDS = {
    **dict.fromkeys((*_MAPS, "components", "schemas"), dict),
    **dict.fromkeys(("security", "servers"), list),
    "parameters": list | dict,
}
"""The types of the values of keywords that stand outside of schemas."""
_JSON = "application/json"
_BYTES = {"type": "string", "format": "binary"}
_OF_PATHS = {*METHODS, "parameters", "servers", "summary", "description", "$ref"}
_DEEPEST = 60
_DEEPEST_YAML = 500
_MOST = 1_000_000
"""The most values of a document of YAML, once its aliases are written out, unless it has more characters."""
_NOWHERE = "it leads nowhere, or out of the file: put all files into one"
_OF_SCHEMAS = re.compile("/components/schemas/[^/]+")
_PLAIN = re.compile(r"/components/schemas/[^/]+(/anyOf/\d+)?/allOf/\d+/\$ref")
"""Where a reference to a schema means that schema alone, and none that extends it."""
_NAMES = ("$id", "$anchor", "$dynamicAnchor", "$schema")
"""Keywords that restrict no value."""


def read(
    path: Path,
    overlay: Path | None = None,
    credentials: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Spec:
    """The document of a file, changed by an overlay, registered under a key that is made of the file's name.

    `credentials` has the environment variable of each credential, by the name of the security scheme; `headers` are
    those that every request has. Raises OSError for a file that cannot be read, and ValueError for what is no OpenAPI
    document of version 3.0 or 3.1, or no overlay.
    """
    value = _value(path)
    if not isinstance(value, dict) or not re.match("3[.][01]([.]|$)", str(value.get("openapi"))):
        raise ValueError(f"{path} is no OpenAPI document of version 3.0 or 3.1")
    if not isinstance(value.setdefault("paths", {}) if "webhooks" in value else value.get("paths"), dict):
        raise ValueError(f"{path} has no paths")
    changes = _value(overlay) if overlay else {"actions": []}
    actions = changes.get("actions") if isinstance(changes, dict) else None
    if not isinstance(actions, list) or not all(isinstance(each, dict) for each in actions):
        raise ValueError(f"{overlay} is no overlay: it has no list of actions")
    key = re.sub(r"\W+", "_", path.stem.lower())
    try:
        for action in actions:
            value = _acted(value, action)
        plain = _Plain(value)
    except RecursionError:
        raise ValueError(f"{path} can't be read: too deep, or a part of it is within itself") from None
    root = Document(plain.document).node
    variables = {each: f"{key}_{re.sub(chr(92) + 'W', '_', each)}".upper() for each in plain.schemes}
    unknown = (credentials or {}).keys() - variables.keys()
    if unknown:
        raise ValueError(f"{path} has no security scheme {min(unknown)}; there are {', '.join(variables) or 'none'}")
    spec = Spec(
        f"{key}_api" if key in provider_keys() else key,
        root,
        # The user's choice stands last, because the last variable of a place counts.
        {name: each for name, each in variables.items() if name not in (credentials or {})} | dict(credentials or {}),
        unjudged(plain.unjudged),
        headers or {},
        path,
        plain.moved,
        Document(value).node,
    )
    register(spec)
    return spec


def _value(path: Path) -> Any:
    try:
        text = contents(path).decode()
        return _with_texts(json.loads(text) if text.lstrip().startswith("{") else _yaml(text))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} can't be read: {' '.join(str(error).split())[:200]}") from None


def _yaml(text: str) -> Any:
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - most documents are of JSON

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """YAML 1.2: a date is a text, and so is `no`."""

        def construct_document(self, node: Any) -> Any:
            # Without aliases, no document has more values than characters.
            if _size(node, {}) > max(len(text), _MOST):
                raise ValueError(f"its aliases come to more than {_MOST} values")
            return super().construct_document(node)

    kept = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}
    found = yaml.SafeLoader.yaml_implicit_resolvers.items()
    Loader.yaml_implicit_resolvers = {key: [each for each in those if each[0] not in kept] for key, those in found}
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:[Tt]rue|[Ff]alse)$"), list("tTfF"))
    try:
        # What composes a document in C calls itself for each level, as deep as the document is.
        opens, closes = yaml.CollectionStartEvent, yaml.CollectionEndEvent
        steps = (isinstance(each, opens) - isinstance(each, closes) for each in yaml.parse(text, Loader))
        if any(depth > _DEEPEST_YAML for depth in accumulate(steps)):
            raise ValueError(f"it is nested deeper than {_DEEPEST_YAML}")
        return yaml.load(text, Loader)  # noqa: S506 - it is a safe loader
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _size(part: Any, known: dict[Any, int]) -> int:
    """How many values a node of YAML, or a key with its value, has once its aliases are written out."""
    if part not in known:
        known[part] = 0  # for an alias within what it stands for
        inside = part if isinstance(part, tuple) else part.value
        known[part] = 1 if isinstance(inside, str) else 1 + sum(_size(each, known) for each in inside)
    return known[part]


def _with_texts(value: Any) -> Any:
    """The value with texts for keys, and for what JSON lacks: in YAML a status may be a number, and a value binary."""
    if isinstance(value, dict):
        return {str(name): _with_texts(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_with_texts(child) for child in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _acted(value: Any, action: Json) -> Any:
    """The document after an action of an overlay, on all that its target selects."""
    from jsonpath import JSONPathEnvironment, JSONPathError  # noqa: PLC0415 - few runs have an overlay

    target, paths = str(action.get("target")), JSONPathEnvironment(strict=True)
    paths.max_recursion_depth = sys.getrecursionlimit()
    try:
        places = list(paths.finditer(target, value))
    except JSONPathError:
        raise ValueError(f"an overlay's target is no JSONPath (RFC 9535): {target}") from None
    if not places:
        raise ValueError(f"an overlay's target is not there: {target}")
    for place in reversed(places):
        holder: Any = place.parent and place.parent.value
        if not holder:
            value = _merged(value, action.get("update", {}))
        elif action.get("remove"):
            del holder[place.parts[-1]]
        else:
            holder[place.parts[-1]] = _merged(place.value, action.get("update"))
    return value


def _merged(value: Any, update: Any) -> Any:
    if isinstance(value, dict) and isinstance(update, dict):
        return {**value, **{name: _merged(value.get(name), part) for name, part in update.items()}}
    if isinstance(value, list):
        return [*value, *(update if isinstance(update, list) else [update])]
    return update


class _Plain:
    """A document without what can't be judged.

    `unjudged` has the pointers to what was left out, with the reasons; `schemes` are the names of the security schemes
    that are left. `moved` maps the new pointer of what was moved, a parameter or a media type, to the pointer in the
    file.
    """

    def __init__(self, document: Json) -> None:
        self.unjudged: list[tuple[str, str]] = []
        self.moved: dict[str, str] = {}
        self._ids: set[str] = set()
        self._added: Json = {}
        self._schemas: dict[int, tuple[str, Json]] = {}
        self._is_31 = not str(document["openapi"]).startswith("3.0")
        self._whole = document
        self._whole = self._resolvable(document, "")
        self._whole.setdefault("components", {}).setdefault("schemas", {}).update(self._added)
        done = dict[int, bool]()
        for _, schema in self._schemas.values():
            if id(schema) not in done:
                self._cut_circles(schema, done)
        self._widen()
        self.schemes = self._schemes()
        items = [self._object(each) for each in self._whole["paths"].values()]
        # A document without servers may have the same ones at every path.
        given = [self._whole.get("servers"), *(each.get("servers") for each in items)]
        self._whole["servers"] = self._servers(next(filter(None, given), ())) or [{"url": "/"}]
        if self._whole.get("webhooks"):
            self._leave_out("/webhooks", "requests that the server sends")
        self._whole["openapi"] = "3.1.0" if self._is_31 else "3.0.3"
        for path in self._whole["paths"]:
            pointer, item = f"/paths/{escape(path)}", self._object(self._whole["paths"][path])
            for name in sorted(item.keys() - _OF_PATHS):
                if not name.startswith("x-"):
                    self._leave_out(f"{pointer}/{escape(name)}", "a method that is not known here")
            self._whole["paths"][path] = {
                method: self._operation(item, operation, f"{pointer}/{method}")
                for method in METHODS
                if isinstance(operation := self._target(item.get(method)), dict) and path.startswith("/")
            }
        self.document = self._whole

    def _leave_out(self, pointer: str, why: str) -> None:
        self.unjudged.append((pointer, why))

    def _resolvable(self, value: Any, pointer: str, *, is_map: bool = False) -> Any:
        """A part of the document, with references that lead to places of it, and schemas that can be judged."""
        if isinstance(value, list):
            return [self._resolvable(child, f"{pointer}/{at}") for at, child in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("$ref"), str):
            return self._referred(value, pointer)
        found: Json = {}
        for name, child in value.items():
            at = f"{pointer}/{escape(name)}"
            if not is_map and (name in _DATA or name.startswith("x-")):
                found[name] = child
            elif child is None:  # In YAML, what has nothing after its colon.
                continue
            elif not is_map and not isinstance(child, _KINDS.get(name, object)):
                self._leave_out(at, "a value of another kind than belongs there")
            elif name == "schema" and not is_map:
                found[name] = self._schema(child, at)
            elif at == "/components/schemas":
                found[name] = self._schemas_of(child, at)
            else:
                found[name] = self._resolvable(child, at, is_map=name in _MAPS and not is_map)
        return found

    def _referred(self, value: Json, pointer: str) -> Any:
        """A reference outside of schemas; replaced by what it leads to where that stands in a path."""
        place, found = self._found(value["$ref"])
        # Below `/paths`, places are moved later, so that a reference would lead nowhere.
        if found is not None and not place.startswith("/paths/"):
            return value
        if found is None or pointer.count("/") >= _DEEPEST:
            self._leave_out(f"{pointer}/$ref", _NOWHERE)
            return {"x-not-judged": True}
        return self._resolvable(found, pointer)

    def _referred_schema(self, reference: str, pointer: str) -> Json:
        place, found = self._found(reference)
        if found is None:
            self._leave_out(pointer, _NOWHERE)
            return {"x-not-judged": True}
        return {"$ref": f"#{self._place_of_heirs(place) if _PLAIN.fullmatch(pointer) is None else place}"}

    def _heirs(self, place: str) -> list[Json]:
        """The alternatives of a schema that others extend with `allOf`, and whose discriminator tells them apart; of
        one of those others, the one alternative that it is.
        """
        below = {"$ref": f"#{place}"}
        schema = self._object(below)
        told = schema.get("discriminator")
        beside: list[Any] = schema["allOf"] if not told and _SOUND["allOf"](schema.get("allOf")) else []
        above = [str(each.get("$ref"))[1:] for each in beside if "discriminator" in self._object(each)]
        is_one = _OF_SCHEMAS.fullmatch(place) and not {"oneOf", "anyOf"} & schema.keys()
        if not is_one or not (above or isinstance(told, dict)):
            return []
        named = self._object(self._object(self._whole.get("components")).get("schemas"))
        heirs = [name for name, each in named.items() if below in self._object(each).get("allOf", ())]
        if not told:
            # Who extends it further may have another value.
            return [one for at in above for one in self._heirs(at) if below in one.get("allOf", ()) and not heirs][:1]
        mapped = [str(each).rpartition("/")[2] for each in self._object(told.get("mapping")).values()]
        names = dict.fromkeys(mapped or (heirs and [*heirs, place.rpartition("/")[2]]))
        # Nobody says whether anything may be of the extended schema alone, so no request is.
        return [
            _named({"$ref": f"#/components/schemas/{name}"}, told) | {"x-not-sent": name not in (mapped or heirs)}
            for name in names
            if name in named
        ]

    def _place_of_heirs(self, place: str) -> str:
        """The place of the schema that stands for the heirs of the one at a place; that place if there are none."""
        heirs, key = self._heirs(place), f"{place.rpartition('/')[2]}_told_apart"
        at = f"/components/schemas/{key}"
        if heirs and key not in self._added:
            self.moved[at] = place
            self._added[key] = {}
            self._added[key] = self._schema({"anyOf": heirs} if heirs[1:] else heirs[0], at)
        return at if heirs else place

    def _found(self, reference: str) -> tuple[str, Any]:
        """The place that a reference leads to, and the value there: None if that is in another file, nothing, or the
        whole document, which would be within itself.
        """
        file, _, place = reference.partition("#")
        return place, None if file or not place else self._target({"$ref": reference})

    def _object(self, value: Any) -> Json:
        """The value, or what its reference leads to; {} if that is no object."""
        found = self._target(value)
        return found if isinstance(found, dict) else {}

    def _target(self, value: Any) -> Any:
        """What a chain of references leads to; None if it leads nowhere."""
        seen: set[str] = set()
        while isinstance(value, dict) and isinstance(reference := value.get("$ref"), str):
            if reference in seen or not re.match("#/|#$", reference):
                return None
            seen.add(reference)
            try:
                value = Document(self._whole).referred(reference)
            except (LookupError, TypeError, ValueError):
                return None
        return value

    def _schemes(self) -> list[str]:
        components = self._whole.setdefault("components", {})
        declared = {name: self._object(each) for name, each in components.get("securitySchemes", {}).items()}
        found = {name: plain for name, each in declared.items() if (plain := _scheme(each))}
        for name in sorted(declared.keys() - found.keys()):
            self._leave_out(f"/components/securitySchemes/{escape(name)}", "a kind that is not known here")
        components["securitySchemes"] = found
        return list(found)

    def _servers(self, given: Iterable[Any]) -> list[Json]:
        """Servers whose URLs have no variables: each is replaced by its default."""
        servers = [{**each} for each in map(self._object, given) if isinstance(each.get("url"), str)]
        for server in servers:
            for name, variable in self._object(server.pop("variables", {})).items():
                server["url"] = server["url"].replace(f"{{{name}}}", str(self._object(variable).get("default")))
            if not re.match("[^/]*//|/", server["url"]):
                server["url"] = f"/{server['url'].removeprefix('./')}"
        return servers

    def _is_elsewhere(self, item: Json, operation: Json) -> bool:
        """Whether an operation has servers of its own, and none of the document's."""
        own = [each["url"] for each in self._servers(operation.get("servers") or item.get("servers") or ())]
        return bool(own) and not {*own} & {each["url"] for each in self._whole["servers"]}

    def _operation(self, item: Json, operation: Json, pointer: str) -> Json:
        why, unnamed = "", []
        parameters: dict[tuple[str, str], Json] = {}
        above = pointer.rpartition("/")[0]
        own, common = ((holder.get("parameters", ()), at) for holder, at in ((operation, pointer), (item, above)))
        found = [
            (_place(each, f"{at}/parameters/{n}"), each) for those, at in (own, common) for n, each in enumerate(those)
        ]
        for at, whole, given in ((at, each, field) for at, each in found for field in self._fields(each)):
            each = self._target(given)
            if not isinstance(each, dict) or not all(isinstance(each.get(key), str) for key in ("name", "in")):
                self._leave_out(at, "what is no parameter")
            elif each["in"] == "header" and each["name"].lower() in _IGNORED:
                continue
            elif wrong := self._not_written(each):
                self._leave_out(at, f"{each['in']} {each['name']}: {wrong}")
                why = wrong if each.get("required") or each["in"] == "path" else why
                unnamed += [each["name"]] if each["in"] == "query" else []
            elif (each["in"], each["name"]) not in parameters:
                put = f"{pointer}/parameters/{len(parameters)}"
                if given is not whole:
                    self.moved[f"{put}/schema"] = f"{at}/schema/properties/{escape(each['name'])}"
                self.moved[put] = at
                parameters[each["in"], each["name"]] = given if "schema" in each else {**each, "schema": {}}
        body = self._object(operation.get("requestBody"))
        why = "another server than the document's" if self._is_elsewhere(item, operation) else why
        content = self._content(body.get("content"), f"{pointer}/requestBody", asked=True) if body else {}
        first = next(iter(content), "")
        unread = not ("json" in first or first in FORMS or (first and "schema" in content[first]))
        why = "a body in no media type that is known here" if body and unread else why
        why = content[next(iter(content))].get("x-not-judged") or why if content else why
        responses = {}
        for code, each in operation.get("responses", {}).items():
            if not code.startswith("x-"):
                answer = self._response(self._object(each), _place(each, f"{pointer}/responses/{code}"))
                responses[re.sub("(?<=[1-5])xx", "XX", code)] = answer
        if not any(code[0] in "23" for code in responses) and "default" not in responses:
            if responses:
                self._leave_out(f"{pointer}/responses", "successes, of which none is documented")
            responses["2XX" if responses else "default"] = {"description": ""}
        security = operation.get("security", self._whole.get("security"))
        admitting = [each for each in security or () if isinstance(each, dict) and each.keys() <= set(self.schemes)]
        if operation.get("callbacks"):
            self._leave_out(f"{pointer}/callbacks", "requests that the server sends")
        if (name := str(operation.get("operationId"))) in self._ids and "operationId" in operation:
            self._leave_out(f"{pointer}/operationId", "another operation has it")
            operation = {key: each for key, each in operation.items() if key != "operationId"}
        self._ids.add(name)
        return {
            **{key: each for key, each in operation.items() if key != "requestBody"},
            "parameters": list(parameters.values()),
            **({"requestBody": {**body, "content": content}} if content else {}),
            "responses": responses,
            "security": admitting,
            "x-not-judged-query": unnamed,
            "x-not-judged": "no security scheme is known here" if security and not admitting else why,
        }

    def _fields(self, given: Any) -> list[Any]:
        """A parameter; in place of an object whose properties are sent as parameters of their own, each of those."""
        each = self._object(given)
        kind, written = each.get("schema"), (each.get("in"), each.get("style", "form"), each.get("explode", True))
        schema = self._object(kind)
        named, needed = schema.get("properties"), schema.get("required") or ()
        # Nothing here can say that parameters belong together.
        together = {*_SAME_VALUE, "minProperties", "maxProperties"} & schema.keys()
        together |= {*needed} if not each.get("required") else set()
        if written != ("query", "form", True) or together or not named:
            return [given]
        at = _place(kind, "")
        kinds = {name: {"$ref": f"#{at}/properties/{escape(name)}"} for name in named} if at else named
        return [{"in": "query", "name": name, "schema": kinds[name], "required": name in needed} for name in named]

    def _not_written(self, parameter: Json) -> str:
        """Why the values of a parameter can't be written; "" where they can."""
        if "content" in parameter:
            return "a parameter with a media type"
        kind = self._object(schema := parameter.get("schema")).get("type")
        if parameter.get("style") == DEEP and parameter["in"] == "query" and kind != "array":
            return "an object in an object" if self._levels(schema) > 2 else ""
        if kind == "object" or (kind == "array" and parameter["in"] != "query"):
            return f"a list or object in a {parameter['in']}"
        style = parameter.get("style", "form")
        return "" if style in ("simple", *BETWEEN) else f"style {style}"

    def _content(self, content: Any, pointer: str, *, asked: bool) -> Json:
        """A content map, JSON first, without the schemas of media types that aren't read.

        In a request (`asked`), a range such as `*/*` means JSON as well.
        """
        found: Json = {}
        for name in content or ():
            at, media, entry = f"{pointer}/content/{escape(name)}", parse(name), self._object(content[name])
            if not media:
                self._leave_out(at, "no media type")
                continue
            is_range = media.essence in ("*/*", "application/*")
            if is_range and asked and _JSON not in content:
                self.moved[f"{pointer}/content/{escape(_JSON)}"] = at
                found[_JSON] = entry
            if is_range and not asked:
                found[name] = {**entry, "x-not-judged": "what is no JSON"}
            elif media.essence in FORMS:
                found[name] = self._form(entry, at)
            elif media.is_json or is_range:
                found[name] = entry
            elif self._object(entry.get("schema", _BYTES)).get("type") == "string":
                found[name] = {"schema": _BYTES, **entry} if asked else entry
            else:
                self._leave_out(at, "a media type that is not read here")
                found[name] = {key: entry[key] for key in entry if key != "schema"}
        return dict(sorted(found.items(), key=lambda each: ("json" not in each[0], each[0] not in FORMS)))

    def _form(self, entry: Json, pointer: str) -> Json:
        """A form: a field that is an object, or a list of such, is judged only if `encoding` says how it is written."""
        schema = self._object(entry.get("schema"))
        fields = self._object(schema.get("properties"))
        encoding = self._object(entry.get("encoding")) if "urlencoded" in pointer else {}
        deep = {name for name, each in encoding.items() if self._object(each).get("style") == DEEP}
        # An object of single values can be written as a field for each of them, if the document says so.
        nested = [name for name, kind in fields.items() if self._levels(kind) not in (0, 2 if name in deep else 1)]
        if not nested:
            return entry
        for name in nested:
            self._leave_out(f"{pointer}/schema/properties/{escape(name)}", "an object, or a list of such, in a form")
        needed = [name for name in schema.get("required") or () if name not in nested]
        said = "an object in a form, which is required" if len(needed) < len(schema.get("required") or ()) else ""
        # They are known, but never sent.
        unread = {name: {"x-not-judged": True, "readOnly": True} for name in nested}
        changed = {"required": needed, "properties": {**fields, **unread}}
        return {**entry, "schema": {**schema, **changed}, "x-not-judged": said}

    def _levels(self, value: Any, most: int = 3) -> int:
        """How deep the values of a schema are: 0 for single ones, 1 for lists of such, 2 for objects of those, 3 for
        others. More than `most` is not looked for.
        """
        kind, levels = self._object(value), 0
        if kind.get("type") == "object" or "properties" in kind:
            fields = (*kind.get("properties", {}).values(), kind.get("additionalProperties"))
            levels = 3 if most > 2 and any(self._levels(each, 2) > 1 for each in fields) else 2
        elif kind.get("type") == "array":
            levels = 3 if most > 1 and self._levels(kind.get("items"), 1) else 1
        return max([levels, *(self._levels(each, most) for key in _SEVERAL for each in kind.get(key) or ())])

    def _response(self, response: Json, pointer: str) -> Json:
        content = self._content(response.get("content"), pointer, asked=False)
        headers = {}
        for name, given in response.get("headers", {}).items():
            header = {**self._object(given), "in": "header", "name": name}
            if wrong := self._not_written(header):
                self._leave_out(_place(given, f"{pointer}/headers/{escape(name)}"), wrong)
            elif name.lower() != "content-type":
                headers[name] = {"schema": {}, **header}
        links = {name: self._object(each) for name, each in response.get("links", {}).items()}
        found = {"content": content, "headers": headers, "links": {name: link for name, link in links.items() if link}}
        kept = {name: each for name, each in response.items() if name not in found}
        return {**kept, **{name: each for name, each in found.items() if each}}

    def _schemas_of(self, named: Any, pointer: str) -> Json:
        return {key: self._schema(each, f"{pointer}/{escape(key)}") for key, each in named.items() if each is not None}

    def _schema(self, value: Any, pointer: str) -> Any:
        if isinstance(value, bool):
            return value
        if not isinstance(value, dict):
            self._leave_out(pointer, "no schema")
            return {}
        found: Json = {}
        # Before references are followed: a discriminator names an alternative by its reference.
        kept: Json = {name: child for name, child in _told_apart(value).items() if child is not None or name in _DATA}
        for name in (each for each in kept if each not in _NAMES):
            at, child = f"{pointer}/{escape(name)}", kept[name]
            if name == "discriminator" and self._heirs(pointer):
                continue
            if name in ("$dynamicRef", "discriminator") or not self._is_sound(name, child):
                self._leave_out(at, "a keyword that is not judged here, or is malformed")
                found["x-not-judged"] = True
            elif name == "$ref":
                found |= self._referred_schema(child, at)
            elif name in _NAMED:
                found[name] = self._schemas_of(child, at)
            elif name in _SEVERAL:
                found[name] = [self._schema(each, f"{at}/{number}") for number, each in enumerate(child)]
            else:
                found[name] = self._schema(child, at) if name in _ONE else child
        self._schemas[id(found)] = pointer, found
        return found

    def _cut_circles(self, schema: Json, open_ones: dict[int, bool]) -> None:
        """Leave out references that make a schema a condition of itself: checking a value would never end."""
        open_ones[id(schema)] = True
        target = self._target(schema)
        if target is not schema and open_ones.get(id(target)):
            self._leave_out(f"{self._schemas[id(schema)][0]}/$ref", "a schema that is a part of itself")
            del schema["$ref"]
            schema["x-not-judged"] = True
        for part in (target, *_parts(schema, _SAME_VALUE)):
            if id(part) in self._schemas and id(part) not in open_ones:
                self._cut_circles(part, open_ones)
        open_ones[id(schema)] = False

    def _widen(self) -> None:
        """Leave out `_NARROWING` keywords whose schemas are not wholly judged: they would forbid too much."""
        schemas = [schema for _, schema in self._schemas.values()]
        below = [(each, [self._target(each), *_parts(each, (*_ONE, *_SEVERAL, *_NAMED))]) for each in schemas]
        vague, before = {id(each) for each in schemas if each.get("x-not-judged")}, -1
        while len(vague) > before:
            before = len(vague)
            for each, parts in below:
                vague |= {id(each)} if any(id(part) in vague for part in parts) else set()
        for each in schemas:
            for keyword in _NARROWING & each.keys():
                if any(id(part) in vague for part in _parts(each, (keyword,))):
                    left_out, each["x-not-judged"] = each.pop(keyword), True
                    if keyword == "oneOf":
                        each["allOf"] = [*each.get("allOf", ()), {"anyOf": left_out}]

    def _is_sound(self, keyword: str, value: Any) -> bool:
        if keyword in ("exclusiveMinimum", "exclusiveMaximum"):
            return _is_number(value) if self._is_31 else isinstance(value, bool)
        if keyword == "type":
            kinds = value if self._is_31 and isinstance(value, list) and value else [value]
            return all(isinstance(each, str) and each in _TYPES and (each != "null" or self._is_31) for each in kinds)
        return keyword not in _SOUND or _SOUND[keyword](value)


def _place(value: Any, pointer: str) -> str:
    """Where a part stands that is at a pointer: there, or where a reference leads."""
    reference = str(value.get("$ref")) if isinstance(value, dict) else ""
    return reference[1:] if reference.startswith("#/") else pointer


def _parts(schema: Json, keywords: Iterable[str]) -> Iterator[Any]:
    """The schemas that a schema has by these keywords."""
    for keyword in (each for each in keywords if each in schema):
        value = schema[keyword]
        yield from value.values() if keyword in _NAMED else value if keyword in _SEVERAL else (value,)


def _told_apart(schema: Json) -> Json:
    """A schema without its discriminator: each alternative has an `enum` of the values that select it instead."""
    told = schema.get("discriminator")
    if not isinstance(told, dict) or not isinstance(told.get("mapping", {}), dict):
        return schema
    keys = [key for key in ("oneOf", "anyOf") if _SOUND[key](schema.get(key))]
    kinds = {key: [_named(each, told) for each in schema[key]] for key in keys}
    is_told = any(kinds[key] != schema[key] for key in kinds)
    return {name: each for name, each in schema.items() if name != "discriminator" or not is_told} | kinds


def _named(schema: Json, discriminator: Json) -> Json:
    """An alternative with an `enum` of the values that select it; unchanged if there are none."""
    name, to = discriminator.get("propertyName"), str(schema.get("$ref", ""))
    last = to.rpartition("/")[2]
    mapping = discriminator.get("mapping", {}).items()
    values = [value for value, each in mapping if to and str(each).rpartition("/")[2] == last]
    # A reference to a whole file has no name in it.
    values = values or ([last] if "#/" in to else [])
    return {"allOf": [schema, {"properties": {name: {"enum": values}}}]} if values and isinstance(name, str) else schema


def _made_of(outer: Any, inner: Any) -> Callable[[Any], bool]:
    """A test whether a value is an `outer`, array or object, whose values are all `inner`."""
    return lambda value: (
        isinstance(value, outer)
        and all(isinstance(each, inner) for each in (value.values() if isinstance(value, dict) else value))
    )


_is_map, _is_names = _made_of(dict, dict | bool | None), _made_of(list, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_pattern(value: Any) -> bool:
    """Whether the pattern is valid in Python, which generates texts from it, and in JavaScript, whose rules judge."""
    try:
        re.compile(value)
        Regex(value)
    except (re.error, TypeError, RegressError):
        return False
    return True


_SOUND: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("minimum", "maximum"), _is_number),
    **dict.fromkeys(_SIZES, lambda value: type(value) is int and value >= 0),
    # No value of a larger size can be made here.
    **dict.fromkeys(
        ("minLength", "minItems", "minProperties"), lambda value: type(value) is int and 0 <= value < 2**16
    ),
    **dict.fromkeys(_NAMED, _is_map),
    "patternProperties": lambda value: _is_map(value) and all(map(_is_pattern, value)),
    **dict.fromkeys(_SEVERAL, lambda value: bool(value) and _made_of(list, dict)(value)),
    **dict.fromkeys(_ONE, lambda value: isinstance(value, dict | bool)),
    **dict.fromkeys(("nullable", "readOnly", "writeOnly", "uniqueItems"), lambda value: isinstance(value, bool)),
    "multipleOf": lambda value: _is_number(value) and value > 0,
    "required": _is_names,
    "dependentRequired": lambda value: isinstance(value, dict) and all(map(_is_names, value.values())),
    **dict.fromkeys(("enum", "examples"), lambda value: isinstance(value, list) and bool(value)),
    **dict.fromkeys(("format", "$ref"), lambda value: isinstance(value, str)),
    "pattern": _is_pattern,
}


def _scheme(scheme: Json) -> Json | None:
    """The security scheme, None for a kind that is not known here; OAuth 2 and OpenID Connect become bearer tokens."""
    kind = scheme.get("type")
    if kind in ("oauth2", "openIdConnect"):
        return {"type": "http", "scheme": "bearer"}
    if kind == "http" and str(scheme.get("scheme")).lower() in ("bearer", "basic"):
        return {**scheme, "scheme": str(scheme["scheme"]).lower()}
    known = kind == "apiKey" and scheme.get("in") in ("header", "query", "cookie") and "name" in scheme
    return scheme if known else None
