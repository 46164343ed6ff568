from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.audience_create_body_type import AudienceCreateBodyType
from ..types import UNSET, Unset

T = TypeVar("T", bound="AudienceCreateBody")


@_attrs_define
class AudienceCreateBody:
    """
    Attributes:
        name (str): The audience name value must be a string that only contains letters (a-z, A-Z), numbers (0-9) or the
            following characters : _, -. Audience names can be up to 255 characters long. They are case sensitive.
        type_ (AudienceCreateBodyType):
        display_name (str | Unset):
    """

    name: str
    type_: AudienceCreateBodyType
    display_name: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        type_ = self.type_.value

        display_name = self.display_name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "type": type_,
            }
        )
        if display_name is not UNSET:
            field_dict["display_name"] = display_name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        type_ = AudienceCreateBodyType(d.pop("type"))

        display_name = d.pop("display_name", UNSET)

        audience_create_body = cls(
            name=name,
            type_=type_,
            display_name=display_name,
        )

        audience_create_body.additional_properties = d
        return audience_create_body

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
