"""Adobe."""

from typing import Any

from hypothesis import strategies as st

import documented
from audiences import Audience, PhoneFile

PATH = documented.base("adobe")
ARGUMENTS = {"access_token": "token-4711", "api_key": "key-4711", "org_id": "org@AdobeOrg", "sandbox_name": "prod"}
SECRETS = ["token-4711", "key-4711"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = ("namespace", "originName", "audienceId")
FIELDS = {"namespace": "shop", "originName": "crm"}
# The provider's own fields that take any text.
OWN_TEXT = ["namespace", "originName"]


def good(**changes: Any) -> Audience:
    fields: dict[str, Any] = {"name": "VIP"}
    return Audience(**fields | changes)


def large(size: int) -> Audience:
    """A draft whose request has about that many bytes."""
    return good(description="d" * size)


def accepted() -> st.SearchStrategy[tuple[Audience, set[str]]]:
    """Drafts, each with what the call leaves out."""
    fields = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, TEXT))
    return st.builds(
        lambda name, description, given, members: (
            good(name=name, description=description, provider_fields={"adobe": given}, members=members),
            {"members", "description"} if members else set(),
        ),
        TEXT.filter(bool),
        st.none() | TEXT,
        fields,
        st.none() | st.just(PhoneFile(b"", "x.csv")),
    )


def refused() -> st.SearchStrategy[Audience]:
    """Drafts that the spec forbids: each breaks one of its rules."""
    no_text = st.none() | st.booleans() | st.integers() | st.lists(TEXT) | st.dictionaries(TEXT, TEXT)
    wrong_type = st.builds(lambda name, value: {name: value}, st.sampled_from(NAMES), no_text)
    unknown = st.builds(lambda name: {name: "x"}, TEXT.filter(lambda name: name not in NAMES))
    return st.builds(lambda fields: good(provider_fields={"adobe": fields}), wrong_type | unknown)


SUCCESS = 200
ERROR = {"error_code": "E1", "message": "words"}
UNSUPPORTED: dict[str, Any] = {"members": PhoneFile(b"phone1\r\n442079832100\r\n", "x.csv")}
CARRIES_MEMBERS = False
# A property that the receipt does not need, with a wrong type.
WRONG_TYPE: dict[str, Any] = {"name": 5}
NEEDS = ["/id", "/audienceId"]
STATE = "created"
BODY = {"name": "VIP", "audienceId": "4a815904-f2f9-4237-82fb-55605bcc2ad7"}


def handle(body: Any) -> tuple[str | None, str | None] | None:
    """The id and the token that the receipt must have, or None if the body lacks what a receipt needs."""
    found = [body.get(name) for name in ("id", "audienceId")] if isinstance(body, dict) else []
    ids = [value for value in found if isinstance(value, str) and value]
    return (ids[0], None) if ids else None


def sample(body: dict[str, Any]) -> Audience:
    """The draft that says the same as a sample request of the page."""
    fields: Any = {name: body[name] for name in NAMES if name in body}
    return Audience(name=body["name"], description=body["description"], provider_fields={"adobe": fields})
