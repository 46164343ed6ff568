from enum import StrEnum


class GetAudiencesResponse200DataItemType1Type(StrEnum):
    DYNAMIC = "Dynamic"

    def __str__(self) -> str:
        return str(self.value)
