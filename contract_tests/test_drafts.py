"""The draft: what a provider cannot be told is refused, or left out visibly; never dropped."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_contract.samples import sample
from audience_contract.spec import Document, Node
from audiences import Audience, InvalidError, Outcome, PhoneFile, Receipt, UnsupportedError
from audiences._json import dumps
from callers import Caller, created, make
from cases import KEYS, case, good_answer
from raw_server import RawServer, http


@pytest.mark.parametrize(("key", "name"), [(key, name) for key in KEYS for name in case(key).UNSUPPORTED])
def test_a_field_that_the_provider_cannot_be_told_is_refused_before_anything_is_sent(
    key: str, name: str, raw: RawServer
) -> None:
    raw.requests.clear()
    error = created(key, raw.url, None, case(key).good(**{name: case(key).UNSUPPORTED[name]}))
    assert isinstance(error, UnsupportedError)
    assert (error.field, error.outcome, error.provider) == (name, Outcome.NOT_SENT, make(key).title)
    assert error.reason
    assert error.reason in str(error)
    assert raw.requests == []


def test_every_property_that_the_spec_has_is_sent(key: str) -> None:
    """Also one that an update has added to the spec: an adapter that does not pass it on would lose it silently."""
    adapter = make(key).adapter
    schema = adapter.create.spec.body.at(adapter.draft.within)
    at, document = f"{schema.pointer}/properties", Document(schema.spec.document)
    own = {name: each for name, each in schema.properties.items() if name not in adapter.draft.fields}
    # A time in the form that Python writes it in.
    times = {name: "2025-02-06T07:51:52+00:00" for name, each in own.items() if each.get("format") == "date-time"}
    values = {name: sample(Node(document, f"{at}/{name}", each)) for name, each in own.items()} | times
    request = make(key).prepare(case(key).good(provider_fields={key: {**case(key).FIELDS, **values}}))
    assert all(dumps({name: value})[1:-1] in request.body for name, value in values.items())


def test_the_receipt_says_whether_the_audience_is_still_empty(key: str, raw: RawServer) -> None:
    raw.answer = good_answer(key)
    receipt = created(key, raw.url, None)
    assert isinstance(receipt, Receipt)
    assert receipt.empty is not case(key).CARRIES_MEMBERS


def test_a_supported_field_is_sent_even_if_the_call_would_leave_it_out() -> None:
    request = make("adobe").prepare(Audience(name="VIP", description="d"), leave_out={"description"})
    assert request.body == b'{"name":"VIP","description":"d"}'


@pytest.mark.parametrize("leave_out", [{"name"}, {"members", "nme"}, "members"])
def test_only_fields_that_can_be_left_out_may_be_named(key: str, leave_out: Any) -> None:
    with pytest.raises(InvalidError, match="may only name description and members"):
        make(key).prepare(case(key).good(), leave_out=leave_out)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "x", "description": 5}, "description"),
        ({"name": "x", "members": ["ada@example.org"]}, "members"),
        ({"name": "x", "provider_fields": []}, "provider_fields"),
        ({"name": "x", "provider_fields": {"bach": {}}}, "provider_fields['bach']"),
        # A service that a provider needs is none.
        ({"name": "x", "provider_fields": {"adobe_ims": {}}}, "provider_fields['adobe_ims']"),
        ({"name": "x", "provider_fields": {"batch": "type=emails"}}, "provider_fields['batch']"),
        ({"name": "x", "provider_fields": {"batch": {"type": {1, 2}}}}, "provider_fields['batch']"),
        ({"name": "x", "provider_fields": {"batch": {"type": "\udcff"}}}, "provider_fields['batch']"),
        ({"name": "x", "provider_fields": {"batch": {"type": float("nan")}}}, "provider_fields['batch']"),
    ],
)
def test_a_draft_that_no_provider_could_take_is_refused_when_it_is_made(arguments: Any, field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        Audience(**arguments)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert caught.value.problems[0].source == "our rule"


@pytest.mark.parametrize("content", ["phone1,name\n4420,Ada\n", "phone1\r\n", "a\rb"])
def test_text_that_is_a_files_content_is_told_from_a_path(content: str) -> None:
    with pytest.raises(
        InvalidError, match=r"looks like a file's content: give PhoneFile\(text\.encode\(\), filename\)"
    ):
        PhoneFile(content, "x.csv")
    with pytest.raises(InvalidError, match="looks like a file's content"):
        PhoneFile(Path(content))


def test_all_problems_of_a_draft_are_named_at_once() -> None:
    wrong: Any = {"batch": {"type": 1, "name": "x"}}
    with pytest.raises(InvalidError) as caught:
        make("batch").prepare(Audience(name="a b" * 100, provider_fields=wrong))
    fields = [problem.field for problem in caught.value.problems]
    assert fields.count("name") == 2
    assert "provider_fields['batch']['type']" in fields
    assert "provider_fields['batch']['name']" in fields


def test_a_missing_type_is_named_with_its_values() -> None:
    with pytest.raises(InvalidError, match="custom_ids, emails, install_ids"):
        make("batch").prepare(Audience(name="VIP"))


def test_adobes_own_audience_id_is_not_taken_for_the_id_that_adobe_gave(raw: RawServer) -> None:
    audience = Audience(name="VIP", provider_fields={"adobe": {"audienceId": "mine"}})
    caller = Caller("adobe", raw.url, None)
    raw.answer = http(200, dumps({"name": "VIP", "audienceId": "mine"}))
    echoed = caller.create(audience)
    raw.answer = http(200, dumps({"id": "theirs", "name": "VIP", "audienceId": "mine"}))
    named = caller.create(audience)
    caller.close()
    assert isinstance(echoed, Receipt)
    assert isinstance(named, Receipt)
    assert (echoed.id, named.id) == (None, "theirs")


def test_a_draft_does_not_change_when_what_it_was_made_of_does() -> None:
    fields: Any = {"batch": {"type": "emails"}}
    audience = Audience(name="VIP", provider_fields=fields)
    fields["batch"]["type"] = "wrong"
    assert audience.provider_fields.get("batch") == {"type": "emails"}


class Odd(str):
    """A string that is not exactly one."""


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.builds(Odd, st.text()),
        lambda inner: (
            st.lists(inner) | st.tuples(inner) | st.dictionaries(st.integers() | st.none() | st.text(), inner)
        ),
        max_leaves=5,
    )
)
def test_whatever_is_in_provider_fields_is_prepared_or_refused(key: str, value: Any) -> None:
    fields: Any = {key: {**case(key).FIELDS, "x": value}}
    try:
        make(key).prepare(Audience(name="VIP", provider_fields=fields))
    except InvalidError as error:
        assert error.problems  # noqa: PT017  # most are refused, by one rule or another


@pytest.mark.parametrize("audience", [{"name": "VIP"}, None, "VIP"])
def test_what_is_no_draft_is_refused(key: str, audience: Any) -> None:
    with pytest.raises(InvalidError, match="must be an Audience"):
        make(key).create(audience)
