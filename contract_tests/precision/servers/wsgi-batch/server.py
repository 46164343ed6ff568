"""Batch's audiences as a plain WSGI function. Pages: create (batch-create.md), update, replace, remove, view, list
(FACTS.md 1.3 and 6.1)."""

import json
import os
import re
import secrets
import threading
from datetime import UTC, datetime
from urllib.parse import parse_qs

from waitress import serve

AUTHORIZATION = f"Bearer {os.environ['BATCH_API_KEY']}"
NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
TYPES = ("custom_ids", "emails", "install_ids")

lock = threading.Lock()
audiences = {}
members = {}
tokens = {}


class Refused(Exception):
    def __init__(self, status, code, message):
        self.status = status
        self.body = {"error_code": code, "error_message": message}


def malformed(message):
    return Refused("400 Bad Request", "MALFORMED", message)


def not_valid():
    return Refused("401 Unauthorized", "AUTHENTICATION_INVALID", "The Rest API Key is not valid for this project")


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def text(data, field):
    value = data.get(field)
    if not isinstance(value, str):
        raise malformed(f"{field} must be a string")
    return value


def existing(data):
    name = text(data, "name")
    if name not in audiences:
        raise malformed("There is no audience of this name")
    return name


def entries(data):
    ids = data.get("ids")
    if not isinstance(ids, list):
        raise malformed("ids must be an array")
    if len(ids) > 10000:
        raise malformed("ids has more than 10000 entries")
    for entry in ids:
        if not isinstance(entry, dict):
            raise malformed("an entry of ids must be an object")
        text(entry, "id")
        attributes = entry.get("attributes", {})
        if not isinstance(attributes, dict):
            raise malformed("attributes must be an object")
        if len(attributes) > 15:
            raise malformed("an id has at most 15 attributes")
    return ids


def accepted(name, members_changed):
    token = secrets.token_hex(16)
    tokens[token] = name
    if members_changed:
        audiences[name].update(nb_ids=len(members[name]), updated=now())
    return "202 Accepted", {"indexing_token": token}


def create(data):
    name = text(data, "name")
    if not NAME.fullmatch(name):
        raise malformed("name has other characters than letters, digits, _ and -, or is too long")
    if data.get("type") not in TYPES:
        raise malformed(f"type must be one of {', '.join(TYPES)}")
    display_name = text(data, "display_name") if "display_name" in data else name
    audiences[name] = {
        "name": name,
        "display_name": display_name,
        "type": "CUSTOM_ID",
        "nb_ids": 0,
        "indexing_state": "APPLIED",
        "created": now(),
        "updated": now(),
    }
    members[name] = set()
    return accepted(name, members_changed=False)


def update(data):
    ids = entries(data)
    for entry in ids:
        action = entry.get("action")
        if action not in ("add", "remove"):
            raise malformed("action must be add or remove")
        if action == "remove" and "attributes" in entry:
            raise malformed("attributes are accepted for the action add only")
    name = existing(data)
    last = {entry["id"]: entry["action"] for entry in ids}
    for identifier, action in last.items():
        if action == "add":
            members[name].add(identifier)
        else:
            members[name].discard(identifier)
    return accepted(name, members_changed=True)


def replace(data):
    ids = entries(data)
    name = existing(data)
    members[name] = {entry["id"] for entry in ids}
    return accepted(name, members_changed=True)


def remove(data):
    name = text(data, "name")
    audiences.pop(name, None)
    members.pop(name, None)
    return accepted(name, members_changed=False)


def view(query):
    if "name" not in query:
        raise malformed("name is required")
    name = query["name"]
    if name not in audiences or tokens.get(query.get("indexing_token"), name) != name:
        raise Refused("404 Not Found", "NOT_FOUND", "Not found")
    if "indexing_token" in query and query["indexing_token"] not in tokens:
        raise Refused("404 Not Found", "NOT_FOUND", "Not found")
    return "200 OK", audiences[name]


def page(query):
    try:
        limit = int(query.get("limit", "10"))
    except ValueError:
        raise malformed("limit must be an integer") from None
    if not 1 <= limit <= 100:
        raise malformed("limit is from 1 to 100")
    names = list(audiences)
    start = 0
    if "from" in query:
        if query["from"] not in audiences:
            raise malformed("from is not a cursor that list gave")
        start = names.index(query["from"])
    answer = {
        "audiences": [audiences[name] for name in names[start : start + limit]],
        "has_more": start + limit < len(names),
    }
    if start == 0:
        answer["count"] = len(names)
    if answer["has_more"]:
        answer["next_from"] = names[start + limit]
    return "200 OK", answer


ROUTES = {
    "create": ("POST", create),
    "update": ("POST", update),
    "replace": ("POST", replace),
    "remove": ("POST", remove),
    "view": ("GET", view),
    "list": ("GET", page),
}


def body_of(environ):
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused("415 Unsupported Media Type", "MEDIA_TYPE", "Content-Type must be application/json")
    try:
        data = json.loads(environ["wsgi.input"].read().decode())
    except (ValueError, RecursionError):
        raise malformed("the body is not JSON") from None
    if not isinstance(data, dict):
        raise malformed("the body must be an object")
    return data


def answer_to(environ):
    prefix, _, action = environ["PATH_INFO"].rpartition("/")
    if prefix != "/2.10/audiences" or action not in ROUTES:
        raise Refused("404 Not Found", "NOT_FOUND", "Not found")
    if environ.get("HTTP_AUTHORIZATION") != AUTHORIZATION:
        raise not_valid()
    if environ.get("HTTP_X_BATCH_PROJECT") != os.environ["BATCH_PROJECT"]:
        raise not_valid()
    method, call = ROUTES[action]
    if environ["REQUEST_METHOD"] != method:
        raise Refused("405 Method Not Allowed", "METHOD", f"The method is {method}")
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"], keep_blank_values=True).items()}
    given = body_of(environ) if method == "POST" else query
    with lock:
        return call(given)


def application(environ, start_response):
    try:
        status, answer = answer_to(environ)
    except Refused as refused:
        status, answer = refused.status, refused.body
    except Exception:
        status, answer = "500 Internal Server Error", {"error_code": "UNEXPECTED", "error_message": "Unexpected error"}
    body = json.dumps(answer).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if status.startswith("405"):
        headers.append(("Allow", ROUTES[environ["PATH_INFO"].rpartition("/")[2]][0]))
    start_response(status, headers)
    return [body]


if __name__ == "__main__":
    serve(application, host="127.0.0.1", port=int(os.environ["PORT"]), threads=4)
