from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.one_audience_indexing_state import OneAudienceIndexingState
from ..models.one_audience_type import OneAudienceType
from ..types import UNSET, Unset

T = TypeVar("T", bound="OneAudience")


@_attrs_define
class OneAudience:
    """
    Attributes:
        name (str | Unset):
        display_name (str | Unset):
        type_ (OneAudienceType | Unset):
        nb_ids (int | Unset):
        indexing_state (OneAudienceIndexingState | Unset):
        created (str | Unset): UTC Date in a RFC 3339 format.
        updated (str | Unset): UTC Date in a RFC 3339 format.
    """

    name: str | Unset = UNSET
    display_name: str | Unset = UNSET
    type_: OneAudienceType | Unset = UNSET
    nb_ids: int | Unset = UNSET
    indexing_state: OneAudienceIndexingState | Unset = UNSET
    created: str | Unset = UNSET
    updated: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        display_name = self.display_name

        type_: str | Unset = UNSET
        if not isinstance(self.type_, Unset):
            type_ = self.type_.value

        nb_ids = self.nb_ids

        indexing_state: str | Unset = UNSET
        if not isinstance(self.indexing_state, Unset):
            indexing_state = self.indexing_state.value

        created = self.created

        updated = self.updated

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if display_name is not UNSET:
            field_dict["display_name"] = display_name
        if type_ is not UNSET:
            field_dict["type"] = type_
        if nb_ids is not UNSET:
            field_dict["nb_ids"] = nb_ids
        if indexing_state is not UNSET:
            field_dict["indexing_state"] = indexing_state
        if created is not UNSET:
            field_dict["created"] = created
        if updated is not UNSET:
            field_dict["updated"] = updated

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        display_name = d.pop("display_name", UNSET)

        _type_ = d.pop("type", UNSET)
        type_: OneAudienceType | Unset
        if isinstance(_type_, Unset):
            type_ = UNSET
        else:
            type_ = OneAudienceType(_type_)

        nb_ids = d.pop("nb_ids", UNSET)

        _indexing_state = d.pop("indexing_state", UNSET)
        indexing_state: OneAudienceIndexingState | Unset
        if isinstance(_indexing_state, Unset):
            indexing_state = UNSET
        else:
            indexing_state = OneAudienceIndexingState(_indexing_state)

        created = d.pop("created", UNSET)

        updated = d.pop("updated", UNSET)

        one_audience = cls(
            name=name,
            display_name=display_name,
            type_=type_,
            nb_ids=nb_ids,
            indexing_state=indexing_state,
            created=created,
            updated=updated,
        )

        one_audience.additional_properties = d
        return one_audience

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
