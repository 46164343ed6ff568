"""CommBox's audiences with Werkzeug. Pages: create (commbox-create.md), list, replace (FACTS.md 3.2 and 6.3)."""

import csv
import io
import itertools
import json
import os
from datetime import UTC, datetime

import openpyxl
from waitress import serve
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, Unauthorized
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

numbers = itertools.count(31234)
audiences = {}


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def added(name, kind, users):
    number = str(next(numbers))
    audiences[number] = {"id": number, "name": name, "created_time": now(), "type": kind}
    if kind == "Static":
        audiences[number]["user_count"] = users
    return number


added("Newcomers", "Static", 1542)
added("VIP", "Dynamic", 0)


def rows_of(content):
    """Of a CSV or an Excel file."""
    if content.startswith(b"PK"):
        try:
            sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
            return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        except Exception:
            raise BadRequest from None
    try:
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        raise BadRequest from None


def customers(request):
    """How many are in the uploaded file."""
    if "audience_file" not in request.files:
        raise BadRequest
    rows = [row for row in rows_of(request.files["audience_file"].read()) if row]
    if not rows or "phone1" not in [cell.strip() for cell in rows[0]]:
        raise BadRequest
    return len(rows) - 1


def answer(status, description, **rest):
    body = {"status": status, "description": description, "response_time": now(), **rest}
    return Response(json.dumps(body), int(status), content_type="application/json")


def create(request):
    users = customers(request)
    name = request.form.get("name")
    if name is None:
        raise BadRequest
    return answer(201, "Audience created", data={"id": added(name, "Static", users)})


def listed(request):
    return answer("200", "Audiences retrieved", data=list(audiences.values()))


def replace(request, number):
    audience = audiences.get(number)
    if audience is None:
        raise NotFound
    if audience["type"] == "Dynamic":
        raise BadRequest
    users = customers(request)
    audience["user_count"] = users
    return answer(200, "Operation successful", data={"id": number})


ROUTES = Map(
    [
        Rule("/audiences", endpoint=create, methods=["POST"]),
        Rule("/audiences", endpoint=listed, methods=["GET"]),
        Rule("/Audiences/<number>", endpoint=replace, methods=["PUT"]),
    ]
)


def answer_to(request):
    call, values = ROUTES.bind_to_environ(request.environ).match()
    if request.headers.get("Authorization") != f"Bearer {os.environ['COMMBOX_API_KEY']}":
        raise Unauthorized
    return call(request, **values)


@Request.application
def application(request):
    try:
        return answer_to(request)
    except HTTPException as error:
        refusal = answer(error.code, error.name)
        if getattr(error, "valid_methods", None):
            refusal.headers["Allow"] = ", ".join(error.valid_methods)
        return refusal
    except Exception:
        return answer(500, "Server Error")


if __name__ == "__main__":
    serve(application, host="127.0.0.1", port=int(os.environ["PORT"]), threads=4)
