"""The generated clients build requests and parse answers; nothing in them sends, or holds a connection or a token.

The numbers are those of the known hazards of clients by openapi-python-client, which its own templates bring about.
"""

import importlib
import inspect
import io
import json
import pkgutil
import re
import sys
from importlib.resources import files
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import audience_clients
import processes
from audience_clients.adobe.api.audiences import create_audience
from audience_clients.adobe.models import (
    CreateAudienceAccept,
    CreateAudienceBody,
    CreateAudienceCreateAudienceMetaOnly,
    CreateAudienceResponse200,
)
from audience_clients.adobe_ims.api.tokens import create_token
from audience_clients.adobe_ims.models import CreateTokenBody, CreateTokenBodyGrantType, CreateTokenResponse200
from audience_clients.batch.api.audiences import audience_create
from audience_clients.batch.models import AudienceCreateBody, AudienceCreateBodyType, AudienceCreateResponse202, Error
from audience_clients.commbox.api.audiences import post_audiences
from audience_clients.commbox.models import PostAudiencesBody, PostAudiencesResponse201, PostAudiencesResponse400
from audience_clients.commbox.types import File

pytestmark = pytest.mark.wheel

MODULES = [found.name for found in pkgutil.walk_packages(audience_clients.__path__, "audience_clients.")]
OPERATIONS = [name for name in MODULES if re.fullmatch(r"audience_clients\.\w+\.api\.\w+\.\w+", name)]
PROVIDERS = sorted({name.split(".")[1] for name in MODULES})
BLOCKED = """
import importlib, sys
class Blocked:
    def find_spec(self, name, *_):
        if name.split(".")[0] in {"httpx2", "httpcore2", "requests", "urllib3", "aiohttp"}:
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Blocked())
for name in sys.argv[1:]:
    importlib.import_module(name)
assert "httpx2" not in sys.modules
print(len(sys.argv[1:]))
"""


def _commbox(content: bytes = b"phone1\r\n442079832100\r\n", **names: Any) -> dict[str, Any]:
    body = PostAudiencesBody(name="NE_USA-above50", audience_file=File(io.BytesIO(content), **names))
    return post_audiences.build_request(body=body)


def _adobe() -> dict[str, Any]:
    return create_audience.build_request(
        body=CreateAudienceBody(name="a"),
        create_audience_meta_only=CreateAudienceCreateAudienceMetaOnly.TRUE,
        accept=CreateAudienceAccept.APPLICATIONVND_ADOBE_EXTERNAL_AUDIENCESJSON_VERSION2,
        x_gw_ims_org_id="org",
        x_sandbox_name="prod",
    )


def _adobe_ims() -> dict[str, Any]:
    grant = CreateTokenBodyGrantType.CLIENT_CREDENTIALS
    return create_token.build_request(body=CreateTokenBody(grant, client_id="i", client_secret="&s", scope="a,b"))


def _batch() -> dict[str, Any]:
    body = AudienceCreateBody(name="a", type_=AudienceCreateBodyType.CUSTOM_IDS)
    return audience_create.build_request(body=body, x_batch_project="project")


# Nothing is sent; with a transport of its own it reads no certificates.
_CLIENT = httpx2.Client(
    base_url="https://api.example/v1", transport=httpx2.MockTransport(lambda _: httpx2.Response(200))
)


def _sent(built: dict[str, Any]) -> httpx2.Request:
    """The request that httpx2 makes of what a builder gives, its body read."""
    request = _CLIENT.build_request(**built)
    request.read()
    return request


def _multipart(request: httpx2.Request) -> tuple[str, list[tuple[str, bytes]]]:
    boundary = request.headers["Content-Type"].partition("boundary=")[2]
    parts = request.content.split(f"--{boundary}".encode())[1:-1]
    return boundary, [(part.partition(b"\r\n\r\n")[0].decode(), part.partition(b"\r\n\r\n")[2][:-2]) for part in parts]


def test_hazard_1_the_multipart_boundary_is_random() -> None:
    assert "Content-Type" not in _commbox()["headers"]
    assert _multipart(_sent(_commbox()))[0] != _multipart(_sent(_commbox()))[0]


@given(st.binary())
def test_hazard_1_any_file_arrives_whole(content: bytes) -> None:
    content += b'\r\n--+++\r\nContent-Disposition: form-data; name="name"\r\n\r\nforged\r\n--+++--'
    (name, _), (file, received) = _multipart(_sent(_commbox(content)))[1]
    assert 'name="name"' in name
    assert 'name="audience_file"' in file
    assert received == content


