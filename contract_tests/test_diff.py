"""The classified diff of two specs: each change of the corpus has the class that a careful reviewer gives it."""

import copy
import json
from collections import Counter
from pathlib import Path

import pytest

from audience_contract import provider_keys
from diffs import DOCUMENTATION, SAME, Case, base
from diffs.corpus import CASES
from long import long
from pipeline.__main__ import main
from pipeline.diff import Change, Kind, compare
from pipeline.diff.media import within
from pipeline.diff.sentence import differing
from pipeline.documents import resolve
from pipeline.validity import problems

_BREAKING = (Kind.BREAKING_CALLER, Kind.BREAKING_READER)
_SEVERE = (*_BREAKING, Kind.UNDECIDED)


def _verdict(changes: list[Change]) -> str:
    kinds = {change.kind for change in changes}
    severe = [kind.value for kind in _SEVERE if kind in kinds]
    mild = [kind.value for kind in (Kind.COMPATIBLE, Kind.DOCUMENTATION) if kind in kinds]
    return " + ".join(severe) if severe else (*mild, SAME)[0]


def _agrees(verdict: str, case: Case) -> bool:
    return verdict == case.expected or (verdict, case.expected) == (DOCUMENTATION, SAME)


@pytest.mark.parametrize("every", [5, long(1)])
def test_each_change_has_the_class_that_a_careful_reviewer_gives_it(every: int) -> None:
    found = {case.name: (case, compare(*case.specs())) for case in CASES[::every]}
    assert {name: changes for name, (case, changes) in found.items() if not _agrees(_verdict(changes), case)} == {}
    for _, changes in found.values():
        assert all(change.pointer_old is not None or change.pointer_new is not None for change in changes)


def test_the_corpus_has_both_kinds_of_every_base() -> None:
    count = Counter("breaking" in case.expected for case in CASES)
    assert count[True] >= 100
    assert count[False] >= 100
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.base for case in CASES} == {"shop", "shop30", "batch", "commbox", "adobe"}


@pytest.mark.parametrize("every", [5, long(1)])
def test_the_way_back_of_what_changes_no_meaning_changes_none_either(every: int) -> None:
    for case in [case for case in CASES if case.expected in (DOCUMENTATION, SAME)][::every]:
        old, new = case.specs()
        assert _agrees(_verdict(compare(new, old)), case), case.name


@pytest.mark.parametrize("name", ["shop", "shop30"])
def test_the_base_of_the_corpus_is_valid(name: str) -> None:
    assert list(problems(base(name))) == []


@pytest.mark.parametrize("name", [*provider_keys(), "shop", "shop30"])
def test_a_document_is_the_same_as_itself(name: str) -> None:
    assert compare(base(name), base(name)) == []


@pytest.mark.parametrize("key", ["oneOf", "anyOf", "allOf"])
@pytest.mark.parametrize("side", ["NewOrder/properties/address", "Order"])
def test_a_property_that_moves_into_or_out_of_alternatives_is_neither_added_nor_removed(side: str, key: str) -> None:
    old = base("shop")
    schema = resolve(old, f"/components/schemas/{side}")
    new = copy.deepcopy(old)
    name = "zip" if "address" in side else "note"
    moved = {"properties": {name: schema["properties"][name]}}
    resolve(new, f"/components/schemas/{side}")["properties"].pop(name)
    resolve(new, f"/components/schemas/{side}")[key] = [moved, {**moved, "required": [name]}]
    for before, after in ((old, new), (new, old)):
        said = " ".join(change.sentence for change in compare(before, after))
        assert f"property {name!r}" not in said, said


def test_a_caller_who_needed_no_credentials_is_told_that_now_some_are_needed() -> None:
    new = base("shop")
    old = {**new, "security": [], "paths": copy.deepcopy(new["paths"])}
    for item in old["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    said = [change.sentence for change in compare(old, new)]
    assert "POST /orders: nothing is no longer enough; now: http bearer or oauth2 write" in said


def test_a_server_that_one_path_has_is_named_with_its_place() -> None:
    old = base("shop")
    new = copy.deepcopy(old)
    new["paths"]["/orders/{orderId}"]["servers"] = [{"url": "https://other.test"}]
    (change,) = compare(old, new)
    assert (change.pointer_old, change.pointer_new) == ("/servers", "/paths/~1orders~1{orderId}/servers")


def test_a_media_type_with_a_parameter_is_another_than_without_and_both_are_named() -> None:
    assert not within("application/json; version=2", "application/json")
    assert within("application/json; version=2", "application/*")
    old = base("shop")
    new = copy.deepcopy(old)
    content = new["paths"]["/orders"]["post"]["requestBody"]["content"]
    content["application/json; version=2"] = content.pop("application/json")
    said = [change.sentence for change in compare(old, new)]
    assert "POST /orders, body: application/json is no longer taken" in said
    assert "POST /orders, body: application/json; version=2 is taken" in said


def test_a_word_that_becomes_a_list_is_told_as_both() -> None:
    assert differing({"type": "string"}, {"type": ["string", "null"]}) == 'type "string" → ["string", "null"]'


def test_the_command_names_what_breaks_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = next(case for case in CASES if case.name.endswith("Batch's name is 128 characters at most"))
    files = [tmp_path / "old.json", tmp_path / "new.json"]
    for file, spec in zip(files, case.specs(), strict=True):
        file.write_text(json.dumps(spec), "utf-8")
    assert main(["diff", *map(str, files)]) == 1
    place = "/paths/~1audiences~1create/post/requestBody/content/application~1json/schema/properties/name"
    said = f"POST /audiences/create, body (application/json), name: maxLength 255 → 128 ({place})"
    assert capsys.readouterr().out == f"breaking-caller: {said}\n"


def test_the_command_says_what_it_could_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text('{"openapi": "2.0"}', "utf-8")
    assert main(["diff", str(tmp_path / "a.json"), str(tmp_path / "a.json")]) == 3
    assert "a.json" in capsys.readouterr().err
    assert main(["diff", str(tmp_path / "a.json"), str(tmp_path / "page.md")]) == 3


def test_a_file_of_another_kind_is_named_with_the_kinds_that_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.md").write_text("# Words", "utf-8")
    assert main(["diff", str(tmp_path / "page.md"), str(tmp_path / "page.md")]) == 3
    assert "page.md: not readable: its name ends in none of .json, .yaml, .toml" in capsys.readouterr().err


def test_the_command_counts_the_mild_as_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(base("batch")), "utf-8")
    assert main(["diff", str(file), str(file)]) == 0
    assert capsys.readouterr().out == "no difference in meaning\n"
