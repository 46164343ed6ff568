"""Sends the story of a finding again, and tells whether the server still fails."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..bodies import value_of
from ..judging import Observation
from ..mock.provider import facts_of
from ..rules import Weight
from ..spec import Operation, escape, tokens
from ..strict_json import at
from .audiences import NotOursError
from .confirmation import FORM, REPEATS, refused
from .expectation import Expected
from .limits import Options, RunEnded
from .opening import ABSENT
from .run import Run
from .story import StoryError, steps
from .target import Target


def replay(
    target: Target, finding: Mapping[str, Any], report: Mapping[str, Any], options: Options | None = None
) -> tuple[str, list[Observation]]:
    """Send the story of a finding of a JSON report; return how the server still fails, or "", and the last exchanges.

    The requests are byte for byte those of the story, except the run's id, the ids that the server answers now, and the
    credentials, which are the target's. The story is sent at most twice, the second time with earlier requests before
    it; and up to 20 times more if the run needed more than two to see the finding again, or if the server failed, which
    may happen now and then. What it creates is removed in the end. Raises StoryError if the story cannot be sent; if
    valid requests are turned away, because then the server has another base URL, or wants other credentials; or if the
    answer cannot show what is wrong with its form, such as that of an item of a list that has none now.
    """
    tried = {each["operation"] for each in report["tried"]}
    only_read = all(facts_of(each).reads for each in target.spec.operations if each.id in tried)
    # If the report's run only read, the replay must not create, change or remove anything either.
    run = Run(target, replace(options or Options(), read_only=only_read))
    exchanges, still = list[Observation](), ""
    comes_and_goes = finding["replays"] > 2 or finding["rule"] == "response.failure"
    if not finding["story"]:
        raise StoryError("the report has no requests that show it")
    try:
        for number in range(REPEATS if comes_and_goes else 2):
            story = steps(finding["longer" if number == 1 else "story"])
            exchanges = run.confirmation.send_story(story, str(report["run"]), str(report["target"]))
            shown = run.confirmation.shown(finding["rule"], finding["pointer"], finding["key"])
            if still := shown[0].message if shown else "":
                break
        last, known = exchanges[-1], finding["statuses"]
        # A status that the run did not get may be due to wrong credentials, or be that of another server.
        if not still or last.status not in {0, *known}:
            _check_that_it_is_served(run, operation := target.spec.named[last.operation], exchanges, known)
            # A 501 says that something is not there.
            documented = {str(last.status), "5XX"} & operation.node["responses"].value.keys()
            if last.status >= 500 and finding["weight"] != Weight.ADVICE and not (documented or last.status in ABSENT):
                still = still or f"{last.operation}: answered {last.status}"
        if not still and (finding["rule"] in FORM or not last.response):
            _check_that_it_may_show(last, finding)
    except (RunEnded, NotOursError) as ended:
        raise StoryError(str(ended)) from None
    finally:
        run.exchanges.clean_up()
    return still, exchanges


def _check_that_it_may_show(seen: Observation, finding: Mapping[str, Any]) -> None:
    """Raise StoryError if an answer has another status, or a list in it no item, so that the finding cannot show."""
    if seen.status not in finding["statuses"]:
        known = " or ".join(map(str, finding["statuses"]))
        raise StoryError(f"{seen.operation}: answered {seen.status or seen.trouble}, and it was {known}")
    found, above = [value_of(seen.response)], ""
    for token in tokens(finding["place"].partition(" ")[2]):
        lists = [each for each in found if isinstance(each, list)]
        if lists and not any(lists):
            raise StoryError(f"{seen.operation}: there is nothing in the list {above}".rstrip())
        found = [item for each in lists for item in each] or [at(each, f"/{escape(token)}") for each in found]
        above = f"{above}/{token}"


def _check_that_it_is_served(run: Run, operation: Operation, story: list[Observation], known: Iterable[int]) -> None:
    """Raise StoryError if what a story needs was not made, or if a valid request to the operation is turned away."""
    run.exchanges.audience(operation, used=False)
    valid = run.exchanges.play(operation, run.exchanges.smallest(operation))
    for seen in (*story[:-1], valid):
        about, step = run.exchanges.target.spec.named[seen.operation], seen.step
        said, facts = step and not step.label and run.exchanges.expected(about, seen.request, step), facts_of(about)
        fits = seen.is_success or (seen.status // 100 == 3 and about.response(seen.status))
        # A right server does not find what is not surely there, either, and may know what was sent before.
        is_open = facts.unsure or facts.source in run.unjudged or not (seen is valid or facts.creates)
        may_miss = {409, *([404] if is_open else []), *known}
        if (seen is valid or (said and said.expected is Expected.SUCCESS)) and not (fits or seen.status in may_miss):
            raise refused(seen)
