"""Exchanges made fit to be shown: without credentials and members, and with a curl command that sends them again."""

import codecs
import json
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote, unquote_plus, urlsplit

from .members import LARGEST_ERROR, Members
from .messages import Headers, Request, Response
from .redaction import without
from .report import Evidence
from .security import place
from .spec import Operation, known_specs

REDACTED = "[redacted]"
_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}
# JSON properties and form fields whose values are credentials; `access_token` is what a token endpoint answers.
_FIELD = re.compile(
    rb"""("(?:client_secret|access_token|refresh_token|password|api_key)"\s*:\s*")((?:[^"\\]|\\.)+)"""
    rb"""|(\b(?:client_secret|access_token|refresh_token|password|api_key)=)([^&\s]+)"""
)
_FEWEST = 4
KEPT_BODY, LEAST_BODY = 4096, 512
"""Bytes of a body that evidence keeps at most: in general, and once the room for all evidence is used up."""
_KEPT_HEADERS, _KEPT_VALUE = 50, 1000


def carriers() -> frozenset[str]:
    """The names, in lower case, of headers that carry credentials: common ones, and those of the specs' schemes."""
    places = (place(scheme) for spec in known_specs() for scheme in spec.schemes)
    return frozenset(_HEADERS | {name.lower() for kind, name in places if kind == "header"})


