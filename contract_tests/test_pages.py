"""Small pages in the formats of the providers' pages: what is taken out of them, and what is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small_project
from pipeline import samples, vendor
from pipeline.__main__ import main
from pipeline._errors import PipelineError
from pipeline.folders import Provider, providers
from pipeline.pages import samples_of, spec_of

MARKDOWN = """# Create

> Makes a list. It speaks of HTTP 500 in passing.

````json POST /lists
{spec}
````

## Request structure

The payload:

```json
{{"name": "one"}}
```

- `name` **(required)**: The name (Example: name=NE-50)
- `file`: A file. Use `@` and a path (Example: file=@/home/list.csv)

## Responses

### Success

You will receive an **HTTP 202** confirmation.

```json
{{"token": "t"}}
```
"""
CURL = """**API format**

```http
POST /lists?meta=true
```

**Request**

```shell
curl -X POST https://acme.example/lists?meta=true \\
 -H 'Authorization: Bearer {TOKEN}'\\
 -H 'Accept: application/vnd.acme+json; version=2'
 -d '{
    "name" "not JSON"
 }'
```

**Response**

A successful response returns HTTP status 200 with words.

```json
{"name": "one"}
```
"""
TEXT = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def spec_texts(draw: st.DrawFn) -> str:
    """A JSON object with an `openapi` key, in any layout that a page may give it."""
    value = {**draw(st.dictionaries(TEXT, VALUES, max_size=3)), "openapi": draw(VALUES)}
    text = json.dumps(value, indent=draw(st.sampled_from([None, 0, 2, "\t"])), ensure_ascii=draw(st.booleans()))
    return draw(st.sampled_from(["", "\n", "  "])) + text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))


@given(text=spec_texts(), fence=st.sampled_from(["```", "````", "`````", "~~~"]), end=st.sampled_from(["\n", "\r\n"]))
def test_any_spec_comes_out_of_its_page_character_for_character(text: str, fence: str, end: str) -> None:
    words = ["# Title", "> `{}` and words", '```json\n{"name": "one"}\n```']
    assert spec_of(end.join([*words, f"{fence}json POST /lists", text, fence, "", "Words."])) == text


@pytest.mark.parametrize("count", [0, 2])
def test_a_page_without_exactly_one_spec_is_refused(count: int) -> None:
    specs = "".join(f'```json\n{{"openapi": "3.1.{number}"}}\n```\n\n' for number in range(count))
    with pytest.raises(PipelineError, match=f"one OpenAPI document in a fenced block, found {count}"):
        spec_of("# Title\n\n" + specs + '```json\n{"name": "one"}\n```\n')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openapi: 3.1.0\ninfo: {title: a\npaths: {}\n", "cannot be read: .*, line 3"),
        ('{"swagger": "2.0"}', "swagger document of another kind"),
    ],
)
@pytest.mark.parametrize("page", ["{}", "# Title\n\n```\n{}\n```\n"], ids=["alone", "in a page"])
def test_what_looks_like_a_spec_and_is_none_is_named_with_what_is_wrong_with_it(
    page: str, text: str, said: str
) -> None:
    with pytest.raises(PipelineError, match=said):
        spec_of(page.replace("{}", text))


def test_markdown_gives_its_request_line_bodies_parts_and_the_examples_of_its_spec() -> None:
    assert samples_of(MARKDOWN.format(spec=json.dumps(small_project.SPEC))) == [
        {"kind": "request", "method": "POST", "target": "/lists"},
        {"kind": "response", "operation": ["POST", "/lists"], "status": 200, "body": '{"id": "7"}'},
        {"kind": "request", "body": '{"name": "one"}'},
        {"kind": "response", "status": 202, "body": '{"token": "t"}'},
        {"kind": "request", "parts": [["name", "NE-50"], ["file", "@/home/list.csv"]]},
    ]


def test_a_curl_command_with_data_and_no_method_is_a_post() -> None:
    (sample,) = samples_of("```sh\n$ curl -sS https://acme.example/lists -d '{}'\n```\n")
    assert (sample["method"], sample["target"], sample["body"]) == ("POST", "https://acme.example/lists", "{}")


def test_a_curl_command_is_read_though_a_line_continuation_is_missing() -> None:
    line, request, response = samples_of(CURL)
    assert line == {"kind": "request", "method": "POST", "target": "/lists?meta=true"}
    assert request == {
        "kind": "request",
        "method": "POST",
        "target": "https://acme.example/lists?meta=true",
        "headers": [["Authorization", "Bearer {TOKEN}"], ["Accept", "application/vnd.acme+json; version=2"]],
        "body": '{\n    "name" "not JSON"\n }',
    }
    assert response == {"kind": "response", "status": 200, "body": '{"name": "one"}'}


def test_the_samples_of_a_page_that_is_compared_by_hand_stay_as_they_were_written_down(tmp_path: Path) -> None:
    root = small_project.write(tmp_path)
    source = root / "specs" / "acme" / "SOURCE.toml"
    by_hand = '[[page]]\nfile = "shown.txt"\naddress = "https://acme.example"\nsha256 = ""\nby_hand = true\n'
    source.write_text(source.read_text("utf-8") + by_hand, "utf-8")
    written = [{"page": "shown.txt", "kind": "response", "status": 400, "body": "{}"}]
    file = Provider(root, "acme").samples
    file.parent.mkdir()
    file.write_text(json.dumps(written), "utf-8")
    assert main(["generate", "--pages", str(root / "pages"), "--root", str(root)]) == 0
    assert json.loads(file.read_bytes())[-1:] == written


@pytest.mark.parametrize(
    ("page", "rule"),
    [
        ("```shell\ncurl --upload-file x https://acme.example\n```", "--upload-file"),
        ("```shell\ncurl -d 'never closed\n```", "No closing quotation"),
        ("```shell\ncurl -X\n```", "cannot be read"),
        ('```json\n{"openapi": "3.1.0"}\n```', "'info' is a required property"),
    ],
)
def test_a_sample_that_cannot_be_read_is_refused(page: str, rule: str) -> None:
    with pytest.raises(PipelineError, match=rule):
        samples_of(page)


@pytest.mark.parametrize("name", [provider.key for provider in providers() if provider.samples.exists()])
def test_the_vendored_samples_are_request_lines_headers_json_and_parts_only(name: str) -> None:
    samples = json.loads(Provider(next(providers()).root, name).samples.read_text("utf-8"))
    for sample in samples:
        fields = {
            "request": {"method", "target", "headers", "body", "parts"},
            "response": {"status", "body"},
        }
        assert sample.keys() - {"page", "kind"} <= fields[sample["kind"]]
        assert (sample.get("body") or "{").lstrip().startswith("{")


def test_the_vendored_files_are_what_the_pages_give(tmp_path: Path) -> None:
    root = small_project.write(tmp_path)
    provider = Provider(root, "acme")
    (document,) = provider.documents
    upstream = document.path.read_bytes()
    document.path.unlink()
    assert main(["generate", "--pages", str(root / "pages"), "--root", str(root)]) == 0
    assert document.path.read_bytes() == upstream
    assert json.loads(provider.samples.read_bytes()) == [
        {"page": "acme.md", "kind": "response", "status": 200, "body": '{"id": "7"}'}
    ]


def test_each_operation_has_its_own_file_of_samples_and_the_one_that_creates_is_create(tmp_path: Path) -> None:
    def listed(spec: small_project.Json) -> None:
        schema = {"type": "object", "properties": {"count": {"type": "integer", "example": 3}}}
        answers = {"200": {"description": "All.", "content": {"application/json": {"schema": schema}}}}
        spec["paths"]["/lists"]["get"] = {"operationId": "get_lists", "tags": ["lists"], "responses": answers}

    root = small_project.write(tmp_path, small_project.changed(listed))
    page = root / "pages" / "acme.md"
    text = page.read_text("utf-8")
    answer = "\n# Response\n```json\n{}\n```\n"
    more = answer.replace("{}", '{"id": "8"}') + "\n```http\nGET /lists\n```\n" + answer.replace("{}", '{"count": 4}')
    source = root / "specs" / "acme" / "SOURCE.toml"
    old, new = (small_project.sha256(each) for each in (text, text + more))
    source.write_text(source.read_text("utf-8").replace(old, new), "utf-8")
    page.write_text(text + more, "utf-8")
    assert main(["generate", "--pages", str(root / "pages"), "--root", str(root)]) == 0
    found = {file.name: json.loads(file.read_bytes()) for file in (root / "specs" / "acme" / "samples").iterdir()}
    bodies = {name: [each["body"] for each in samples if "body" in each] for name, samples in found.items()}
    assert bodies == {"create.json": ['{"id": "7"}', '{"id": "8"}'], "get_lists.json": ['{"count": 3}', '{"count": 4}']}


def test_where_several_documents_have_an_operation_its_samples_are_in_one_file_and_those_in_words_in_their_own(
    tmp_path: Path,
) -> None:
    def replacing(spec: small_project.Json) -> None:
        spec["paths"]["/lists"]["put"] = {**small_project.operation(spec), "operationId": "put_list"}

    provider = Provider(small_project.write(tmp_path), "acme")
    documents = dict.fromkeys(("other.json", provider.documents[0].name), small_project.changed(replacing))
    written: list[small_project.Json] = [
        {"operation": ["POST", "/lists"], "body": "of the document"},
        {"operation": ["PUT", "/lists"], "body": "of the document, too"},
        {"body": "in words"},
        {"method": "PUT", "target": "/lists", "body": "with a target"},
        {"body": "in words, after it"},
    ]
    found = samples.files(provider, documents, [{"page": "acme.md", **each} for each in written])
    bodies = {path.name: [each["body"] for each in json.loads(data)] for path, data in found.items()}
    assert bodies == {
        "create.json": ["of the document", "in words"],
        "put_list.json": ["of the document, too", "with a target", "in words, after it"],
    }


@pytest.mark.parametrize("provider", list(providers()), ids=lambda provider: provider.key)
def test_a_sample_with_a_target_is_in_the_file_of_the_operation_that_its_target_names(provider: Provider) -> None:
    """Adobe's two documents both have a `POST /audiences`. What has none goes by its page."""
    recorded = samples.recorded(provider).items()
    named = {path: [sample for sample in each if "target" in sample] for path, each in recorded}
    found = samples.files(provider, vendor.specs(provider, {}), [sample for each in named.values() for sample in each])
    assert {path: json.loads(data) for path, data in found.items()} == {provider.samples: []} | {
        path: each for path, each in named.items() if each
    }


def test_drift_names_what_differs_from_the_pages_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = small_project.write(tmp_path)
    before = small_project.snapshot(root)
    assert main(["drift", "--pages", str(root / "pages"), "--root", str(root)]) == 1
    assert "missing: specs/acme/samples/create.json" in capsys.readouterr().out
    assert small_project.snapshot(root) == before