def documents_a_class(name: str, status: int) -> bool:
    """Whether an operation's module parses all statuses of a hundred, or all."""
    source = inspect.getsource(importlib.import_module(name))
    return f"{status // 100}00 <= response.status_code" in source or "    response_default =" in source


@pytest.mark.parametrize("status", [100, 204, 418, 520, 527, 561, 599, 999])
def test_hazards_2_and_5_an_undocumented_status_is_no_error_and_the_caller_keeps_the_whole_answer(status: int) -> None:
    response = httpx2.Response(status, headers={"Retry-After": "3"}, content=b"<html>")
    for name in OPERATIONS:
        assert documents_a_class(name, status) or importlib.import_module(name).parse_response(response) is None, name


def test_hazards_6_to_10_no_module_has_a_client_or_a_function_that_sends() -> None:
    for found, value in [pair for name in MODULES for pair in vars(importlib.import_module(name)).items()]:
        if found.startswith("@"):
            # pytest rewrites the assertions of a distribution that has a plugin.
            continue
        assert "Client" not in found
        assert not inspect.ismodule(value) or value.__name__.startswith("audience_clients") or found in ("datetime",)
        assert not inspect.iscoroutinefunction(value)
        assert found not in {"sync", "sync_detailed", "asyncio", "asyncio_detailed", "errors"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_hazards_7_to_9_an_operation_takes_and_gives_neither_credentials_nor_time_outs(name: str) -> None:
    module = importlib.import_module(name)
    own = {found for found, value in vars(module).items() if getattr(value, "__module__", "") == name}
    assert own == {"build_request", "parse_response"}
    words = re.compile("token|auth|api_?key|secret|client|timeout", re.IGNORECASE)
    found = [each for each in inspect.signature(module.build_request).parameters if words.search(each)]
    # Batch calls what `view` is asked about a token; a parameter of the spec is no credential.
    spec = files(audience_clients).joinpath(name.split(".")[1], "openapi.json").read_text("utf-8")
    assert [each for each in found if f'"name": "{each}"' not in spec] == []


def test_hazards_7_to_9_a_built_request_is_what_the_spec_says_and_nothing_more() -> None:
    for built in (_adobe(), _adobe_ims(), _batch(), _commbox()):
        assert built.keys() <= {"method", "url", "params", "headers", "json", "files", "data"}
        assert {"authorization", "x-api-key"}.isdisjoint(name.lower() for name in built["headers"])


def test_every_client_is_imported_where_no_http_library_can_be() -> None:
    command = [sys.executable, "-c", BLOCKED, *MODULES]
    ran = processes.run(command)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"{len(MODULES)}\n", "")


@given(names=st.fixed_dictionaries({}, optional={"file_name": st.sampled_from(["", None, "a.csv"]),
                                                 "mime_type": st.sampled_from(["", None, "text/csv"])}))  # fmt: skip
def test_hazard_11_a_file_part_always_has_a_file_name_and_a_media_type(names: dict[str, Any]) -> None:
    head = _multipart(_sent(_commbox(**names)))[1][1][0]
    assert f'filename="{names.get("file_name") or "file"}"' in head
    assert f"Content-Type: {names.get('mime_type') or 'application/octet-stream'}" in head


@pytest.mark.parametrize("provider", PROVIDERS)
def test_hazard_13_every_operation_of_the_effective_spec_has_a_module(provider: str) -> None:
    spec = json.loads(files("audience_clients").joinpath(provider, "openapi.json").read_text("utf-8"))
    paths = ((re.sub("{.+?}", "{}", path), found) for path, found in spec["paths"].items())
    documented = sorted(f"{method.upper()} {path}" for path, found in paths for method in found)
    modules = [importlib.import_module(name) for name in OPERATIONS if name.split(".")[1] == provider]
    said = [re.match("Build `(.+?)`", str(module.build_request.__doc__)) for module in modules]
    # A parameter of the path has another name in Python, where it is not in snake case.
    assert sorted(re.sub("{.+?}", "{}", found[1]) for found in said if found) == documented


def test_hazard_14_the_clients_are_typed_for_their_users() -> None:
    assert files("audience_clients").joinpath("py.typed").is_file()


