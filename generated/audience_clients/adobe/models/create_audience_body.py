from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateAudienceBody")


@_attrs_define
class CreateAudienceBody:
    """
    Attributes:
        name (str | Unset): The audience's name.
        description (str | Unset): Optional.
        namespace (str | Unset): The audience's namespace; the page lists no values.
        origin_name (str | Unset): The name of the audience's origin; the page lists no values.
        audience_id (str | Unset): The caller's own id for the audience; newer copies of the page only.
    """

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    namespace: str | Unset = UNSET
    origin_name: str | Unset = UNSET
    audience_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        description = self.description

        namespace = self.namespace

        origin_name = self.origin_name

        audience_id = self.audience_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if namespace is not UNSET:
            field_dict["namespace"] = namespace
        if origin_name is not UNSET:
            field_dict["originName"] = origin_name
        if audience_id is not UNSET:
            field_dict["audienceId"] = audience_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        description = d.pop("description", UNSET)

        namespace = d.pop("namespace", UNSET)

        origin_name = d.pop("originName", UNSET)

        audience_id = d.pop("audienceId", UNSET)

        create_audience_body = cls(
            name=name,
            description=description,
            namespace=namespace,
            origin_name=origin_name,
            audience_id=audience_id,
        )

        create_audience_body.additional_properties = d
        return create_audience_body

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
