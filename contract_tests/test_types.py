"""What a type checker knows of a draft and of a receipt. `make types` fails where an error expected here is none."""

from typing import Any, assert_type, get_args

import httpx2
import pytest

import audiences
from audience_clients.batch.models import AudienceCreateResponse202
from audiences import Audience, Batch, InvalidError, Receipt, aio
from audiences.fields import BatchFields, ProviderFields
from callers import make
from cases import KEYS, case, good_response


def test_a_wrong_name_or_value_in_provider_fields_is_an_error_of_types_too() -> None:
    own: BatchFields = {"type": "emails", "display_name": "VIP"}
    Audience(name="VIP", provider_fields={"batch": own, "adobe": {"originName": "crm"}})
    with pytest.raises(InvalidError, match="not a provider"):
        Audience(name="VIP", provider_fields={"bach": {}})  # type: ignore[typeddict-unknown-key]
    for wrong in (
        Audience(name="VIP", provider_fields={"batch": {"type": "email"}}),  # type: ignore[typeddict-item]
        Audience(name="VIP", provider_fields={"batch": {"typ": "emails"}}),  # type: ignore[typeddict-unknown-key]
        Audience(name="VIP", provider_fields={"batch": {"type": "emails", "display_name": 1}}),  # type: ignore[typeddict-item]
    ):
        with pytest.raises(InvalidError):
            make("batch").prepare(wrong)


@pytest.mark.parametrize("key", KEYS)
def test_provider_fields_have_the_properties_of_the_request_that_are_no_fields_of_the_draft(key: str) -> None:
    adapter = make(key).adapter
    properties = adapter.create.spec.body.at(adapter.draft.within).properties.keys()
    typed = ProviderFields.__annotations__[key].__annotations__
    assert typed.keys() == (properties | {*adapter.draft.in_path}) - adapter.draft.fields.keys()


def test_the_model_of_a_receipt_has_a_type_that_depends_on_the_provider() -> None:
    created = httpx2.MockTransport(lambda _: httpx2.Response(202, json={"indexing_token": "abc"}))
    with Batch(api_key="key", project="project", transport=created) as batch:
        receipt = batch.create(Audience(name="VIP", provider_fields={"batch": {"type": "emails"}}))
    assert_type(receipt, Receipt[AudienceCreateResponse202])
    assert receipt.model
    assert receipt.model.indexing_token == "abc"


@pytest.mark.parametrize("key", KEYS)
def test_the_model_of_a_receipt_is_of_the_type_that_both_classes_state(key: str) -> None:
    answer = httpx2.MockTransport(lambda _: good_response(key))
    provider = make(key, transport=answer)
    model = type(provider.create(case(key).good()).model)
    assert stated(provider) in (model, Any)
    assert stated(make(key, aio)) is stated(provider)


def stated(provider: Any) -> Any:
    """What a provider's class says; one that is just laid out says nothing."""
    (base,) = vars(type(provider)).get("__orig_bases__", (audiences.Provider[Any],))
    (model,) = get_args(base)
    return model
