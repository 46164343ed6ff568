from enum import StrEnum


class OneAudienceType(StrEnum):
    CUSTOM_ID = "CUSTOM_ID"

    def __str__(self) -> str:
        return str(self.value)
