"""A provider known by its OpenAPI document alone: what that says of effects, of ids and of what needs what."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import quote, urljoin

from .bodies import FORMS, PLAIN, fields_of, json_of, text_of, value_of
from .facts import PATH, Effect, Facts, bare, effect_of, linking, links_between, value_at
from .media import entry_of, media_of
from .messages import Request, Response
from .mock import answers
from .mock.answers import reply
from .mock.provider import Call, Provider, chosen, facts_of, load
from .mock.provider import register as register_provider
from .mock.state import Record
from .parameters import sent
from .samples import FORMATS, sample
from .schema import alternatives, check, every, properties, types
from .security import where
from .spec import Node, Operation, Spec
from .spec import register as register_spec
from .strict_json import at, put
from .urlencoded import decode

_JUDGED = {"date", "date-time", "binary", "password"}
_ENVELOPES = {"data", "result", "item"}
_FORMAT = re.compile(r"\.(json|xml)$")
"""The end of a path that names the format of an answer, as in `/orders/{id}.json`."""


class Documented(Provider):
    """A provider whose facts come from its OpenAPI document alone."""

    is_by_name: ClassVar[bool] = False

    @classmethod
    def of(cls, spec: Spec) -> "Documented":
        """The provider that a document describes."""
        made = cls()
        # Several schemes may share one place. There the last variable counts: `variables` has the user's choice last.
        schemes = {name: spec.node["components"]["securitySchemes"][name] for name in spec.variables}
        made.settings = {where(schemes[name]): variable for name, variable in spec.variables.items()}  # type: ignore[misc]
        made.key = spec.key
        return made

    def facts(self, operation: Operation) -> Facts:
        """The effect that the document states or suggests, and where the ids in the path come from."""
        found = self.operations.get(operation.id) or _facts(operation)
        return replace(found, unique=self.identity) if found.creates and self.identity else found

    def why_not(self, operation: Operation) -> str:
        """Why an operation, or a create that it depends on, is not judged; "" if all of them are judged."""
        needed: list[Operation] = []
        each: Operation | None = operation
        while each:
            if each in needed:
                return f"{each.id} needs what itself creates"
            needed.append(each)
            if why := self._why_not_alone(each):
                return why
            each = operation.spec.named.get(facts_of(each).source)
        return ""

    def _why_not_alone(self, operation: Operation) -> str:
        facts = facts_of(operation)
        known = {*facts.linked, chosen(operation)}
        unknown = [name for name, kind in _path(operation) if name not in known and not kind.plain("enum")]
        if unknown:
            return f"nothing says where {unknown[0]} comes from"
        # A create may answer ids of other things, too, such as of the owner.
        create = operation.spec.named.get(facts.source)
        # The name that a create is asked for has a mark of the run.
        own = [*facts_of(create).unique, *(f"/{name}" for name in {self.named} & _asked(create))] if create else []
        taken = [facts.linked[name] for name, _ in _path(operation) if name in facts.linked][-1:]
        taken = taken or [*facts.linked.values()] or [""] * (not facts.creates)
        is_unsaid = not facts.reads and not all(pointer in own or pointer.startswith(PATH) for pointer in taken)
        said = "nothing says what it changes: no create answers what it takes" if is_unsaid else ""
        return str(operation.node.plain("x-not-judged", "")) or said

    def says_no(self, operation: Operation, response: Response) -> bool:
        """Whether a property is false that is always true in one alternative of the answer, and false in another."""
        schema, value = _answers(operation), value_of(response)
        if not schema or not isinstance(value, dict):
            return False
        only = [(name, _only(kind)) for each in alternatives(schema) for name, kind in properties(each).items()]
        return any(own is False and (name, False) in only and (name, True) in only for name, own in value.items())

    def why_either_is_allowed(self, operation: Operation, request: Request) -> Iterator[str]:
        """Why the request may succeed or be refused: the document does not say which values there are."""
        yield from super().why_either_is_allowed(operation, request)
        for parameter, place, values in sent(operation, request):
            for value in values:
                yield from _unsure([parameter["schema"]], decode(value, plus=place == "query") or "", "")
        body = operation.node.get("requestBody")
        media, entry = media_of(request), body and entry_of(body["content"], request)
        schema = entry and entry.get("schema")
        if entry and not request.body:
            yield "an empty body"
        is_read = media and (media.is_json or media.essence in FORMS)
        if entry and media and not is_read:
            is_utf_8 = media.parameters.get("charset", "utf-8").lower() == "utf-8"
            if media.essence not in PLAIN or not schema or not is_utf_8 or text_of(request) is None:
                yield "a body in a media type of which nobody here knows the rules"
        if schema and media and request.body:
            value = json_of(request) if media.is_json else {} if is_read else text_of(request)
            yield from _unsure([schema], fields_of(request) if "urlencoded" in media.essence else value, "")

    def file(self) -> tuple[str, str, bytes]:
        return "check.txt", "text/plain", b"check\n"

    def otherwise(self, call: Call) -> Response:
        """A success by the document's schemas, about what was created; 404 where that is not there."""
        facts, found = facts_of(call.operation), call.all() if chosen(call.operation) else ()
        # A create puts something else in the place of what has the id that its caller chose.
        same = [old for old in found if (old.operation, old.path) == (call.operation.id, call.path)]
        success = answers.success(call.operation, is_new=facts.creates and not same)
        source = next((one for one in call.all() if one.operation == facts.source and _is_meant(one, call)), None)
        if facts.source and not source:
            return self.error(call.operation, 404)
        made = None if facts.creates else source
        fields = made.fields if made else {}
        schema, known = _answers(call.operation), {**call.path, **fields, **_object(value_of(call.request))}
        kinds = properties(schema) if schema else {}
        fitting = {name: new for name, new in known.items() if name in kinds and not any(check(kinds[name], new, ""))}
        value = {**_object(value_of(success)), **fitting}
        # An id never changes, whatever value the request has for it.
        pointers = [pointer for pointer in facts.linked.values() if pointer.startswith("/")]
        ids = {pointer: own for pointer in pointers if (own := at(fields, pointer)) is not None}
        for pointer, own in ids.items():
            if type(at(value, pointer)) is type(own):
                value = put(value, pointer.removeprefix("/"), own)
        for name in [*call.path][-1:] if made else ():
            pointer = _id_of(name, _identities(call.operation))
            if pointer and isinstance(usual := at(value, pointer), str | int):
                value = put(value, pointer.removeprefix("/"), type(usual)(call.path[name]))
        # Where no success is documented, an empty 200 claims the least.
        success = success or Response(200, (), b"")
        if facts.creates:
            for old in same:
                call.state.drop(old)
            value, success = _created(call, value, success)
        if success.body.startswith(b"{"):
            success = Response(success.status, success.headers, reply(success.status, value).body)
        if facts.effect is Effect.CHANGES:
            # The answer to a change may lack the id; what was made keeps it.
            for pointer, own in ids.items():
                value = put(value, pointer.removeprefix("/"), own)
            fields.update(value)
        elif facts.removes and made:
            call.state.drop(made)
        return success


