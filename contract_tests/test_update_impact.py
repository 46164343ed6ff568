"""Which lines a change of a spec is said to touch: those that name what changes, and none that only look like it."""

from pathlib import Path

from pipeline.diff import Change, Kind, compare
from pipeline.update.impact import impact
from small_project import OPERATION, SCHEMA, Json, answer, changed, operation

ADAPTER = """
from audience_clients.acme.models import MakeListBody

def build(draft):
    return MakeListBody(name=draft["title"], kind=draft["kind"])

NEEDS = text(body, "name")
"""


def in_adapters(tmp_path: Path, source: str, key: str) -> list[str]:
    """The lines of an adapter that are named where the request's `name` changes."""
    (tmp_path / "wrapper").mkdir()
    (tmp_path / "wrapper" / "acme.py").write_text(source, "utf-8")
    change = Change(Kind.BREAKING_CALLER, BODY, BODY, "maxLength 20 → 40")
    found = impact(tmp_path, key, [change], (limited(20), limited(40)))
    return [source.splitlines()[use.line - 1].strip() for use in found]


def test_the_lines_of_an_adapter_with_a_changed_name_are_named_and_those_of_another_clients_are_not(
    tmp_path: Path,
) -> None:
    lines = in_adapters(tmp_path, ADAPTER, "acme")
    assert lines == ['return MakeListBody(name=draft["title"], kind=draft["kind"])', 'NEEDS = text(body, "name")']


def test_who_does_not_import_the_client_is_not_touched(tmp_path: Path) -> None:
    assert in_adapters(tmp_path, ADAPTER, "osprey") == []


TESTS = """
NAME = {"name": "spring"}
SAID = ("body", "/schema/properties/name/maxLength")
OTHER = ("body", "/schema/properties/names/maxLength")
ID = {"id": "7"}
STATUS = (200, 201)
KEY = header("X-Key", "securitySchemes/k")
CALLED = "make_list"
UNNAMED = "POST /lists"
MODULE = post_lists
"""


def touched(tmp_path: Path, before: Json, after: Json, *changes: Change) -> list[str]:
    """The lines of a test file of the provider that are named."""
    (tmp_path / "contract_tests").mkdir()
    (tmp_path / "contract_tests" / "acme.py").write_text(TESTS, "utf-8")
    found = impact(tmp_path, "acme", changes, (before, after))
    lines = TESTS.splitlines()
    return [lines[use.line - 1].partition(" ")[0] for use in found]


def limited(most: int) -> Json:
    def limit(spec: Json) -> None:
        schema = operation(spec)["requestBody"]["content"]["application/json"]["schema"]
        schema["properties"]["name"]["maxLength"] = most

    return changed(limit)


BODY = f"{OPERATION}/requestBody/content/application~1json/schema/properties/name"


def test_of_a_property_that_changes_every_line_with_its_name_is_touched(tmp_path: Path) -> None:
    change = Change(Kind.BREAKING_CALLER, BODY, BODY, "maxLength 20 → 40")
    assert touched(tmp_path, limited(20), limited(40), change) == ["NAME", "SAID"]


def test_of_a_property_that_is_gone_every_line_with_its_name_is_touched(tmp_path: Path) -> None:
    after = changed(lambda spec: answer(spec)["properties"].pop("id"))
    change = Change(Kind.BREAKING_READER, f"{SCHEMA}/properties/id", None, "id is removed")
    assert touched(tmp_path, changed(lambda _: None), after, change) == ["ID"]


def test_of_a_property_that_is_gone_from_an_alternative_every_line_with_its_name_is_touched(tmp_path: Path) -> None:
    def alternatives(*names: str) -> Json:
        either = {"anyOf": [{"type": "object", "properties": {name: {"type": "string"}}} for name in names]}
        return changed(lambda spec: operation(spec)["responses"]["200"].update(content={"a/b": {"schema": either}}))

    at = f"{OPERATION}/responses/200/content/a~1b/schema"
    change = Change(Kind.COMPATIBLE, at, at, "anyOf now without")
    assert touched(tmp_path, alternatives("id", "kind"), alternatives("number", "kind"), change) == ["ID"]


def test_of_a_status_that_is_gone_only_lines_with_it_are_touched(tmp_path: Path) -> None:
    before = changed(lambda spec: operation(spec)["responses"].update({"201": {"description": "Made."}}))
    change = Change(Kind.COMPATIBLE, f"{OPERATION}/responses/201", None, "201 is removed")
    assert touched(tmp_path, before, changed(lambda _: None), change) == ["STATUS"]


def test_of_credentials_that_change_the_header_that_they_are_sent_in_is_touched(tmp_path: Path) -> None:
    def scheme(name: str) -> Json:
        return changed(lambda s: s.update(components={"securitySchemes": {"k": {"type": "apiKey", "name": name}}}))

    at = "/components/securitySchemes/k"
    change = Change(Kind.BREAKING_CALLER, at, at, "name")
    assert touched(tmp_path, scheme("X-Key"), scheme("X-New"), change) == ["KEY"]


def test_of_an_operation_that_is_gone_every_line_with_its_name_is_touched(tmp_path: Path) -> None:
    before, after = changed(lambda _: None), changed(lambda spec: spec["paths"].clear())
    assert touched(tmp_path, before, after, Change(Kind.BREAKING_CALLER, OPERATION, None, "removed")) == ["CALLED"]


def test_of_an_operation_that_gets_an_id_what_it_was_called_without_one_is_touched(tmp_path: Path) -> None:
    before, after = changed(lambda spec: operation(spec).pop("operationId")), changed(lambda _: None)
    change = Change(Kind.COMPATIBLE, OPERATION, OPERATION, "operationId None → make_list")
    assert touched(tmp_path, before, after, change) == ["CALLED", "UNNAMED", "MODULE"]


def test_documentation_and_what_is_new_touch_nothing(tmp_path: Path) -> None:
    changes = [
        Change(Kind.DOCUMENTATION, BODY, BODY, "words"),
        Change(Kind.COMPATIBLE, None, f"{SCHEMA}/properties/id", "id is added"),
    ]
    before = changed(lambda spec: answer(spec)["properties"].pop("id"))
    assert touched(tmp_path, before, changed(lambda _: None), *changes) == []


def test_an_answer_that_is_added_or_gone_touches_nothing_of_another_one_with_the_same_component(tmp_path: Path) -> None:
    def refusing(*codes: str) -> Json:
        shared = {code: {"$ref": "#/components/responses/200"} for code in codes}
        document = changed(lambda spec: operation(spec)["responses"].update(shared))
        return document | {"components": {"responses": {"200": {"description": "Refused."}}}}

    for before, after, lines in ((["400"], ["400", "409"], []), (["201", "400"], ["400"], ["STATUS"])):
        root = tmp_path / str(len(lines))
        root.mkdir()
        assert (
            touched(root, refusing(*before), refusing(*after), *compare(refusing(*before), refusing(*after))) == lines
        )


def test_a_parameter_that_is_added_or_gone_touches_nothing_of_the_one_with_its_number(tmp_path: Path) -> None:
    def asking(*names: str) -> Json:
        found = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]
        return changed(lambda spec: operation(spec).update(parameters=found))

    for before, after, lines in ((["id"], ["size", "id"], []), (["name", "id"], ["id"], ["NAME", "SAID"])):
        root = tmp_path / str(len(lines))
        root.mkdir()
        old, new = asking(*before), asking(*after)
        assert touched(root, old, new, *compare(old, new)) == lines
