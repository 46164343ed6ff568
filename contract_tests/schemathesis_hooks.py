"""What Schemathesis has to be told to judge a server of these specs: `hooks = "schemathesis_hooks"`.

It cannot make a file that a server would take, and it reports a few failures that are none.
"""

import re
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

from audience_contract import schemathesis_files as _files  # noqa: F401 - registers how files are made
from audience_contract.messages import Request
from audience_contract.mock.provider import facts_of
from audience_contract.mock.provider import load as provider_of
from audience_contract.spec import Operation, load, provider_keys

_ANOTHER_TYPE = re.compile(r"violates `type` at /properties/(\w+) \(was string, became \w+\)")


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:  # noqa: ARG001
    """False for a failure that is none."""
    if failure.code == "ST201" and case.media_type == "multipart/form-data":
        return not _is_text_again(failure, case)
    if failure.code == "ST203" and "'Authorization'" in failure.message:
        # Schemathesis asks for a 401. Adobe's gateway documents 403 for a missing token, and 401 for a wrong one.
        return b'"403010"' not in response.content
    return failure.code != "ST202" or response.status_code != 400 or not _may_be_refused(case, response)


def _may_be_refused(case: Case[Any], response: Response) -> bool:
    """Whether a 400 may be right although the schema allows the request: prose forbids it, or no document decides.

    A request about an audience may name one that does not exist. And a part may have a name that no header can hold.
    """
    if (
        isinstance(case.body, dict)
        and case.media_type == "multipart/form-data"
        and not "".join(case.body).isprintable()
    ):
        return True
    operation, sent = _operation(case), response.request
    facts, ours = facts_of(operation), provider_of(operation.spec.key)
    url, body = urlsplit(str(sent.url)), sent.body
    request = Request(
        str(sent.method),
        f"{url.path}?{url.query}",
        tuple((name, str(value)) for name, value in sent.headers.items()),
        body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b"",
    )
    is_about_one = not facts.creates and (not facts.reads or facts.linked)
    return (
        bool(is_about_one) or any(ours.prose(operation, request)) or any(ours.why_either_is_allowed(operation, request))
    )


def _operation(case: Case[Any]) -> Operation:
    method, path, information = case.method, case.path, case.operation.schema.raw_schema["info"]
    (spec,) = (found for key in provider_keys() if (found := load(key)).node["info"].value == information)
    return next(each for each in spec.operations if (each.method, each.path) == (method.upper(), path))


def _is_text_again(failure: Failure, case: Case[Any]) -> bool:
    """Whether "was string, became number" (or null, an object, …) is all that is wrong with the parts of a form.

    Any value is text by the time it is a text part, so the server has seen no fault. A file is not meant.
    """
    properties = case.operation.body[0].definition["schema"]["properties"]
    faults = re.findall("violates .*", failure.message, re.IGNORECASE)
    matches = [_ANOTHER_TYPE.fullmatch(fault) for fault in faults]
    return bool(matches) and all(match and properties[match[1]].get("format") != "binary" for match in matches)
