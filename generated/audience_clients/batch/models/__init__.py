"""Contains all the data models used in inputs/outputs"""

from .audience_create_body import AudienceCreateBody
from .audience_create_body_type import AudienceCreateBodyType
from .audience_create_response_202 import AudienceCreateResponse202
from .audience_remove_body import AudienceRemoveBody
from .audience_remove_response_202 import AudienceRemoveResponse202
from .audience_view_response_200 import AudienceViewResponse200
from .audience_view_response_200_indexing_state import (
    AudienceViewResponse200IndexingState,
)
from .audience_view_response_200_type import AudienceViewResponse200Type
from .error import Error

__all__ = (
    "AudienceCreateBody",
    "AudienceCreateBodyType",
    "AudienceCreateResponse202",
    "AudienceRemoveBody",
    "AudienceRemoveResponse202",
    "AudienceViewResponse200",
    "AudienceViewResponse200IndexingState",
    "AudienceViewResponse200Type",
    "Error",
)
