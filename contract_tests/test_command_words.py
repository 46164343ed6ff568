"""What the command says of wrong usage: in its own words, all at once, and without a value that may be a secret."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract.mock import MockServer
from audiences import Audience, InvalidError, PhoneFile, Remedy, UnsupportedError
from audiences._report import EXIT_CODES, in_command_words
from callers import make
from cases import KEYS, case
from raw_server import RawServer, http
from test_command_line import BATCH, run

BATCH_KEYS = {"BATCH_API_KEY": "key", "BATCH_PROJECT": "project"}
ADOBE_KEYS = {"ADOBE_API_KEY": "key", "ADOBE_ORG_ID": "org", "ADOBE_SANDBOX_NAME": "prod"}
HELP = ["create", "ensure", "get", "list", "wait", "add", "remove", "replace", "delete"]
OAUTH = {"ADOBE_CLIENT_ID": "id", "ADOBE_CLIENT_SECRET": "secret-4711", "ADOBE_SCOPES": "a"}


USAGE = [
    (["create", ""], "name"),
    (["create", "X", "--provider", "bach"], f"'bach' is not one of {', '.join(map(repr, KEYS))}"),
    (["create", "X", "--set", "type=emails"], "--set: must be PROVIDER.FIELD=VALUE"),
    (["create", "X", "--set", "batch.s4711"], "--set: must be PROVIDER.FIELD=VALUE"),
    (["create", "X", "--set", "s4711=batch.type"], "--set: must be PROVIDER.FIELD=VALUE"),
    (["create", "X", "--set", "s4711.type=x"], "providers are"),
    (["create", "X", "--set", "batch.s4711=x", "--set", "batch.s4711=y"], "--set: the same name is given twice"),
    (["create", "X", "-p", "batch", "--set", "batch.type=" + os.fsdecode(b"\xff")], "--set batch (dict of 1): must"),
    (["create", "X", "--curl"], "--dry-run"),
    (["create", "X", "--base-url", "https://u:s4711@x/?a=b"], "--base-url: must be PROVIDER=URL"),
    (["create", "X", "--base-url", "s4711=https://x"], "--base-url: must be PROVIDER=URL"),
    (["create", "X", *["--base-url", "batch=s4711"] * 2], "--base-url: the same name is given twice"),
    (["create", "X", "--base-url", "batch=https://u:s4711@x"], "--base-url must be http(s)://"),
    (["create", "X", "--credentials", "none.toml"], "none.toml: No such file"),
    (["create", "X", "--file", "none.csv"], "'none.csv' does not exist"),
    (["create", "X", "--file", "."], "'.' is a directory"),
    (["create", "X", "-p", "batch", "--base-url", "adobe=http://x"], "not among the chosen"),
    (["create", "X", "-p", "batch", "--set", "adobe.namespace=x"], "not among the chosen"),
    (["create", "X", "--leave-out", "name"], "--leave-out': 'name' is not one of"),
    (["create", "X", "--timeout", "0"], "--timeout"),
    (["create"], "NAME"),
    (["creat"], "No such command"),
    (["create", "X", "--token", "t"], "No such option"),
    (["get", "X"], "--provider"),
    (["wait", "-p", "batch"], "NAME, or its --id"),
    (["delete", "", "-p", "batch"], "NAME, or its --id"),
    (["get", "X", "--id", "5", "-p", "batch"], "NAME, or its --id"),
    (["wait", os.fsdecode(b"\xff"), "-p", "batch"], "must be Unicode"),
    (["get", "--id", os.fsdecode(b"\xff"), "-p", "batch"], "--id (string of 1 character): must be Unicode"),
    (["delete", "X", "-p", "batch", "--yes", "--curl"], "--dry-run"),
    (["get", "X", "-p", "batch", "--set", "batch.type=emails"], "No such option"),
    (["add", "X", "-p", "batch"], "--file"),
    (["add", "-p", "batch", "--file", "-"], "NAME, or its --id"),
    (["add", "X", "-p", "batch", "--file", "-", "--attribute", "a:dat"], "COLUMN[:KIND]"),
    (["add", "X", "-p", "batch", "--file", "-", "--attribute", "a", "--attribute", "a:url"], "COLUMN[:KIND]"),
    (["replace", "X", "-p", "batch", "--file", "-", "--unchecked"], "phone numbers"),
    (["add", "X", "-p", "batch", "--file", "-", "--chunk-bytes", "0"], "--chunk-bytes"),
    (["add", "X", "-p", "batch", "--file", "-", "--column", ""], "--column: must not be empty"),
    (["replace", "X", "-p", "commbox", "--file", "-"], "file of phone numbers"),
    (["replace", "X", "-p", "commbox", "--file", __file__, "--chunk-bytes", "9"], "--chunk-bytes"),
    (["list", "X", "-p", "batch"], "unexpected extra argument"),
    (["ensure", "-p", "batch"], "NAME"),
    *(
        ([*arguments, "-p", "batch", "-p", "adobe"], f"--provider is given 2 times, and {arguments[0]} takes one")
        for arguments in (["list"], ["delete", "X"], ["ensure", "X"], ["add", "X", "--file", "-"])
    ),
]


@pytest.mark.parametrize(("arguments", "words"), USAGE)
def test_wrong_usage_exits_with_2_says_what_is_wrong_and_sends_and_shows_nothing(
    server: MockServer, arguments: list[str], words: str
) -> None:
    server.clear()
    done = run(server, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words.lower() in done.stderr.lower()
    for never in ("Traceback", "4711", "outcome", "\N{SYMBOL FOR HORIZONTAL TABULATION}"):
        assert never not in done.stderr
    assert server.exchanges == []


@pytest.mark.parametrize("verb", HELP)
def test_help_has_an_example_and_every_exit_code(verb: str) -> None:
    shown = " ".join(run(None, verb, "--help").stdout.split())
    assert f"audiences {verb} {'' if verb == 'list' else 'SPRING '}--provider batch" in shown
    assert all(f"{code} {meaning}" in shown for code, meaning in EXIT_CODES.items())


def test_all_missing_variables_are_named_at_once_and_where_they_are_read_from() -> None:
    done = run(None, "create", "X", "-p", "batch", "-p", "adobe", BATCH_API_KEY="key")
    assert done.returncode == 2
    for variable in ("BATCH_PROJECT", "ADOBE_ACCESS_TOKEN", *ADOBE_KEYS):
        assert f"set {variable}" in done.stderr
    assert done.stderr.count("--credentials") == 1
    assert "argument" not in done.stderr


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"BATCH_BASE_URL": "http://batch.test"}, "BATCH_BASE_URL has plain http"),
        ({"BATCH_BASE_URL": "batch.test"}, "BATCH_BASE_URL must be http(s)://"),
        ({"BATCH_VERSION": "../x"}, "BATCH_VERSION must be a path segment"),
        ({"ADOBE_TOKEN_URL": "ims.test"}, "ADOBE_TOKEN_URL must be http(s)://"),
        ({"ADOBE_TOKEN_URL": "http://ims.test"}, "ADOBE_TOKEN_URL has plain http"),
    ],
)
def test_what_is_wrong_in_a_variable_is_said_of_the_variable(variables: dict[str, str], words: str) -> None:
    done = run(None, "create", "X", "-p", "batch", "-p", "adobe", **BATCH_KEYS, **ADOBE_KEYS, **OAUTH, **variables)
    assert done.returncode == 2
    assert words in done.stderr
    assert "--allow-http permits it" in done.stderr or "plain" not in words
    assert "allow_http" not in done.stderr


def test_plain_http_elsewhere_is_permitted_by_an_option() -> None:
    plain = ["--base-url", "batch=http://batch.invalid"]
    refused = run(None, *BATCH, *plain, "--dry-run", **BATCH_KEYS)
    assert (refused.returncode, "--base-url has plain http" in refused.stderr) == (2, True)
    assert run(None, *BATCH, *plain, "--dry-run", "--allow-http", **BATCH_KEYS).returncode == 0


def test_the_environments_proxy_is_used_where_an_option_says_so(raw: RawServer) -> None:
    raw.requests.clear()
    raw.answer = http(502)
    away = ["--base-url", "batch=http://batch.invalid", "--allow-http"]
    variables = {**BATCH_KEYS, "HTTP_PROXY": raw.url, "http_proxy": raw.url, "NO_PROXY": "", "no_proxy": ""}
    assert run(None, *BATCH, *away, **variables).returncode == 4
    assert raw.requests == []
    assert run(None, *BATCH, *away, "--proxy-from-env", **variables).returncode == 4  # it gives no tunnel
    assert {request.split(b" ")[0] for request in raw.requests} == {b"CONNECT"}


def test_a_malformed_proxy_variable_is_wrong_usage_and_not_shown() -> None:
    variables = {**BATCH_KEYS, "HTTPS_PROXY": "http://u:s4711@x:port", "https_proxy": "http://u:s4711@x:port"}
    done = run(None, *BATCH, "--proxy-from-env", **variables)
    assert (done.returncode, "https_proxy must be a URL" in done.stderr) == (2, True)
    assert "4711" not in done.stderr


def test_a_file_of_credentials_wins_over_the_environment_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "credentials.toml"
    file.write_text('BATCH_API_KEY = "other"\nBATCH_PROJECT = "project-4711"\n', "utf-8")
    arguments = [*BATCH, "--dry-run", "--credentials", str(file)]
    done = run(None, *arguments, **BATCH_KEYS)
    assert "X-Batch-Project: project-4711" in done.stdout
    assert done.stderr.count("\n") == 1
    assert f"BATCH_API_KEY, BATCH_PROJECT: the value in {file} is used" in done.stderr
    same = {"BATCH_API_KEY": "other", "BATCH_PROJECT": "project-4711"}
    assert [run(None, *arguments, **given).stderr for given in ({}, same)] == ["", ""]


@pytest.mark.parametrize(
    ("line", "name"),
    [('BATCH_API_KEY = "s4711\\r"', "BATCH_API_KEY"), ('BATCH_PROJECT = " s4711"', "BATCH_PROJECT")],
)
def test_what_is_wrong_in_a_file_of_credentials_is_said_of_the_file(line: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / "credentials.toml"
    file.write_text(f"{line}\n", "utf-8")
    done = run(None, *BATCH, "--credentials", str(file), **{k: v for k, v in BATCH_KEYS.items() if k != name})
    assert done.returncode == 2
    assert f"{name} in {file}" in done.stderr
    assert "environment" not in done.stderr
    assert "4711" not in done.stderr


@given(
    key=st.sampled_from(KEYS), name=st.text(min_size=1) | st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,39}", fullmatch=True)
)
def test_the_command_says_how_each_field_is_given_and_leaves_the_error_as_it_is(key: str, name: str) -> None:
    file = PhoneFile(b"x", "x.xls") if case(key).CARRIES_MEMBERS else None
    fields: Any = {key: {name: 1}}
    draft = Audience(name="VIP", members=file, provider_fields=fields)
    with pytest.raises(InvalidError) as caught:
        make(key).prepare(draft)
    error, before = caught.value, str(caught.value)
    said = in_command_words(error)
    assert (str(error), type(said), said.outcome) == (before, InvalidError, error.outcome)
    told = f"{said} {said.to_dict()}"
    assert f"--set {key}." in told
    assert f"--set {key}.{name} (" in told or not re.fullmatch(r"[A-Za-z_]\w{0,39}", name)
    assert ("--file (" in told, "; --unchecked sends" in told) == (file is not None, file is not None)
    assert not any(word in told for word in ("provider_fields", "checked=", "members"))


REMEDIES = {"allow_http": True, "allow_undocumented": True, "checked": False, "leave_out": ["members"], "partial": True}


@pytest.mark.parametrize(("argument", "value"), REMEDIES.items())
def test_what_an_error_advises_is_an_option_that_there_is(argument: str, value: object) -> None:
    error = UnsupportedError("x", provider="Batch", remedy=Remedy(argument, value, "permits it"))
    option = str(in_command_words(error)).removeprefix("Batch: x; ").split()[0]
    assert f"{option} " in run(None, "create", "--help").stdout
    assert str(error) == f"Batch: x; {argument}={value!r} permits it - outcome: not_sent"


def test_a_rule_is_said_before_where_it_is_written(server: MockServer) -> None:
    done = run(server, "create", "a b", "-p", "batch", "--set", "batch.type=x", "--set", "batch.y=x")
    (line,) = done.stderr.splitlines()
    sentences, _, sources = line.rpartition(" [")
    assert sentences.count("; ") >= 2
    assert sentences.endswith(" - outcome: not_sent")
    assert "/" not in sentences
    assert sources.count("effective spec /") >= 2


def test_a_refused_token_is_told_with_its_code_and_the_variable_of_its_endpoint(raw: RawServer) -> None:
    raw.answer = http(400, b'{"error":"invalid_scope","error_description":"no such scope"}')
    arguments = ["create", "X", "-p", "adobe", "--set", "adobe.namespace=shop", "--set", "adobe.originName=crm"]
    done = run(None, *arguments, **ADOBE_KEYS, **OAUTH, ADOBE_TOKEN_URL=f"{raw.url}/token")
    assert done.returncode == 4
    assert "no access token from the token endpoint (ADOBE_TOKEN_URL): refused the request (400)" in done.stderr
    assert "Adobe says: invalid_scope: no such scope" in done.stderr


@pytest.mark.parametrize(("message", "said"), [("words", "E1: words"), ("E1", "E1")])
def test_a_providers_code_is_told_with_its_words(raw: RawServer, message: str, said: str) -> None:
    raw.answer = http(400, json.dumps({"error_code": "E1", "error_message": message}).encode())
    done = run(None, *BATCH, "--base-url", f"batch={raw.url}", BATCH_API_KEY="key-4711", BATCH_PROJECT="project")
    assert f"Batch says: {said}\n" in done.stderr
