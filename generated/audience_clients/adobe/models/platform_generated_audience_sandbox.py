from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PlatformGeneratedAudienceSandbox")


@_attrs_define
class PlatformGeneratedAudienceSandbox:
    """Details about the sandbox the audience belongs to. More information about sandboxes can be found in the [sandbox
    overview]((https://adobe.com/go/sandbox-overview-en)).

        Attributes:
            sandbox_id (str | Unset): The ID of the sandbox. Example: 6ed34f6f-fe21-4a30-934f-6ffe21fa3075.
            sandbox_name (str | Unset): The name of the sandbox. Example: prod.
            type_ (str | Unset): The type of the sandbox. Possible values include `production` and `development`. Example:
                production.
            default (bool | Unset): A boolean value that states whether or not this sandbox is the default sandbox. Example:
                True.
    """

    sandbox_id: str | Unset = UNSET
    sandbox_name: str | Unset = UNSET
    type_: str | Unset = UNSET
    default: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        sandbox_id = self.sandbox_id

        sandbox_name = self.sandbox_name

        type_ = self.type_

        default = self.default

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if sandbox_id is not UNSET:
            field_dict["sandboxId"] = sandbox_id
        if sandbox_name is not UNSET:
            field_dict["sandboxName"] = sandbox_name
        if type_ is not UNSET:
            field_dict["type"] = type_
        if default is not UNSET:
            field_dict["default"] = default

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        sandbox_id = d.pop("sandboxId", UNSET)

        sandbox_name = d.pop("sandboxName", UNSET)

        type_ = d.pop("type", UNSET)

        default = d.pop("default", UNSET)

        platform_generated_audience_sandbox = cls(
            sandbox_id=sandbox_id,
            sandbox_name=sandbox_name,
            type_=type_,
            default=default,
        )

        platform_generated_audience_sandbox.additional_properties = d
        return platform_generated_audience_sandbox

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
