"""Contains all the data models used in inputs/outputs"""

from .create_audience_accept import CreateAudienceAccept
from .create_audience_body import CreateAudienceBody
from .create_audience_create_audience_meta_only import (
    CreateAudienceCreateAudienceMetaOnly,
)
from .create_audience_response_200 import CreateAudienceResponse200

__all__ = (
    "CreateAudienceAccept",
    "CreateAudienceBody",
    "CreateAudienceCreateAudienceMetaOnly",
    "CreateAudienceResponse200",
)
