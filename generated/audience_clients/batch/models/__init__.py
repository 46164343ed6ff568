"""Contains all the data models used in inputs/outputs"""

from .audience_create_body import AudienceCreateBody
from .audience_create_body_type import AudienceCreateBodyType
from .audience_create_response_202 import AudienceCreateResponse202
from .error import Error

__all__ = (
    "AudienceCreateBody",
    "AudienceCreateBodyType",
    "AudienceCreateResponse202",
    "Error",
)
