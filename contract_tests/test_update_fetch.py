"""Fetching a page, from real servers on this machine."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline._errors import PipelineError
from pipeline.update.fetch import MOST_BYTES, Fetched, fetch
from raw_server import RawServer, http


def moved(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


def page(data: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(data)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + data


def test_a_page_is_its_bytes_and_its_content_type_also_behind_a_redirect(raw: RawServer) -> None:
    raw.answers = [moved("/b"), page(b"\xef\xbb\xbf# A\r\n", "Content-Type: Text/Markdown; charset=utf-8")]
    assert fetch(f"{raw.url}/a") == Fetched(b"\xef\xbb\xbf# A\r\n", "text/markdown", "utf-8")


def test_a_file_is_read_by_its_file_address(tmp_path: Path) -> None:
    (tmp_path / "a page.md").write_bytes(b"# A")
    assert fetch((tmp_path / "a page.md").as_uri()).data == b"# A"


def test_a_page_that_comes_packed_though_nobody_asked_is_unpacked(raw: RawServer) -> None:
    raw.answers = [page(gzip.compress(b"# A"), "Content-Encoding: gzip")]
    assert fetch(raw.url).data == b"# A"


@pytest.mark.parametrize(
    "made",
    [
        lambda: page(b"a" * (50 * 1024**2)),
        lambda: page(gzip.compress(bytes(50 * 1024**2)), "Content-Encoding: gzip"),
        lambda: b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (MOST_BYTES + 1),
    ],
    ids=["with its length", "packed", "without a length"],
)
def test_a_page_of_50_mb_is_refused_with_the_bound(raw: RawServer, made: Callable[[], bytes]) -> None:
    raw.answers = [made()]
    with pytest.raises(PipelineError, match="the page has more than 8 MiB, so it is not read"):
        fetch(raw.url)


def test_a_file_above_the_bound_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "page").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(PipelineError, match="more than 8 MiB"):
        fetch((tmp_path / "page").as_uri())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (http(404, b"gone"), "the answer is 404"),
        (http(503, b""), "the answer is 503"),
        (
            moved("https://login.example/"),
            "to another host or scheme, https://login.example/; if the page has",
        ),
        (moved("file:///etc/passwd"), "not fetched|another host or scheme"),
        (page(b"a", "Content-Encoding: br"), "packed as 'br'"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "not fetched: "),
        (b"", "not fetched: "),
        (b"nonsense\r\n\r\n", "not fetched: "),
    ],
)
def test_anything_but_a_whole_page_from_its_own_host_ends_in_a_sentence(
    raw: RawServer, answer: bytes, said: str
) -> None:
    raw.answers = [answer]
    with pytest.raises(PipelineError, match=said):
        fetch(raw.url)


def test_redirects_without_end_are_named_and_left(raw: RawServer) -> None:
    raw.answers = [moved(f"/{number}") for number in range(6)]
    with pytest.raises(PipelineError, match="not fetched: Exceeded maximum allowed redirects"):
        fetch(raw.url)


@pytest.mark.parametrize(
    "address",
    ["http://acme.example/", "ftp://127.0.0.1/", "file://elsewhere/page", "page.md", "http://127.0.0.1.example/"],
)
def test_an_address_that_is_neither_https_nor_on_this_machine_is_refused_before_any_connection(address: str) -> None:
    with pytest.raises(PipelineError, match="its address must start with https://"):
        fetch(address)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(PipelineError, match=str(path)):
            fetch(path.as_uri())
