from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AudiencesListPage")


@_attrs_define
class AudiencesListPage:
    """An object that shows what page the list is on.

    Attributes:
        total_count (int | Unset): The total number of audiences. Example: 111.
        total_pages (int | Unset): The total number of pages. Example: 21.
        sort_field (str | Unset): The name of the field that the audiences are sorted by. Example: name.
        sort (str | Unset): The sort direction of the audiences. Example: asc.
        page_size (int | Unset): The number of results contained on this page. Example: 2.
        limit (int | Unset):  Example: 5.
        start (int | Unset):  Example: 0.
        next_ (int | str | Unset): The value needed for `start` to show the next page of results. Example: 1.
    """

    total_count: int | Unset = UNSET
    total_pages: int | Unset = UNSET
    sort_field: str | Unset = UNSET
    sort: str | Unset = UNSET
    page_size: int | Unset = UNSET
    limit: int | Unset = UNSET
    start: int | Unset = UNSET
    next_: int | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total_count = self.total_count

        total_pages = self.total_pages

        sort_field = self.sort_field

        sort = self.sort

        page_size = self.page_size

        limit = self.limit

        start = self.start

        next_: int | str | Unset
        if isinstance(self.next_, Unset):
            next_ = UNSET
        else:
            next_ = self.next_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if total_count is not UNSET:
            field_dict["totalCount"] = total_count
        if total_pages is not UNSET:
            field_dict["totalPages"] = total_pages
        if sort_field is not UNSET:
            field_dict["sortField"] = sort_field
        if sort is not UNSET:
            field_dict["sort"] = sort
        if page_size is not UNSET:
            field_dict["pageSize"] = page_size
        if limit is not UNSET:
            field_dict["limit"] = limit
        if start is not UNSET:
            field_dict["start"] = start
        if next_ is not UNSET:
            field_dict["next"] = next_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        total_count = d.pop("totalCount", UNSET)

        total_pages = d.pop("totalPages", UNSET)

        sort_field = d.pop("sortField", UNSET)

        sort = d.pop("sort", UNSET)

        page_size = d.pop("pageSize", UNSET)

        limit = d.pop("limit", UNSET)

        start = d.pop("start", UNSET)

        def _parse_next_(data: object) -> int | str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(int | str | Unset, data)

        next_ = _parse_next_(d.pop("next", UNSET))

        audiences_list_page = cls(
            total_count=total_count,
            total_pages=total_pages,
            sort_field=sort_field,
            sort=sort,
            page_size=page_size,
            limit=limit,
            start=start,
            next_=next_,
        )

        audiences_list_page.additional_properties = d
        return audiences_list_page

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
