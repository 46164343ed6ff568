from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.one_audience import OneAudience


T = TypeVar("T", bound="AudienceListResponse200")


@_attrs_define
class AudienceListResponse200:
    """
    Attributes:
        audiences (list[OneAudience] | Unset):
        count (int | Unset):  Example: 4012.
        has_more (bool | Unset):
        next_from (str | Unset):
    """

    audiences: list[OneAudience] | Unset = UNSET
    count: int | Unset = UNSET
    has_more: bool | Unset = UNSET
    next_from: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        audiences: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.audiences, Unset):
            audiences = []
            for audiences_item_data in self.audiences:
                audiences_item = audiences_item_data.to_dict()
                audiences.append(audiences_item)

        count = self.count

        has_more = self.has_more

        next_from = self.next_from

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if audiences is not UNSET:
            field_dict["audiences"] = audiences
        if count is not UNSET:
            field_dict["count"] = count
        if has_more is not UNSET:
            field_dict["has_more"] = has_more
        if next_from is not UNSET:
            field_dict["next_from"] = next_from

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.one_audience import OneAudience  # noqa: PLC0415

        d = dict(src_dict)
        _audiences = d.pop("audiences", UNSET)
        audiences: list[OneAudience] | Unset = UNSET
        if _audiences is not UNSET:
            audiences = []
            for audiences_item_data in _audiences:
                audiences_item = OneAudience.from_dict(audiences_item_data)

                audiences.append(audiences_item)

        count = d.pop("count", UNSET)

        has_more = d.pop("has_more", UNSET)

        next_from = d.pop("next_from", UNSET)

        audience_list_response_200 = cls(
            audiences=audiences,
            count=count,
            has_more=has_more,
            next_from=next_from,
        )

        audience_list_response_200.additional_properties = d
        return audience_list_response_200

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
