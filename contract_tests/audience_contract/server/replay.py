"""Sends the story of a finding again, and tells whether the server still fails."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..judging import Observation
from ..mock.provider import facts_of
from .confirmation import REPEATS
from .limits import Options, RunEnded
from .run import Run
from .story import StoryError, steps
from .target import Target


def replay(
    target: Target, finding: Mapping[str, Any], report: Mapping[str, Any], options: Options | None = None
) -> tuple[bool, list[Observation]]:
    """Send the story of a finding of a JSON report; return whether the server still fails, and the last exchanges.

    The requests are byte for byte those of the story, except the run's id, the ids that the server answers now, and the
    credentials, which are the target's. The story is sent at most twice, the second time with earlier requests before
    it; and up to 20 times more if the run needed more than two to see the finding again, or if the server failed, which
    may happen now and then. What it creates is removed in the end. Raises StoryError if the story cannot be sent.
    """
    tried = {each["operation"] for each in report["tried"]}
    only_read = all(facts_of(each).reads for each in target.spec.operations if each.id in tried)
    # If the report's run only read, the replay must not create, change or remove anything either.
    run = Run(target, replace(options or Options(), read_only=only_read))
    exchanges = list[Observation]()
    comes_and_goes = finding["replays"] > 2 or finding["rule"] == "response.failure"
    try:
        for number in range(REPEATS if comes_and_goes else 2):
            story = steps(finding["longer" if number == 1 else "story"])
            exchanges = run.confirmation.send_story(story, str(report["run"]), str(report["target"]))
            if run.confirmation.times_shown(finding["rule"], finding["pointer"], finding["key"]):
                return True, exchanges
    except RunEnded as ended:
        raise StoryError(str(ended)) from None
    finally:
        run.exchanges.clean_up()
    return False, exchanges
