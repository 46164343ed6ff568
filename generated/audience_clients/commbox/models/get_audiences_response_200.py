from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.get_audiences_response_200_data_item_type_0 import (
        GetAudiencesResponse200DataItemType0,
    )
    from ..models.get_audiences_response_200_data_item_type_1 import (
        GetAudiencesResponse200DataItemType1,
    )


T = TypeVar("T", bound="GetAudiencesResponse200")


@_attrs_define
class GetAudiencesResponse200:
    """
    Attributes:
        status (int | str | Unset):  Example: 200.
        description (str | Unset):  Example: Audiences retrieved.
        response_time (str | Unset):  Example: 2026-02-11T12:00:00Z.
        data (list[GetAudiencesResponse200DataItemType0 | GetAudiencesResponse200DataItemType1] | Unset):
    """

    status: int | str | Unset = UNSET
    description: str | Unset = UNSET
    response_time: str | Unset = UNSET
    data: (
        list[
            GetAudiencesResponse200DataItemType0 | GetAudiencesResponse200DataItemType1
        ]
        | Unset
    ) = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.get_audiences_response_200_data_item_type_0 import (
            GetAudiencesResponse200DataItemType0,  # noqa: PLC0415
        )

        status: int | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        else:
            status = self.status

        description = self.description

        response_time = self.response_time

        data: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.data, Unset):
            data = []
            for data_item_data in self.data:
                data_item: dict[str, Any]
                if isinstance(data_item_data, GetAudiencesResponse200DataItemType0):
                    data_item = data_item_data.to_dict()
                else:
                    data_item = data_item_data.to_dict()

                data.append(data_item)

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
        from ..models.get_audiences_response_200_data_item_type_0 import (
            GetAudiencesResponse200DataItemType0,  # noqa: PLC0415
        )
        from ..models.get_audiences_response_200_data_item_type_1 import (
            GetAudiencesResponse200DataItemType1,  # noqa: PLC0415
        )

        d = dict(src_dict)

        def _parse_status(data: object) -> int | str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(int | str | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        description = d.pop("description", UNSET)

        response_time = d.pop("response_time", UNSET)

        _data = d.pop("data", UNSET)
        data: (
            list[
                GetAudiencesResponse200DataItemType0
                | GetAudiencesResponse200DataItemType1
            ]
            | Unset
        ) = UNSET
        if _data is not UNSET:
            data = []
            for data_item_data in _data:

                def _parse_data_item(
                    data: object,
                ) -> (
                    GetAudiencesResponse200DataItemType0
                    | GetAudiencesResponse200DataItemType1
                ):
                    try:
                        if not isinstance(data, dict):
                            raise TypeError()
                        data_item_type_0 = (
                            GetAudiencesResponse200DataItemType0.from_dict(data)
                        )

                        return data_item_type_0
                    except (TypeError, ValueError, AttributeError, KeyError):
                        pass
                    if not isinstance(data, dict):
                        raise TypeError()
                    data_item_type_1 = GetAudiencesResponse200DataItemType1.from_dict(
                        data
                    )

                    return data_item_type_1

                data_item = _parse_data_item(data_item_data)

                data.append(data_item)

        get_audiences_response_200 = cls(
            status=status,
            description=description,
            response_time=response_time,
            data=data,
        )

        get_audiences_response_200.additional_properties = d
        return get_audiences_response_200

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
