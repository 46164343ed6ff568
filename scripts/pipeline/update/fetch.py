"""Fetches a page: with limits of size, time and redirects, and only from the host that SOURCE.toml names."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx2

from .._errors import PipelineError

MOST_BYTES = 8 * 1024 * 1024
MOST_REDIRECTS = 5
_TIMEOUT = httpx2.Timeout(10.0)
_TOTAL_SECONDS = 60.0
_HEADERS = {
    "User-Agent": "audiences-update", "Accept": "text/markdown, text/*;q=0.9, */*;q=0.5",
    # The next request is not sent on a connection that the server may be about to end.
    "Accept-Encoding": "identity", "Connection": "close",
}  # fmt: skip
_SCHEMES = "its address must start with https://, or with file:// or http:// on this machine"


@dataclass(frozen=True)
class Fetched:
    """The bytes of a page, with the media type and the charset that the server names."""

    data: bytes
    content_type: str = ""
    charset: str | None = None


def fetch(address: str) -> Fetched:
    """The page at an address. Raises PipelineError for anything but one whole page with status 200."""
    parts = urlsplit(address)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Fetched(_file(Path(url2pathname(parts.path))))
    if not (parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.hostname))):
        raise PipelineError(f"{address}: {_SCHEMES}")

    def follow(request: httpx2.Request) -> None:
        """Before each request, also of a redirect."""
        if (request.url.host, request.url.scheme) != (parts.hostname, parts.scheme):
            moved = f"{address}: the server sends us to another host or scheme, {request.url}"
            raise PipelineError(f"{moved}; if the page has moved there, change its address in SOURCE.toml")

    try:
        # A proxy of the environment is not meant for addresses of this machine.
        with httpx2.Client(
            timeout=_TIMEOUT, headers=_HEADERS, trust_env=not _loopback(parts.hostname), follow_redirects=True,
            max_redirects=MOST_REDIRECTS, event_hooks={"request": [follow]},
        ) as client, client.stream("GET", address) as answer:  # fmt: skip
            return _whole(answer)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise PipelineError(f"{address}: not fetched: {str(error) or type(error).__name__}") from error


def _whole(answer: httpx2.Response) -> Fetched:
    packing = answer.headers.get("content-encoding", "identity").lower()
    if answer.status_code != 200:
        raise PipelineError(f"{answer.url}: the answer is {answer.status_code} {answer.reason_phrase}".rstrip())
    if packing not in ("identity", "gzip"):
        raise PipelineError(f"{answer.url}: the page is packed as {packing!r}, though it was asked for as it is")
    data = _bounded(answer.iter_bytes(), str(answer.url))
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Fetched(data, kind, answer.charset_encoding)


def _bounded(chunks: Iterator[bytes], address: str) -> bytes:
    data, deadline = bytearray(), time.monotonic() + _TOTAL_SECONDS
    for chunk in chunks:
        data += chunk
        if len(data) > MOST_BYTES:
            raise PipelineError(f"{address}: the page has more than {MOST_BYTES // 1024**2} MiB, so it is not read")
        if time.monotonic() > deadline:
            raise PipelineError(f"{address}: the page is not here after {_TOTAL_SECONDS:.0f} s")
    return bytes(data)


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _bounded(iter(partial(file.read, 64 * 1024), b""), str(path))
    except OSError as error:
        raise PipelineError(f"{path}: {error.strerror}") from error


def _loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
