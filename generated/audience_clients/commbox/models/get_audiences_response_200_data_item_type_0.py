from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.get_audiences_response_200_data_item_type_0_type import (
    GetAudiencesResponse200DataItemType0Type,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="GetAudiencesResponse200DataItemType0")


@_attrs_define
class GetAudiencesResponse200DataItemType0:
    """
    Attributes:
        type_ (GetAudiencesResponse200DataItemType0Type): Audience type: 'Static' or 'Dynamic' Example: Static.
        id (str | Unset): Unique identifier for the audience Example: 31234.
        name (str | Unset): Audience name Example: NE_USA-above50.
        created_time (str | Unset): Timestamp of audience creation Example: 2025-10-01T09:10:00Z.
        user_count (int | Unset): Number of users currently in the static audience Example: 1542.
    """

    type_: GetAudiencesResponse200DataItemType0Type
    id: str | Unset = UNSET
    name: str | Unset = UNSET
    created_time: str | Unset = UNSET
    user_count: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_.value

        id = self.id

        name = self.name

        created_time = self.created_time

        user_count = self.user_count

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if name is not UNSET:
            field_dict["name"] = name
        if created_time is not UNSET:
            field_dict["created_time"] = created_time
        if user_count is not UNSET:
            field_dict["user_count"] = user_count

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = GetAudiencesResponse200DataItemType0Type(d.pop("type"))

        id = d.pop("id", UNSET)

        name = d.pop("name", UNSET)

        created_time = d.pop("created_time", UNSET)

        user_count = d.pop("user_count", UNSET)

        get_audiences_response_200_data_item_type_0 = cls(
            type_=type_,
            id=id,
            name=name,
            created_time=created_time,
            user_count=user_count,
        )

        get_audiences_response_200_data_item_type_0.additional_properties = d
        return get_audiences_response_200_data_item_type_0

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
