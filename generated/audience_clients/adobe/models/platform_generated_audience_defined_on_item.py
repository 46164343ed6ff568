from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PlatformGeneratedAudienceDefinedOnItem")


@_attrs_define
class PlatformGeneratedAudienceDefinedOnItem:
    """
    Attributes:
        metaresource_type (str | Unset):  Example: unions.
        metacontainer_id (str | Unset):  Example: tenant.
        ref (str | Unset):  Example: https://ns.adobe.com/xdm/context/profile__union.
    """

    metaresource_type: str | Unset = UNSET
    metacontainer_id: str | Unset = UNSET
    ref: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        metaresource_type = self.metaresource_type

        metacontainer_id = self.metacontainer_id

        ref = self.ref

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if metaresource_type is not UNSET:
            field_dict["meta:resourceType"] = metaresource_type
        if metacontainer_id is not UNSET:
            field_dict["meta:containerId"] = metacontainer_id
        if ref is not UNSET:
            field_dict["$ref"] = ref

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        metaresource_type = d.pop("meta:resourceType", UNSET)

        metacontainer_id = d.pop("meta:containerId", UNSET)

        ref = d.pop("$ref", UNSET)

        platform_generated_audience_defined_on_item = cls(
            metaresource_type=metaresource_type,
            metacontainer_id=metacontainer_id,
            ref=ref,
        )

        platform_generated_audience_defined_on_item.additional_properties = d
        return platform_generated_audience_defined_on_item

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
