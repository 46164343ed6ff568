"""Batch's audiences with aiohttp; the schemas are those of the pages. Pages: create (batch-create.md), update, replace,
remove, view, list (FACTS.md 1.3)."""

import json
import os
import secrets
from datetime import UTC, datetime

from aiohttp import web
from jsonschema import Draft202012Validator

API_KEY = os.environ["BATCH_API_KEY"]
PROJECT = os.environ["BATCH_PROJECT"]

CREATE = Draft202012Validator(
    {
        "type": "object",
        "required": ["name", "type"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 255},
            "type": {"type": "string", "enum": ["custom_ids", "emails", "install_ids"]},
            "display_name": {"type": "string"},
        },
    }
)
UPDATE = Draft202012Validator(
    {
        "type": "object",
        "required": ["name", "ids"],
        "properties": {
            "name": {"type": "string"},
            "ids": {
                "type": "array",
                "maxItems": 10000,
                "items": {
                    "type": "object",
                    "required": ["id", "action"],
                    "properties": {
                        "id": {"type": "string"},
                        "action": {"enum": ["add", "remove"]},
                        "attributes": {"type": "object", "maxProperties": 15},
                    },
                },
            },
        },
    }
)
REPLACE = Draft202012Validator(
    {
        "type": "object",
        "required": ["name", "ids"],
        "properties": {
            "name": {"type": "string"},
            "ids": {
                "type": "array",
                "maxItems": 10000,
                "items": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {"id": {"type": "string"}, "attributes": {"type": "object", "maxProperties": 15}},
                },
            },
        },
    }
)
REMOVE = Draft202012Validator(
    {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
)
ALLOWED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")

audiences = {}
states = {}
routes = web.RouteTableDef()


class Failure(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


async def body(request, validator):
    try:
        data = json.loads(await request.text())
    except (ValueError, LookupError) as error:
        raise Failure(400, "INVALID_JSON", "The body is not valid JSON") from error
    problem = next(validator.iter_errors(data), None)
    if problem is not None:
        raise Failure(400, "INVALID_BODY", f"{problem.json_path}: {problem.message}"[:200])
    return data


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def accepted(name, *, replaces=False):
    """A token; an earlier one of this audience is REPLACED when its whole content is."""
    if replaces:
        for token, (owner, _) in states.items():
            if owner == name:
                states[token] = (owner, "REPLACED")
    token = secrets.token_hex(16)
    states[token] = (name, "APPLIED")
    return web.json_response({"indexing_token": token}, status=202)


def known(name):
    if name not in audiences:
        raise Failure(400, "UNKNOWN_AUDIENCE", "There is no audience of this name")
    return audiences[name]


@routes.post("/2.10/audiences/create")
async def create(request):
    data = await body(request, CREATE)
    name = data["name"]
    if not set(name) <= ALLOWED:
        raise Failure(400, "INVALID_NAME", "name takes letters, digits, _ and - only")
    audiences[name] = {"display_name": data.get("display_name"), "ids": set(), "created": now(), "updated": now()}
    return accepted(name)


@routes.post("/2.10/audiences/update")
async def update(request):
    data = await body(request, UPDATE)
    audience = known(data["name"])
    for item in data["ids"]:
        if item["action"] == "remove" and "attributes" in item:
            raise Failure(400, "INVALID_BODY", "attributes are for the action add only")
    for item in data["ids"]:
        if item["action"] == "add":
            audience["ids"].add(item["id"])
        else:
            audience["ids"].discard(item["id"])
    audience["updated"] = now()
    return accepted(data["name"])


@routes.post("/2.10/audiences/replace")
async def replace(request):
    data = await body(request, REPLACE)
    audience = known(data["name"])
    audience["ids"] = {item["id"] for item in data["ids"]}
    audience["updated"] = now()
    return accepted(data["name"], replaces=True)


@routes.post("/2.10/audiences/remove")
async def remove(request):
    data = await body(request, REMOVE)
    known(data["name"])
    del audiences[data["name"]]
    return accepted(data["name"])


@routes.get("/2.10/audiences/view")
async def view(request):
    if "name" not in request.query:
        raise Failure(400, "MISSING_PARAMETER", "name is required")
    name = request.query["name"]
    if name not in audiences:
        raise Failure(404, "NOT_FOUND", "Not found")
    owner, state = states.get(request.query.get("indexing_token"), (name, "APPLIED"))
    return web.json_response(shown(name, state if owner == name else "APPLIED"))


def shown(name, state):
    audience = audiences[name]
    answer = {
        "name": name,
        "type": "CUSTOM_ID",
        "nb_ids": len(audience["ids"]),
        "indexing_state": state,
        "created": audience["created"],
        "updated": audience["updated"],
    }
    if audience["display_name"] is not None:
        answer["display_name"] = audience["display_name"]
    return answer


@routes.get("/2.10/audiences/list")
async def list_audiences(request):
    try:
        limit = int(request.query.get("limit", "10"))
        start = int(request.query.get("from", "0"))
    except ValueError as error:
        raise Failure(400, "INVALID_PARAMETER", "limit must be an integer, and from an earlier next_from") from error
    if not 1 <= limit <= 100 or start < 0:
        raise Failure(400, "INVALID_PARAMETER", "limit must be 1 to 100")
    names = list(audiences)
    answer = {
        "audiences": [shown(name, "APPLIED") for name in names[start : start + limit]],
        "has_more": start + limit < len(names),
    }
    if "from" not in request.query:
        answer["count"] = len(names)
    if answer["has_more"]:
        answer["next_from"] = str(start + limit)
    return web.json_response(answer)


def error(status, code, message):
    return web.json_response({"error_code": code, "error_message": message}, status=status)


@web.middleware
async def errors(request, handler):
    try:
        return await handler(request)
    except Failure as failure:
        return error(failure.status, failure.code, failure.message)
    except web.HTTPException as raised:
        return error(raised.status, raised.reason.upper().replace(" ", "_"), raised.reason)
    except Exception:
        return error(500, "UNEXPECTED", "Unexpected error")


@web.middleware
async def credentials(request, handler):
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    project = request.headers.get("X-Batch-Project")
    if scheme.lower() != "bearer" or key.strip() != API_KEY or project != PROJECT:
        raise Failure(401, "AUTHENTICATION_INVALID", "The Rest API Key is not valid for this project")
    return await handler(request)


if __name__ == "__main__":
    app = web.Application(client_max_size=10 * 1024 * 1024, middlewares=[errors, credentials])
    app.add_routes(routes)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None)
