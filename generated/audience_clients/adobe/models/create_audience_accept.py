from enum import StrEnum


class CreateAudienceAccept(StrEnum):
    APPLICATIONVND_ADOBE_EXTERNAL_AUDIENCESJSON_VERSION2 = (
        "application/vnd.adobe.external.audiences+json; version=2"
    )

    def __str__(self) -> str:
        return str(self.value)
