"""An exchange made fit to be shown: no credential and no member in it, and a curl command that sends it again."""

import base64
import codecs
import json
import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import unquote_plus, urlsplit

from .members import LARGEST_ERROR, Members
from .messages import Headers, Request, Response
from .redaction import without
from .report import Evidence
from .spec import Operation, Spec, load, provider_keys

REDACTED = "[redacted]"
_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}
# JSON properties and form fields whose values are credentials; `access_token` is what a token endpoint answers.
_FIELD = re.compile(
    rb"""("(?:client_secret|access_token|refresh_token|password|api_key)"\s*:\s*")((?:[^"\\]|\\.)+)"""
    rb"""|(\b(?:client_secret|access_token|refresh_token|password|api_key)=)([^&\s]+)"""
)
_FEWEST = 4
KEPT_BODY, LEAST_BODY = 4096, 512
"""Bytes of a body that evidence keeps: at most, and where there is little room."""
_KEPT_HEADERS, _KEPT_VALUE = 50, 1000


def carriers() -> frozenset[str]:
    """The names, in lower case, of headers that carry credentials: common ones, and those of the specs' schemes."""
    return frozenset(_HEADERS | {name.lower() for key in provider_keys() for name in _named(load(key))})


def _named(spec: Spec) -> Iterator[str]:
    components = spec.node.get("components")
    for scheme in (components and components.get("securitySchemes")) or ():
        if scheme.plain("in") == "header":
            yield str(scheme.value["name"])


class Redactor:
    """Takes credentials out of exchanges; and members and uploaded content, unless `show_members`.

    `secrets` are values that are taken out wherever they stand; those that a message has in a header or field that is
    made for credentials are found by themselves, and then taken out of both messages too. `variables` are those of the
    environment, by the credential that each has: a credential that is made from one is shown as an expression of the
    shell, and one that has nothing of them as it is.
    """

    def __init__(
        self,
        secrets: Collection[str] = (),
        variables: Mapping[str, str] | None = None,
        *,
        show_members: bool = False,
    ) -> None:
        self._secrets = frozenset(filter(None, secrets))
        self._variables = dict(variables or {})
        self._carriers = carriers()
        self._members = None if show_members else Members(self._carriers)
        self.masked = False
        """Whether anything of a member was taken out of evidence."""

    def learn(self, operation: Operation | None, request: Request) -> None:
        """Remember the members of a request: any answer may quote them."""
        if self._members:
            self._members.request(operation, request)

    def evidence(
        self,
        url: str,
        request: Request,
        response: Response | None,
        operation: Operation | None = None,
        *,
        trouble: str = "",
        keep: int = KEPT_BODY,
    ) -> Evidence:
        """The exchange, fit to be shown, what is long in it cut in the middle, a body to `keep` bytes.

        `url` is the whole URL that was asked for.
        """
        hidden = {*self._secrets, *self.inside(request), *(self.inside(response) if response else ())}
        # Before members: a credential of which one word is a member's too would not be found any more.
        url, trouble = _text(url, hidden), _text(trouble, hidden)
        request = replace(request, target=_text(request.target, hidden), headers=self._headers(request.headers, hidden))
        if response:
            quotes = response.status >= 300 and len(response.body) <= LARGEST_ERROR
            body = _redacted(response.body, hidden) if quotes else response.body
            response = replace(response, headers=self._headers(response.headers, hidden), body=body)
        as_was = url, request, response
        if self._members:
            request = self._members.request(operation, request)
            response = response and self._members.response(operation, response)
            url = self._members.target(operation, url)
            trouble = self._members.text(trouble)
            self.masked |= (url, request, response) != as_was
        # The same again could not be sent by it.
        repeatable = (url, request) == as_was[:2]
        body, headers, target = _bytes(request.body, hidden, keep), _cut(request.headers), _middle(request.target)
        shown = Request(request.method, target, headers, body)
        answer = response and Response(response.status, _cut(response.headers), _bytes(response.body, hidden, keep))
        whole = (len(request.body) <= keep, headers, target) == (True, request.headers, request.target)
        command = curl(url, shown, self._variables.values()) if repeatable and whole else ""
        return Evidence(_middle(url), shown, answer, command, _middle(trouble))

    def text(self, text: str) -> str:
        """A place or an address without the secrets and members that are known."""
        text = _text(text, self._secrets)
        return self._members.place(text) if self._members else text

    def inside(self, message: Request | Response) -> Iterator[str]:
        """The credentials in a message: what it has in headers and fields that are made for them."""
        for name, value in message.headers:
            if name.lower() in self._carriers:
                yield value
                # The token alone: "Bearer" and the like are no secret.
                yield value.partition(" ")[2].strip()
        for match in _FIELD.finditer(message.body):
            written = (match[2] or match[4]).decode("utf-8", "replace")
            yield written
            with suppress(ValueError):
                yield str(json.loads(f'"{written}"')) if match[2] else unquote_plus(written)

    def _headers(self, headers: Headers, hidden: Collection[str]) -> Headers:
        return tuple(
            (name, self._credential(value) if name.lower() in self._carriers else _text(value, hidden))
            for name, value in headers
        )

    def _credential(self, value: str) -> str:
        """A credential: an expression where it is made from one of the user's, and as it is where it is not."""
        for secret in sorted(self._variables, key=len, reverse=True):
            for made, expression in _made_from(secret, self._variables[secret]):
                before, found, after = value.partition(made)
                if found and not self._is_like(before) and not self._is_like(after):
                    return f"{before}{expression}{after}"
        return _masked(value) if not self._variables or self._is_like(value) else value

    def _is_like(self, value: str) -> bool:
        """Whether some of a credential may be in it."""
        texts = [text for part in _words(value) for text in (part, part[::-1])]
        pieces = {s[i : i + _FEWEST].lower() for s in self._secrets for i in range(max(1, len(s) - _FEWEST + 1))}
        return any(piece in text.lower() for piece in pieces for text in texts)


