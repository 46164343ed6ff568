"""Adobe's create-audience endpoint with Flask. Page: adobe-create-audience.md (the revision that answers name and audienceId)."""

import os
import uuid

from flask import Flask, jsonify, request
from waitress import serve
from werkzeug.exceptions import HTTPException

ACCEPT = "application/vnd.adobe.external.audiences+json; version=2"

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
audiences = {}


def error(status, code, message):
    return jsonify(error_code=code, message=message), status


@app.before_request
def check_headers():
    if request.headers.get("Authorization") != f"Bearer {os.environ['ADOBE_ACCESS_TOKEN']}":
        return error(401, "401013", "Oauth token is not valid")
    if request.headers.get("x-api-key") != os.environ["ADOBE_API_KEY"]:
        return error(403, "403000", "Api Key is invalid")
    if request.headers.get("x-gw-ims-org-id") != os.environ["ADOBE_ORG_ID"]:
        return error(403, "403010", "The organization is not valid")
    if request.headers.get("x-sandbox-name") != os.environ["ADOBE_SANDBOX_NAME"]:
        return error(403, "403027", "The sandbox is not valid")
    return None


@app.post("/core/ais/audiences")
def create_audience():
    if request.args.get("createAudienceMetaOnly") != "true":
        return error(400, "400", "createAudienceMetaOnly=true is required")
    if request.headers.get("Accept") != ACCEPT:
        return error(406, "406", f"Accept must be {ACCEPT}")
    body = request.get_json()
    if not isinstance(body, dict):
        return error(400, "400", "The body must be an object")
    for field in ("name", "namespace", "originName"):
        if not isinstance(body.get(field), str) or not body[field]:
            return error(400, "400", f"{field} must be a string that is not empty")
    if "description" in body and not isinstance(body["description"], str):
        return error(400, "400", "description must be a string")
    audience_id = str(uuid.uuid4())
    audiences[audience_id] = body
    return jsonify(name=body["name"], audienceId=audience_id)


@app.errorhandler(HTTPException)
def http_error(raised):
    return error(raised.code, str(raised.code), raised.description)


@app.errorhandler(Exception)
def unexpected(_):
    return error(500, "500", "Unexpected error")


if __name__ == "__main__":
    serve(app, host="127.0.0.1", port=int(os.environ["PORT"]), threads=4)