def _created(call: Call, value: Any, success: Response) -> tuple[Any, Response]:
    """The value and the answer of a create, with an id that nothing else has; what is made is kept."""
    path, operation = dict(call.path), call.operation
    named, own = at(value_of(call.request), f"/{load(operation.spec.key).named}"), path.get(chosen(operation))
    for pointer in facts_of(operation).unique if not chosen(operation) else ():
        name, is_in_path = pointer.removeprefix(PATH), pointer.startswith(PATH)
        items = (each for each in operation.spec.operations if pointer in facts_of(each).linked.values())
        kind = dict(_path(next(items)))[name] if is_in_path else _kind_at(_answers(operation), pointer)
        own = _new(kind, sample(kind, "a") if is_in_path else at(value, pointer), call.state.next())
        if is_in_path:
            path[name] = str(own)
        else:
            value = put(value, pointer.removeprefix("/"), own)
    for location in islice(_location(call, value, path), 1):
        others = tuple(pair for pair in success.headers if pair[0].lower() != "location")
        success = Response(success.status, (*others, ("location", location)), success.body)
    called, own_id = (None if each is None else str(each) for each in (named, own))
    # A later answer may have what was asked for, even if this one does not.
    call.created(name=called, id=own_id, fields={**_object(value_of(call.request)), **value}, path=path)
    return value, success


