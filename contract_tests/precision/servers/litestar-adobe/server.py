"""Adobe's create-audience endpoint with Litestar. Page: adobe-create-audience.md, and its newer revision (FACTS.md 2.1, C)."""

import os
import uuid
from dataclasses import dataclass
from typing import Annotated

import uvicorn
from litestar import Litestar, Request, Response, post
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.params import Parameter

MEDIA_TYPE = "application/vnd.adobe.external.audiences+json; version=2"


@dataclass
class NewAudience:
    name: str
    namespace: str
    originName: str
    description: str = ""
    audienceId: str = ""


@dataclass
class Created:
    id: str
    name: str
    audienceId: str


audiences: dict[str, NewAudience] = {}


def gateway(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    headers = connection.headers
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token.strip() != os.environ["ADOBE_ACCESS_TOKEN"]:
        raise NotAuthorizedException("Oauth token is not valid")
    if headers.get("x-api-key") != os.environ["ADOBE_API_KEY"]:
        raise PermissionDeniedException("Api Key is invalid")
    if headers.get("x-gw-ims-org-id") != os.environ["ADOBE_ORG_ID"]:
        raise PermissionDeniedException("The organization is not valid")
    if headers.get("x-sandbox-name") != os.environ["ADOBE_SANDBOX_NAME"]:
        raise PermissionDeniedException("The sandbox is not valid")


@post("/core/ais/audiences", guards=[gateway], status_code=200, sync_to_thread=False)
def create_audience(
    data: NewAudience,
    meta_only: Annotated[str, Parameter(query="createAudienceMetaOnly")],
    accept: Annotated[str, Parameter(header="Accept")],
) -> Created:
    if meta_only != "true":
        raise HTTPException("createAudienceMetaOnly must be true", status_code=400)
    if accept.replace(" ", "").lower() != MEDIA_TYPE.replace(" ", "").lower():
        raise HTTPException(f"Accept must be {MEDIA_TYPE}", status_code=406)
    new = str(uuid.uuid4())
    audiences[new] = data
    return Created(id=new, name=data.name, audienceId=data.audienceId or new)


def error(_: Request, raised: Exception) -> Response:
    status = raised.status_code if isinstance(raised, HTTPException) else 500
    detail = raised.detail if isinstance(raised, HTTPException) else "Unexpected error"
    return Response({"error_code": str(status), "message": detail}, status_code=status, media_type="application/json")


app = Litestar([create_audience], exception_handlers={Exception: error}, openapi_config=None)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
