"""What the mock does for one provider only."""

import csv
import io
import json
import re
import zipfile
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract import Request, Response, load
from audience_contract.checker import check_response
from audience_contract.mock import MockServer, Settings
from audience_contract.mock.state import Record
from audience_contract.providers.commbox import PROVIDER, moment
from audience_contract.spec import parse
from audience_contract.workbooks import workbook
from wire import send, wire

XLSX, XLS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel"
_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="￾￿"), max_size=5)


def upload(client: httpx2.Client, server: MockServer, data: bytes, media: str) -> Response:
    good: Request = wire("commbox").GOOD
    before, _, rest = good.body.partition(b"text/csv")
    content = before + media.encode() + b"\r\n\r\n" + data + rest[rest.index(b"\r\n--limit--") :]
    return send(client, server, "commbox", Request("POST", good.target, good.headers, content))


def as_csv(table: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode()


@given(
    st.permutations(["phone1", "a", "b"]), st.lists(st.tuples(*[_CELLS] * 3)), st.sampled_from([b"", b"\xef\xbb\xbf"])
)
def test_commbox_takes_a_csv_with_the_column_and_counts_its_rows(
    server: MockServer, client: httpx2.Client, heading: list[str], below: list[tuple[str, ...]], mark: bytes
) -> None:
    table = [heading, *map(list, below)]
    answer = upload(client, server, mark + as_csv(table), "text/csv")
    assert answer.status == 201
    file = server.audiences[-1].file
    assert file
    assert file["rows"] == sum(any(row) for row in below)
    assert (file["name"], file["content_type"], file["size"]) == ("a.csv", "text/csv", len(mark + as_csv(table)))


def test_commbox_takes_an_excel_file_with_the_column_and_counts_its_rows(
    server: MockServer, client: httpx2.Client
) -> None:
    table: list[list[Any]] = [["name", "phone1"], ["a", 442079832100], [], ["b", "442079832101"]]
    assert upload(client, server, workbook(table), XLSX).status == 201
    assert (server.audiences[-1].file or {})["rows"] == 2


def test_commbox_reads_all_rows_of_an_excel_file_that_says_it_has_fewer(
    server: MockServer, client: httpx2.Client
) -> None:
    whole, cut = zipfile.ZipFile(io.BytesIO(workbook([["a", "phone1"], ["b", 1], ["c", 2]]))), io.BytesIO()
    with whole, zipfile.ZipFile(cut, "w") as copy:
        for name in whole.namelist():
            copy.writestr(name, whole.read(name).replace(b"<sheetData>", b'<dimension ref="A1:A1"/><sheetData>'))
    assert upload(client, server, cut.getvalue(), XLSX).status == 201
    assert (server.audiences[-1].file or {})["rows"] == 2


def test_commbox_s_times_have_seven_digits_and_are_in_utc() -> None:
    assert moment(1_738_828_312_258_194_299) == "2025-02-06T07:51:52.2581942Z"
    assert moment(1_000_000_100) == "1970-01-01T00:00:01.0000001Z"


def test_commbox_takes_an_old_excel_file_unread(server: MockServer, client: httpx2.Client) -> None:
    assert upload(client, server, b"\xd0\xcf\x11\xe0", XLS).status == 201
    assert (server.audiences[-1].file or {})["rows"] is None


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (b"", "text/csv"),
        (b"Phone1\r\n1\r\n", "text/csv"),
        (b"phone1;a\r\n1;2\r\n", "text/csv"),
        (b"a\r\nphone1\r\n", "text/csv"),
        ("phone1\r\n".encode("utf-16"), "text/csv"),
        (b"\x89PNG\r\n\x1a\n", "text/csv"),
        (b"phone1\r\n" + b'"' + b"1" * 200_000, "text/csv"),
        (b"phone1\r\n1\r\n", XLSX),
        (workbook([["phone2"]]), XLSX),
        (workbook([]), XLSX),
        (workbook([["phone1"]])[:-100], XLSX),
        (workbook([["phone1"]]), "text/csv"),
    ],
)
def test_commbox_refuses_a_file_without_the_column_or_of_another_format(
    server: MockServer, client: httpx2.Client, data: bytes, media: str
) -> None:
    server.clear()
    answer = upload(client, server, data, media)
    assert (answer.status, json.loads(answer.body)["description"], server.audiences) == (400, "Bad Request", [])


