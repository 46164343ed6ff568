from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="GetAudiencesResponse400")


@_attrs_define
class GetAudiencesResponse400:
    """
    Attributes:
        status (int):  Example: 400.
        description (str):  Example: Bad Request.
        response_time (datetime.datetime | Unset):  Example: 2025-02-06T07:51:52.2581942Z.
    """

    status: int
    description: str
    response_time: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        description = self.description

        response_time: str | Unset = UNSET
        if not isinstance(self.response_time, Unset):
            response_time = self.response_time.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "description": description,
            }
        )
        if response_time is not UNSET:
            field_dict["response_time"] = response_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        status = d.pop("status")

        description = d.pop("description")

        _response_time = d.pop("response_time", UNSET)
        response_time: datetime.datetime | Unset
        if isinstance(_response_time, Unset):
            response_time = UNSET
        else:
            response_time = datetime.datetime.fromisoformat(_response_time)

        get_audiences_response_400 = cls(
            status=status,
            description=description,
            response_time=response_time,
        )

        get_audiences_response_400.additional_properties = d
        return get_audiences_response_400

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
