"""Creates with an id of the caller's choice, in a copy that has Kittiwake: what is sent, and what is refused."""

import audiences
from audience_contract.mock import MockServer
from cases import case

if __name__ == "__main__":
    known = case("kittiwake")
    with MockServer() as server:
        provider = audiences.Kittiwake(token="mock-token", base_url=f"{server.url}/kittiwake/v3")  # type: ignore[attr-defined]
        for given in ("spring-1", "A B", 5, "", None):
            fields = {**known.FIELDS, "segmentId": given}
            draft = known.good(provider_fields={"kittiwake": {k: v for k, v in fields.items() if v is not None}})
            try:
                path = provider.prepare(draft).text().partition("/v3")[2].partition("\n")[0]
                print(path, provider.create(draft).id)  # noqa: T201
            except audiences.InvalidError as error:
                print(str(error).partition(" - ")[0])  # noqa: T201
