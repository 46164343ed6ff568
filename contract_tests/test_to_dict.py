"""What is known of a call as values of JSON: the same from the library as from the command."""

import json
from typing import get_type_hints

import pytest

import audiences
from audiences import Audience, AudiencesError, InvalidError, Problem, Receipt, aio
from audiences._json import dumps
from callers import Caller, make
from cases import KEYS, good_answer
from raw_server import RawServer, http

ERRORS = [each for each in vars(audiences).values() if isinstance(each, type) and issubclass(each, AudiencesError)]


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_gives_the_same_keys_all_of_them_json(kind: type[AudiencesError]) -> None:
    error = kind("words", provider="Batch")
    known = error.to_dict()
    assert json.loads(json.dumps(known)) == known
    assert known.keys() == AudiencesError("").to_dict().keys()
    assert (known["error"], known["message"]) == (kind.__name__, str(error))
    assert (known["outcome"], type(known["outcome"])) in ((error.outcome, str), (None, type(error.outcome)))


def test_what_a_refused_draft_breaks_is_listed_in_it() -> None:
    problem = Problem("name", "must not be empty", "empty string", "our rule")
    (listed,) = InvalidError.of([problem]).to_dict()["problems"]
    assert listed == {"field": "name", "rule": "must not be empty", "shape": "empty string", "source": "our rule"}


def test_a_receipt_and_the_errors_of_an_answer_have_what_the_provider_said(caller: Caller, raw: RawServer) -> None:
    raw.answer = good_answer(caller.key)
    receipt = caller.create(caller.case.good())
    assert isinstance(receipt, Receipt)
    known = receipt.to_dict()
    assert json.loads(json.dumps(known)) == known
    assert (known["name"], known["id"], known["operation_token"]) == ("VIP", receipt.id, receipt.operation_token)
    raw.answer = http(caller.case.SUCCESS, b'{"told": "words"}')
    unusable = caller.create(caller.case.good()).to_dict()
    assert (unusable["error"], unusable["body"]) == ("SpecViolationError", '{"told": "words"}')
    raw.answer = http(400, dumps(caller.case.ERROR))
    refused = caller.create(caller.case.good()).to_dict()
    assert (refused["status"], refused["body"]) == (400, None)
    # The documents may have an example of the words.
    assert json.dumps(refused["provider_message"]) in json.dumps(caller.case.ERROR)


def test_provider_is_a_type_for_any_provider_object_of_its_side() -> None:
    def push(provider: audiences.Provider, draft: Audience) -> audiences.Receipt:
        return provider.create(draft)

    async def apush(provider: aio.Provider, draft: Audience) -> audiences.Receipt:
        return await provider.create(draft)

    for key in KEYS:
        assert isinstance(make(key), get_type_hints(push)["provider"])
        assert isinstance(make(key, aio), get_type_hints(apush)["provider"])
        assert not isinstance(make(key), aio.Provider)
