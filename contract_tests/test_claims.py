"""What a page without a spec claims, and how that is held against the spec that we wrote from it."""

import json
from pathlib import Path

import pytest

from pipeline._errors import PipelineError
from pipeline.documents import read
from pipeline.effective import Json, load
from pipeline.folders import providers
from pipeline.pages import text_of
from pipeline.update.claimed import differences
from pipeline.update.claims import Claim, claims_of

PAGES = Path(__file__).parent / "pages"
PAGE = (PAGES / "claims.md").read_text("utf-8")
SPEC_FILE = PAGES / "rooms.yaml"
SPEC = load(SPEC_FILE)
AUTHORED = [provider for provider in providers() if provider.claims.is_file()]


def changes(old: str, new: str) -> list[tuple[str, str, int]]:
    """Of the page with `old` replaced: class, sentence and line of the spec, for each change of a claim."""
    assert old in PAGE
    found = differences(claims_of(PAGE), claims_of(PAGE.replace(old, new)), SPEC, SPEC_FILE)
    return [(change.kind, change.sentence, int(change.lines[0].rpartition(":")[2])) for change in found]


def unheld(claims: list[Claim], spec: Json, file: Path) -> list[str]:
    """What the spec has against the claims of a page."""
    found = differences((), claims, spec, file)
    return [change.sentence for change in found if change.kind != "documentation"]


def test_a_value_that_the_spec_leaves_open_agrees_with_it() -> None:
    assert unheld([{"kind": "header", "name": "X-Shop", "value": "7"}], SPEC, SPEC_FILE) == []


def line(text: str) -> int:
    return next(number for number, line in enumerate(SPEC_FILE.read_text("utf-8").split("\n"), 1) if text in line)


def test_a_page_claims_its_request_line_query_headers_properties_and_answer() -> None:
    assert {tuple(claim.values()) for claim in claims_of(PAGE)} == {
        ("operation", "POST", "/rooms"),
        ("operation", "POST", "https://acme.example/v1/rooms"),
        ("query", "dry", "true"),
        ("header", "Authorization", "Bearer {}"),
        ("header", "Content-Type", "application/json"),
        ("header", "X-Shop", "{}"),
        ("header", "Accept", "application/rooms+json"),
        ("header", "Accept", "application/rooms+json", True),
        ("request property", "name", "string"),
        ("request property", "beds"),
        ("request property", "beds", "integer"),
        ("answer", 200),
        ("answer property", "id", "string"),
        ("answer property", "place", "object"),
        ("answer property", "place/floor", "integer"),
    }


def test_the_claims_have_none_of_the_pages_sentences() -> None:
    words = json.dumps(claims_of(PAGE))
    for prose in ("Words", "It answers", "You", "without a colon"):
        assert prose in PAGE
        assert prose not in words


def test_a_page_that_agrees_with_our_spec_leaves_no_claim_unheld() -> None:
    assert unheld(claims_of(PAGE), SPEC, SPEC_FILE) == []


@pytest.mark.parametrize(
    ("old", "new", "kind", "said", "at"),
    [
        ("POST /rooms?dry", "POST /halls?dry", "breaking-caller", "operation POST /halls", "paths:"),
        ("```http\nPOST", "```http\nPUT", "breaking-caller", "operation PUT /rooms", "paths:"),
        ("v1/rooms", "v0/rooms", "breaking-caller", "example/v1; put this one first", "url: https://acme.example/v0"),
        ("v1/rooms", "v2/rooms", "breaking-caller", "v2/rooms; in the spec, no such operation", "paths:"),
        ("/rooms?dry=true\n```", "/rooms?dry=no\n```", "breaking-caller", "it is one of true", "name: dry"),
        (" -H 'X-Shop", " -H 'X-Store", "breaking-caller", "no such header", "parameters:"),
        ("Accept: application/rooms+json` h", "Accept: text/x` h", "breaking-caller", "it is one of", "name: Accept"),
        ("| `beds` | Integer |", "| `beds` | String |", "breaking-caller", "its type is integer", "beds:"),
        ("| `id` | String |", "| `id` | Integer |", "breaking-reader", "its type is string", "id:"),
        ("| `beds` | I", "| `pets` | Boolean | W. |\n| `beds` | I", "compatible", "no such property", "requestBody:"),
        ("status 200", "status 201", "breaking-caller", "no such answer", "responses:"),
        ('"place": {"floor": 3}', '"place": {}', "undecided", "nothing on the page claims it any more", "floor:"),
    ],
)  # fmt: skip
def test_a_changed_claim_is_classified_and_names_the_line_of_the_spec_that_it_touches(
    old: str, new: str, kind: str, said: str, at: str
) -> None:
    found = changes(old, new)
    assert [(k, number) for k, sentence, number in found if said in sentence] == [(kind, line(at))], found


def test_a_claim_that_the_page_makes_in_another_place_too_is_not_gone() -> None:
    assert changes("| `name` | String | Words. |\n", "") == []


def test_other_words_on_the_page_change_no_claim() -> None:
    assert changes("Words.", "Other words.") == []
    assert changes("| Property | Type |", "| What you send | Type |") == []
    assert changes("curl -X POST", "$ curl --silent --request POST") == []


def test_a_page_that_names_no_request_ends_in_a_sentence() -> None:
    login = text_of((PAGES / "login.html").read_bytes())
    with pytest.raises(PipelineError, match="no request line and no curl command; the page is 'Welcome back'"):
        claims_of(login)


@pytest.mark.page
def test_every_recorded_claim_of_a_providers_page_is_in_the_spec_that_we_wrote_from_it() -> None:
    assert [provider.key for provider in AUTHORED] == ["adobe"]
    for provider in AUTHORED:
        recorded = read(provider.claims)
        files = {page["file"]: provider.specs / page["document"] for page in provider.source["page"]}
        for page, claims in recorded.items():
            assert unheld(claims, load(files[page]), files[page]) == []
