"""What Schemathesis has to be told to judge a server of these specs: `hooks = "audience_contract.schemathesis_hooks"`.

It cannot make a file that a server would take, and it knows two things as failures that are none.
"""

import re
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

from audience_contract.files import CSV, XLS, XLSX
from audience_contract.workbooks import workbook

_ROWS = st.lists(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True), max_size=5)
_ANOTHER_TYPE = re.compile(r"violates `type` at /properties/(\w+) \(was string, became \w+\)")


def _csv(numbers: list[str]) -> bytes:
    return "\r\n".join(["phone1", *numbers]).encode()


def _xlsx(numbers: list[str]) -> bytes:
    return workbook([[cell] for cell in ["phone1", *numbers]])


# Where Schemathesis has chosen no media type for the file, it calls it the first that the spec lists, a CSV.
schemathesis.openapi.format("binary", _ROWS.map(_csv))
schemathesis.openapi.media_type(CSV, _ROWS.map(_csv))
schemathesis.openapi.media_type(XLSX, _ROWS.map(_xlsx))
schemathesis.openapi.media_type(XLS, st.binary())


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:  # noqa: ARG001
    """False for a failure that is none."""
    if failure.code == "ST201" and case.media_type == "multipart/form-data":
        return not _is_text_again(failure, case)
    if failure.code == "ST203" and "'Authorization'" in failure.message:
        # Schemathesis asks for a 401. Adobe's gateway documents 403 for a missing token, and 401 for a wrong one.
        return b'"403010"' not in response.content
    return True


def _is_text_again(failure: Failure, case: Case[Any]) -> bool:
    """Whether "was string, became number" (or null, an object, …) is all that is wrong with the parts of a form.

    Any value is text by the time it is a text part, so the server has seen no fault. A file is not meant.
    """
    properties = case.operation.body[0].definition["schema"]["properties"]
    faults = re.findall("violates .*", failure.message, re.IGNORECASE)
    matches = [_ANOTHER_TYPE.fullmatch(fault) for fault in faults]
    return bool(matches) and all(match and properties[match[1]].get("format") != "binary" for match in matches)
