"""The types of `Audience.provider_fields`: for each provider, the properties of its request body that it alone takes,
by their names in its spec.
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
