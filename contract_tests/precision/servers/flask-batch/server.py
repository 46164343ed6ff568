"""Batch's audiences with Flask and marshmallow. Pages: create (batch-create.md), update, replace,
remove, view, list (FACTS.md 1.3)."""

import hmac
import os
import uuid
from datetime import UTC, datetime

from flask import Blueprint, Flask, jsonify, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from waitress import serve
from werkzeug.exceptions import HTTPException

API_KEY = os.environ["BATCH_API_KEY"]
PROJECT = os.environ["BATCH_PROJECT"]

audiences = {}
tokens = {}
blueprint = Blueprint("audiences", __name__, url_prefix="/2.10/audiences")


class CreateSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    name = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=255), validate.Regexp(r"[A-Za-z0-9_-]+\Z")],
    )
    type = fields.String(required=True, validate=validate.OneOf(["custom_ids", "emails", "install_ids"]))
    display_name = fields.String()


class RemoveSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    name = fields.String(required=True)


class ReplaceItemSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    id = fields.String(required=True)
    attributes = fields.Dict(validate=validate.Length(max=15))


class UpdateItemSchema(ReplaceItemSchema):
    action = fields.String(required=True, validate=validate.OneOf(["add", "remove"]))


class ReplaceSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    name = fields.String(required=True)
    ids = fields.List(fields.Nested(ReplaceItemSchema), required=True, validate=validate.Length(max=10000))


class UpdateSchema(ReplaceSchema):
    ids = fields.List(fields.Nested(UpdateItemSchema), required=True, validate=validate.Length(max=10000))


class ListSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    cursor = fields.String(data_key="from")
    limit = fields.Integer(load_default=10)


def error(status, code, message):
    return jsonify(error_code=code, error_message=message), status


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@blueprint.before_request
def check_credentials():
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(key.encode(), API_KEY.encode()):
        return error(401, "AUTHENTICATION_INVALID", "The Rest API Key is not valid for this project")
    if request.headers.get("X-Batch-Project") != PROJECT:
        return error(401, "AUTHENTICATION_INVALID", "The Rest API Key is not valid for this project")
    return None


def new_token(name):
    token = uuid.uuid4().hex
    tokens[token] = name
    return jsonify(indexing_token=token), 202


@blueprint.post("/create")
def create():
    data = CreateSchema().load(request.get_json())
    name = data["name"]
    audiences[name] = {
        "name": name,
        "display_name": data.get("display_name", name),
        "type": "CUSTOM_ID",
        "nb_ids": 0,
        "indexing_state": "APPLIED",
        "created": now(),
        "updated": now(),
    }
    members.pop(name, None)
    return new_token(name)


members = {}


@blueprint.post("/update")
def update():
    data = UpdateSchema().load(request.get_json())
    if data["name"] not in audiences:
        return error(400, "AUDIENCE_NOT_FOUND", "There is no such audience")
    if any(item["action"] == "remove" and "attributes" in item for item in data["ids"]):
        return error(400, "INVALID_REQUEST", "attributes are for the action add only")
    ids = members.setdefault(data["name"], set())
    for item in data["ids"]:
        if item["action"] == "add":
            ids.add(item["id"])
        else:
            ids.discard(item["id"])
    audiences[data["name"]].update(nb_ids=len(ids), updated=now())
    return new_token(data["name"])


@blueprint.post("/replace")
def replace():
    data = ReplaceSchema().load(request.get_json())
    if data["name"] not in audiences:
        return error(400, "AUDIENCE_NOT_FOUND", "There is no such audience")
    members[data["name"]] = {item["id"] for item in data["ids"]}
    audiences[data["name"]].update(nb_ids=len(members[data["name"]]), updated=now())
    return new_token(data["name"])


@blueprint.post("/remove")
def remove():
    data = RemoveSchema().load(request.get_json())
    audiences.pop(data["name"], None)
    return new_token(data["name"])


@blueprint.get("/view")
def view():
    name = request.args.get("name")
    if name is None:
        return error(400, "MISSING_PARAMETER", "name is required")
    if name not in audiences:
        return error(404, "AUDIENCE_NOT_FOUND", "There is no such audience")
    return jsonify(audiences[name])


@blueprint.get("/list")
def list_audiences():
    query = ListSchema().load(request.args)
    limit = max(1, min(query["limit"], 100))
    names = list(audiences)
    start = 0
    if "cursor" in query:
        if query["cursor"] not in names:
            return error(400, "INVALID_CURSOR", "from is not a cursor of an earlier answer")
        start = names.index(query["cursor"])
    answer = {
        "audiences": [audiences[name] for name in names[start : start + limit]],
        "has_more": start + limit < len(names),
    }
    if "cursor" not in query:
        answer["count"] = len(names)
    if answer["has_more"]:
        answer["next_from"] = names[start + limit]
    return jsonify(answer)


app = Flask(__name__)
app.register_blueprint(blueprint)


@app.errorhandler(ValidationError)
def invalid(raised):
    return error(400, "INVALID_REQUEST", str(raised.messages))


@app.errorhandler(HTTPException)
def http_error(raised):
    return error(raised.code, raised.name.upper().replace(" ", "_"), raised.description)


@app.errorhandler(Exception)
def unexpected(_):
    return error(500, "INTERNAL_ERROR", "Unexpected error")


if __name__ == "__main__":
    serve(app, host="127.0.0.1", port=int(os.environ["PORT"]), threads=4)
