"""What the command prints with `--json` is what its published schema says, of every verb and of each kind of result."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from audience_contract.mock import MockServer
from raw_server import RawServer, http
from test_command_line import BATCH, EXAMPLES, SET, run

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "docs" / "_static" / "command-output.schema.json").read_text("utf-8"))
CSV, XLSX = str(EXAMPLES / "customers.csv"), str(EXAMPLES / "customers.xlsx")
AT = ["SPRING", "-p", "batch"]
MEMBERS = [*AT, "--file", CSV, "--column", "phone1"]
FIELDS = [word for field in SET if field.startswith("batch") for word in ("--set", field)]
LIFE = [
    ["create", *AT, *FIELDS, "--description", "d", "--leave-out", "description"],
    ["create", "SPRING", "-p", "commbox", "--file", CSV],
    ["ensure", *AT, *FIELDS],
    ["ensure", "SUMMER", "-p", "batch", *FIELDS],
    ["list", "-p", "batch"],
    ["add", *MEMBERS],
    ["remove", *MEMBERS],
    ["replace", *MEMBERS],
    ["replace", "SPRING", "-p", "commbox", "--file", XLSX],
    ["get", "SPRING", "-p", "commbox"],
    ["wait", *AT],
    ["delete", *AT, "--yes"],
    ["get", *AT],
    ["create", "a b", "-p", "batch"],
    ["list", "-p", "adobe"],
]


def closed(schema: Any) -> Any:
    """The schema, with no other properties than it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    more = {"additionalProperties": False} if "properties" in schema else {}
    return {**more, **{name: closed(each) for name, each in schema.items()}}


def printed(server: MockServer | None, arguments: list[str], **environment: str) -> list[Any]:
    done = run(server, *arguments, "--json", **environment)
    found = (
        [json.loads(line) for line in done.stdout.splitlines()] if arguments[0] == "list" else json.loads(done.stdout)
    )
    Draft202012Validator(closed(SCHEMA)).validate(found if arguments[0] != "list" else [*found])
    return found


def kind(result: Any) -> str:
    (name,) = (
        each["$ref"].rpartition("/")[2]
        for each in SCHEMA["$defs"]["result"]["oneOf"]
        if Draft202012Validator({**SCHEMA, "anyOf": [each]}).is_valid(result)
    )
    return str(name)


def test_it_is_a_schema_and_refuses_what_is_no_result() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert not Draft202012Validator(SCHEMA).is_valid([{"provider": "Batch"}])
    assert not Draft202012Validator(SCHEMA).is_valid({})


def test_the_output_of_every_verb_is_as_it_says_and_it_has_no_property_that_nobody_prints(raw: RawServer) -> None:
    seen: dict[str, set[str]] = {}
    raw.answer = http(400, b'{"error_code":"E","error_message":"words"}')
    with MockServer() as server:
        found = [each for arguments in LIFE for each in printed(server, [*arguments, "--dry-run"])]
        found += [each for arguments in LIFE for each in printed(server, arguments)]
        found += printed(server, ["add", *MEMBERS], BATCH_BASE_URL=raw.url)
        raw.answer = http(202, b"[]")
        found += printed(server, [*BATCH], BATCH_BASE_URL=raw.url)
    for result in found:
        seen.setdefault(kind(result), set()).update(result)
    assert seen == {
        name: set(SCHEMA["$defs"][name]["properties"]) for name in ("receipt", "record", "changed", "error", "request")
    }
    verbs = {arguments[0] for arguments in LIFE}
    assert verbs == {"create", "ensure", "list", "add", "remove", "replace", "get", "wait", "delete"}
