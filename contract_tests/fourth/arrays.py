"""What goes out where a parameter of the query is an array, and what the checker says of it; run in the copy."""

import sys
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import audience_contract
import audiences
from audiences._operation import Effect, Operation

CLIENTS = "audience_clients"


def told(provider: Any, name: str, built: Any) -> str:
    """The target of a call, and what is wrong with it."""
    service = provider.adapter.create.service
    operation: Operation[Any, Any] = Operation(
        service, name, Effect.READS, lambda *_: built, lambda *_: None, lambda _: None
    )
    request = provider._account.request(operation, None)
    target = urlsplit(request.url)._replace(scheme="", netloc="").geturl()
    headers = [(name, value if isinstance(value, str) else value.reveal()) for name, value in request.headers.items()]
    spec = audience_contract.load(provider.key)
    asked = spec.match(request.method, spec.below_base(target.partition("?")[0]) or "")
    assert asked
    sent = audience_contract.Request(request.method, target, tuple(headers), request.body or b"")
    return f"{target} {[each.where for each in audience_contract.check_request(asked, sent)]}"


plover, heron = (import_module(f"{CLIENTS}.{key}.models") for key in ("plover", "heron"))
body = plover.GroupsCreateBody(name="VIP", source=plover.GroupsCreateBodySource.API)
create = import_module(f"{CLIENTS}.plover.api.groups.groups_create").build_request(
    body=body, fields=[*plover.GroupsCreateFieldsItem], x_plover_workspace="w", x_plover_version=1
)
get = import_module(f"{CLIENTS}.heron.api.audiences.get_audience").build_request(
    "au/1", fields=[*heron.GetAudienceFieldsItem], heron_version=next(iter(heron.GetAudienceHeronVersion))
)
other = {**get, "params": {"fields": ["other"]}}
one = audiences.Plover(api_key="key", x_plover_workspace="w", x_plover_version="1")  # type: ignore[attr-defined]
two = audiences.Heron(token="token")  # type: ignore[attr-defined]
lines = [told(one, "groups.create", create), told(two, "getAudience", get), told(two, "getAudience", other)]
sys.stdout.write("\n".join(lines))
