"""A file that reaches nobody is sent, and the receipt, the log and the command say what looks wrong near its top."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal

import processes
from audience_contract.mock import MockServer
from audience_contract.workbooks import workbook
from audiences import Audience, PhoneFile, Receipt
from callers import Caller, created, make
from excel_files import rows
from test_command_line import run

NUMBER = "447700900121"
WRONG = [
    "447700900121.0",
    "447700900121,00",
    "4.42E+11",
    "442E9",
    "not a number",
    "\u202a447700900121",
    "\u0664" * 12,
    "",
    " - ",
    "121",
    NUMBER * 2,
    "07700900121",
]
RIGHT = [
    NUMBER,
    f"+{NUMBER}",
    "+44 7700 900121",
    "44-7700-900121",
    "44.7700.900121",
    "+44 (7700) 900121",
    f" {NUMBER} ",
]


def as_csv(table: list[list[str]]) -> PhoneFile:
    return PhoneFile("\r\n".join(",".join(f'"{cell}"' for cell in row) for row in table).encode(), "x.csv")


def as_xlsx(table: list[list[str]]) -> PhoneFile:
    return PhoneFile(workbook(table), "x.xlsx")


WAYS: list[Callable[[list[list[str]]], PhoneFile]] = [as_csv, as_xlsx]


def warnings(file: PhoneFile) -> tuple[str, ...]:
    found: tuple[str, ...] = make("commbox").prepare(Audience(name="VIP", members=file)).warnings
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cell", WRONG)
def test_what_is_no_phone_number_is_told_by_its_row_and_not_by_its_text(
    way: Callable[[list[list[str]]], PhoneFile], cell: str
) -> None:
    (warning,) = warnings(way([["name", "phone1"], ["Anna", NUMBER], ["Zz", cell]]))
    assert warning == (
        "phone1 looks wrong in 1 of the 2 rows looked at, first in row 3; "
        "7 to 15 digits with the country code are expected [our rule]"
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_phone_number_in_any_usual_spelling_is_no_warning(way: Callable[[list[list[str]]], PhoneFile]) -> None:
    assert warnings(way([["phone1"], *([cell] for cell in RIGHT)])) == ()


def test_a_number_of_a_workbook_is_one_however_the_file_writes_it() -> None:
    written = ("447700900121", "4.47700900121E11", "447700900121.0", "4.47700900121E+11")
    cells = "".join(f"<row><c><v>{cell}</v></c></row>" for cell in written)
    assert warnings(PhoneFile(rows(f'<row><c t="str"><v>phone1</v></c></row>{cells}'), "x.xlsx")) == ()


def test_of_several_wrong_rows_their_number_and_the_first_are_told() -> None:
    (warning,) = warnings(as_csv([["phone1"], [NUMBER], ["447700900121.0"], ["4.42E+11"], ["not a number"]]))
    assert "phone1 looks wrong in 3 of the 4 rows looked at, first in row 3; " in warning


def test_only_a_few_kilobytes_below_the_heading_are_looked_at() -> None:
    below = "\r\n".join([NUMBER] * 1000 + ["none"])
    assert warnings(PhoneFile(f"phone1\r\n{below}".encode(), "x.csv")) == ()
    assert warnings(as_xlsx([["phone1"], *([NUMBER] for _ in range(1000)), ["none"]])) == ()


def test_a_row_that_is_cut_where_the_look_ends_is_not_judged() -> None:
    for size in range(4080, 4100):
        assert (
            warnings(
                PhoneFile(
                    b"phone1,a\r\n" + f"{NUMBER},".encode() + b"x" * (size - 14) + b"\r\n" + b"447700900121,x\r\n" * 9,
                    "x.csv",
                )
            )
            == ()
        )


@pytest.mark.parametrize(
    "file",
    [
        PhoneFile(b"phone1", "x.csv"),
        PhoneFile(b"\xef\xbb\xbfname,phone1\r\n", "x.csv"),
        PhoneFile(b"name,phone1\r\n\r\n,\r\n" + b" \r\n" * 9000, "x.csv"),
        as_xlsx([["name", "phone1"]]),
        as_xlsx([["name", "phone1"], [" "], []]),
    ],
)
def test_a_file_with_no_row_but_its_heading_is_sent_and_said_to_be_empty(
    file: PhoneFile, face: BlockingPortal | None, server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    draft = Audience(name="VIP", members=file)
    receipt = created("commbox", f"{server.url}/commbox", face, draft, api_key="mock-token")
    assert isinstance(receipt, Receipt)
    assert receipt.empty
    (warning,) = receipt.warnings
    assert "no rows below its first one" in warning
    logged = [record for record in caplog.records if record.name == "audiences" and record.levelno == logging.WARNING]
    assert [warning in record.getMessage() for record in logged] == [True]


def test_a_file_with_members_has_neither_warnings_nor_is_it_empty(server: MockServer) -> None:
    caller = Caller("commbox", server.url + "/commbox", None, api_key="mock-token")
    for members in (as_csv([["phone1"], [NUMBER]]), PhoneFile(b"phone1", "x.csv", checked=False)):
        receipt = caller.create(Audience(name="VIP", members=members))
        assert isinstance(receipt, Receipt)
        assert (receipt.empty, receipt.warnings) == (False, ())
    caller.close()


def test_the_command_says_it_in_words_and_in_json(server: MockServer, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("phone1\r\n4.42E+11\r\n")
    command = ("create", "S", "--provider", "commbox", "--file", str(tmp_path / "x.csv"))

    def ran(*more: str) -> processes.Ended:
        done = run(server, *command, *more)
        assert done.returncode == 0
        return done

    refused = [run(server, *command, *more, COMMBOX_API_KEY="wrong") for more in ([], ["--json"])]
    assert [done.returncode for done in refused] == [3, 3]
    for done in (ran(), ran("--dry-run"), refused[0]):
        assert "CommBox: warning: phone1 looks wrong in 1 of the 1 rows looked at" in done.stderr
    for done in (ran("--json"), ran("--json", "--dry-run"), refused[1]):
        (result,) = json.loads(done.stdout)
        assert ["first in row 2" in warning for warning in result["warnings"]] == [True]
        assert not result.get("empty")
