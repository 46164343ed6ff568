"""Contains all the data models used in inputs/outputs"""

from .create_token_body import CreateTokenBody
from .create_token_body_grant_type import CreateTokenBodyGrantType
from .create_token_response_200 import CreateTokenResponse200

__all__ = (
    "CreateTokenBody",
    "CreateTokenBodyGrantType",
    "CreateTokenResponse200",
)
