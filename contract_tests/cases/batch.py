"""Batch."""

import string
from typing import Any

from hypothesis import strategies as st

import documented
from audiences import Audience, PhoneFile

PATH = documented.base("batch")
ARGUMENTS = {"api_key": "key-4711", "project": "project_4711"}
SECRETS = ["key-4711"]
NAMES = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=255)
TYPES = st.sampled_from(["custom_ids", "emails", "install_ids"])
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def good(**changes: Any) -> Audience:
    return Audience(**({"name": "VIP", "provider_fields": {"batch": {"type": "emails"}}} | changes))


def large(size: int) -> Audience:
    """A draft whose request has about that many bytes."""
    return good(provider_fields={"batch": {"type": "emails", "display_name": "d" * size}})


def _fields(kinds: Any = TYPES) -> Any:
    return st.fixed_dictionaries({"type": kinds}, optional={"display_name": TEXT})


def accepted() -> st.SearchStrategy[tuple[Audience, set[str]]]:
    """Drafts, each with what the call leaves out."""
    plain = st.builds(good, name=NAMES, provider_fields=_fields().map(lambda fields: {"batch": fields}))
    return plain.map(lambda draft: (draft, set())) | st.builds(
        lambda name: (good(name=name, description="d", members=PhoneFile(b"", "x.csv")), {"description", "members"}),
        NAMES,
    )


def refused() -> st.SearchStrategy[Audience]:
    """Drafts that the spec forbids: each breaks one of its rules."""
    bad_names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
        lambda text: not set(text) <= set(string.ascii_letters + string.digits + "_-")
    ) | st.integers(256, 3000).map("n".__mul__)
    json = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(exclude_categories=["Cs"]))
        | st.lists(st.integers())
    )
    bad_fields = (
        _fields(json.filter(lambda value: value not in ("custom_ids", "emails", "install_ids")))
        | st.just({})
        | st.fixed_dictionaries({"type": TYPES, "display_name": json.filter(lambda value: not isinstance(value, str))})
        | st.fixed_dictionaries({"type": TYPES, "name": NAMES})
        | st.builds(lambda kind, name: {"type": kind, f"x{name}": 1}, TYPES, NAMES)
    )
    return st.builds(lambda name: good(name=name), bad_names) | st.builds(
        lambda fields: good(provider_fields={"batch": fields}), bad_fields
    )


SUCCESS = 202
ERROR = {"error_message": "words", "error_code": "E1"}
UNSUPPORTED: dict[str, Any] = {"description": "d", "members": PhoneFile(b"phone1\r\n442079832100\r\n", "x.csv")}
CARRIES_MEMBERS = False
# A property that the receipt does not need, with a wrong type; there is none.
WRONG_TYPE: dict[str, Any] = {}
FIELDS = {"type": "emails"}
# The provider's own fields that take any text.
OWN_TEXT = ["display_name"]
NEEDS = ["/indexing_token"]
STATE = "accepted"
BODY = {"indexing_token": "a0082dc6860938a26280bd3ba927303b"}


def handle(body: Any) -> tuple[str | None, str | None] | None:
    """The id and the token that the receipt must have, or None if the body lacks what a receipt needs."""
    token = body.get("indexing_token") if isinstance(body, dict) else None
    return (None, token) if isinstance(token, str) and token else None


def sample(body: dict[str, Any]) -> Audience:
    """The draft that says the same as a sample request of the page."""
    fields: Any = {name: body[name] for name in ("type", "display_name")}
    return Audience(name=body["name"], provider_fields={"batch": fields})
