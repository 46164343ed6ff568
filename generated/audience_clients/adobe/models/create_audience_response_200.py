from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateAudienceResponse200")


@_attrs_define
class CreateAudienceResponse200:
    """
    Attributes:
        id (str | Unset): The id that Adobe gave; newer copies of the page only.
        name (str | Unset): The audience's name.
        audience_id (str | Unset): The id that Adobe gave, or, in newer copies of the page, the caller's own id.
    """

    id: str | Unset = UNSET
    name: str | Unset = UNSET
    audience_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        audience_id = self.audience_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if name is not UNSET:
            field_dict["name"] = name
        if audience_id is not UNSET:
            field_dict["audienceId"] = audience_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id", UNSET)

        name = d.pop("name", UNSET)

        audience_id = d.pop("audienceId", UNSET)

        create_audience_response_200 = cls(
            id=id,
            name=name,
            audience_id=audience_id,
        )

        create_audience_response_200.additional_properties = d
        return create_audience_response_200

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
