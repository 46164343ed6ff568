from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.platform_generated_audience_data_governance_policy import (
        PlatformGeneratedAudienceDataGovernancePolicy,
    )
    from ..models.platform_generated_audience_defined_on_item import (
        PlatformGeneratedAudienceDefinedOnItem,
    )
    from ..models.platform_generated_audience_evaluation_info import (
        PlatformGeneratedAudienceEvaluationInfo,
    )
    from ..models.platform_generated_audience_expression import (
        PlatformGeneratedAudienceExpression,
    )
    from ..models.platform_generated_audience_sandbox import (
        PlatformGeneratedAudienceSandbox,
    )
    from ..models.platform_generated_audience_schema import (
        PlatformGeneratedAudienceSchema,
    )


T = TypeVar("T", bound="PlatformGeneratedAudience")


@_attrs_define
class PlatformGeneratedAudience:
    """
    Attributes:
        id (str | Unset): The ID of the audience. Example: 60ccea95-1435-4180-97a5-58af4aa285ab.
        audience_id (str | Unset): The ID of the audience. For a Platform-generated audience, this will be the same as
            `id`. Example: 60ccea95-1435-4180-97a5-58af4aa285ab.
        schema (PlatformGeneratedAudienceSchema | Unset): The Experience Data Model (XDM) schema class name.
        profile_instance_id (str | Unset): A field that contains the value passed in by the `x-profile-instance-id`
            header. However, this field is currently **not** used. Example: ups.
        ims_org_id (str | Unset): The ID of the audience's organization. Example: 1BD6382559DF0C130A49422D@AdobeOrg.
        sandbox (PlatformGeneratedAudienceSandbox | Unset): Details about the sandbox the audience belongs to. More
            information about sandboxes can be found in the [sandbox overview]((https://adobe.com/go/sandbox-overview-en)).
        name (str | Unset): The name of the audience. Example: People who ordered in the last 30 days.
        description (str | Unset): A description of the audience. Example: Last 30 days.
        expression (PlatformGeneratedAudienceExpression | Unset): The PQL expression for the audience.
        merge_policy_id (str | Unset): The ID of the merge policy the audience belongs to. Example:
            ef006bbe-750e-4e81-85f0-0c6902192dcc.
        evaluation_info (PlatformGeneratedAudienceEvaluationInfo | Unset): An object that describes how the audience is
            evaluated.
        data_governance_policy (PlatformGeneratedAudienceDataGovernancePolicy | Unset): Information about the audience's
            data governance policy.
        is_system (bool | Unset): A property that shows if the audience is system-generated. If the audience is system-
            generated, it will not be included in any results by default. Example: False.
        creation_time (int | Unset): A UTC timestamp for when the audience was created, in milliseconds. Example:
            1650374572000.
        update_epoch (int | Unset): A UTC timestamp for when the audience was updated, in seconds. Example: 1650374573.
        update_time (int | Unset): A UTC timestamp for when the audience was updated, in milliseconds. Example:
            1650374573000.
        create_epoch (int | Unset): A UTC timestamp for when the audience was created, in seconds. Example: 1650374572.
        field_etag (str | Unset): A field used for tagging Platform-generated audiences for data usage enforcement. This
            value is **not** used for externally-generated audiences. Example: "33120d7c-0000-0200-0000-625eb7ad0000".
        dependents (list[str] | Unset): An array of audience IDs that the audience is dependent on. This value is used
            for audiences which are part of a segment of segments query. Example: [].
        defined_on (list[PlatformGeneratedAudienceDefinedOnItem] | Unset): This value is only used on Platform-generated
            audiences.
        dependencies (list[str] | Unset): An array of IDs that depend on the audience. This value is used for audiences
            which are part of a segment of segments query. Example: [].
        type_ (str | Unset): A value that shows whether the audience is Platform-generated (`SegmentDefinition`) or
            externally-generated (`ExternalAudience`). Example: SegmentDefinition.
        origin_name (str | Unset): The name of the audience's origin. Can be one of the following values:
            `REAL_TIME_CUSTOMER_PROFILE`, `CUSTOM_UPLOAD`, `AUDIENCE_ORCHESTRATION`, `AUDIENCE_MANAGER` Example:
            REAL_TIME_CUSTOMER_PROFILE.
        override_performance_warnings (bool | Unset): A boolean that lets you override the performance warnings.
            Example: False.
        created_by (str | Unset): The ID of the user who created the audience. Example: audiences@AdobeId.
        lifecycle_state (str | Unset): The status of the audience. <ul><li>`draft`: The audience is
            created</li><li>`published`: The audience is published</li><li>`inactive`: The audience is no longer
            active</li><li>`archived`: The audience is deleted.</li></ul> Example: published.
        labels (list[str] | Unset): Object-level data usage and attribute-based access control labels that are relevant
            to the audience. Example: ['core/C1'].
        namespace (str | Unset): The namespace of the audience. Example: AEPSegments.
    """

    id: str | Unset = UNSET
    audience_id: str | Unset = UNSET
    schema: PlatformGeneratedAudienceSchema | Unset = UNSET
    profile_instance_id: str | Unset = UNSET
    ims_org_id: str | Unset = UNSET
    sandbox: PlatformGeneratedAudienceSandbox | Unset = UNSET
    name: str | Unset = UNSET
    description: str | Unset = UNSET
    expression: PlatformGeneratedAudienceExpression | Unset = UNSET
    merge_policy_id: str | Unset = UNSET
    evaluation_info: PlatformGeneratedAudienceEvaluationInfo | Unset = UNSET
    data_governance_policy: PlatformGeneratedAudienceDataGovernancePolicy | Unset = (
        UNSET
    )
    is_system: bool | Unset = UNSET
    creation_time: int | Unset = UNSET
    update_epoch: int | Unset = UNSET
    update_time: int | Unset = UNSET
    create_epoch: int | Unset = UNSET
    field_etag: str | Unset = UNSET
    dependents: list[str] | Unset = UNSET
    defined_on: list[PlatformGeneratedAudienceDefinedOnItem] | Unset = UNSET
    dependencies: list[str] | Unset = UNSET
    type_: str | Unset = UNSET
    origin_name: str | Unset = UNSET
    override_performance_warnings: bool | Unset = UNSET
    created_by: str | Unset = UNSET
    lifecycle_state: str | Unset = UNSET
    labels: list[str] | Unset = UNSET
    namespace: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        audience_id = self.audience_id

        schema: dict[str, Any] | Unset = UNSET
        if not isinstance(self.schema, Unset):
            schema = self.schema.to_dict()

        profile_instance_id = self.profile_instance_id

        ims_org_id = self.ims_org_id

        sandbox: dict[str, Any] | Unset = UNSET
        if not isinstance(self.sandbox, Unset):
            sandbox = self.sandbox.to_dict()

        name = self.name

        description = self.description

        expression: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expression, Unset):
            expression = self.expression.to_dict()

        merge_policy_id = self.merge_policy_id

        evaluation_info: dict[str, Any] | Unset = UNSET
        if not isinstance(self.evaluation_info, Unset):
            evaluation_info = self.evaluation_info.to_dict()

        data_governance_policy: dict[str, Any] | Unset = UNSET
        if not isinstance(self.data_governance_policy, Unset):
            data_governance_policy = self.data_governance_policy.to_dict()

        is_system = self.is_system

        creation_time = self.creation_time

        update_epoch = self.update_epoch

        update_time = self.update_time

        create_epoch = self.create_epoch

        field_etag = self.field_etag

        dependents: list[str] | Unset = UNSET
        if not isinstance(self.dependents, Unset):
            dependents = self.dependents

        defined_on: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.defined_on, Unset):
            defined_on = []
            for defined_on_item_data in self.defined_on:
                defined_on_item = defined_on_item_data.to_dict()
                defined_on.append(defined_on_item)

        dependencies: list[str] | Unset = UNSET
        if not isinstance(self.dependencies, Unset):
            dependencies = self.dependencies

        type_ = self.type_

        origin_name = self.origin_name

        override_performance_warnings = self.override_performance_warnings

        created_by = self.created_by

        lifecycle_state = self.lifecycle_state

        labels: list[str] | Unset = UNSET
        if not isinstance(self.labels, Unset):
            labels = self.labels

        namespace = self.namespace

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if audience_id is not UNSET:
            field_dict["audienceId"] = audience_id
        if schema is not UNSET:
            field_dict["schema"] = schema
        if profile_instance_id is not UNSET:
            field_dict["profileInstanceId"] = profile_instance_id
        if ims_org_id is not UNSET:
            field_dict["imsOrgId"] = ims_org_id
        if sandbox is not UNSET:
            field_dict["sandbox"] = sandbox
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if expression is not UNSET:
            field_dict["expression"] = expression
        if merge_policy_id is not UNSET:
            field_dict["mergePolicyId"] = merge_policy_id
        if evaluation_info is not UNSET:
            field_dict["evaluationInfo"] = evaluation_info
        if data_governance_policy is not UNSET:
            field_dict["dataGovernancePolicy"] = data_governance_policy
        if is_system is not UNSET:
            field_dict["isSystem"] = is_system
        if creation_time is not UNSET:
            field_dict["creationTime"] = creation_time
        if update_epoch is not UNSET:
            field_dict["updateEpoch"] = update_epoch
        if update_time is not UNSET:
            field_dict["updateTime"] = update_time
        if create_epoch is not UNSET:
            field_dict["createEpoch"] = create_epoch
        if field_etag is not UNSET:
            field_dict["_etag"] = field_etag
        if dependents is not UNSET:
            field_dict["dependents"] = dependents
        if defined_on is not UNSET:
            field_dict["definedOn"] = defined_on
        if dependencies is not UNSET:
            field_dict["dependencies"] = dependencies
        if type_ is not UNSET:
            field_dict["type"] = type_
        if origin_name is not UNSET:
            field_dict["originName"] = origin_name
        if override_performance_warnings is not UNSET:
            field_dict["overridePerformanceWarnings"] = override_performance_warnings
        if created_by is not UNSET:
            field_dict["createdBy"] = created_by
        if lifecycle_state is not UNSET:
            field_dict["lifecycleState"] = lifecycle_state
        if labels is not UNSET:
            field_dict["labels"] = labels
        if namespace is not UNSET:
            field_dict["namespace"] = namespace

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.platform_generated_audience_data_governance_policy import (
            PlatformGeneratedAudienceDataGovernancePolicy,  # noqa: PLC0415
        )
        from ..models.platform_generated_audience_defined_on_item import (
            PlatformGeneratedAudienceDefinedOnItem,  # noqa: PLC0415
        )
        from ..models.platform_generated_audience_evaluation_info import (
            PlatformGeneratedAudienceEvaluationInfo,  # noqa: PLC0415
        )
        from ..models.platform_generated_audience_expression import (
            PlatformGeneratedAudienceExpression,  # noqa: PLC0415
        )
        from ..models.platform_generated_audience_sandbox import (
            PlatformGeneratedAudienceSandbox,  # noqa: PLC0415
        )
        from ..models.platform_generated_audience_schema import (
            PlatformGeneratedAudienceSchema,  # noqa: PLC0415
        )

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        audience_id = d.pop("audienceId", UNSET)

        _schema = d.pop("schema", UNSET)
        schema: PlatformGeneratedAudienceSchema | Unset
        if isinstance(_schema, Unset):
            schema = UNSET
        else:
            schema = PlatformGeneratedAudienceSchema.from_dict(_schema)

        profile_instance_id = d.pop("profileInstanceId", UNSET)

        ims_org_id = d.pop("imsOrgId", UNSET)

        _sandbox = d.pop("sandbox", UNSET)
        sandbox: PlatformGeneratedAudienceSandbox | Unset
        if isinstance(_sandbox, Unset):
            sandbox = UNSET
        else:
            sandbox = PlatformGeneratedAudienceSandbox.from_dict(_sandbox)

        name = d.pop("name", UNSET)

        description = d.pop("description", UNSET)

        _expression = d.pop("expression", UNSET)
        expression: PlatformGeneratedAudienceExpression | Unset
        if isinstance(_expression, Unset):
            expression = UNSET
        else:
            expression = PlatformGeneratedAudienceExpression.from_dict(_expression)

        merge_policy_id = d.pop("mergePolicyId", UNSET)

        _evaluation_info = d.pop("evaluationInfo", UNSET)
        evaluation_info: PlatformGeneratedAudienceEvaluationInfo | Unset
        if isinstance(_evaluation_info, Unset):
            evaluation_info = UNSET
        else:
            evaluation_info = PlatformGeneratedAudienceEvaluationInfo.from_dict(
                _evaluation_info
            )

        _data_governance_policy = d.pop("dataGovernancePolicy", UNSET)
        data_governance_policy: PlatformGeneratedAudienceDataGovernancePolicy | Unset
        if isinstance(_data_governance_policy, Unset):
            data_governance_policy = UNSET
        else:
            data_governance_policy = (
                PlatformGeneratedAudienceDataGovernancePolicy.from_dict(
                    _data_governance_policy
                )
            )

        is_system = d.pop("isSystem", UNSET)

        creation_time = d.pop("creationTime", UNSET)

        update_epoch = d.pop("updateEpoch", UNSET)

        update_time = d.pop("updateTime", UNSET)

        create_epoch = d.pop("createEpoch", UNSET)

        field_etag = d.pop("_etag", UNSET)

        dependents = cast(list[str], d.pop("dependents", UNSET))

        _defined_on = d.pop("definedOn", UNSET)
        defined_on: list[PlatformGeneratedAudienceDefinedOnItem] | Unset = UNSET
        if _defined_on is not UNSET:
            defined_on = []
            for defined_on_item_data in _defined_on:
                defined_on_item = PlatformGeneratedAudienceDefinedOnItem.from_dict(
                    defined_on_item_data
                )

                defined_on.append(defined_on_item)

        dependencies = cast(list[str], d.pop("dependencies", UNSET))

        type_ = d.pop("type", UNSET)

        origin_name = d.pop("originName", UNSET)

        override_performance_warnings = d.pop("overridePerformanceWarnings", UNSET)

        created_by = d.pop("createdBy", UNSET)

        lifecycle_state = d.pop("lifecycleState", UNSET)

        labels = cast(list[str], d.pop("labels", UNSET))

        namespace = d.pop("namespace", UNSET)

        platform_generated_audience = cls(
            id=id,
            audience_id=audience_id,
            schema=schema,
            profile_instance_id=profile_instance_id,
            ims_org_id=ims_org_id,
            sandbox=sandbox,
            name=name,
            description=description,
            expression=expression,
            merge_policy_id=merge_policy_id,
            evaluation_info=evaluation_info,
            data_governance_policy=data_governance_policy,
            is_system=is_system,
            creation_time=creation_time,
            update_epoch=update_epoch,
            update_time=update_time,
            create_epoch=create_epoch,
            field_etag=field_etag,
            dependents=dependents,
            defined_on=defined_on,
            dependencies=dependencies,
            type_=type_,
            origin_name=origin_name,
            override_performance_warnings=override_performance_warnings,
            created_by=created_by,
            lifecycle_state=lifecycle_state,
            labels=labels,
            namespace=namespace,
        )

        platform_generated_audience.additional_properties = d
        return platform_generated_audience

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