class Redactor:
    """Takes credentials out of exchanges; also members and uploaded content, unless `show_members`.

    `secrets` are values that are taken out wherever they stand. Credentials in headers and fields that are made for
    them need not be listed: they are found, and taken out of both messages. `variables` has the environment variable
    of each of the user's credentials, by the credential: what is made from one is shown as a shell expression. Then all
    other credentials in a request were made up, and are shown as they were sent.
    """

    def __init__(
        self,
        secrets: Collection[str] = (),
        variables: Mapping[str, str] | None = None,
        *,
        show_members: bool = False,
    ) -> None:
        self._secrets = frozenset(filter(None, secrets))
        self._expressions = expressions(variables or {})
        self._made = _any_of(made for made in self._expressions if len(made) >= _FEWEST)
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
        again: str = "",
        is_alone: bool = True,
    ) -> Evidence:
        """The exchange, fit to be shown. Long texts are cut in the middle, a body to `keep` bytes.

        `url` is the whole URL that was asked for. `again` is a command that repeats what curl cannot; it is given where
        the request is exactly, to the byte, what was sent. `is_alone` says that nothing was created for the request.
        """
        hidden = self._hidden(request, response)
        # Credentials before members: if a mask replaced one word of a credential, it would not be found any more.
        url, trouble = self._text(url, hidden), self._text(trouble, hidden)
        request = replace(request, target=self._text(request.target, hidden), headers=self._headers(request, hidden))
        if response:
            quotes = response.status >= 300 and len(response.body) <= LARGEST_ERROR
            body = self._bytes(response.body, hidden) if quotes else response.body
            response = replace(response, headers=self._headers(response, hidden), body=body)
        as_was = url, request, response
        if self._members:
            request = self._members.request(operation, request)
            response = response and self._members.response(operation, response)
            url = self._members.target(operation, url)
            trouble = self._members.text(trouble)
            self.masked |= (url, request, response) != as_was
        body, headers, target = self._kept(request, hidden, keep), _cut(request.headers), _middle(request.target)
        shown = Request(request.method, target, headers, body)
        answer = response and Response(response.status, _cut(response.headers), self._kept(response, hidden, keep))
        whole = (len(request.body) <= keep, headers, target) == (True, request.headers, request.target)
        # A masked request cannot be sent again.
        why = "all of it" if (url, request) != as_was[:2] or not whole else _beyond_curl(url, shown)
        command = f"{again} # curl cannot carry {why}" if again else ""
        command = command if why else self._curl(url, shown, as_sent=bool(again))
        command += f" # without what was created first; with it: {again}" if again and not (why or is_alone) else ""
        return Evidence(_middle(url), shown, answer, command, _middle(trouble), as_sent=bool(again))

    def bare(self, request: Request) -> Request:
        """The whole request with expressions for the credentials in it."""
        hidden = self._hidden(request, None)
        target, body = self._text(request.target, hidden), self._bytes(request.body, hidden)
        return replace(request, target=target, headers=self._headers(request, hidden), body=body)

    def story(self, sent: Request) -> bytes | None:
        """The request of `bare` as bytes; None if a credential is in a form that no expression stands for."""
        bare = self.bare(sent)
        head = [f"{bare.method} {bare.target} HTTP/1.1", *(f"{name}: {value}" for name, value in bare.headers)]
        message = "\r\n".join([*head, "", ""]).encode("latin-1") + bare.body
        return None if REDACTED.encode() in message else message

    def _hidden(self, request: Request, response: Response | None) -> set[str]:
        """What to take out. Where the user's credentials are known, others in a request were made up, and may stay."""
        sent = () if self._expressions else self.inside(request)
        return {*self._secrets, *sent, *(self.inside(response) if response else ())}

    def text(self, text: str) -> str:
        """A place or an address without the secrets and members that are known."""
        text = self._text(text, self._secrets)
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

    def _headers(self, message: Request | Response, hidden: Collection[str]) -> Headers:
        sent = isinstance(message, Request) and self._expressions
        return tuple(
            (name, self._text(value, hidden))
            if name.lower() not in self._carriers
            else (name, self._expressed(value) if sent else _masked(value))
            for name, value in message.headers
        )

    def _expressed(self, value: str) -> str:
        """A value in a credential's place: with expressions for the user's credentials, however short these are."""
        return _any_of(self._expressions).sub(lambda made: self._expressions[made[0]], value)

    def _text(self, text: str, hidden: Collection[str]) -> str:
        sought = [secret for secret in hidden if len(secret) >= _FEWEST]
        parts = enumerate(self._made.split(text))
        return "".join(self._expressions[part] if at % 2 else without(part, sought, REDACTED) for at, part in parts)

    def _bytes(self, body: bytes, hidden: Collection[str]) -> bytes:
        secrets = [secret.encode("utf-8", "surrogatepass").decode("latin-1") for secret in hidden]
        return self._text(body.decode("latin-1"), secrets).encode("latin-1")

    def _credentials(self, body: bytes, hidden: Collection[str], *, made_up: bool) -> bytes:
        """A body without what is hidden, and without what stands in fields for credentials, unless that was made up."""
        left = self._bytes(body, hidden)
        return left if made_up else _FIELD.sub(lambda field: (field[1] or field[3]) + REDACTED.encode(), left)

    def _kept(self, message: Request | Response, hidden: Collection[str], keep: int) -> bytes:
        """The body without what is hidden; in a long one, the number of bytes left out stands for the middle."""
        body, made_up = message.body, isinstance(message, Request) and bool(self._expressions)
        if len(body) <= keep:
            return self._credentials(body, hidden, made_up=made_up)
        # More than is kept is searched, because a secret that is cut is not found; not all, because it may be long.
        more = 2 * KEPT_BODY
        head = self._credentials(body[:more], hidden, made_up=made_up)[: keep // 2]
        tail = self._credentials(body[-more:], hidden, made_up=made_up)[-(keep // 2) :]
        with suppress(UnicodeDecodeError):
            # A text is not cut inside a character.
            head = head[: codecs.utf_8_decode(head, "strict", False)[1]]
            tail = tail[next((i for i in range(min(4, len(tail))) if tail[i] & 0xC0 != 0x80), 0) :]
        return head + f" … {len(body) - len(head) - len(tail):,} bytes left out … ".encode() + tail

    def _curl(self, url: str, request: Request, *, as_sent: bool) -> str:
        """A command, in one line, that sends the same again; a masked credential is a variable."""
        base, written = urlsplit(url), is_absolute(request)
        if as_sent and (written or "/." in url or not re.fullmatch(r"[\w./~%?&=:+,;@-]*", request.target, re.ASCII)):
            # curl would change such a target.
            url, written = f"{base.scheme}://{base.netloc}/", True
        words = ["curl", "-i", *(["--http1.1"] if base.scheme == "https" else [])]
        words += ["-I"] if request.method == "HEAD" else ["-X", shlex.quote(request.method)]
        words += [self._word(url), *(["--request-target", self._word(request.target)] if written else [])]
        for name, value in request.headers:
            by_itself = {"host": base.netloc, "connection": value, "transfer-encoding": value}
            by_itself |= {"content-length": value} if request.body else {}
            if by_itself.get(name.lower()) != value:
                own = "${" + re.sub(r"\W", "_", name).upper() + "}"
                # A header without a value needs a semicolon.
                words += ["-H", self._word(f"{name}: {value}" if value.strip(" \t") else f"{name};", own, "latin-1")]
        for name in ("User-Agent", "Accept", "Content-Type") if as_sent else ():
            # curl would send a value of its own.
            words += [] if request.values(name) else ["-H", f"{name}:"]
        return " ".join([*words, *(["--data-raw", self._word(request.body.decode())] if request.body else [])])

    def _word(self, text: str, masked: str = "", encoding: str = "utf-8") -> str:
        """A word of the shell, with what is to be evaluated in double quotes."""
        evaluated = [*self._expressions.values(), *([REDACTED] if masked else [])]
        parts = _any_of(evaluated).split(text)
        return "".join(
            f'"{masked if part == REDACTED else part}"' if at % 2 else _quoted(part, encoding)
            for at, part in enumerate(parts)
            if part or not parts[1:]
        )


def expressions(variables: Mapping[str, str]) -> dict[str, str]:
    """The shell expression for each form in which a run sends a credential; `variables` by credential."""
    found: dict[str, str] = {}
    for secret, variable in variables.items():
        said = f'printf %s "${{{variable}}}"'
        for made, expression in (
            (secret, f"${{{variable}}}"),
            (quote(secret, safe=""), f"$({said} | jq -sRr @uri)"),
            (secret[::-1], f"$({said} | rev)"),
            (secret.swapcase(), f"$({said} | tr A-Za-z a-zA-Z)"),
            (secret[:-1], f"${{{variable}%?}}"),
        ):
            found.setdefault(made, expression)
    return {made: expression for made, expression in found.items() if made}


def _any_of(texts: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds each of the texts, the longest first; without any text, it finds nothing."""
    ordered = sorted(texts, key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, ordered)) or '(?!)'})")


def _beyond_curl(url: str, request: Request) -> str:
    """What of a request curl cannot carry; "" for nothing."""
    lengths = request.values("content-length")
    if request.values("transfer-encoding"):
        return "its chunks"
    if lengths and lengths != [str(len(request.body))]:
        return "its Content-Length"
    if request.method == "HEAD" and request.body:
        return "a body of HEAD"
    with suppress(UnicodeDecodeError):
        if "\0" not in request.body.decode("utf-8") and urlsplit(url).hostname:
            return ""
    return "a body that is no text"


def _quoted(text: str, encoding: str) -> str:
    r"""A word of bash, zsh, ksh and POSIX (2024) that survives being copied: what cannot be seen is `$'\012'`.

    A copied CR LF, as multipart bodies have it, would not be one any more.
    """
    if text.isprintable() and (text.isascii() or encoding == "utf-8"):
        return shlex.quote(text)
    return "$'" + "".join(c if " " <= c <= "~" and c not in "\\'" else _octal(c, encoding) for c in text) + "'"


def _octal(character: str, encoding: str) -> str:
    # Three octal digits: a shell reads as many hexadecimal ones as follow.
    return "".join(f"\\{byte:03o}" for byte in character.encode(encoding, "replace"))


def is_absolute(request: Request) -> bool:
    """Whether the request line has the whole URL in it (RFC 9112, 3.2.2)."""
    return request.target.startswith(("http://", "https://"))


def _masked(value: str) -> str:
    scheme, space, rest = value.partition(" ")
    return f"{scheme} {REDACTED}" if space and rest.strip() else REDACTED if value else ""


def _cut(headers: Headers) -> Headers:
    return tuple((_middle(name), _middle(value)) for name, value in headers[:_KEPT_HEADERS])


def _middle(text: str) -> str:
    half = _KEPT_VALUE // 2
    more = len(text) - _KEPT_VALUE
    return text if more <= 0 else f"{text[:half]} … {more:,} characters left out … {text[-half:]}"
