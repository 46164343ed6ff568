"""Batch's audiences with FastAPI. Pages: create (batch-create.md), update, replace, remove, view, list (FACTS.md 1.3)."""

import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

API_KEY = os.environ["BATCH_API_KEY"]
PROJECT = os.environ["BATCH_PROJECT"]

bearer = HTTPBearer(auto_error=False)


def authenticated(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    x_batch_project: Annotated[str | None, Header()] = None,
) -> None:
    if credentials is None or not secrets.compare_digest(credentials.credentials.encode(), API_KEY.encode()):
        raise HTTPException(401, "The Rest API Key is not valid for this project")
    if x_batch_project is None:
        raise HTTPException(400, "The header X-Batch-Project is missing")
    if x_batch_project != PROJECT:
        raise HTTPException(401, "The Rest API Key is not valid for this project")


Name = Annotated[str, Field(max_length=255, pattern=r"^[A-Za-z0-9_-]+$")]
Attributes = Annotated[dict[str, object], Field(max_length=15)]


class CreateBody(BaseModel):
    name: Name
    type: Literal["custom_ids", "emails", "install_ids"]
    display_name: str = ""


class UpdateItem(BaseModel):
    id: str
    action: Literal["add", "remove"]
    attributes: Attributes = Field(default_factory=dict)


class UpdateBody(BaseModel):
    name: str
    ids: Annotated[list[UpdateItem], Field(max_length=10_000)]


class ReplaceItem(BaseModel):
    id: str
    attributes: Attributes = Field(default_factory=dict)


class ReplaceBody(BaseModel):
    name: str
    ids: Annotated[list[ReplaceItem], Field(max_length=10_000)]


class RemoveBody(BaseModel):
    name: str


class IndexingToken(BaseModel):
    indexing_token: str


class AudienceView(BaseModel):
    name: str
    display_name: str
    type: Literal["CUSTOM_ID"] = "CUSTOM_ID"
    nb_ids: int
    indexing_state: Literal["IN_PROGRESS", "APPLIED", "REPLACED"]
    created: str
    updated: str


class AudiencePage(BaseModel):
    audiences: list[AudienceView]
    count: int | None = None
    has_more: bool
    next_from: str | None = None


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Audience:
    name: str
    display_name: str
    created: str
    updated: str
    ids: dict[str, dict[str, object]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    def changed(self) -> IndexingToken:
        self.updated = now()
        self.tokens.append(secrets.token_hex(16))
        return IndexingToken(indexing_token=self.tokens[-1])

    def view(self) -> AudienceView:
        return AudienceView(
            name=self.name,
            display_name=self.display_name,
            nb_ids=len(self.ids),
            indexing_state="APPLIED",
            created=self.created,
            updated=self.updated,
        )


audiences: dict[str, Audience] = {}


def existing(name: str, status: int = 400) -> Audience:
    if name not in audiences:
        raise HTTPException(status, f"There is no audience named {name}")
    return audiences[name]


router = APIRouter(prefix="/2.10/audiences", dependencies=[Depends(authenticated)])


@router.post("/create", status_code=202)
def create(body: CreateBody) -> IndexingToken:
    if body.name in audiences:
        raise HTTPException(400, f"There is already an audience named {body.name}")
    audience = Audience(body.name, body.display_name or body.name, now(), now())
    audiences[body.name] = audience
    return audience.changed()


@router.post("/update", status_code=202)
def update(body: UpdateBody) -> IndexingToken:
    audience = existing(body.name)
    last = {item.id: item for item in body.ids}
    for item in last.values():
        if item.action == "remove" and item.attributes:
            raise HTTPException(400, "attributes are only accepted with the action add")
    for item in last.values():
        if item.action == "add":
            audience.ids[item.id] = item.attributes
        else:
            audience.ids.pop(item.id, None)
    return audience.changed()


@router.post("/replace", status_code=202)
def replace(body: ReplaceBody) -> IndexingToken:
    audience = existing(body.name)
    audience.ids = {item.id: item.attributes for item in body.ids}
    return audience.changed()


@router.post("/remove", status_code=202)
def remove(body: RemoveBody) -> IndexingToken:
    token = existing(body.name).changed()
    del audiences[body.name]
    return token


@router.get("/view")
def view(name: str, indexing_token: str | None = None) -> AudienceView:
    audience = existing(name, 404)
    if indexing_token is not None and indexing_token not in audience.tokens:
        raise HTTPException(400, "This indexing token is not one of this audience")
    return audience.view()


@router.get("/list", response_model_exclude_none=True)
def list_audiences(
    start: Annotated[str | None, Query(alias="from")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> AudiencePage:
    names = sorted(audiences)
    if start is not None and start not in audiences:
        raise HTTPException(400, "This is not a cursor")
    first = 0 if start is None else names.index(start)
    page = names[first : first + limit]
    following = names[first + limit : first + limit + 1]
    return AudiencePage(
        audiences=[audiences[name].view() for name in page],
        count=len(names) if start is None else None,
        has_more=bool(following),
        next_from=following[0] if following else None,
    )


CODES = {400: "BAD_REQUEST", 401: "AUTHENTICATION_INVALID", 404: "NOT_FOUND", 500: "INTERNAL"}


def error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error_code": CODES.get(status, "ERROR"), "error_message": message}, status_code=status)


app = FastAPI(redirect_slashes=False)
app.include_router(router)


@app.exception_handler(StarletteHTTPException)
async def http_error(_: Request, raised: StarletteHTTPException) -> JSONResponse:
    return error(raised.status_code, str(raised.detail))


@app.exception_handler(RequestValidationError)
async def invalid(_: Request, raised: RequestValidationError) -> JSONResponse:
    first = raised.errors()[0]
    return error(400, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")


@app.exception_handler(Exception)
async def unexpected(_: Request, __: Exception) -> JSONResponse:
    return error(500, "Unexpected error")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
