"""What only one provider takes of an audience that is created: properties of its request body, by their names in its
spec. `Audience.provider_fields` has one of these for each provider.
"""

import typing

# providers: types, written by make generate

AdobeFields = typing.TypedDict("AdobeFields", {"namespace": str, "originName": str, "audienceId": str}, total=False)
BatchFields = typing.TypedDict(
    "BatchFields", {"type": typing.Literal["custom_ids", "emails", "install_ids"], "display_name": str}, total=False
)
CommBoxFields = typing.TypedDict("CommBoxFields", {}, total=False)
ProviderFields = typing.TypedDict(
    "ProviderFields", {"adobe": AdobeFields, "batch": BatchFields, "commbox": CommBoxFields}, total=False
)
# providers: end
