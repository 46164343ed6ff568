from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.audience_update_body_ids_item_action import (
    AudienceUpdateBodyIdsItemAction,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.audience_update_body_ids_item_attributes import (
        AudienceUpdateBodyIdsItemAttributes,
    )


T = TypeVar("T", bound="AudienceUpdateBodyIdsItem")


@_attrs_define
class AudienceUpdateBodyIdsItem:
    """
    Attributes:
        action (AudienceUpdateBodyIdsItemAction):
        id (str):
        attributes (AudienceUpdateBodyIdsItemAttributes | Unset): Only accepted for `add` action. An object containing
            attributes to be attached to the id. They can then be used in message personalization. Supports up to 15
            elements.
    """

    action: AudienceUpdateBodyIdsItemAction
    id: str
    attributes: AudienceUpdateBodyIdsItemAttributes | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        action = self.action.value

        id = self.id

        attributes: dict[str, Any] | Unset = UNSET
        if not isinstance(self.attributes, Unset):
            attributes = self.attributes.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "action": action,
                "id": id,
            }
        )
        if attributes is not UNSET:
            field_dict["attributes"] = attributes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.audience_update_body_ids_item_attributes import (
            AudienceUpdateBodyIdsItemAttributes,  # noqa: PLC0415
        )

        d = dict(src_dict)
        action = AudienceUpdateBodyIdsItemAction(d.pop("action"))

        id = d.pop("id")

        _attributes = d.pop("attributes", UNSET)
        attributes: AudienceUpdateBodyIdsItemAttributes | Unset
        if isinstance(_attributes, Unset):
            attributes = UNSET
        else:
            attributes = AudienceUpdateBodyIdsItemAttributes.from_dict(_attributes)

        audience_update_body_ids_item = cls(
            action=action,
            id=id,
            attributes=attributes,
        )

        audience_update_body_ids_item.additional_properties = d
        return audience_update_body_ids_item

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
