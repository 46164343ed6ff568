"""All findings of a provider, what copes with each, and the file that lists them."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from .._errors import PipelineError
from ..markdown import code
from ..rooms import Provider
from . import in_facts, in_samples, in_spec
from .finding import RULES, SEVERITIES, Evidence, Finding
from .material import Json, Material

_OPEN = "open"
# Rules with which the library copes in the same way at every provider: how, where, and the test of it.
_STATUSES = (
    "every status has an outcome, documented or not",
    "wrapper/audiences/_call.py",
    "contract_tests/test_answers.py::test_every_status_that_is_no_success_has_its_error_and_outcome",
)
_SAMPLES = (
    "requests are built from the spec and compared with the samples' data",
    "wrapper/audiences/_provider.py",
    "contract_tests/test_samples.py::test_a_sample_request_and_ours_have_the_same_method_target_headers_and_json",
)
_EVERYWHERE = {
    "errors-undocumented": _STATUSES,
    "statuses-undocumented": _STATUSES,
    "curl-not-pasteable": _SAMPLES,
    "sample-not-json": _SAMPLES,
    "success-without-required": (
        "a success without an id or token is an error with the outcome applied",
        "wrapper/audiences/_call.py",
        "contract_tests/test_answers.py::test_a_success_without_what_a_receipt_needs_is_a_violation_that_shows_the_pointers",
    ),
}


def files(found: Sequence[Provider]) -> dict[Path, bytes]:
    """Each provider's DEVIATIONS.md, as it should be."""
    return {provider.deviations: _page(provider).encode("utf-8") for provider in found}


def findings(material: Material) -> list[Finding]:
    """What is contradicted, each once, the gravest first."""
    found = {each.id: each for each in chain.from_iterable(each.find(material) for each in _DETECTORS)}
    return sorted(found.values(), key=lambda each: ([*SEVERITIES].index(each.severity), each.id))


def coping(material: Material, finding: Finding) -> str:
    """The overlay action or the wrapper's rule that copes with a finding."""
    return "; ".join([*_overlay(material, finding), *_wrapper(material, finding)]) or _OPEN


_DETECTORS = (in_spec, in_samples, in_facts)


def _overlay(material: Material, finding: Finding) -> Iterator[str]:
    """The action after which the spec no longer has the finding."""
    if finding not in in_spec.find(material):
        return
    for number, (action, spec) in enumerate(material.actions):
        if finding.id not in {each.id for each in in_spec.find(material.having(spec))}:
            yield f"overlay action {number}, {code(action['target'])}"
            return


def _wrapper(material: Material, finding: Finding) -> Iterator[str]:
    named = [(c["how"], c["file"], c["test"]) for c in material.copings if c["finding"] == finding.id]
    everywhere = _EVERYWHERE.get(finding.rule)
    for how, file, test in named or ([everywhere] if everywhere else []):
        yield f"{how}: `{file}`, `{test}`"


def _page(provider: Provider) -> str:
    material = Material.of(provider)
    found = findings(material)
    unknown = {each["finding"] for each in material.copings} - {each.id for each in found}
    if unknown:
        raise PipelineError(f"{provider.facts}: /coping: there is no finding {', '.join(sorted(unknown))}")
    return "\n".join([*_head(provider, found), *chain.from_iterable(_entry(material, each) for each in found)]) + "\n"


def _head(provider: Provider, found: Sequence[Finding]) -> Iterator[str]:
    title = provider.source.get("class", provider.key)
    yield f"# {title}: where its documents contradict each other, or leave open what a client needs"
    yield ""
    files = ", ".join(f"`{document.name}` ({document.kind})" for document in provider.documents)
    yield "Written by `make deviations` from what is vendored here; not to be edited. Places are JSON pointers into"
    yield f"{files},"
    yield "samples, or pages with a confidence: H for the vendor's own text, M for a part, an older or a translated"
    yield "copy of it. What nothing copes with yet is open."
    yield ""
    yield "| Severity | Meaning | Here |"
    yield "| --- | --- | --- |"
    for severity, meaning in SEVERITIES.items():
        yield f"| {severity} | {meaning} | {sum(each.severity == severity for each in found)} |"


def _entry(material: Material, finding: Finding) -> Iterator[str]:
    yield ""
    yield f"## {finding.id}"
    yield ""
    yield f"{finding.severity.capitalize()}. {RULES[finding.rule][1]} Here: {code(finding.about)}."
    yield ""
    yield from (f"- {_shown(each)}" for each in finding.evidence)
    yield f"- Coped with: {coping(material, finding)}"


def _shown(evidence: Evidence) -> str:
    place = code(evidence.place) + (f" ({evidence.source})" if evidence.source else "")
    return f"{place}: {code(evidence.says)}" if evidence.says else place


def copings(material: Material) -> Iterator[Json]:
    """Where the wrapper's ways of coping are, for the tests: `file` and `test`."""
    yield from material.copings
    yield from ({"file": file, "test": test} for _, file, test in _EVERYWHERE.values())
