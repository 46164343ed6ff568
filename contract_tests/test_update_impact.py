"""Which lines a change of a spec is said to touch: those that name what changes, and none that only look like it."""

import ast
from pathlib import Path

import pytest

from pipeline.rooms import ROOT
from pipeline.update.adapters import named
from pipeline.update.impact import impact
from pipeline.update.result import Change
from small_project import OPERATION, SCHEMA, Json, answer, changed, operation

ADAPTERS = ROOT / "wrapper" / "audiences" / "providers"


@pytest.mark.parametrize(
    ("adapter", "key", "side", "word", "lines"),
    [
        ("commbox", "commbox", "answer", "description", ['message=("description",),']),
        ("commbox", "commbox", "request", "name", ['fields = {"name":', "body=PostAudiencesBody(name="]),
        ("commbox", "commbox", "symbol", "PostAudiencesBody.name", ["body=PostAudiencesBody(name="]),
        ("commbox", "commbox", "status", "201", ["states={201: State.CREATED},"]),
        (
            "commbox",
            "commbox",
            "request",
            "audience_file",
            ["audience_file=file", "fields = {", "(_FILE", "[_FILE]", "{_FILE:"],
        ),
        ("adobe", "adobe", "request", "description", ['fields = {"name"']),
        ("adobe", "adobe", "request", "audienceId", ['own = "audienceId" in']),
        ("adobe", "adobe", "parameter", "accept", ["accept=next(iter("]),
        ("adobe", "adobe", "credentials", "x-api-key", ['return {"Authorization"']),
        ("adobe", "adobe", "answer", "access_token", []),
        ("adobe", "adobe_ims", "answer", "access_token", ['needs=("/access_token",),', 'text(body, "access_token")']),
        ("adobe", "adobe_ims", "answer", "audienceId", []),
        ("adobe", "adobe_ims", "request", "client_id", ["client_id=self._client_id,"]),
        ("adobe", "adobe_ims", "symbol", "CreateTokenResponse200.expires_in", ["success.model.expires_in if"]),
        ("batch", "batch", "answer", "name", []),
        ("batch", "commbox", "request", "name", []),
    ],
)
def test_a_line_of_an_adapter_names_what_its_place_says_and_a_neighbour_of_the_same_name_does_not(
    adapter: str, key: str, side: str, word: str, lines: list[str]
) -> None:
    file = ADAPTERS / f"{adapter}.py"
    text = file.read_text("utf-8").splitlines()
    found = {text[at - 1] for at, kind, name in named(file, key) if (kind, name) == (side, word)}
    assert all(any(part in line for line in found) for part in lines), found
    assert all(any(part in line for part in lines) for line in found), found


TESTS = """
NAME = {"name": "spring"}
LONG = {"name": "s" * 30}
LIMIT = 20
SAID = ("body", "/schema/properties/name/maxLength")
OTHER = ("body", "/schema/properties/names/maxLength")
ID = {"id": "7"}
STATUS = (200, 201)
"""


def touched(tmp_path: Path, before: Json, after: Json, *changes: Change) -> list[str]:
    """The lines of a test file of the provider that are named."""
    (tmp_path / "contract_tests").mkdir()
    (tmp_path / "contract_tests" / "acme.py").write_text(TESTS, "utf-8")
    found = impact(tmp_path, tmp_path, "acme", changes, (before, after)).tests
    lines = TESTS.splitlines()
    return [lines[use.line - 1].partition(" ")[0] for use in found]


def limited(most: int) -> Json:
    def limit(spec: Json) -> None:
        schema = operation(spec)["requestBody"]["content"]["application/json"]["schema"]
        schema["properties"]["name"]["maxLength"] = most

    return changed(limit)


BODY = f"{OPERATION}/requestBody/content/application~1json/schema/properties/name"


def test_of_a_changed_limit_the_old_one_the_pointer_to_it_and_the_values_between_are_touched(tmp_path: Path) -> None:
    change = Change("breaking-caller", (BODY,), "maxLength 20 → 40", side="request")
    assert touched(tmp_path, limited(20), limited(40), change) == ["LONG", "LIMIT", "SAID"]


def test_of_a_property_that_is_gone_every_line_with_its_name_is_touched(tmp_path: Path) -> None:
    after = changed(lambda spec: answer(spec)["properties"].pop("id"))
    change = Change("breaking-reader", (f"{SCHEMA}/properties/id",), "id is removed", side="response")
    assert touched(tmp_path, changed(lambda _: None), after, change) == ["ID"]


def test_of_a_status_that_is_gone_only_lines_with_it_are_touched(tmp_path: Path) -> None:
    change = Change("compatible", (f"{OPERATION}/responses/201",), "201 is removed")
    assert touched(tmp_path, changed(lambda _: None), changed(lambda _: None), change) == ["STATUS"]


def test_documentation_touches_nothing(tmp_path: Path) -> None:
    change = Change("documentation", (BODY,), "words")
    assert touched(tmp_path, limited(20), limited(40), change) == []


def test_every_method_that_an_adapter_is_read_by_is_there() -> None:
    """The places that tell the side are those of the adapters as they are."""
    said = {node.name for file in ADAPTERS.glob("*.py") for node in ast.walk(ast.parse(file.read_bytes()))
            if isinstance(node, ast.FunctionDef)}  # fmt: skip
    assert {"build", "parts", "handle", "_credentials"} <= said
