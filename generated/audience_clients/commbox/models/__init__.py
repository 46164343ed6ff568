"""Contains all the data models used in inputs/outputs"""

from .get_audiences_response_200 import GetAudiencesResponse200
from .get_audiences_response_200_data_item_type_0 import (
    GetAudiencesResponse200DataItemType0,
)
from .get_audiences_response_200_data_item_type_0_type import (
    GetAudiencesResponse200DataItemType0Type,
)
from .get_audiences_response_200_data_item_type_1 import (
    GetAudiencesResponse200DataItemType1,
)
from .get_audiences_response_200_data_item_type_1_type import (
    GetAudiencesResponse200DataItemType1Type,
)
from .get_audiences_response_400 import GetAudiencesResponse400
from .get_audiences_response_401 import GetAudiencesResponse401
from .get_audiences_response_404 import GetAudiencesResponse404
from .get_audiences_response_429 import GetAudiencesResponse429
from .post_audiences_body import PostAudiencesBody
from .post_audiences_response_201 import PostAudiencesResponse201
from .post_audiences_response_201_data import PostAudiencesResponse201Data
from .post_audiences_response_400 import PostAudiencesResponse400
from .post_audiences_response_401 import PostAudiencesResponse401
from .post_audiences_response_429 import PostAudiencesResponse429
from .post_audiences_response_500 import PostAudiencesResponse500
from .put_audiences_audience_id_body import PutAudiencesAudienceIdBody
from .put_audiences_audience_id_response_200 import PutAudiencesAudienceIdResponse200
from .put_audiences_audience_id_response_200_data import (
    PutAudiencesAudienceIdResponse200Data,
)
from .put_audiences_audience_id_response_400 import PutAudiencesAudienceIdResponse400
from .put_audiences_audience_id_response_401 import PutAudiencesAudienceIdResponse401
from .put_audiences_audience_id_response_404 import PutAudiencesAudienceIdResponse404
from .put_audiences_audience_id_response_429 import PutAudiencesAudienceIdResponse429
from .put_audiences_audience_id_response_500 import PutAudiencesAudienceIdResponse500

__all__ = (
    "GetAudiencesResponse200",
    "GetAudiencesResponse200DataItemType0",
    "GetAudiencesResponse200DataItemType0Type",
    "GetAudiencesResponse200DataItemType1",
    "GetAudiencesResponse200DataItemType1Type",
    "GetAudiencesResponse400",
    "GetAudiencesResponse401",
    "GetAudiencesResponse404",
    "GetAudiencesResponse429",
    "PostAudiencesBody",
    "PostAudiencesResponse201",
    "PostAudiencesResponse201Data",
    "PostAudiencesResponse400",
    "PostAudiencesResponse401",
    "PostAudiencesResponse429",
    "PostAudiencesResponse500",
    "PutAudiencesAudienceIdBody",
    "PutAudiencesAudienceIdResponse200",
    "PutAudiencesAudienceIdResponse200Data",
    "PutAudiencesAudienceIdResponse400",
    "PutAudiencesAudienceIdResponse401",
    "PutAudiencesAudienceIdResponse404",
    "PutAudiencesAudienceIdResponse429",
    "PutAudiencesAudienceIdResponse500",
)
