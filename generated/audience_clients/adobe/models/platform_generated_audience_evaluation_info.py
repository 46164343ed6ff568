from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.platform_generated_audience_evaluation_info_batch import (
        PlatformGeneratedAudienceEvaluationInfoBatch,
    )
    from ..models.platform_generated_audience_evaluation_info_continuous import (
        PlatformGeneratedAudienceEvaluationInfoContinuous,
    )
    from ..models.platform_generated_audience_evaluation_info_synchronous import (
        PlatformGeneratedAudienceEvaluationInfoSynchronous,
    )


T = TypeVar("T", bound="PlatformGeneratedAudienceEvaluationInfo")


@_attrs_define
class PlatformGeneratedAudienceEvaluationInfo:
    """An object that describes how the audience is evaluated.

    Attributes:
        batch (PlatformGeneratedAudienceEvaluationInfoBatch | Unset): If this property is marked as enabled, the
            audience will be evaluated using batch segmentation.
        continuous (PlatformGeneratedAudienceEvaluationInfoContinuous | Unset): If this property is marked as enabled,
            the audience will be evaluated using streaming segmentation.
        synchronous (PlatformGeneratedAudienceEvaluationInfoSynchronous | Unset): If this property is marked as enabled,
            the audience will be evaluated using edge segmentation.
    """

    batch: PlatformGeneratedAudienceEvaluationInfoBatch | Unset = UNSET
    continuous: PlatformGeneratedAudienceEvaluationInfoContinuous | Unset = UNSET
    synchronous: PlatformGeneratedAudienceEvaluationInfoSynchronous | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        batch: dict[str, Any] | Unset = UNSET
        if not isinstance(self.batch, Unset):
            batch = self.batch.to_dict()

        continuous: dict[str, Any] | Unset = UNSET
        if not isinstance(self.continuous, Unset):
            continuous = self.continuous.to_dict()

        synchronous: dict[str, Any] | Unset = UNSET
        if not isinstance(self.synchronous, Unset):
            synchronous = self.synchronous.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if batch is not UNSET:
            field_dict["batch"] = batch
        if continuous is not UNSET:
            field_dict["continuous"] = continuous
        if synchronous is not UNSET:
            field_dict["synchronous"] = synchronous

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.platform_generated_audience_evaluation_info_batch import (
            PlatformGeneratedAudienceEvaluationInfoBatch,  # noqa: PLC0415
        )
        from ..models.platform_generated_audience_evaluation_info_continuous import (
            PlatformGeneratedAudienceEvaluationInfoContinuous,  # noqa: PLC0415
        )
        from ..models.platform_generated_audience_evaluation_info_synchronous import (
            PlatformGeneratedAudienceEvaluationInfoSynchronous,  # noqa: PLC0415
        )

        d = dict(src_dict)
        _batch = d.pop("batch", UNSET)
        batch: PlatformGeneratedAudienceEvaluationInfoBatch | Unset
        if isinstance(_batch, Unset):
            batch = UNSET
        else:
            batch = PlatformGeneratedAudienceEvaluationInfoBatch.from_dict(_batch)

        _continuous = d.pop("continuous", UNSET)
        continuous: PlatformGeneratedAudienceEvaluationInfoContinuous | Unset
        if isinstance(_continuous, Unset):
            continuous = UNSET
        else:
            continuous = PlatformGeneratedAudienceEvaluationInfoContinuous.from_dict(
                _continuous
            )

        _synchronous = d.pop("synchronous", UNSET)
        synchronous: PlatformGeneratedAudienceEvaluationInfoSynchronous | Unset
        if isinstance(_synchronous, Unset):
            synchronous = UNSET
        else:
            synchronous = PlatformGeneratedAudienceEvaluationInfoSynchronous.from_dict(
                _synchronous
            )

        platform_generated_audience_evaluation_info = cls(
            batch=batch,
            continuous=continuous,
            synchronous=synchronous,
        )

        platform_generated_audience_evaluation_info.additional_properties = d
        return platform_generated_audience_evaluation_info

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
