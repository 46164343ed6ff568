"""CommBox."""

from typing import Any

from hypothesis import strategies as st

from audience_contract.workbooks import workbook
from audiences import Audience, PhoneFile

PATH = ""
ARGUMENTS = {"api_key": "key-4711"}
SECRETS = ["key-4711"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
CSV = b"phone1,city\r\n442079832100,London\r\n"
XLSX = workbook([["city", "phone1"], ["London", "442079832100"]])


def good(**changes: Any) -> Audience:
    fields: dict[str, Any] = {"name": "VIP", "members": PhoneFile(CSV, "phones.csv")}
    return Audience(**fields | changes)


def large(size: int) -> Audience:
    """A draft whose request has about that many bytes."""
    return good(members=PhoneFile(CSV + b"442079832100,London\r\n" * (size // 21), "phones.csv"))


def accepted() -> st.SearchStrategy[tuple[Audience, set[str]]]:
    """Drafts, each with what the call leaves out."""
    stems = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters='"%\\/'), min_size=1)
    # Bytes that look like a multipart boundary are the point of some.
    rows = st.lists(st.binary() | st.just(b"\r\n--+++\r\n") | st.just(b"\r\n--")).map(b"".join)
    files = (
        st.builds(lambda stem, rest: PhoneFile(b"phone1\r\n" + rest, f"{stem}.csv"), stems, rows.filter(_is_utf8))
        | st.builds(lambda stem: PhoneFile(XLSX, f"{stem}.XLSX"), stems)
        | st.builds(lambda stem, data: PhoneFile(data, f"{stem}.xls", checked=False), stems, st.binary(min_size=1))
    )
    drafts = st.builds(lambda name, file: good(name=name, members=file), TEXT.filter(bool), files)
    return drafts.map(lambda draft: (draft, set())) | st.builds(
        lambda text: (good(description=text), {"description", "members"}), TEXT
    )


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def refused() -> st.SearchStrategy[Audience]:
    """Drafts that the spec, or the file rule, forbids."""
    headers = st.lists(st.text("abcphone1 _-PHONE;\t"), min_size=1).filter(lambda row: "phone1" not in row)
    files = (
        headers.map(lambda row: PhoneFile(",".join(row).encode(), "x.csv"))
        | headers.map(lambda row: PhoneFile(workbook([row]), "x.xlsx"))
        | st.just(PhoneFile(XLSX, "x.csv"))
        | st.just(PhoneFile(CSV, "x.xlsx"))
        | st.just(PhoneFile(CSV, "x.xls"))
        | st.sampled_from(["", "x", "x.txt", "x\r\n.csv", 'x".csv', "x%.csv", "x\\.csv"]).map(
            lambda n: PhoneFile(CSV, n)
        )
        | st.just(PhoneFile("no/such/file.csv"))
        | st.just(PhoneFile("no/such/\udcff.csv"))
    )
    fields = st.builds(lambda name: {"commbox": {name: "x"}}, TEXT)
    return (
        st.builds(lambda file: good(members=file), files)
        | st.builds(lambda given: good(provider_fields=given), fields)
        | st.just(good(members=None))
    )


SUCCESS = 201
ERROR = {"status": 400, "description": "words"}
UNSUPPORTED: dict[str, Any] = {"description": "d"}
CARRIES_MEMBERS = True
# A property that the receipt does not need, with a wrong type.
WRONG_TYPE: dict[str, Any] = {"status": "201"}
FIELDS: dict[str, str] = {}
# The provider's own fields that take any text.
OWN_TEXT: list[str] = []
NEEDS = ["/data/id"]
STATE = "created"
BODY = {
    "status": 201,
    "description": "Audience created",
    "response_time": "2025-02-06T07:51:52.2581942Z",
    "data": {"id": "312345"},
}


def handle(body: Any) -> tuple[str | None, str | None] | None:
    """The id and the token that the receipt must have, or None if the body lacks what a receipt needs."""
    data = body.get("data") if isinstance(body, dict) else None
    given = data.get("id") if isinstance(data, dict) else None
    return (given, None) if isinstance(given, str) and given else None


def sample(parts: dict[str, str]) -> Audience:
    """The draft that says the same as a sample request of the page; its file is not published."""
    return Audience(name=parts["name"], members=PhoneFile(CSV, parts["audience_file"].removeprefix("@")))
