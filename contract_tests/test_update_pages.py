"""Pages as they are served: a spec comes out character by character, or a sentence says why there is none."""

import codecs
import html
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small_project
from pipeline import validity
from pipeline._errors import PipelineError
from pipeline.pages import samples_of, spec_of, text_of
from pipeline.published import licence_of

PAGES = Path(__file__).parent / "pages"
JSON = json.dumps(small_project.SPEC, indent=1)
YAML = small_project.as_yaml(small_project.SPEC)


def fenced(spec: str = JSON, fence: str = "```", language: str = "json") -> str:
    text = (PAGES / "fenced.md").read_text("utf-8")
    return text.replace("FENCE_END", fence).replace("FENCE", f"{fence}{language}").replace("SPEC", spec)


def rendered(spec: str = JSON) -> str:
    return (PAGES / "page.html").read_text("utf-8").replace("SPEC", html.escape(spec))


@pytest.mark.parametrize("fence", ["```", "``````", "~~~", "~~~~"])
@pytest.mark.parametrize("language", ["", "json", "JSON title=spec", "javascript", "yaml POST /lists"])
@pytest.mark.parametrize("spec", [JSON, YAML.rstrip()], ids=["JSON", "YAML"])
def test_a_spec_is_found_by_what_it_is_whatever_its_fence_says(fence: str, language: str, spec: str) -> None:
    assert spec_of(text_of(fenced(spec, fence, language).encode())) == spec


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=40))
def test_a_spec_in_html_comes_out_with_every_character_that_was_escaped(text: str) -> None:
    spec = json.dumps({**small_project.SPEC, "x-text": text}, ensure_ascii=False)
    assert spec_of(text_of(rendered(spec).encode())) == spec


def test_a_spec_in_a_fence_whose_quotation_marks_are_entities_comes_out_as_it_was() -> None:
    spec = json.dumps({**small_project.SPEC, "x-text": "a < b & c"})
    for escaped in (html.escape(spec), spec.replace('"', "&#34;")):
        assert spec_of(text_of(fenced(escaped).encode())) == spec


def test_a_spec_that_can_be_read_keeps_the_entities_in_its_texts() -> None:
    spec = json.dumps({**small_project.SPEC, "x-text": "&quot;a&#34;"})
    assert spec_of(text_of(fenced(spec).encode())) == spec


@pytest.mark.parametrize("text", ["a&b;c", "AT&T", "1 < 2", "?a=1&when=x;"])
def test_a_spec_in_html_keeps_what_is_not_escaped_and_no_mark_of_html(text: str) -> None:
    spec = json.dumps({**small_project.SPEC, "x-text": text})
    page = (PAGES / "page.html").read_text("utf-8").replace("SPEC", spec)
    assert spec_of(text_of(page.encode())) == spec


def test_a_spec_in_html_may_have_the_fences_of_markdown_in_it() -> None:
    spec = YAML + "x-text: |\n ```\n ````\n words"
    assert spec_of(text_of(rendered(spec).encode())) == spec


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, b""], ids=["BOM", "no BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("page", [fenced(), rendered()], ids=["Markdown", "HTML"])
def test_byte_order_marks_and_line_ends_make_no_difference_to_what_a_page_says(
    mark: bytes, end: str, page: str
) -> None:
    text = text_of(mark + page.replace("\n", end).encode())
    assert json.loads(spec_of(text)) == small_project.SPEC
    (spoken,) = [sample for sample in samples_of(text) if sample.get("body") == '{"id": "7"}'][1:]
    assert spoken["status"] == 200


def test_a_page_in_the_encoding_that_its_server_names_is_read_in_it() -> None:
    assert "ü" in text_of("# ü".encode("latin-1"), "latin-1")
    assert "ü" in text_of("# ü".encode("utf-16"))


def test_a_document_without_a_licence_states_none() -> None:
    stated = small_project.changed(lambda spec: spec["info"].update(license={"name": "MIT"}))
    assert [licence_of(json.dumps(spec)) for spec in (small_project.SPEC, stated)] == ["none stated", "MIT"]


def test_an_address_of_the_spec_itself_needs_no_page_around_it() -> None:
    assert [spec_of(text_of(text.encode())) for text in (JSON, YAML)] == [JSON, YAML]


def test_of_several_specs_the_one_with_our_operations_is_taken_and_a_copy_of_it_does_not_count() -> None:
    other = json.dumps({**small_project.SPEC, "paths": {"/others": {"get": {}}}})
    page = "\n\n".join(f"```json\n{spec}\n```" for spec in (other, JSON, json.dumps(small_project.SPEC)))
    assert spec_of(page, {"POST /lists"}) == JSON
    with pytest.raises(
        PipelineError, match="'Acme' 1 with GET /others; 'Acme' 1 with POST /lists; of these 2, 0 have PUT"
    ):
        spec_of(page, {"PUT /lists"})


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ((PAGES / "login.html").read_text("utf-8"), "found 0; the page is 'Welcome back'"),
        (
            (PAGES / "gone.html").read_text("utf-8"),
            "the page is 'Page not found'",
        ),
        ("", "the page is empty"),
        (
            fenced('{"name": "one"}'),
            r"found 0; the page is 'Lists', \d+ characters$",
        ),
        (fenced(JSON[:-1]), "one block names 'openapi' but cannot be read: Expecting"),
        (fenced('{"swagger": "2.0"}'), "one block is a swagger document of another kind"),
        (
            fenced("openapi: !!python/object/apply:os.system [ls]"),
            "cannot be read: the tag .*apply:os.system is not one of plain data",
        ),
    ],
)
def test_a_page_without_a_spec_ends_in_a_sentence_that_says_what_it_is_instead(page: str, said: str) -> None:
    with pytest.raises(PipelineError, match=said):
        spec_of(text_of(page.encode()))


@pytest.mark.parametrize("data", [b"\xff\xfe\xfd", b"\x89PNG\r\n\x1a\n\0\0", b"a\0b"])
def test_a_page_that_is_no_text_ends_in_a_sentence(data: bytes) -> None:
    with pytest.raises(PipelineError, match="the page is no text"):
        text_of(data)


def test_a_reference_out_of_the_document_is_named_before_those_that_lead_to_it() -> None:
    spec = small_project.changed(
        lambda s: (
            small_project.answer(s)["properties"].update(a={"$ref": "#/components/schemas/A"}),
            s.update(components={"schemas": {"A": {"$ref": "file:///etc/hostname"}}}),
        )
    )
    (said,) = validity.problems(spec)
    assert said.startswith("/components/schemas/A/$ref: 'file:///etc/hostname' is in another document")