def test_hazard_15_a_time_with_seven_digits_is_parsed_and_the_answer_keeps_the_last_one() -> None:
    answer = {"response_time": "2025-02-06T07:51:52.2581942Z", "data": {"id": "312345"}}
    response = httpx2.Response(201, json=answer)
    parsed = post_audiences.parse_response(response)
    assert isinstance(parsed, PostAudiencesResponse201)
    assert str(parsed.response_time) == "2025-02-06 07:51:52.258194+00:00"
    assert response.json() == answer


def test_batch_is_asked_and_understood() -> None:
    request = _sent(_batch())
    assert (request.method, str(request.url)) == ("POST", "https://api.example/v1/audiences/create")
    assert request.headers["X-Batch-Project"] == "project"
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.content) == {"name": "a", "type": "custom_ids"}
    accepted = httpx2.Response(202, json={"indexing_token": "t"})
    assert audience_create.parse_response(accepted) == AudienceCreateResponse202(indexing_token="t")
    for status in (400, 401, 429, 500, 503):
        refused = httpx2.Response(status, json={"error_code": "c", "error_message": "m"})
        assert audience_create.parse_response(refused) == Error(error_code="c", error_message="m")


def test_adobe_is_asked_and_understood_in_both_revisions_of_its_page() -> None:
    request = _sent(_adobe())
    assert str(request.url) == "https://api.example/v1/core/ais/audiences?createAudienceMetaOnly=true"
    assert request.headers["Accept"] == "application/vnd.adobe.external.audiences+json; version=2"
    assert (request.headers["x-gw-ims-org-id"], request.headers["x-sandbox-name"]) == ("org", "prod")
    assert json.loads(request.content) == {"name": "a"}
    for answer in ({"name": "a", "audienceId": "i"}, {"id": "s", "name": "a", "audienceId": "i"}):
        parsed = create_audience.parse_response(httpx2.Response(200, json=answer))
        assert isinstance(parsed, CreateAudienceResponse200)
        assert parsed.to_dict() == answer


@pytest.mark.parametrize("missing", ["accept", "create_audience_meta_only", "x_gw_ims_org_id", "x_sandbox_name"])
def test_adobe_cannot_be_asked_without_what_its_page_requires(missing: str) -> None:
    given_ = {
        "create_audience_meta_only": CreateAudienceCreateAudienceMetaOnly.TRUE,
        "accept": next(iter(CreateAudienceAccept)),
        "x_gw_ims_org_id": "org",
        "x_sandbox_name": "prod",
    }
    del given_[missing]
    build: Any = create_audience.build_request
    with pytest.raises(TypeError, match=f"'{missing}'"):
        build(body=CreateAudienceBody(), **given_)


def test_adobe_has_one_value_for_accept_and_meta_only_and_none_by_default_for_namespace_and_origin() -> None:
    assert [str(value) for value in CreateAudienceAccept] == [
        "application/vnd.adobe.external.audiences+json; version=2"
    ]
    assert [str(value) for value in CreateAudienceCreateAudienceMetaOnly] == ["true"]
    assert CreateAudienceBody().to_dict() == {}


def test_adobes_token_endpoint_is_asked_and_understood() -> None:
    request = _sent(_adobe_ims())
    assert _adobe_ims()["headers"] == {"Content-Type": "application/x-www-form-urlencoded"}
    assert request.content == b"grant_type=client_credentials&client_id=i&client_secret=%26s&scope=a%2Cb"
    answer = {"access_token": "t", "token_type": "bearer", "expires_in": 86399}
    assert create_token.parse_response(httpx2.Response(200, json=answer)) == CreateTokenResponse200(
        "t", "bearer", 86399
    )


def test_commbox_is_asked_and_understood() -> None:
    request = _sent(_commbox(file_name="a.csv", mime_type="text/csv"))
    assert (request.method, str(request.url)) == ("POST", "https://api.example/v1/audiences")
    (_, name), (file, content) = _multipart(request)[1]
    assert name == b"NE_USA-above50"
    assert 'filename="a.csv"\r\nContent-Type: text/csv' in file
    assert content == b"phone1\r\n442079832100\r\n"
    made = post_audiences.parse_response(httpx2.Response(201, json={"status": 201, "data": {"id": "312345"}}))
    assert isinstance(made, PostAudiencesResponse201)
    assert made.data.id == "312345"
    refused = post_audiences.parse_response(httpx2.Response(400, json={"status": 400, "description": "Bad Request"}))
    assert refused == PostAudiencesResponse400(status=400, description="Bad Request")
