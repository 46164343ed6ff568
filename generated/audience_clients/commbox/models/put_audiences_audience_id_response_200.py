from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.put_audiences_audience_id_response_200_data import (
        PutAudiencesAudienceIdResponse200Data,
    )


T = TypeVar("T", bound="PutAudiencesAudienceIdResponse200")


@_attrs_define
class PutAudiencesAudienceIdResponse200:
    """
    Attributes:
        status (int | Unset):  Example: 200.
        description (str | Unset):  Example: Operation successful.
        response_time (datetime.datetime | Unset):  Example: 2025-02-06T07:51:52.2581942Z.
        data (PutAudiencesAudienceIdResponse200Data | Unset):
    """

    status: int | Unset = UNSET
    description: str | Unset = UNSET
    response_time: datetime.datetime | Unset = UNSET
    data: PutAudiencesAudienceIdResponse200Data | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        description = self.description

        response_time: str | Unset = UNSET
        if not isinstance(self.response_time, Unset):
            response_time = self.response_time.isoformat()

        data: dict[str, Any] | Unset = UNSET
        if not isinstance(self.data, Unset):
            data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if status is not UNSET:
            field_dict["status"] = status
        if description is not UNSET:
            field_dict["description"] = description
        if response_time is not UNSET:
            field_dict["response_time"] = response_time
        if data is not UNSET:
            field_dict["data"] = data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.put_audiences_audience_id_response_200_data import (
            PutAudiencesAudienceIdResponse200Data,  # noqa: PLC0415
        )

        d = dict(src_dict)
        status = d.pop("status", UNSET)

        description = d.pop("description", UNSET)

        _response_time = d.pop("response_time", UNSET)
        response_time: datetime.datetime | Unset
        if isinstance(_response_time, Unset):
            response_time = UNSET
        else:
            response_time = datetime.datetime.fromisoformat(_response_time)

        _data = d.pop("data", UNSET)
        data: PutAudiencesAudienceIdResponse200Data | Unset
        if isinstance(_data, Unset):
            data = UNSET
        else:
            data = PutAudiencesAudienceIdResponse200Data.from_dict(_data)

        put_audiences_audience_id_response_200 = cls(
            status=status,
            description=description,
            response_time=response_time,
            data=data,
        )

        put_audiences_audience_id_response_200.additional_properties = d
        return put_audiences_audience_id_response_200

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
