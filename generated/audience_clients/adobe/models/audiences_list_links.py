from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.audiences_list_links_next import AudiencesListLinksNext


T = TypeVar("T", bound="AudiencesListLinks")


@_attrs_define
class AudiencesListLinks:
    """An object that contains useful links for the audiences.

    Attributes:
        next_ (AudiencesListLinksNext | Unset):
    """

    next_: AudiencesListLinksNext | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        next_: dict[str, Any] | Unset = UNSET
        if not isinstance(self.next_, Unset):
            next_ = self.next_.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if next_ is not UNSET:
            field_dict["next"] = next_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.audiences_list_links_next import AudiencesListLinksNext  # noqa: PLC0415

        d = dict(src_dict)
        _next_ = d.pop("next", UNSET)
        next_: AudiencesListLinksNext | Unset
        if isinstance(_next_, Unset):
            next_ = UNSET
        else:
            next_ = AudiencesListLinksNext.from_dict(_next_)

        audiences_list_links = cls(
            next_=next_,
        )

        audiences_list_links.additional_properties = d
        return audiences_list_links

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
