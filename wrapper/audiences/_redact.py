"""Takes secrets out of what a provider said."""

import html
import json
from collections.abc import Iterable
from urllib.parse import quote

SHORTEST = 6
"""Characters below which a secret stays: it could not be told from ordinary text."""


def redacted(data: bytes, secrets: Iterable[str], *, cut: bool = False) -> bytes:
    """The data with stars for each secret, also as JSON, HTML or a URL writes it; `cut`: its end may be half of one.

    >>> redacted(b'{"message": "no key key-4711"}', ["key-4711"])
    b'{"message": "no key ***"}'
    """
    forms = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):
        data = data.replace(form, b"***")
        if cut:
            half = next((n for n in range(len(form) - 1, SHORTEST - 1, -1) if data.endswith(form[:n])), None)
            data = data[:-half] + b"***" if half else data
    return data


def _forms(secret: str) -> set[bytes]:
    in_json = json.dumps(secret)[1:-1]
    forms = {secret, in_json, in_json.replace("/", "\\/"), quote(secret, safe=""), html.escape(secret)}
    return {form.encode() for form in forms}
