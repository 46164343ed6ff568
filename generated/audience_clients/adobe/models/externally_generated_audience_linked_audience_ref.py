from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ExternallyGeneratedAudienceLinkedAudienceRef")


@_attrs_define
class ExternallyGeneratedAudienceLinkedAudienceRef:
    """Identifiers that point to metadata in other audience-related systems.

    Attributes:
        flow_id (str | Unset):  Example: 4685ea90-d2b6-11ec-9d64-0242ac120002.
    """

    flow_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        flow_id = self.flow_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if flow_id is not UNSET:
            field_dict["flowId"] = flow_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        flow_id = d.pop("flowId", UNSET)

        externally_generated_audience_linked_audience_ref = cls(
            flow_id=flow_id,
        )

        externally_generated_audience_linked_audience_ref.additional_properties = d
        return externally_generated_audience_linked_audience_ref

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