def test_adobe_answers_in_the_revision_of_the_page_that_the_request_is_in(
    server: MockServer, client: httpx2.Client
) -> None:
    good: Request = wire("adobe").GOOD
    for sent, keys in (
        ({"name": "n"}, {"id", "name", "audienceId"}),
        ({"name": "n", "audienceId": "mine"}, {"id", "name", "audienceId"}),
        ({"audienceId": "mine"}, {"id", "audienceId"}),
        ({"description": "d"}, {"id", "audienceId"}),
        ({"name": "old"}, {"name", "audienceId"}),
    ):
        server.settings.system_id = sent.get("name") != "old"
        request = Request("POST", good.target, good.headers, json.dumps(sent).encode())
        answer = json.loads(send(client, server, "adobe", request).body)
        assert set(answer) == keys
        assert answer["audienceId"] == sent.get("audienceId", answer["audienceId"])
        assert server.audiences[-1].id == answer.get("id", answer["audienceId"]) != "mine"
        assert (server.audiences[-1].name, server.audiences[-1].fields) == (sent.get("name"), sent)


def test_batch_names_what_a_request_breaks_in_its_message(server: MockServer, client: httpx2.Client) -> None:
    good: Request = wire("batch").GOOD
    request = Request("POST", good.target, good.headers, b'{"name": "a b", "type": "emails"}')
    said = json.loads(send(client, server, "batch", request).body)["error_message"]
    assert said.startswith("The request is malformed (body: ")
    assert "pattern" in said
    assert "a b" not in said


@pytest.mark.parametrize("example", [400, None, {"a": 1}])
def test_commbox_answers_with_no_example_that_its_schema_refuses(example: object) -> None:
    document = json.loads(json.dumps(load("commbox").node.value))
    content = document["paths"]["/audiences"]["post"]["responses"]["400"]["content"]["application/json"]
    content["schema"]["properties"]["description"]["example"] = example
    operation = parse("commbox", json.dumps(document)).match("POST", "/audiences")
    assert operation
    assert not any(check_response(operation, PROVIDER.error(operation, 400)))


_UPS = "/data/core/ups/audiences"


def _adobe(client: httpx2.Client, server: MockServer, method: str, below: str = "") -> Response:
    """The answer of Adobe's Segmentation Service."""
    return send(client, server, "adobe", Request(method, f"{_UPS}{below}", wire("adobe").GOOD.headers[:4]))


def _named(client: httpx2.Client, server: MockServer, **fields: str) -> str:
    """The id of a new audience at Adobe."""
    good: Request = wire("adobe").GOOD
    request = Request("POST", good.target, good.headers, json.dumps(fields).encode())
    return str(json.loads(send(client, server, "adobe", request).body)["id"])


def _pages(client: httpx2.Client, server: MockServer, query: str = "") -> list[list[str]]:
    """The names on each page of Adobe's list, as far as `next` leads."""
    found: list[list[str]] = []
    start = "0"
    while int(start or 0) or not found:
        page = json.loads(_adobe(client, server, "GET", f"?start={start}{query}").body)
        found.append([each["name"] for each in page["children"]])
        start = str(page["_page"]["next"])
    return found


def test_adobe_lists_pages_by_offset_and_says_the_next_one_as_a_number_or_text(client: httpx2.Client) -> None:
    with MockServer() as server:
        for number in range(5):
            _named(client, server, name=f"n{number}")
        assert _pages(client, server, "&limit=2") == [["n0", "n1"], ["n2", "n3"], ["n4"]]
        server.settings.next_as_text = True
        assert _pages(client, server, "&limit=5") == [[f"n{number}" for number in range(5)]]
        assert _pages(client, server, "&limit=4&name=N") == [[f"n{number}" for number in range(4)], ["n4"]]


def test_adobe_hides_inactive_audiences_unless_they_are_asked_for_by_a_property(client: httpx2.Client) -> None:
    with MockServer(settings=Settings(inactive=True)) as server:
        made = _named(client, server, name="a", audienceId="mine")
        assert (_pages(client, server), _pages(client, server, "&property=audienceId==mine")) == ([[]], [["a"]])
        assert _pages(client, server, "&property=audienceId==other") == [[]]
        shown = json.loads(_adobe(client, server, "GET", f"/{made}").body)
        assert (shown["id"], shown["audienceId"], shown["lifecycleState"]) == (made, "mine", "inactive")


def test_adobe_shows_an_audience_by_its_id_until_it_is_deleted(client: httpx2.Client) -> None:
    with MockServer() as server:
        made = _named(client, server, name="a", audienceId="mine")
        assert _adobe(client, server, "GET", "/mine").status == 404
        deleted = _adobe(client, server, "DELETE", f"/{made}")
        assert (deleted.status, deleted.body, server.audiences) == (204, b"", [])
        for method in ("GET", "DELETE"):
            missing = _adobe(client, server, method, f"/{made}")
            assert (missing.status, json.loads(missing.body)["errors"]["404"][0]["code"]) == (404, 404)


