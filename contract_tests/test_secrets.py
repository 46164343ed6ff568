"""Credentials and personal data stay out of what is printed; names and the provider's words are there for who asks."""

import copy
from dataclasses import asdict
from typing import Any

import pytest

from audiences import Audience, InvalidError, PhoneFile, Secret
from callers import make
from canaries import shown
from cases import case
from wire import credential_place

PRIVATE = ["VIP-name", "ada@example.org", "442079832100"]


def test_a_prepared_request_can_be_copied_and_made_a_dict(key: str) -> None:
    request = make(key).prepare(case(key).good())
    assert copy.deepcopy(request).headers == request.headers
    assert asdict(request)["headers"] == request.headers


def test_no_repr_shows_a_secret(key: str) -> None:
    provider = make(key)
    request = provider.prepare(case(key).good())
    text = (
        shown(provider)
        + shown(request)
        + shown(request.headers)
        + request.curl()
        + request.text()
        + str(request.redacted())
    )
    for secret in case(key).SECRETS:
        assert secret not in text


def test_a_curl_line_has_every_header_and_variables_for_secrets(key: str) -> None:
    curl = make(key).prepare(case(key).good()).curl()
    assert f'-H "{": ".join(credential_place(key))}${key.upper()}_' in curl
    for name in make(key).prepare(case(key).good()).headers:
        assert f"{name}: " in curl


def test_no_repr_of_a_draft_shows_names_or_members() -> None:
    file = PhoneFile(b"phone1\r\n442079832100", "442079832100.csv")
    text = shown(file) + shown(Audience(name="VIP-name", description="VIP-name", members=file))
    assert not any(private in text for private in PRIVATE)


@pytest.mark.parametrize("key", ["batch"])
def test_an_invalid_draft_is_described_by_shape_not_by_content(key: str) -> None:
    _, mail, number = PRIVATE
    wrong: Any = {"batch": {"type": number}}
    with pytest.raises(InvalidError) as caught:
        make(key).create(Audience(name=mail, provider_fields=wrong))
    assert not any(private in shown(caught.value) for private in PRIVATE)
    assert {problem.field for problem in caught.value.problems} == {"name", "provider_fields['batch']['type']"}
    assert "string of 15 characters" in str(caught.value)
    assert "effective spec /paths" in str(caught.value)


def test_a_secret_shows_stars() -> None:
    assert f"{Secret('key-4711')} {Secret('key-4711')!r}" == "Secret('***') Secret('***')"
    assert Secret("key-4711").reveal() == "key-4711"
