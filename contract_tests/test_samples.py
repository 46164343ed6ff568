"""The samples of the providers' pages, replayed: the library says the same, and understands each answer."""

import json
import re
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from audience_contract.mock.provider import load
from audiences import AudiencesError, Receipt
from callers import Caller, make
from cases import KEYS, case, good_answer
from raw_server import RawServer, http
from wire import media_of, operation_of

SPECS = Path(__file__).parent.parent / "specs"
# Not ours to repeat: set by whoever sends, or, for the accept-all of a documentation tool, too little to say.
NOT_COMPARED = {"content-length", "host", "user-agent"}


def samples(key: str, kind: str) -> list[dict[str, Any]]:
    file = SPECS / key / "samples" / "create.json"
    found = json.loads(file.read_text("utf-8")) if file.exists() else []
    return [sample for sample in found if sample["kind"] == kind]


def parametrized(kind: str, *needs: str) -> pytest.MarkDecorator:
    pairs = [(key, sample) for key in KEYS for sample in samples(key, kind) if all(sample.get(name) for name in needs)]
    return pytest.mark.parametrize(("key", "sample"), pairs, ids=[f"{key}-{n}" for n, (key, _) in enumerate(pairs)])


def repaired(text: str) -> Any:
    """The JSON value of a sample body; the colon that Adobe's sample lacks is put in."""
    return json.loads(re.sub(r'^(\s*"\w+") "', r'\1: "', text, flags=re.MULTILINE))


def sent(key: str, raw: RawServer, audience: Any, **options: Any) -> Any:
    raw.answer = good_answer(key)
    with make(key, **options) as provider:
        provider.create(audience)
    return raw.last()


@parametrized("request", "headers")
def test_a_sample_request_and_ours_have_the_same_method_target_headers_and_json(
    key: str, sample: dict[str, Any], raw: RawServer
) -> None:
    target = urlsplit(sample["target"])
    # The sample's path without the operation's own is its base: it holds the version at Batch, the prefix at Adobe.
    base = target.path.removesuffix(operation_of(key).path)
    body = repaired(sample["body"])
    request = sent(key, raw, case(key).sample(body), base_url=raw.url + base)
    assert request.method == sample["method"]
    assert request.target == f"{target.path}{'?' if target.query else ''}{target.query}"
    assert json.loads(request.body) == body
    for name, value in sample["headers"]:
        if name.lower() in NOT_COMPARED or (name, value) == ("Accept", "*/*"):
            continue
        (ours,) = request.values(name)
        # The values of credentials are placeholders; only their form is compared.
        placeholder = f"header {name}".lower() in {place.lower().removesuffix(" basic") for place in load(key).settings}
        assert (ours.split(" ")[0] if placeholder and " " in value else ours) == (
            value.split(" ")[0] if placeholder and " " in value else ours if placeholder else value
        )


@parametrized("request", "target")
def test_a_sample_target_ends_in_what_the_library_requests(key: str, sample: dict[str, Any], raw: RawServer) -> None:
    ours = sent(key, raw, case(key).good(), base_url=raw.url + case(key).PATH).target
    theirs = re.sub(r"^/[\d.]+/", "/", urlsplit(sample["target"])._replace(scheme="", netloc="").geturl())
    own = ours.removeprefix(case(key).PATH)
    # A page may write the path without what it has in common with others.
    assert theirs.endswith(own) or own.endswith(theirs)


@pytest.mark.parametrize("version", ["2.8", "2.11"])
def test_batchs_version_is_an_argument(version: str, raw: RawServer) -> None:
    audience = case("batch").good()
    request = sent("batch", raw, audience, base_url=f"{raw.url}/{{version}}", version=version)
    assert request.target == f"/{version}/audiences/create"


@parametrized("request", "body")
def test_a_sample_body_and_ours_are_equal_json(key: str, sample: dict[str, Any], raw: RawServer) -> None:
    body = repaired(sample["body"])
    assert json.loads(sent(key, raw, case(key).sample(body), base_url=raw.url).body) == body


@parametrized("request", "parts")
def test_sample_parts_and_ours_have_the_same_names_and_text(key: str, sample: dict[str, Any], raw: RawServer) -> None:
    parts = dict(sample["parts"])
    request = sent(key, raw, case(key).sample(parts), base_url=raw.url)
    head = f"Content-Type: {request.values('content-type')[0]}\r\n\r\n".encode()
    found = {}
    for part in message_from_bytes(head + request.body, policy=HTTP).iter_parts():
        name = part.get_param("name", header="content-disposition")
        found[name] = (part.get_filename(), part.get_content())
    assert found.keys() == parts.keys()
    for name, text in parts.items():
        if text.startswith("@"):
            assert found[name][0] == text.rpartition("/")[2]
        else:
            assert found[name][1] == text


@parametrized("response", "body")
def test_a_sample_response_becomes_the_right_receipt_or_error(key: str, sample: dict[str, Any], raw: RawServer) -> None:
    raw.answer = http(sample["status"], sample["body"].encode(), media_of(key))
    caller, body = Caller(key, raw.url, None), json.loads(sample["body"])
    result = caller.create(case(key).good())
    caller.close()
    assert result.deviations == ()
    assert result.status == sample["status"]
    if sample["status"] < 300:
        assert isinstance(result, Receipt)
        assert (result.id, result.operation_token) == case(key).handle(body)
        assert result.model
        assert result.model.to_dict().keys() == body.keys()
    else:
        assert isinstance(result, AudiencesError)
        assert result.provider_message in body.values()


@pytest.mark.page
def test_batchs_page_names_three_versions() -> None:
    """Deviation: the document says 2.9, its server 2.10, the rendered sample 2.8."""
    document = json.loads((SPECS / "batch" / "openapi.json").read_text("utf-8"))
    (rendered,) = (sample["target"] for sample in samples("batch", "request") if "target" in sample)
    assert document["info"]["version"] == "2.9"
    assert document["servers"][0]["variables"]["version"]["default"] == "2.10"
    assert rendered.startswith("/2.8/")


@pytest.mark.page
def test_adobes_sample_body_is_not_json() -> None:
    """Deviation: the colon after `description` is missing."""
    (body,) = (sample["body"] for sample in samples("adobe", "request") if "body" in sample)
    with pytest.raises(ValueError, match="delimiter"):
        json.loads(body)


@pytest.mark.page
def test_commboxs_examples_are_arguments_of_curl() -> None:
    """Deviation: the examples in the published spec repeat the part's name and an equals sign."""
    document = json.loads((SPECS / "commbox" / "openapi.json").read_text("utf-8"))
    content = document["paths"]["/audiences"]["post"]["requestBody"]["content"]["multipart/form-data"]
    for name, member in content["schema"]["properties"].items():
        assert member["example"].startswith(f"{name}=")
