"""Judging a server: the check sends it requests of every kind, and compares each answer with what was asked.

Where to find what:

- `run`: the order of a run, its end and its report; `opening` and `plan` are its beginning.
- `exchanges`: each request and its answer; `sequences`: what only several in a row can show.
- `places`, `draft`, `names`: the places of a request, and valid requests with new names.
- `cases`, `values`, `messages`, `credentials`, `engine`: the cases, each a change of a valid request.
- `expectation`, `advice`: how a request must be answered, by the documents or by HTTP, JSON and forms.
- `audiences`: what the run has made, and so which requests may be sent.
- `limits`, `send`: the limits of a run, and the bytes on the wire.
- `judge`, `entry`, `leaks`, `wording`: whether an answer fits, and how a finding says it.
- `ending`: one finding for one root cause; `confirmation`, `story`, `replay`: its requests sent again.
"""

from .limits import Options
from .replay import replay
from .run import run
from .story import StoryError
from .target import ProductionError, Target

__all__ = ["Options", "ProductionError", "StoryError", "Target", "replay", "run"]
