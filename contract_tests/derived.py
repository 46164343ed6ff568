"""What the tests of drafts need, made from the effective spec of a provider that takes one JSON object."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import getitem
from typing import Any

from hypothesis import strategies as st

from audience_contract import load
from audience_contract.schema import alternatives, check, types
from audience_contract.spec import Node
from audiences import Audience, PhoneFile

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_FREE = frozenset({"enum", "pattern", "format", "maxLength"})
_KINDS: tuple[Any, ...] = (5, "text", [], {})


class Drafts:
    """Drafts of a provider, whose `operation` creates. `draft` has the properties of its request that are a field of
    the draft, and which; they stand in the object of the request `within` others. A draft also has the
    parameters `in_path`.
    """

    def __init__(
        self,
        key: str,
        operation: str,
        draft: Mapping[str, str],
        within: Sequence[str] = (),
        in_path: Sequence[str] = (),
    ) -> None:
        self._key, self._draft, self._within = key, draft, within
        self._operation = next(each for each in load(key).operations if each.id == operation)
        content = self._operation.node["requestBody"]["content"]
        schema = reduce(lambda above, name: above["properties"][name], within, next(iter(content))["schema"])
        parameters = {each.value["name"]: each["schema"] for each in self._operation.node.get("parameters") or ()}
        self._properties: dict[str, Node] = {name: parameters[name] for name in in_path}
        required = [*in_path, *schema.plain("required", [])]
        self._properties |= {name: schema["properties"][name] for name in schema["properties"].value}
        self._required: list[str] = [name for name in required if name not in draft]
        self._own = [name for name in self._properties if name not in draft]
        self._name = next(name for name, field in draft.items() if field == "name")
        self.fields = {name: _one(self._properties[name]) for name in self._required}
        self.own_text = [name for name in self._own if self._is_text(name)]
        has_description = "description" in draft.values()
        members = {"members": PhoneFile(b"phone1\r\n442079832100\r\n", "x.csv")}
        self.unsupported: dict[str, Any] = members | ({} if has_description else {"description": "d"})

    def good(self, **changes: Any) -> Audience:
        return Audience(**{"name": "VIP", "provider_fields": {self._key: self.fields}} | changes)

    def large(self, size: int) -> Audience | None:
        """A draft whose request has about that many bytes; None if no property may be that long."""
        if any(field == "description" and self._is_text(name) for name, field in self._draft.items()):
            return self.good(description="d" * size)
        long = dict.fromkeys(self.own_text[:1], "d" * size)
        return self.good(provider_fields={self._key: {**self.fields, **long}}) if long else None

    def accepted(self) -> st.SearchStrategy[tuple[Audience, set[str]]]:
        """Drafts, each with what the call leaves out."""
        given = _object({name: self._properties[name] for name in self._own}, self._required)
        left_out = set(self.unsupported)
        texts = {field: _allowed(self._properties[name]) for name, field in self._draft.items() if field != "name"}
        return st.builds(
            lambda name, fields, more, extra: (
                self.good(
                    name=name, provider_fields={self._key: fields}, **more, **(self.unsupported if extra else {})
                ),
                left_out if extra else set(),
            ),
            _allowed(self._properties[self._name]).filter(bool),
            given,
            st.fixed_dictionaries({}, optional=texts),
            st.booleans(),
        )

    def refused(self) -> st.SearchStrategy[Audience]:
        """Drafts that the spec forbids: each breaks one of its rules."""
        unknown = TEXT.filter(lambda name: name not in self._properties).map(lambda name: {**self.fields, name: "x"})
        own = st.sampled_from([*self._draft]).map(lambda name: {**self.fields, name: "x"})
        wrong = [
            st.just({**self.fields, name: value}) for name in self._own for value in _forbidden(self._properties[name])
        ]
        missing = [st.just({n: v for n, v in self.fields.items() if n != name}) for name in self._required]
        fields = st.one_of(unknown, own, *wrong, *missing)
        drafts = [fields.map(lambda given: self.good(provider_fields={self._key: given}))]
        for property_, field in self._draft.items():
            texts = [value for value in _forbidden(self._properties[property_]) if isinstance(value, str)]
            drafts += [st.just(self.good(**{field: value})) for value in texts]
        return st.one_of(drafts)

    def sample(self, body: Mapping[str, Any]) -> Audience:
        """The draft that says the same as a sample request of the page."""
        body = reduce(getitem, self._within, body)
        fields = {field: body[name] for name, field in self._draft.items() if name in body}
        own: Any = {self._key: {name: value for name, value in body.items() if name not in self._draft}}
        return Audience(**fields, provider_fields=own)

    def wrong_type(self, status: int, needs: Sequence[str]) -> dict[str, Any]:
        """A property of the answer that the receipt does not need, with a wrong type; none if there is none."""
        response = self._operation.response(status)
        content = response.get("content") if response else None
        schema = next(iter(content)).get("schema") if content else None
        properties = schema.get("properties") if schema else None
        for name in properties.value if properties else ():
            if not any(pointer.split("/")[1] == name for pointer in needs):
                return {name: _of_wrong_type(properties[name])} if properties else {}
        return {}

    def _is_text(self, name: str) -> bool:
        node = self._properties[name]
        return node.plain("type") == "string" and not node.value.keys() & _FREE


def _of_wrong_type(node: Node) -> Any:
    return next(value for value in _KINDS if any(check(node, value, "")))


def _one(node: Node) -> Any:
    kinds = {"string": "x" * node.plain("minLength", 1), "integer": node.plain("minimum", 1), "boolean": True}
    plain = node.plain("example", kinds.get(node.plain("type", "string")))
    return node.plain("enum", [plain])[0]


def _allowed(node: Node) -> st.SearchStrategy[Any]:
    if len(types(node)) > 1:
        return st.one_of([_allowed(replace(node, value={**node.value, "type": kind})) for kind in types(node)])
    if alternatives(node):
        return st.one_of([_allowed(each) for each in alternatives(node)])
    if node.plain("type") == "object":
        return _object(
            {name: node["properties"][name] for name in node.plain("properties", {})}, node.plain("required", [])
        )
    return st.sampled_from(node.value["enum"]) if "enum" in node.value else _plain(node)


def _object(properties: Mapping[str, Node], required: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    values = {name: _allowed(node) for name, node in properties.items()}
    needed = {name: each for name, each in values.items() if name in required}
    return st.fixed_dictionaries(needed, optional={n: v for n, v in values.items() if n not in needed})


def _plain(node: Node) -> st.SearchStrategy[Any]:
    match node.plain("type"):
        case "null":
            return st.none()
        case "integer":
            return st.integers(node.plain("minimum"), node.plain("maximum"))
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(_allowed(node["items"]), max_size=node.plain("maxItems", 3))
        case _ if "pattern" in node.value:
            return st.from_regex(node.value["pattern"], fullmatch=True)
        case _:
            most = node.plain("maxLength")
            alphabet = st.characters(exclude_categories=["Cs"]) if most is None else st.sampled_from(string.printable)
            return st.text(alphabet, min_size=node.plain("minLength", 0), max_size=most)


def _forbidden(node: Node) -> list[Any]:
    """Values that break one keyword each."""
    found = [_of_wrong_type(node)] if types(node) else []
    found += ["no-such-value"] if "enum" in node.value else []
    found += ["x" * (node.value["maxLength"] + 1)] if "maxLength" in node.value else []
    found += [node.value["minimum"] - 1] if "minimum" in node.value else []
    return found + ([node.value["maximum"] + 1] if "maximum" in node.value else [])