def _location(call: Call, value: Any, path: Mapping[str, str]) -> Iterator[str]:
    """Where what was made is, in each form that the document allows: relative, the whole path, and with the server."""
    items = [each for each in call.operation.spec.operations if facts_of(each).source == call.operation.id]
    for item, kind in zip(sorted(items, key=lambda each: len(each.path))[:1], locations(call.operation), strict=False):
        here = call.request.target.partition("?")[0]
        whole = "/".join(here.split("/")[: -call.operation.path.count("/")]) + item.path
        for name, pointer in facts_of(item).linked.items():
            whole = whole.replace(f"{{{name}}}", quote(str(value_at(pointer, value, path)), safe=""))
        near = posixpath.relpath(whole, posixpath.dirname(here)) + "/" * whole.endswith("/")
        forms = (near, whole, urljoin(item.spec.node["servers"][0].plain("url"), whole))
        yield from (each for each in forms if "{" not in whole and not (kind and any(check(kind, each, ""))))


def _kind_at(schema: Node | None, pointer: str) -> Node | None:
    """The schema of a property of an answer."""
    for name in pointer.split("/")[1:]:
        schema = properties(schema).get(name) if schema else None
    return schema


def _new(kind: Node | None, usual: Any, number: int) -> Any:
    """An id with a number in it, which keeps the form of the usual one."""
    if isinstance(usual, int):
        return number
    # The end of the sample is replaced, unless a pattern asks for more of it.
    usual = FORMATS["uuid"] if kind and kind.plain("format") == "uuid" else str(usual)
    texts = [*(f"{usual[:-size]}{number:0{size}}" for size in range(8, 0, -1)), f"{usual}{number}"]
    return next((each for each in texts if not kind or not any(check(kind, each, ""))), texts[0])


def _only(kind: Node) -> object:
    """The value of a schema that allows only one; None for any other schema."""
    only = kind.plain("enum") or [kind.plain("const")]
    return only[0] if len(only) == 1 else None


def register(spec: Spec) -> None:
    """Have a document of the user's own, and the provider that it describes, found by its key."""
    register_spec(spec)
    register_provider(Documented.of(spec))


def _is_meant(record: Record, call: Call) -> bool:
    given = {**_object(value_of(call.request)), **call.path}
    linked = [each for each in facts_of(call.operation).linked.items() if each[0] in given]
    return all(str(given[place]) == str(value_at(pointer, record.fields, record.path)) for place, pointer in linked)


