from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.audience_replace_body_ids_item import AudienceReplaceBodyIdsItem


T = TypeVar("T", bound="AudienceReplaceBody")


@_attrs_define
class AudienceReplaceBody:
    """
    Attributes:
        name (str): The name of the existing audience you want this operation to be applied to.
        ids (list[AudienceReplaceBodyIdsItem]): An array of objects describing ids to be added to the audience.
    """

    name: str
    ids: list[AudienceReplaceBodyIdsItem]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        ids = []
        for ids_item_data in self.ids:
            ids_item = ids_item_data.to_dict()
            ids.append(ids_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "ids": ids,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.audience_replace_body_ids_item import AudienceReplaceBodyIdsItem  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        ids = []
        _ids = d.pop("ids")
        for ids_item_data in _ids:
            ids_item = AudienceReplaceBodyIdsItem.from_dict(ids_item_data)

            ids.append(ids_item)

        audience_replace_body = cls(
            name=name,
            ids=ids,
        )

        audience_replace_body.additional_properties = d
        return audience_replace_body

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