def _made_from(secret: str, variable: str) -> Iterator[tuple[str, str]]:
    """What a check makes of a credential, and the expression of a shell for it."""
    said = f'printf %s "${{{variable}}}"'
    yield secret, f"${{{variable}}}"
    yield secret[::-1], f"$({said} | rev)"
    yield secret.swapcase(), f"$({said} | tr A-Za-z a-zA-Z)"
    yield secret[:-1], f"${{{variable}%?}}"


def _words(value: str) -> list[str]:
    """A text, and whatever in it is written in Base64."""
    found = [value]
    for part in re.findall(r"[\w+/-]{8,}", value):
        with suppress(ValueError):
            found.append(base64.urlsafe_b64decode(part.replace("+", "-").replace("/", "_") + "===").decode("latin-1"))
    return found


def curl(url: str, request: Request, variables: Collection[str] = ()) -> str:
    """A command that sends a request again, as far as its headers and body are text; "" for what curl cannot send.

    Expressions of `variables` are evaluated; masked credentials become variables that are named after their headers.
    """
    try:
        body = request.body.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    if "\0" in body or not urlsplit(url).hostname:
        return ""
    words = ["curl", "-i", "-X", request.method, shlex.quote(url)]
    if is_absolute(request):
        words += ["--request-target", shlex.quote(request.target)]
    for name, value in request.headers:
        if name.lower() in ("host", "content-length", "transfer-encoding", "connection"):
            continue
        evaluated = [REDACTED, *(found for each in variables for _, found in _made_from("", each))]
        if any(text in value for text in evaluated):
            parts = re.split(f"({'|'.join(map(re.escape, evaluated))})", f"{name}: {value}")
            own = "$" + re.sub(r"\W", "_", name).upper()
            text = "".join(
                part.replace(REDACTED, own) if part in evaluated else re.sub(r'([\\"$`])', r"\\\1", part)
                for part in parts
            )
            text = f'"{text}"'
        else:
            # A header without a value needs a semicolon.
            text = shlex.quote(f"{name}: {value}" if value else f"{name};")
        words += ["-H", text]
    if body:
        words += ["--data-binary", shlex.quote(body)]
    return " ".join(words)


def is_absolute(request: Request) -> bool:
    """Whether the request line has the whole URL in it (RFC 9112, 3.2.2)."""
    return request.target.startswith(("http://", "https://"))


def _masked(value: str) -> str:
    scheme, space, rest = value.partition(" ")
    return f"{scheme} {REDACTED}" if space and rest.strip() else REDACTED if value else ""


def _text(text: str, hidden: Collection[str]) -> str:
    return without(text, [secret for secret in hidden if len(secret) >= _FEWEST], REDACTED)


def _bytes(body: bytes, hidden: Collection[str], keep: int) -> bytes:
    """The body without what is hidden, as far as it is kept; what is missing is its middle, and said there."""

    def plain(part: bytes) -> bytes:
        return _FIELD.sub(lambda match: (match[1] or match[3]) + REDACTED.encode(), _redacted(part, hidden))

    if len(body) <= keep:
        return plain(body)
    # More than is kept, because a secret that is cut is not found; not all, because it may be long.
    more = 2 * KEPT_BODY
    head, tail = plain(body[:more])[: keep // 2], plain(body[-more:])[-(keep // 2) :]
    with suppress(UnicodeDecodeError):
        # What is text until there is not cut in a character.
        head = head[: codecs.utf_8_decode(head, "strict", False)[1]]
        tail = tail[next((i for i in range(min(4, len(tail))) if tail[i] & 0xC0 != 0x80), 0) :]
    return head + f" … {len(body) - len(head) - len(tail):,} bytes left out … ".encode() + tail


def _cut(headers: Headers) -> Headers:
    return tuple((_middle(name), _middle(value)) for name, value in headers[:_KEPT_HEADERS])


def _middle(text: str) -> str:
    half = _KEPT_VALUE // 2
    more = len(text) - _KEPT_VALUE
    return text if more <= 0 else f"{text[:half]} … {more:,} characters left out … {text[-half:]}"


def _redacted(body: bytes, hidden: Collection[str]) -> bytes:
    secrets = [secret.encode("utf-8", "surrogatepass").decode("latin-1") for secret in hidden]
    return _text(body.decode("latin-1"), secrets).encode("latin-1")
