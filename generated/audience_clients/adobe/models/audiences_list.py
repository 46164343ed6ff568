from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.audiences_list_links import AudiencesListLinks
    from ..models.audiences_list_page import AudiencesListPage
    from ..models.externally_generated_audience import ExternallyGeneratedAudience
    from ..models.platform_generated_audience import PlatformGeneratedAudience


T = TypeVar("T", bound="AudiencesList")


@_attrs_define
class AudiencesList:
    """
    Attributes:
        children (list[ExternallyGeneratedAudience | PlatformGeneratedAudience] | Unset): A list of audiences.
        field_page (AudiencesListPage | Unset): An object that shows what page the list is on.
        field_links (AudiencesListLinks | Unset): An object that contains useful links for the audiences.
    """

    children: list[ExternallyGeneratedAudience | PlatformGeneratedAudience] | Unset = (
        UNSET
    )
    field_page: AudiencesListPage | Unset = UNSET
    field_links: AudiencesListLinks | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.platform_generated_audience import PlatformGeneratedAudience  # noqa: PLC0415

        children: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.children, Unset):
            children = []
            for children_item_data in self.children:
                children_item: dict[str, Any]
                if isinstance(children_item_data, PlatformGeneratedAudience):
                    children_item = children_item_data.to_dict()
                else:
                    children_item = children_item_data.to_dict()

                children.append(children_item)

        field_page: dict[str, Any] | Unset = UNSET
        if not isinstance(self.field_page, Unset):
            field_page = self.field_page.to_dict()

        field_links: dict[str, Any] | Unset = UNSET
        if not isinstance(self.field_links, Unset):
            field_links = self.field_links.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if children is not UNSET:
            field_dict["children"] = children
        if field_page is not UNSET:
            field_dict["_page"] = field_page
        if field_links is not UNSET:
            field_dict["_links"] = field_links

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.audiences_list_links import AudiencesListLinks  # noqa: PLC0415
        from ..models.audiences_list_page import AudiencesListPage  # noqa: PLC0415
        from ..models.externally_generated_audience import ExternallyGeneratedAudience  # noqa: PLC0415
        from ..models.platform_generated_audience import PlatformGeneratedAudience  # noqa: PLC0415

        d = dict(src_dict)
        _children = d.pop("children", UNSET)
        children: (
            list[ExternallyGeneratedAudience | PlatformGeneratedAudience] | Unset
        ) = UNSET
        if _children is not UNSET:
            children = []
            for children_item_data in _children:

                def _parse_children_item(
                    data: object,
                ) -> ExternallyGeneratedAudience | PlatformGeneratedAudience:
                    try:
                        if not isinstance(data, dict):
                            raise TypeError()
                        children_item_type_0 = PlatformGeneratedAudience.from_dict(data)

                        return children_item_type_0
                    except (TypeError, ValueError, AttributeError, KeyError):
                        pass
                    if not isinstance(data, dict):
                        raise TypeError()
                    children_item_type_1 = ExternallyGeneratedAudience.from_dict(data)

                    return children_item_type_1

                children_item = _parse_children_item(children_item_data)

                children.append(children_item)

        _field_page = d.pop("_page", UNSET)
        field_page: AudiencesListPage | Unset
        if isinstance(_field_page, Unset):
            field_page = UNSET
        else:
            field_page = AudiencesListPage.from_dict(_field_page)

        _field_links = d.pop("_links", UNSET)
        field_links: AudiencesListLinks | Unset
        if isinstance(_field_links, Unset):
            field_links = UNSET
        else:
            field_links = AudiencesListLinks.from_dict(_field_links)

        audiences_list = cls(
            children=children,
            field_page=field_page,
            field_links=field_links,
        )

        audiences_list.additional_properties = d
        return audiences_list

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
