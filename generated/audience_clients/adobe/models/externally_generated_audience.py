from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.externally_generated_audience_linked_audience_ref import (
        ExternallyGeneratedAudienceLinkedAudienceRef,
    )
    from ..models.externally_generated_audience_sandbox import (
        ExternallyGeneratedAudienceSandbox,
    )


T = TypeVar("T", bound="ExternallyGeneratedAudience")


@_attrs_define
class ExternallyGeneratedAudience:
    """
    Attributes:
        id (str | Unset): The ID of the audience. Example: 32a83b5d-a118-4bd6-b3cb-3aee2f4c30a1.
        audience_id (str | Unset): The ID of the audience. For an externally-generated audience, this value is client-
            generated and can be different than the `id` value. Example: test-external-audience-id.
        name (str | Unset): The name of the audience. Example: externalAudience1.
        namespace (str | Unset): The namespace of the audience. Example: aam.
        ims_org_id (str | Unset): The ID of the audience's organization. Example: 1BD6382559DF0C130A49422D@AdobeOrg.
        sandbox (ExternallyGeneratedAudienceSandbox | Unset): Details about the sandbox the audience belongs to. More
            information about sandboxes can be found in the [sandbox overview]((https://adobe.com/go/sandbox-overview-en)).
        is_system (bool | Unset): A property that shows if the audience is system-generated. If the audience is system-
            generated, it will not be included in any results by default. Example: False.
        description (str | Unset): A description of the audience. Example: Last 30 days.
        type_ (str | Unset): A value that shows whether the audience is Platform-generated (`SegmentDefinition`) or
            externally-generated (`ExternalAudience`). Example: ExternalSegment.
        origin_name (str | Unset): The name of the audience's origin. Can be one of the following values:
            `REAL_TIME_CUSTOMER_PROFILE`, `CUSTOM_UPLOAD`, `AUDIENCE_ORCHESTRATION`, `AUDIENCE_MANAGER` Example:
            CUSTOM_UPLOAD.
        lifecycle_state (str | Unset): The status of the audience. <ul><li>`draft`: The audience is
            created</li><li>`published`: The audience is published</li><li>`inactive`: The audience is no longer
            active</li><li>`archived`: The audience is deleted.</li></ul> Example: published.
        created_by (str | Unset): The ID of the user who created the audience. Example: externalAudience@AdobeID.
        dataset_id (str | Unset): The ID of the dataset where the external audience data was ingested into. Example:
            6254cf3c97f8e31b639fb14d.
        labels (list[str] | Unset): Object-level data usage and attribute-based access control labels that are relevant
            to the audience. Example: ['core/C1'].
        linked_audience_ref (ExternallyGeneratedAudienceLinkedAudienceRef | Unset): Identifiers that point to metadata
            in other audience-related systems.
        creation_time (int | Unset): A UTC timestamp for when the audience was created, in milliseconds. Example:
            1642745034000000.
        update_epoch (int | Unset): A UTC timestamp for when the audience was updated, in seconds. Example: 1649926314.
        update_time (int | Unset): A UTC timestamp for when the audience was updated, in milliseconds. Example:
            1649926314000.
        create_epoch (int | Unset): A UTC timestamp for when the audience was created, in seconds. Example: 1642745034.
    """

    id: str | Unset = UNSET
    audience_id: str | Unset = UNSET
    name: str | Unset = UNSET
    namespace: str | Unset = UNSET
    ims_org_id: str | Unset = UNSET
    sandbox: ExternallyGeneratedAudienceSandbox | Unset = UNSET
    is_system: bool | Unset = UNSET
    description: str | Unset = UNSET
    type_: str | Unset = UNSET
    origin_name: str | Unset = UNSET
    lifecycle_state: str | Unset = UNSET
    created_by: str | Unset = UNSET
    dataset_id: str | Unset = UNSET
    labels: list[str] | Unset = UNSET
    linked_audience_ref: ExternallyGeneratedAudienceLinkedAudienceRef | Unset = UNSET
    creation_time: int | Unset = UNSET
    update_epoch: int | Unset = UNSET
    update_time: int | Unset = UNSET
    create_epoch: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        audience_id = self.audience_id

        name = self.name

        namespace = self.namespace

        ims_org_id = self.ims_org_id

        sandbox: dict[str, Any] | Unset = UNSET
        if not isinstance(self.sandbox, Unset):
            sandbox = self.sandbox.to_dict()

        is_system = self.is_system

        description = self.description

        type_ = self.type_

        origin_name = self.origin_name

        lifecycle_state = self.lifecycle_state

        created_by = self.created_by

        dataset_id = self.dataset_id

        labels: list[str] | Unset = UNSET
        if not isinstance(self.labels, Unset):
            labels = self.labels

        linked_audience_ref: dict[str, Any] | Unset = UNSET
        if not isinstance(self.linked_audience_ref, Unset):
            linked_audience_ref = self.linked_audience_ref.to_dict()

        creation_time = self.creation_time

        update_epoch = self.update_epoch

        update_time = self.update_time

        create_epoch = self.create_epoch

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if audience_id is not UNSET:
            field_dict["audienceId"] = audience_id
        if name is not UNSET:
            field_dict["name"] = name
        if namespace is not UNSET:
            field_dict["namespace"] = namespace
        if ims_org_id is not UNSET:
            field_dict["imsOrgId"] = ims_org_id
        if sandbox is not UNSET:
            field_dict["sandbox"] = sandbox
        if is_system is not UNSET:
            field_dict["isSystem"] = is_system
        if description is not UNSET:
            field_dict["description"] = description
        if type_ is not UNSET:
            field_dict["type"] = type_
        if origin_name is not UNSET:
            field_dict["originName"] = origin_name
        if lifecycle_state is not UNSET:
            field_dict["lifecycleState"] = lifecycle_state
        if created_by is not UNSET:
            field_dict["createdBy"] = created_by
        if dataset_id is not UNSET:
            field_dict["datasetId"] = dataset_id
        if labels is not UNSET:
            field_dict["labels"] = labels
        if linked_audience_ref is not UNSET:
            field_dict["linkedAudienceRef"] = linked_audience_ref
        if creation_time is not UNSET:
            field_dict["creationTime"] = creation_time
        if update_epoch is not UNSET:
            field_dict["updateEpoch"] = update_epoch
        if update_time is not UNSET:
            field_dict["updateTime"] = update_time
        if create_epoch is not UNSET:
            field_dict["createEpoch"] = create_epoch

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.externally_generated_audience_linked_audience_ref import (
            ExternallyGeneratedAudienceLinkedAudienceRef,  # noqa: PLC0415
        )
        from ..models.externally_generated_audience_sandbox import (
            ExternallyGeneratedAudienceSandbox,  # noqa: PLC0415
        )

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        audience_id = d.pop("audienceId", UNSET)

        name = d.pop("name", UNSET)

        namespace = d.pop("namespace", UNSET)

        ims_org_id = d.pop("imsOrgId", UNSET)

        _sandbox = d.pop("sandbox", UNSET)
        sandbox: ExternallyGeneratedAudienceSandbox | Unset
        if isinstance(_sandbox, Unset):
            sandbox = UNSET
        else:
            sandbox = ExternallyGeneratedAudienceSandbox.from_dict(_sandbox)

        is_system = d.pop("isSystem", UNSET)

        description = d.pop("description", UNSET)

        type_ = d.pop("type", UNSET)

        origin_name = d.pop("originName", UNSET)

        lifecycle_state = d.pop("lifecycleState", UNSET)

        created_by = d.pop("createdBy", UNSET)

        dataset_id = d.pop("datasetId", UNSET)

        labels = cast(list[str], d.pop("labels", UNSET))

        _linked_audience_ref = d.pop("linkedAudienceRef", UNSET)
        linked_audience_ref: ExternallyGeneratedAudienceLinkedAudienceRef | Unset
        if isinstance(_linked_audience_ref, Unset):
            linked_audience_ref = UNSET
        else:
            linked_audience_ref = (
                ExternallyGeneratedAudienceLinkedAudienceRef.from_dict(
                    _linked_audience_ref
                )
            )

        creation_time = d.pop("creationTime", UNSET)

        update_epoch = d.pop("updateEpoch", UNSET)

        update_time = d.pop("updateTime", UNSET)

        create_epoch = d.pop("createEpoch", UNSET)

        externally_generated_audience = cls(
            id=id,
            audience_id=audience_id,
            name=name,
            namespace=namespace,
            ims_org_id=ims_org_id,
            sandbox=sandbox,
            is_system=is_system,
            description=description,
            type_=type_,
            origin_name=origin_name,
            lifecycle_state=lifecycle_state,
            created_by=created_by,
            dataset_id=dataset_id,
            labels=labels,
            linked_audience_ref=linked_audience_ref,
            creation_time=creation_time,
            update_epoch=update_epoch,
            update_time=update_time,
            create_epoch=create_epoch,
        )

        externally_generated_audience.additional_properties = d
        return externally_generated_audience

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
