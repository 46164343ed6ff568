"""The command `audiences` leaves no job half done, and gives no advice that would do a half of it twice."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import audiences
from audience_contract.mock import MockServer
from audiences import AudiencesError, Outcome
from audiences._report import EXIT_CODES, exit_code
from cases import KEYS, case
from raw_server import RawServer, http
from test_command_line import EXAMPLES, FIELDS, run

FILE = ["--file", str(EXAMPLES / "customers.csv")]
MEMBERLESS = [key for key in KEYS if not case(key).CARRIES_MEMBERS]


def test_while_one_call_cannot_be_made_nothing_is_sent_and_the_printed_advice_makes_no_second_audience(
    server: MockServer,
) -> None:
    server.clear()
    first = run(server, "create", "SPRING", *FILE, *FIELDS)
    assert first.returncode == 4
    assert server.audiences == []
    assert "--partial" in first.stderr
    assert "partial=" not in first.stderr
    assert "--leave-out members" in first.stderr
    for _ in range(2):
        run(server, "create", "SPRING", *FILE, *FIELDS)
    assert run(server, "create", "SPRING", *FILE, *FIELDS, "--leave-out", "members").returncode == 0
    assert sorted(record.provider for record in server.audiences) == KEYS


def test_partial_sends_to_the_rest_exits_with_7_and_names_only_whom_it_is_to_be_repeated_for(
    server: MockServer,
) -> None:
    server.clear()
    done = run(server, "create", "SPRING", *FILE, *FIELDS, "--partial")
    assert done.returncode == 7
    assert [record.provider for record in server.audiences] == [key for key in KEYS if case(key).CARRIES_MEMBERS]
    assert re.findall(r"--provider (\w+)", done.stderr) == MEMBERLESS
    repeated = [word for key in MEMBERLESS for word in ("--provider", key)]
    fields = [word for field in FIELDS[1::2] if field.split(".")[0] in MEMBERLESS for word in ("--set", field)]
    assert run(server, "create", "SPRING", *FILE, *fields, *repeated, "--leave-out", "members").returncode == 0
    assert sorted(record.provider for record in server.audiences) == KEYS


def test_an_unknown_outcome_is_the_gravest_and_is_not_advised_to_be_repeated(server: MockServer) -> None:
    answers = [("batch", 400), ("adobe", 500)]
    urls = [f"{key}={server.url}/_mock/respond/{status}/{key}{case(key).PATH}" for key, status in answers]
    bases = [word for url in urls for word in ("--base-url", url)]
    done = run(server, "create", "SPRING", *FILE, *FIELDS, "--leave-out", "members", *bases)
    assert done.returncode == 5
    assert re.findall(r"--provider (\w+)", done.stderr) == ["batch"]


def test_nothing_is_advised_where_nothing_was_created_or_all_was(server: MockServer, raw: RawServer) -> None:
    raw.answer = http(400, b"{}")
    bases = [word for key in KEYS for word in ("--base-url", f"{key}={raw.url}")]
    refused = run(server, "create", "SPRING", *FILE, *FIELDS, "--leave-out", "members", *bases)
    assert refused.returncode == 3
    fine = run(server, "create", "SPRING", *FILE, *FIELDS, "--leave-out", "members")
    assert "Repeat" not in refused.stderr + fine.stderr


def answered(status: int) -> audiences.Response:
    return audiences.Response(status, audiences.Headers(), b"{}")


RECEIPT = audiences.Receipt(
    provider="Batch", operation="x", name="n", id=None, operation_token="t", state=audiences.State.ACCEPTED,
    response=answered(202), model=None,
)  # fmt: skip
RECORD = audiences.Record(
    provider="Batch", name="n", id=None, state=audiences.RecordState.READY, member_count=None, created=None,
    updated=None, raw={},
)  # fmt: skip
KINDS = [each for each in vars(audiences).values() if isinstance(each, type) and issubclass(each, AudiencesError)]


def failed(kind: type[AudiencesError], outcome: Outcome | None) -> AudiencesError:
    error = kind("x", provider="Batch")
    error.outcome = outcome
    return error


ERRORS = st.builds(failed, st.sampled_from(KINDS), st.none() | st.sampled_from(Outcome))


@given(results=st.lists(st.just(RECEIPT) | st.just(RECORD) | ERRORS, min_size=1, max_size=4), data=st.data())
def test_an_exit_code_is_0_where_all_is_done_5_where_an_outcome_is_unknown_and_the_same_in_any_order(
    results: list[Any], data: st.DataObject
) -> None:
    for interrupted in (0, 130, 143):
        code = exit_code(results, interrupted=interrupted)
        assert code in EXIT_CODES
        assert (code == 5) is any(result.outcome is Outcome.UNKNOWN for result in results if result is not RECORD)
        assert exit_code(data.draw(st.permutations(results)), interrupted=interrupted) == code
        if interrupted and code == interrupted:
            assert not {Outcome.APPLIED, Outcome.REJECTED} & {getattr(each, "outcome", None) for each in results}
    assert (exit_code(results) == 0) is not any(isinstance(each, AudiencesError) for each in results)


@pytest.mark.parametrize("kind", KINDS)
def test_what_only_reads_never_has_an_unknown_outcome_nor_half_a_job(kind: type[AudiencesError]) -> None:
    error = failed(kind, None)
    assert exit_code([error]) in {3, 4, 6, 8}
    assert exit_code([error], interrupted=143) == 143


def test_the_documentation_and_the_help_have_every_exit_code_with_its_meaning() -> None:
    page = (Path(__file__).parent.parent / "docs" / "guides" / "command-line.md").read_text("utf-8")
    table = MarkdownIt().enable("table").render(page).partition("<th>Exit code</th>")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>\s*<td>(\d+)</td>\s*<td>(.*?)</td>", table)
    assert {int(code): said for code, said in rows if int(code) in EXIT_CODES} == EXIT_CODES
    shown = " ".join(re.sub(r"[│\n]", " ", run(None, "create", "--help").stdout).split())
    assert all(f"{code} {meaning}" in shown for code, meaning in EXIT_CODES.items())
