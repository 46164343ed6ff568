from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PlatformGeneratedAudienceDataGovernancePolicy")


@_attrs_define
class PlatformGeneratedAudienceDataGovernancePolicy:
    """Information about the audience's data governance policy.

    Attributes:
        exclude_opt_out (bool | Unset):  Example: True.
    """

    exclude_opt_out: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        exclude_opt_out = self.exclude_opt_out

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if exclude_opt_out is not UNSET:
            field_dict["excludeOptOut"] = exclude_opt_out

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        exclude_opt_out = d.pop("excludeOptOut", UNSET)

        platform_generated_audience_data_governance_policy = cls(
            exclude_opt_out=exclude_opt_out,
        )

        platform_generated_audience_data_governance_policy.additional_properties = d
        return platform_generated_audience_data_governance_policy

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
