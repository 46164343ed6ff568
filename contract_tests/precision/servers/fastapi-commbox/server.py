"""CommBox's audiences with FastAPI. Pages: create (commbox-create.md), list and replace (FACTS.md 3.2)."""

import csv
import io
import itertools
import os
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import openpyxl
import uvicorn
from fastapi import Depends, FastAPI, File, Form, HTTPException, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException as StarletteHTTPException

API_KEY = os.environ["COMMBOX_API_KEY"]
bearer = HTTPBearer(auto_error=False)


def authenticated(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
    if credentials is None or credentials.credentials != API_KEY:
        raise HTTPException(401, "Unauthorized")


@dataclass
class Audience:
    id: str
    name: str
    created_time: str
    phones: list[str]


audiences: dict[str, Audience] = {}
numbers = itertools.count(312345)


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def rows_of(content: bytes) -> list[list[str]]:
    """The rows of an Excel or CSV file."""
    if content.startswith(b"PK\x03\x04"):
        try:
            sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True).active
            return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        except (zipfile.BadZipFile, KeyError, ValueError, AttributeError, TypeError) as error:
            raise HTTPException(400, "audience_file is not a valid Excel file") from error
    try:
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise HTTPException(400, "audience_file is neither CSV nor Excel") from error


def phones_of(content: bytes) -> list[str]:
    rows = rows_of(content)
    header = [cell.strip() for cell in rows[0]] if rows else []
    if "phone1" not in header:
        raise HTTPException(400, "audience_file has no column phone1")
    column = header.index("phone1")
    return [row[column] for row in rows[1:] if len(row) > column and row[column]]


app = FastAPI(dependencies=[Depends(authenticated)])


@app.post("/audiences", status_code=201)
def create(name: Annotated[str, Form()], audience_file: Annotated[UploadFile, File()]) -> dict[str, object]:
    phones = phones_of(audience_file.file.read())
    audience = Audience(str(next(numbers)), name, now(), phones)
    audiences[audience.id] = audience
    return {"status": 201, "description": "Audience created", "response_time": now(), "data": {"id": audience.id}}


@app.get("/audiences")
def list_audiences() -> dict[str, object]:
    found = [
        {"id": a.id, "name": a.name, "created_time": a.created_time, "user_count": len(a.phones), "type": "Static"}
        for a in audiences.values()
    ]
    return {"status": "200", "description": "Audiences retrieved", "response_time": now(), "data": found}


@app.put("/Audiences/{audience_id}")
def replace(audience_id: str, audience_file: Annotated[UploadFile, File()]) -> dict[str, object]:
    if audience_id not in audiences:
        raise HTTPException(404, "Not Found")
    audiences[audience_id].phones = phones_of(audience_file.file.read())
    return {"status": 200, "description": "Operation successful", "response_time": now(), "data": {"id": audience_id}}


def error(status: int, description: str) -> JSONResponse:
    return JSONResponse({"status": status, "description": description, "response_time": now()}, status_code=status)


@app.exception_handler(StarletteHTTPException)
async def http_error(_: Request, raised: StarletteHTTPException) -> JSONResponse:
    return error(raised.status_code, str(raised.detail))


@app.exception_handler(RequestValidationError)
async def invalid(_: Request, __: RequestValidationError) -> JSONResponse:
    return error(400, "Bad Request")


@app.exception_handler(Exception)
async def unexpected(_: Request, __: Exception) -> JSONResponse:
    return error(500, "Server Error")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
