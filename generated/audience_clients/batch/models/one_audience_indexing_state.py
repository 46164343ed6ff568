from enum import StrEnum


class OneAudienceIndexingState(StrEnum):
    APPLIED = "APPLIED"
    IN_PROGRESS = "IN_PROGRESS"
    REPLACED = "REPLACED"

    def __str__(self) -> str:
        return str(self.value)
