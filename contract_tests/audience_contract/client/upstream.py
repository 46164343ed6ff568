"""A real server behind the validating proxy: what comes is sent on, and what it answers comes back, byte for byte."""

import re
import ssl
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import replace
from http.client import HTTPException
from urllib.parse import urlsplit

from .. import connections
from ..messages import Headers, Request, Response

MAX_PASSED_ON = 64 * 2**20
"""Bytes of an answer's body that are passed on, and as many of what it unpacks to are judged."""

# RFC 9110, section 7.6.1: they are about one connection, and not about the message.
_ONE_HOP = {
    *("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    *("proxy-authenticate", "proxy-authorization"),
}
_SECONDS = 60.0
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"


class UpstreamError(Exception):
    """No answer came from the server."""


class Upstream:
    """The server whose base URL is `url`. Raises ValueError for what is no base URL."""

    def __init__(self, url: str) -> None:
        if not connections.is_base_url(url):
            raise ValueError(f"the upstream is no base URL, which is {connections.A_BASE_URL}")
        parts = urlsplit(url)
        self.host, self._netloc, self._base = parts.hostname or "", parts.netloc, parts.path.rstrip("/")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self._tls = connections.tls(url)

    def target(self, below: str) -> str:
        """The target of what stands below the base URL, with its query."""
        return self._base + below

    def send(self, request: Request) -> tuple[Response, bool]:
        """The answer to a request, as it came, and whether it was cut; redirects are not followed, nothing is repeated.

        Raises UpstreamError.
        """
        try:
            with closing(connections.new(self.origin, _SECONDS, self._tls)) as made:
                made.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
                made.putheader("Host", self._netloc)
                for name, value in _end_to_end(request.headers):
                    if name.lower() not in ("host", "content-length"):
                        made.putheader(name, value.encode("latin-1"))
                if request.body or request.values("content-length"):
                    made.putheader("Content-Length", str(len(request.body)))
                made.endheaders(request.body or None)
                with made.getresponse() as answer:
                    headers = _end_to_end(_plain(answer.getheaders()))
                    data, cut = connections.body(answer, MAX_PASSED_ON)
                    return Response(answer.status, headers, data), cut
        except (OSError, HTTPException, ValueError) as error:
            raise UpstreamError(_why(error)) from error


def _plain(headers: Iterable[tuple[str, str]]) -> Headers:
    """Without white space around a value, and on one line (RFC 9112, 5): no server could send it on otherwise.

    Raises UpstreamError for a name or value that HTTP does not allow.
    """
    found = tuple((name, re.sub(r"[ \t]*\r?\n[ \t]+", " ", value).strip(" \t")) for name, value in headers)
    if not all(re.fullmatch(r"[\t -~\x80-\xff]*", value) and re.fullmatch(_TOKEN, name) for name, value in found):
        raise UpstreamError("its answer has a header that is none")
    return found


def _why(error: Exception) -> str:
    """What went wrong, in words that hold nothing of the request."""
    if isinstance(error, TimeoutError):
        return f"it did not answer within {_SECONDS:.0f} s"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed, {getattr(error, 'verify_message', '') or error.reason or 'without a reason'}"
    return (error.strerror if isinstance(error, OSError) else "") or type(error).__name__


def readable(response: Response, *, cut: bool) -> tuple[Response, str]:
    """The answer with its content coding undone, and ""; or without a body, and why the body can't be judged."""
    bare = replace(response, body=b"")
    if cut:
        return bare, f"it has more than {MAX_PASSED_ON} bytes, and was cut"
    data = None
    with suppress(connections.CodingError):
        data = connections.unpacked(response.body, response.values("content-encoding"), MAX_PASSED_ON + 1)
    if data is None:
        return bare, "its content coding can't be undone here"
    if len(data) > MAX_PASSED_ON:
        return bare, f"it unpacks to more than {MAX_PASSED_ON} bytes"
    return replace(response, body=data), ""


def _end_to_end(headers: Headers) -> Headers:
    named = {
        token.strip().lower() for name, value in headers if name.lower() == "connection" for token in value.split(",")
    }
    return tuple((name, value) for name, value in headers if name.lower() not in _ONE_HOP | named)
