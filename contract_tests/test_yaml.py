"""Every YAML here is YAML 1.2: the core schema for values, texts for keys, and data only."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small_project
from pipeline import safe_yaml
from pipeline.__main__ import main
from pipeline.pages import spec_of
from pipeline.published import as_spec
from small_project import operation

FOLDER = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(word, word) for word in ("NO", "no", "Yes", "on", "OFF", "y", "n", "=", "0b1", "1_000", "0x", "0o8", ".")],
        *[(word, word) for word in ("12:30:00", "190:20:30", "2026-02-06", "2026-02-06T07:51:52Z")],
        *[("010", 10), ("-010", -10), ("0o10", 8), ("0x1F", 31), ("+5", 5), ("1e3", 1000.0), (".5", 0.5), ("1.", 1.0)],
        *[("", None), ("~", None), ("NULL", None), ("nuLL", "nuLL"), ("TRUE", True), ("False", False)],
        *[("'010'", "010"), ('"NO"', "NO"), ("!!str 010", "010"), ("!!int '5'", 5), ("|\n  NO\n", "NO\n")],
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "- {}", "a: {}"])
def test_a_value_is_what_the_core_schema_of_yaml_1_2_says(text: str, value: Any, around: str) -> None:
    expected = {"{}": value, "- {}": [value], "a: {}": {"a": value}}[around]
    found = safe_yaml.load(around.format(text))
    assert (found, json.dumps(found)) == (expected, json.dumps(expected))


@pytest.mark.parametrize("key", ["no", "NO", "200", "1.0", "2026-02-06", "null", "true", "12:30", "010", "y", "'<<'"])
def test_a_key_is_text_whatever_it_looks_like(key: str) -> None:
    assert safe_yaml.load(f"{key}: 1") == safe_yaml.load(f"{{{key}: 1}}") == {key.strip("'"): 1}


def test_an_alias_is_the_value_that_it_stands_for() -> None:
    assert safe_yaml.load("a: &x {b: [1]}\nc: *x\nd: &x 2\ne: *x") == {"a": {"b": [1]}, "c": {"b": [1]}, "d": 2, "e": 2}


def bomb(levels: int) -> str:
    """Ten times as much with each level."""
    lines = ["openapi: 3.1.0", "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (bomb(12), "its aliases come to more than 100000 values, line"),
        ("openapi: &a [*a]", "an alias stands for what it is in, line 1, column 10"),
        ("openapi: 3.1.0\na: 1\na: 2", "a mapping has a key twice: a, line 3, column 1"),
        ("200: 1\n'200': 2", "a mapping has a key twice: 200, line 2, column 1"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "no merge key <<.*, line 3, column 3"),
        ("? {a: 1}\n: 1", "a key must be text, line 1, column 3"),
        ("a:\n\tb: 1", "character .* cannot start any token, line 2, column 1"),
        ("a: *b", "undefined alias 'b', line 1, column 4"),
        ("a: 1\n--- b", "found another document, line 2, column 1"),
        ("[" * 5000, "maximum depth .*, line 1, column 101"),
        ("a: -.inf", "-.inf is a number that JSON cannot say, line 1, column 4"),
        ("a: 1e999", "1e999 is a number that JSON cannot say, line 1, column 4"),
        ('a: "\\ud800"', "stands alone, line 1, column 4"),
        ("a: !!int x", "'x' is no int, line 1, column 4"),
        ("a: !!timestamp 2026-01-01", "the tag .*timestamp is not one of plain data, line 1, column 4"),
        ("openapi: !!python/name:os.system", "the tag .*os.system is not one of plain data, line 1, column 10"),
        ("!!set {a}", "the tag .*set is not one of plain data, line 1, column 1"),
        ("!x a: 1", "the tag !x is not one of plain data, line 1, column 1"),
    ],
)
def test_yaml_that_explodes_or_is_more_than_data_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        safe_yaml.load(text)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
)


@given(value=JSON_VALUES)
def test_what_is_written_as_json_is_read_as_the_same_value(value: Any) -> None:
    assert safe_yaml.load(json.dumps(value)) == value


@given(value=JSON_VALUES)
def test_what_is_written_in_blocks_is_read_as_the_same_value(value: Any) -> None:
    assert safe_yaml.load(small_project.as_yaml(value)) == value


def _property(written: str, meant: Any) -> tuple[str, str]:
    """The small spec with a property's schema as it is written in YAML, and what that means in JSON."""
    spec = small_project.changed(lambda s: _schema(s).update(PLACE="HERE"))
    yaml = small_project.as_yaml(spec).replace("PLACE: HERE", f"properties: {written}")
    _schema(spec).pop("PLACE")
    _schema(spec)["properties"] = meant
    return yaml, json.dumps(spec)


def _schema(spec: small_project.Json) -> small_project.Json:
    found: small_project.Json = operation(spec)["requestBody"]["content"]["application/json"]["schema"]
    found.pop("properties", None)
    return found


SPECS = [
    _property("{a: {type: string, enum: [DK, NO, SE]}}", {"a": {"type": "string", "enum": ["DK", "NO", "SE"]}}),
    _property("{a: {type: string, enum: [12:30:00]}}", {"a": {"type": "string", "enum": ["12:30:00"]}}),
    _property("{a: {type: integer, enum: [010, 011]}}", {"a": {"type": "integer", "enum": [10, 11]}}),
    _property(
        "{a: {type: string, example: 2026-02-06T07:51:52Z}}",
        {"a": {"type": "string", "example": "2026-02-06T07:51:52Z"}},
    ),
    _property("{no: {type: string}}", {"no": {"type": "string"}}),
    (_property("{}", {})[0].replace("'200':", "200:"), _property("{}", {})[1]),
]


@pytest.mark.parametrize(("yaml", "as_json"), SPECS)
def test_a_spec_says_the_same_in_yaml_and_in_json(yaml: str, as_json: str, tmp_path: Path) -> None:
    files = [tmp_path / "old.json", tmp_path / "new.yaml"]
    for file, text in zip(files, (as_json, yaml), strict=True):
        file.write_text(text, "utf-8")
    assert main(["diff", *map(str, files)]) == 0
    assert as_spec(yaml) == json.loads(as_json)
    assert as_spec(spec_of(f"# Lists\n\n```yaml\n{yaml}```\n")) == json.loads(as_json)
