"""The mark of examples whose kind has another one in the suite: `make test-long` runs them."""

from functools import partial

import pytest

long = partial(pytest.param, marks=pytest.mark.long)
"""A parameter of a test, or several, that only `make test-long` tries."""
