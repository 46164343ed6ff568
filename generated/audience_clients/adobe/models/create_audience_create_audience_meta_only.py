from enum import StrEnum


class CreateAudienceCreateAudienceMetaOnly(StrEnum):
    TRUE = "true"

    def __str__(self) -> str:
        return str(self.value)