def _object(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


@lru_cache(maxsize=8192)
def _facts(operation: Operation) -> Facts:
    effect = _effect(operation)
    linked, source = _linked(operation)
    return Facts(effect, _unique(operation) if effect is Effect.CREATES else (), linked=linked, source=source)


@lru_cache(maxsize=8192)
def _effect(operation: Operation) -> Effect:
    said = str(operation.node.plain("x-effect", "")).upper()
    if said in Effect.__members__:
        return Effect[said]
    plain = effect_of(operation.method)
    if operation.method == "PUT" and _makes_itself(operation):
        return Effect.CREATES
    if plain is not Effect.CREATES:
        return plain
    if operation.path.endswith("}"):
        return Effect.CHANGES
    ids, items = _identities(operation), _items(operation.spec).get(_stem(operation.path), ())
    is_told = any(bare(name) in ids for name in ("id", *items)) or any(_linked_from(operation))
    is_told = is_told or bool(items and locations(operation))
    creates = "201" in operation.node["responses"].value or (is_told and not _is_custom(operation))
    return Effect.CREATES if creates else Effect.CHANGES


def _makes_itself(operation: Operation) -> bool:
    """Whether a PUT makes what is at its own path: it answers 201, and nothing makes it at the path above."""
    above, _, last = operation.path.rpartition("/")
    is_made_above = any("post" in operation.spec.node["paths"].value.get(path, ()) for path in (above, f"{above}/"))
    is_free = any(last == f"{{{name}}}" and not kind.plain("enum") for name, kind in _path(operation))
    return is_free and "201" in operation.node["responses"].value and not is_made_above


def _is_custom(operation: Operation) -> bool:
    """Whether a path ends with an action: `/orders:close` or, beside `/orders/{id}`, `/orders/close`."""
    above, _, last = _stem(operation.path).rpartition("/")
    ends = (_stem(each).rpartition("/") for each in operation.spec.node["paths"].value)
    return ":" in last or any(each == above and item.startswith("{") for each, _, item in ends)


@lru_cache(maxsize=8192)
def _path(operation: Operation) -> list[tuple[str, Node]]:
    """The parameters of the path in their order."""
    declared = operation.node.get("parameters") or ()
    kinds = {each.value["name"]: each["schema"] for each in declared if each.value["in"] == "path"}
    named = re.findall(r"{(.+?)}", operation.path)
    return [(name, kinds.get(name) or Node(operation.node.root, operation.node.pointer, {})) for name in named]


def _answers(operation: Operation) -> Node | None:
    """The schema of the first success in JSON."""
    responses = operation.node["responses"]
    for status in sorted(status for status in responses.value if status.startswith("2")):
        content = responses[status].get("content")
        for media in content.value if content else ():
            if re.search("json|[*]", media) and content:
                return content[media].get("schema")
    return None


@lru_cache(maxsize=8192)
def _identities(operation: Operation) -> Mapping[str, str]:
    """What may be an id in a success: JSON pointers, by the name without case and punctuation; `id` comes first."""
    schema = _answers(operation)
    found = dict(_ids(schema, operation.path)) if schema else {}
    return dict(sorted(found.items(), key=lambda each: each[0] != "id"))


def _unique(operation: Operation) -> tuple[str, ...]:
    """A JSON pointer to what differs between any two successes of a create, as a tuple of one; else an empty tuple.

    It is what the path of an operation below this one takes, else `id`, else what another path or a link takes. Of a
    PUT, it is the end of the path.
    """
    if operation.method == "PUT":
        return (f"{PATH}{_path(operation)[-1][0]}",)
    about = _taking(operation.spec).get(operation.id, ())
    # The last id that is linked: of a PUT that creates, the caller chooses the one after it.
    taken = {each.path: [*_linked(each)[0].values()][-1] for each in about}
    below = [pointer for path, pointer in taken.items() if path.startswith(f"{operation.path}/{{")]
    own = [pointer for name, pointer in _identities(operation).items() if name == "id"]
    return tuple([*below, *own, *taken.values(), *_linked_from(operation)][:1])


def _linked_from(operation: Operation) -> Iterator[str]:
    """The pointers into a success to what links of it give to other operations."""
    for each in operation.spec.operations if operation in linking(operation.spec) else ():
        found = (pointer for _, pointer in links_between(operation, each) if each is not operation)
        yield from (pointer for pointer in found if not pointer.startswith(PATH))


def _stem(path: str) -> str:
    """A path, without a slash or the name of a format at its end."""
    return _FORMAT.sub("", path.rstrip("/"))


@lru_cache(maxsize=64)
def _taking(spec: Spec) -> Mapping[str, list[Operation]]:
    """The operations that take the id of what a create makes, by the create's id."""
    found: dict[str, list[Operation]] = {}
    for each in spec.operations:
        found.setdefault(_linked(each)[1], []).append(each)
    return found


@lru_cache(maxsize=64)
def _items(spec: Spec) -> Mapping[str, set[str]]:
    """The parameters that follow each path in a longer path, in braces."""
    found: dict[str, set[str]] = {}
    for path in spec.node["paths"].value:
        segments = _stem(path).split("/")
        for number, segment in enumerate(segments):
            if re.fullmatch("{[^/]+}", segment):
                found.setdefault("/".join(segments[:number]), set()).add(segment)
    return found


def _ids(schema: Node, path: str, above: str = "") -> Iterator[tuple[str, str]]:
    for name, kind in properties(schema).items():
        # An answer may have what was created in an envelope; another object has an id of its own.
        is_envelope = name in _ENVELOPES or bare(path.rpartition("/")[2]) in (bare(name), f"{bare(name)}s")
        if is_envelope and not above:
            yield from _ids(kind, path, f"/{name}")
        if set(types(kind)) & {"string", "integer"}:
            yield bare(name), f"{above}/{name}"


@lru_cache(maxsize=64)
def _creating(spec: Spec) -> Mapping[str, list[Operation]]:
    """The creates, by their path and by the name of each id in their answers."""
    found: dict[str, list[Operation]] = {}
    for each in spec.operations:
        if _effect(each) is Effect.CREATES:
            for key in (_stem(each.path), *_identities(each)):
                found.setdefault(key, []).append(each)
    return found


@lru_cache(maxsize=8192)
def _linked(operation: Operation) -> tuple[Mapping[str, str], str]:
    """By path parameter, the pointer to its value in a create's success or path (`PATH`); and the create's id.

    An empty mapping and "" if no create gives them all.
    """
    names = [name for name, _ in _path(operation)]
    if operation.method == "PUT" and _effect(operation) is Effect.CREATES:
        # The caller chooses the last one.
        names.pop()
    for last in names[-1:]:
        item = operation.path[: operation.path.index(f"{{{last}}}")] + f"{{{last}}}"
        collection = item.rpartition("/")[0]
        creating = _creating(operation.spec)
        above = [each for path in (collection, item) for each in creating.get(path, ()) if each is not operation]
        # A create whose path has this id does not make it, unless it is a PUT.
        above = [each for each in above if last not in dict(_path(each)) or (each.method, each.path) == ("PUT", item)]
        for create in above:
            ids = _identities(create)
            pointer = _id_of(last, ids) or (f"{PATH}{last}" if locations(create) else "")
            if found := _all_linked(names, create, f"{PATH}{last}" if create.method == "PUT" else pointer):
                return found, create.id
        named = [each for each in creating.get(bare(last), ()) if each not in (operation, *above)]
        named = [each for each in named if last not in dict(_path(each)) and bare(last) not in _asked(each)]
        # What is changed must be what the create makes, by the name of the id: an answer may have ids of other things.
        kind = re.sub("id$", "", bare(last)) or "/"
        named = [each for each in named if _effect(operation) is Effect.READS or kind in bare(f"{each.path}{each.id}")]
        own = [each for each in named if f"{{{last}}}" in _items(operation.spec).get(_stem(each.path), ())]
        # Of several, nothing says which is meant; and a create that is asked for the id does not make it.
        for create in (own or named)[: len(own or named) == 1]:
            if found := _all_linked(names, create, _identities(create)[bare(last)]):
                return found, create.id
    return {}, ""


def _all_linked(names: list[str], create: Operation, pointer: str) -> Mapping[str, str]:
    """By path parameter, the pointer to its value: the one given for the last; empty if the create lacks any."""
    ids, known = _identities(create), dict(_path(create))
    rest = {name: f"{PATH}{name}" if name in known else ids.get(bare(name), "") for name in names[:-1]}
    return {**rest, names[-1]: pointer} if pointer and all(rest.values()) else {}


def _asked(create: Operation) -> set[str]:
    """The properties of a JSON body, without case and punctuation."""
    body = create.node.get("requestBody")
    schemas = [schema for media in (body["content"] if body else ()) if (schema := media.get("schema"))]
    return {bare(name) for schema in schemas for name, kind in properties(schema).items() if not kind.plain("readOnly")}


def locations(create: Operation) -> list[Node | None]:
    """The schemas of the header `Location` of successes, where that is documented."""
    responses = create.node["responses"]
    headers = [responses[code].get("headers") for code in responses.value if code.startswith("2")]
    every = ((name, found[name]) for found in headers if found for name in found.value)
    return [header.get("schema") for name, header in every if name.lower() == "location"]


def _id_of(name: str, ids: Mapping[str, str]) -> str:
    """The pointer to the id for a parameter: to the property with the longest end of its name (`sid` for `serviceSid`),
    which may be all of it, or else to `id`.
    """
    ends = sorted((each for each in ids if bare(name).endswith(each)), key=len)
    return ids[ends[-1]] if ends else ids.get("id", "")


def _unsure(schemas: Iterable[Node], value: Any, above: str) -> Iterator[str]:
    """Why parts of a value may be right or wrong: nothing here can judge them."""
    schemas = every(tuple(schemas))
    for part in schemas:
        kind = part.plain("format")
        given = [part.plain(name) for name in ("example", "default")]
        is_text = isinstance(value, str) and "string" in types(part)
        is_right = kind == "uuid" and re.fullmatch("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(value))
        if is_text and kind and kind not in _JUDGED and not is_right and value not in (*given, FORMATS.get(kind)):
            yield f"a text that should be a {kind}"
        if value is None and part.plain("nullable") and not part.plain("type"):
            yield "a null, where `nullable` stands without a type"
        if part.plain("x-not-judged"):
            yield "what a keyword that is not read here may forbid"
        if above and part.plain("readOnly"):
            yield f"{above}, which is the server's"
    for name, child in value.items() if isinstance(value, dict) else ():
        listed = [part.get("properties") for part in schemas]
        yield from _unsure([below for each in listed if each and (below := each.get(name))], child, name)
    listed_in = [items for part in schemas if (items := part.get("items"))]
    # In a query or a form, an array of one item is the text of that item.
    of_one = isinstance(value, str) and not any("array" in types(each) for each in listed_in)
    for child in value if isinstance(value, list) else [value] if of_one and listed_in else ():
        yield from _unsure(listed_in, child, "")
