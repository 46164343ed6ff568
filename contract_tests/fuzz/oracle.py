"""What may be claimed of an answer, told from its bytes alone; where these leave room, the oracle does too."""

import re
from math import isfinite
from typing import Any

from audience_contract.strict_json import loads
from audience_contract.violation import UnreadableError
from audiences import AudiencesError, Outcome, Receipt, SpecViolationError, UnknownOutcomeError

LIMIT = 64 * 1024
"""Bytes of a body that the library may read, in these tests."""
_MAX_DEPTH = 64
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9][0-9][0-9])(?: (?:[!-~][ -~]*)?)?\r\n")
_HEADERS = re.compile(rb"(?:[A-Za-z-]+: [!-~][ -~]*\r\n)*\r\n")
_LENGTH = re.compile(rb"(?m)^Content-Length: [0-9]{1,6}\r\n")
_FRAMING = re.compile(rb"(?im)^(content-length|transfer-encoding|upgrade|connection):")


def outcome(status: int | None, *, retry_after: bool) -> Outcome:
    """The table of outcomes; `retry_after` is whether the answer says when to come again."""
    if status is None:
        return Outcome.UNKNOWN
    if 200 <= status < 300:
        return Outcome.APPLIED
    refused = (400 <= status < 500 and status != 408) or (status == 503 and retry_after)
    return Outcome.REJECTED if refused else Outcome.UNKNOWN


def certain_status(answer: bytes) -> int | None:
    """The status, where nobody can read another one in the bytes. A refusal has to have a whole head."""
    while line := _STATUS_LINE.match(answer):
        status, headers = int(line[1]), _HEADERS.match(answer, line.end())
        if 200 <= status < 300:
            return status
        if status == 101 or headers is None or _FRAMING.search(_LENGTH.sub(b"", headers[0], count=1)):
            return None
        if status >= 200:
            return status
        answer = answer[headers.end() :]
    return None


def handle(case: Any, body: bytes) -> Any:
    """The id and the token that a receipt must have, or None if the body is not readable or has none."""
    try:
        # A byte order mark may be ignored; and the library reads neither infinite numbers nor all of the depth.
        value = loads(body.removeprefix(b"\xef\xbb\xbf"))
    except UnreadableError:
        return None
    return case.handle(value) if _modest(value) else None


def _modest(value: Any) -> bool:
    level = [value]
    for _ in range(_MAX_DEPTH):
        if any(isinstance(each, float) and not isfinite(each) for each in level):
            return False
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [each for several in inner for each in several]
    return not level


def judge(result: object, case: Any) -> list[str]:
    """What is wrong with a result by itself, whatever was sent."""
    if not isinstance(result, Receipt | AudiencesError):
        return [f"{type(result).__name__} is neither a receipt nor an error of the library's"]
    response = result.response
    retry_after = isinstance(result, AudiencesError) and result.retry_after is not None
    due = outcome(result.status, retry_after=retry_after)
    success = result.status is not None and 200 <= result.status < 300
    kinds = (Receipt, SpecViolationError) if success else (AudiencesError,)
    kinds = kinds if result.status else (UnknownOutcomeError,)
    found = handle(case, response.body) if success and response and response.problem is None else None
    given = (result.id, result.operation_token) if isinstance(result, Receipt) else None
    wrong = {
        f"claims {result.outcome} at the status {result.status}": result.outcome is not due,
        f"is a {type(result).__name__} at the status {result.status}": not isinstance(result, kinds),
        f"shows the status {result.status} without a response": (response is None) != (result.status is None),
        f"found {given} where {found} is": given != found,
        "read more than it may": response is not None and len(response.body) > LIMIT + 1,
        "shows a secret": any(secret in repr(result) + str(result) for secret in case.SECRETS),
    }
    return [what for what, is_so in wrong.items() if is_so]


def judge_bytes(result: Any, case: Any, answer: bytes) -> list[str]:
    """The same, for an answer as it came from the socket."""
    found = judge(result, case)
    if not found:
        certain = certain_status(answer)
        if certain is not None and result.status != certain:
            found.append(f"shows the status {result.status}, it was {certain}")
        if result.status is not None and not re.search(rb"HTTP/\d\.\d +%d" % result.status, answer):
            found.append(f"shows the status {result.status}, which was never sent")
    return found


def judge_parts(result: Any, case: Any, status: int, body: bytes | None) -> list[str]:
    """The same, for an answer of a test's transport: a status, and a body, or None for one that is not whole."""
    found = judge(result, case)
    if not found:
        due = handle(case, body) if body is not None and len(body) <= LIMIT else None
        given = (result.id, result.operation_token) if isinstance(result, Receipt) else None
        if result.status != status:
            found.append(f"shows the status {result.status}, it was {status}")
        if given != (due if 200 <= status < 300 else None):
            found.append(f"found {given}, {due} was sent")
    return found
