"""Contains all the data models used in inputs/outputs"""

from .audience_create_body import AudienceCreateBody
from .audience_create_body_type import AudienceCreateBodyType
from .audience_create_response_202 import AudienceCreateResponse202
from .audience_list_response_200 import AudienceListResponse200
from .audience_remove_body import AudienceRemoveBody
from .audience_remove_response_202 import AudienceRemoveResponse202
from .audience_replace_body import AudienceReplaceBody
from .audience_replace_body_ids_item import AudienceReplaceBodyIdsItem
from .audience_replace_body_ids_item_attributes import (
    AudienceReplaceBodyIdsItemAttributes,
)
from .audience_replace_response_202 import AudienceReplaceResponse202
from .audience_update_body import AudienceUpdateBody
from .audience_update_body_ids_item import AudienceUpdateBodyIdsItem
from .audience_update_body_ids_item_action import AudienceUpdateBodyIdsItemAction
from .audience_update_body_ids_item_attributes import (
    AudienceUpdateBodyIdsItemAttributes,
)
from .audience_update_response_202 import AudienceUpdateResponse202
from .audience_view_response_200 import AudienceViewResponse200
from .audience_view_response_200_indexing_state import (
    AudienceViewResponse200IndexingState,
)
from .audience_view_response_200_type import AudienceViewResponse200Type
from .error import Error
from .one_audience import OneAudience
from .one_audience_indexing_state import OneAudienceIndexingState
from .one_audience_type import OneAudienceType

__all__ = (
    "AudienceCreateBody",
    "AudienceCreateBodyType",
    "AudienceCreateResponse202",
    "AudienceListResponse200",
    "AudienceRemoveBody",
    "AudienceRemoveResponse202",
    "AudienceReplaceBody",
    "AudienceReplaceBodyIdsItem",
    "AudienceReplaceBodyIdsItemAttributes",
    "AudienceReplaceResponse202",
    "AudienceUpdateBody",
    "AudienceUpdateBodyIdsItem",
    "AudienceUpdateBodyIdsItemAction",
    "AudienceUpdateBodyIdsItemAttributes",
    "AudienceUpdateResponse202",
    "AudienceViewResponse200",
    "AudienceViewResponse200IndexingState",
    "AudienceViewResponse200Type",
    "Error",
    "OneAudience",
    "OneAudienceIndexingState",
    "OneAudienceType",
)
