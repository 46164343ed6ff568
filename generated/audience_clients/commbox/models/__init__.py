"""Contains all the data models used in inputs/outputs"""

from .post_audiences_body import PostAudiencesBody
from .post_audiences_response_201 import PostAudiencesResponse201
from .post_audiences_response_201_data import PostAudiencesResponse201Data
from .post_audiences_response_400 import PostAudiencesResponse400
from .post_audiences_response_401 import PostAudiencesResponse401
from .post_audiences_response_429 import PostAudiencesResponse429
from .post_audiences_response_500 import PostAudiencesResponse500

__all__ = (
    "PostAudiencesBody",
    "PostAudiencesResponse201",
    "PostAudiencesResponse201Data",
    "PostAudiencesResponse400",
    "PostAudiencesResponse401",
    "PostAudiencesResponse429",
    "PostAudiencesResponse500",
)
