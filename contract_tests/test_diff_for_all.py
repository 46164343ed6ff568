"""The classified diff, for all: respellings raise no alarm, and what is decided of random schemas is right."""

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema_rs.canonical import Containment

from audience_contract import provider_keys
from diffs import Json, base
from pipeline.diff import Kind, compare
from pipeline.diff.decide import decide
from pipeline.diff.seal import seal
from pipeline.documents import resolve

BASES = [*provider_keys(), "shop", "shop30"]
_SOME = settings(max_examples=settings().max_examples * 3 // 20)
"""Of what takes a whole document."""
_TEXTS = ("description", "summary", "title")
_ORDERLESS = ("required", "enum", "type", "parameters", "anyOf", "oneOf")


@pytest.mark.parametrize("name", BASES)
@_SOME
@given(seed=st.integers(0, 2**32))
def test_no_respelling_is_an_alarm(name: str, seed: int) -> None:
    old = base(name)
    new = _respelt(copy.deepcopy(old), old, random.Random(seed))  # noqa: S311
    kinds = {change.kind for change in compare(old, new)}
    assert kinds <= {Kind.DOCUMENTATION}
    assert {change.kind for change in compare(new, old)} <= {Kind.DOCUMENTATION}


_NAMES = st.sampled_from(["a", "b", "c"])
_LEAVES = st.one_of(
    st.builds(
        lambda low, high: {"type": "string", "minLength": low, "maxLength": high}, st.integers(0, 2), st.integers(1, 4)
    ),
    st.builds(
        lambda low, high: {"type": "integer", "minimum": low, "maximum": high}, st.integers(-2, 2), st.integers(0, 4)
    ),
    st.builds(
        lambda values: {"enum": values}, st.lists(st.sampled_from(["x", "y", 1, None]), min_size=1, unique_by=str)
    ),
    st.sampled_from(
        [{"type": "boolean"}, {"type": ["string", "null"]}, {"type": "number"}, {"type": "string", "pattern": "^a+$"}]
    ),
)
_SCHEMAS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda properties, required: {"type": "object", "properties": properties, "required": sorted(required)},  # noqa: E501
                  st.dictionaries(_NAMES, inner, max_size=3), st.sets(_NAMES, max_size=2)),
        st.builds(lambda items, low: {"type": "array", "items": items, "minItems": low}, inner, st.integers(0, 2)),
        st.builds(lambda branches: {"anyOf": branches}, st.lists(inner, min_size=1, max_size=2)),
    ),
    max_leaves=4,
)  # fmt: skip
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 5), st.sampled_from(["", "a", "aa", "x", "y", "abcde"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=6,
)


@given(old=_SCHEMAS, new=_SCHEMAS, value=_VALUES)
def test_what_is_proved_to_be_taken_has_no_counterexample(old: Json, new: Json, value: Any) -> None:
    # The verdict is of objects in which nobody sends what is not documented.
    taken = Draft202012Validator(seal(old, new)).is_valid(value)
    if taken and decide(old, new) is Containment.YES:
        assert Draft202012Validator(new).is_valid(value)


def _respelt(node: Any, root: Json, dice: random.Random, inside: str = "") -> Any:
    """The same document: members in another order, other texts, references written out, members of allOf."""
    if isinstance(node, list):
        items = [_respelt(item, root, dice) for item in node]
        return dice.sample(items, len(items)) if inside in _ORDERLESS else items
    if not isinstance(node, dict):
        return node
    if inside == "schema" and set(node) == {"$ref"} and dice.random() < 0.5:
        node = copy.deepcopy(resolve(root, node["$ref"].removeprefix("#")))
    out = {}
    for key in dice.sample(list(node), len(node)):
        if key in _TEXTS and isinstance(node[key], str):
            out[key] = dice.choice([node[key], "Other words."])
        else:
            out[key] = _respelt(node[key], root, dice, key)
    return (
        {"allOf": [out]} if inside == "schema" and not out.keys() & {"$ref", "default"} and dice.random() < 0.5 else out
    )
