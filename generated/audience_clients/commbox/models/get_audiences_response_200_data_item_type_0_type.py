from enum import StrEnum


class GetAudiencesResponse200DataItemType0Type(StrEnum):
    STATIC = "Static"

    def __str__(self) -> str:
        return str(self.value)
