from enum import StrEnum


class AudienceCreateBodyType(StrEnum):
    CUSTOM_IDS = "custom_ids"
    EMAILS = "emails"
    INSTALL_IDS = "install_ids"

    def __str__(self) -> str:
        return str(self.value)