def test_adobe_s_segmentation_service_may_have_no_audience_of_metadata_alone(client: httpx2.Client) -> None:
    with MockServer(settings=Settings(metadata_found=False)) as server:
        made = _named(client, server, name="a")
        assert _pages(client, server) == [[]]
        assert (_adobe(client, server, "GET", f"/{made}").status, len(server.audiences)) == (404, 1)


def _replace(client: httpx2.Client, server: MockServer, audience: str, rows: bytes) -> Response:
    put: Request = wire("commbox").OTHERS["PUT /Audiences/{AUDIENCE_ID}"][0]
    body = put.body.replace(b"phone1\r\n442079832100\r\n", rows)
    return send(client, server, "commbox", Request("PUT", f"/Audiences/{audience}", put.headers, body))


def _listed(client: httpx2.Client, server: MockServer) -> list[dict[str, Any]]:
    answer = send(client, server, "commbox", wire("commbox").OTHERS["Get_Audiences"][0])
    found: list[dict[str, Any]] = json.loads(answer.body)["data"]
    return found


def test_commbox_lists_static_audiences_with_their_users_and_dynamic_ones_without(client: httpx2.Client) -> None:
    with MockServer() as server:
        assert upload(client, server, b"phone1\r\n442079832100\r\n", "text/csv").status == 201
        server._application.state.add(Record("commbox", "", "VIP", "7", fields={"type": "Dynamic"}))
        static, dynamic = _listed(client, server)
        assert (static["type"], static["user_count"], static["created_time"][-1]) == ("Static", 1, "Z")
        assert (dynamic["type"], "user_count" in dynamic, dynamic["id"]) == ("Dynamic", False, "7")
        server.settings.zones = False
        assert _listed(client, server)[0]["created_time"] == static["created_time"][:-1]


def test_commbox_replaces_the_users_of_a_static_audience_alone(client: httpx2.Client) -> None:
    with MockServer() as server:
        assert upload(client, server, b"phone1\r\n442079832100\r\n", "text/csv").status == 201
        (made,) = server.audiences
        assert made.id
        answer = _replace(client, server, made.id, b"phone1\r\n442079832101\r\n442079832102\r\n")
        assert (answer.status, json.loads(answer.body)["data"]) == (200, {"id": made.id})
        assert _listed(client, server)[0]["user_count"] == 2
        server._application.state.add(Record("commbox", "", "VIP", "7", fields={"type": "Dynamic"}))
        rows = b"phone1\r\n442079832100\r\n"
        assert [_replace(client, server, one, rows).status for one in ("7", "8")] == [400, 404]
        assert _replace(client, server, made.id, b"phone2\r\n").status == 400
        assert _listed(client, server)[0]["user_count"] == 2


def _batch(client: httpx2.Client, server: MockServer, word: str, name: str, query: str = "") -> Response:
    sent: Request = wire("batch").GOOD if word == "create" else wire("batch").OTHERS[word][0]
    changed = Request(
        sent.method,
        sent.target.replace("spring_2025", name) + query,
        sent.headers,
        sent.body.replace(b"spring_2025", name.encode()).replace(b"emails", b"custom_ids"),
    )
    return send(client, server, "batch", changed)


def test_batch_shows_an_audience_from_its_creation_to_its_removal(client: httpx2.Client) -> None:
    with MockServer() as server:
        assert _batch(client, server, "view", "a").status == 404
        token = json.loads(_batch(client, server, "create", "a").body)["indexing_token"]
        shown = json.loads(_batch(client, server, "view", "a", f"&indexing_token={token}").body)
        times = {shown.pop("created"), shown.pop("updated")}
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time) for time in times)
        known = {"name": "a", "display_name": "Spring", "type": "CUSTOM_ID"}
        assert shown == {**known, "nb_ids": 0, "indexing_state": "APPLIED"}
        assert _batch(client, server, "view", "A").status == 404
        assert json.loads(_batch(client, server, "remove", "a").body)["indexing_token"] != token
        assert (_batch(client, server, "view", "a").status, server.audiences) == (404, [])


def test_how_long_an_audience_is_being_indexed_can_be_set_and_what_it_is_then(client: httpx2.Client) -> None:
    with MockServer(settings=Settings(indexing=3600, shown_while_indexing=False)) as server:
        _batch(client, server, "create", "a")
        assert _batch(client, server, "view", "a").status == 404
        server.settings.shown_while_indexing = True

        def state() -> str:
            return str(json.loads(_batch(client, server, "view", "a").body)["indexing_state"])

        assert state() == "IN_PROGRESS"
        assert client.patch(f"{server.url}/_mock/settings", json={"indexing": 0}).json()["indexing"] == 0
        assert state() == "APPLIED"
