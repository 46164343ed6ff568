"""The providers that a test can be about, where it cannot be about all."""

import pytest

from audience_contract.mock.provider import chosen
from cases import KEYS, case
from wire import operation_of

ANSWERED = pytest.mark.parametrize("key", [key for key in KEYS if case(key).BODY], indirect=True, scope="session")
"""For tests of what the body of a create's success says."""
MADE = [key for key in KEYS if not chosen(operation_of(key))]
"""The providers that make the id, so that a second create of the same draft makes another audience."""
ANEW = pytest.mark.parametrize("key", MADE, indirect=True, scope="session")
