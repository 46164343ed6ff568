"""Contains all the data models used in inputs/outputs"""

from .audiences_list import AudiencesList
from .audiences_list_links import AudiencesListLinks
from .audiences_list_links_next import AudiencesListLinksNext
from .audiences_list_page import AudiencesListPage
from .create_audience_accept import CreateAudienceAccept
from .create_audience_body import CreateAudienceBody
from .create_audience_create_audience_meta_only import (
    CreateAudienceCreateAudienceMetaOnly,
)
from .create_audience_response_200 import CreateAudienceResponse200
from .delete_audience_response_400 import DeleteAudienceResponse400
from .delete_audience_response_401 import DeleteAudienceResponse401
from .delete_audience_response_403 import DeleteAudienceResponse403
from .delete_audience_response_404 import DeleteAudienceResponse404
from .externally_generated_audience import ExternallyGeneratedAudience
from .externally_generated_audience_linked_audience_ref import (
    ExternallyGeneratedAudienceLinkedAudienceRef,
)
from .externally_generated_audience_sandbox import ExternallyGeneratedAudienceSandbox
from .get_audience_response_400 import GetAudienceResponse400
from .get_audience_response_401 import GetAudienceResponse401
from .get_audience_response_403 import GetAudienceResponse403
from .get_audience_response_404 import GetAudienceResponse404
from .list_audiences_response_400 import ListAudiencesResponse400
from .list_audiences_response_401 import ListAudiencesResponse401
from .list_audiences_response_403 import ListAudiencesResponse403
from .platform_generated_audience import PlatformGeneratedAudience
from .platform_generated_audience_data_governance_policy import (
    PlatformGeneratedAudienceDataGovernancePolicy,
)
from .platform_generated_audience_defined_on_item import (
    PlatformGeneratedAudienceDefinedOnItem,
)
from .platform_generated_audience_evaluation_info import (
    PlatformGeneratedAudienceEvaluationInfo,
)
from .platform_generated_audience_evaluation_info_batch import (
    PlatformGeneratedAudienceEvaluationInfoBatch,
)
from .platform_generated_audience_evaluation_info_continuous import (
    PlatformGeneratedAudienceEvaluationInfoContinuous,
)
from .platform_generated_audience_evaluation_info_synchronous import (
    PlatformGeneratedAudienceEvaluationInfoSynchronous,
)
from .platform_generated_audience_expression import PlatformGeneratedAudienceExpression
from .platform_generated_audience_sandbox import PlatformGeneratedAudienceSandbox
from .platform_generated_audience_schema import PlatformGeneratedAudienceSchema

__all__ = (
    "AudiencesList",
    "AudiencesListLinks",
    "AudiencesListLinksNext",
    "AudiencesListPage",
    "CreateAudienceAccept",
    "CreateAudienceBody",
    "CreateAudienceCreateAudienceMetaOnly",
    "CreateAudienceResponse200",
    "DeleteAudienceResponse400",
    "DeleteAudienceResponse401",
    "DeleteAudienceResponse403",
    "DeleteAudienceResponse404",
    "ExternallyGeneratedAudience",
    "ExternallyGeneratedAudienceLinkedAudienceRef",
    "ExternallyGeneratedAudienceSandbox",
    "GetAudienceResponse400",
    "GetAudienceResponse401",
    "GetAudienceResponse403",
    "GetAudienceResponse404",
    "ListAudiencesResponse400",
    "ListAudiencesResponse401",
    "ListAudiencesResponse403",
    "PlatformGeneratedAudience",
    "PlatformGeneratedAudienceDataGovernancePolicy",
    "PlatformGeneratedAudienceDefinedOnItem",
    "PlatformGeneratedAudienceEvaluationInfo",
    "PlatformGeneratedAudienceEvaluationInfoBatch",
    "PlatformGeneratedAudienceEvaluationInfoContinuous",
    "PlatformGeneratedAudienceEvaluationInfoSynchronous",
    "PlatformGeneratedAudienceExpression",
    "PlatformGeneratedAudienceSandbox",
    "PlatformGeneratedAudienceSchema",
)
