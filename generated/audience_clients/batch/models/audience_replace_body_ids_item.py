from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.audience_replace_body_ids_item_attributes import (
        AudienceReplaceBodyIdsItemAttributes,
    )


T = TypeVar("T", bound="AudienceReplaceBodyIdsItem")


@_attrs_define
class AudienceReplaceBodyIdsItem:
    """
    Attributes:
        id (str):
        attributes (AudienceReplaceBodyIdsItemAttributes | Unset): An object containing attributes to be attached to the
            id. They can then be used in message personalization. Supports up to 15 elements.
    """

    id: str
    attributes: AudienceReplaceBodyIdsItemAttributes | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        attributes: dict[str, Any] | Unset = UNSET
        if not isinstance(self.attributes, Unset):
            attributes = self.attributes.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
            }
        )
        if attributes is not UNSET:
            field_dict["attributes"] = attributes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.audience_replace_body_ids_item_attributes import (
            AudienceReplaceBodyIdsItemAttributes,  # noqa: PLC0415
        )

        d = dict(src_dict)
        id = d.pop("id")

        _attributes = d.pop("attributes", UNSET)
        attributes: AudienceReplaceBodyIdsItemAttributes | Unset
        if isinstance(_attributes, Unset):
            attributes = UNSET
        else:
            attributes = AudienceReplaceBodyIdsItemAttributes.from_dict(_attributes)

        audience_replace_body_ids_item = cls(
            id=id,
            attributes=attributes,
        )

        audience_replace_body_ids_item.additional_properties = d
        return audience_replace_body_ids_item

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
