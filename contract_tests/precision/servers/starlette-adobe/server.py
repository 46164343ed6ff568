"""Adobe's audiences with Starlette. Pages: create (adobe-create-audience.md), list, get and delete (FACTS.md 2.2, 2.4, 6.2,
and segmentation.yaml)."""

import json
import os
import secrets
import time
import uuid

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ACCEPT = "application/vnd.adobe.external.audiences+json; version=2"
SANDBOX = os.environ["ADOBE_SANDBOX_NAME"]
audiences = {}


def stored(audience_id, name, namespace, origin, description=None):
    number = str(uuid.uuid4())
    seconds = time.time()
    audiences[number] = {
        "id": number,
        "audienceId": audience_id or number,
        "name": name,
        "namespace": namespace,
        "imsOrgId": os.environ["ADOBE_ORG_ID"],
        "sandbox": {"sandboxName": SANDBOX, "type": "production", "default": True},
        "isSystem": False,
        "type": "ExternalAudience",
        "originName": origin,
        "lifecycleState": "published",
        "createdBy": "audiences@AdobeId",
        "creationTime": int(seconds * 1000),
        "createEpoch": int(seconds),
        "updateTime": int(seconds * 1000),
        "updateEpoch": int(seconds),
    }
    if description is not None:
        audiences[number]["description"] = description
    return audiences[number]


for month in ("January", "February", "March", "April", "May", "June", "July"):
    stored(f"orders-{month}", f"Orders of {month}", "aam", "CUSTOM_UPLOAD", f"Who ordered in {month}")


def refused(status, code, title):
    errors = {str(status): [{"code": status, "message": title}]}
    kind = f"https://ns.adobe.com/aep/errors/{code}"
    body = {"requestId": secrets.token_hex(16), "errors": errors, "type": kind, "title": title, "status": status}
    return JSONResponse(body, status)


def at_the_gateway(code, message):
    return JSONResponse({"error_code": code, "message": message}, int(code[:3]))


def credentials(request):
    """The gateway's answer to a request that it doesn't let through."""
    headers = request.headers
    if "authorization" not in headers:
        return at_the_gateway("403010", "Oauth token is missing.")
    if headers["authorization"] != f"Bearer {os.environ['ADOBE_ACCESS_TOKEN']}":
        return at_the_gateway("401013", "Oauth token is not valid")
    if "x-api-key" not in headers:
        return at_the_gateway("403000", "Api Key is required")
    if headers["x-api-key"] != os.environ["ADOBE_API_KEY"]:
        return at_the_gateway("403003", "Api Key is invalid")
    if "x-gw-ims-org-id" not in headers:
        return at_the_gateway("400003", "Missing header")
    if headers["x-gw-ims-org-id"] != os.environ["ADOBE_ORG_ID"]:
        return at_the_gateway("403025", "Profile is not valid")
    if "x-sandbox-name" not in headers:
        return at_the_gateway("400003", "Missing header")
    if headers["x-sandbox-name"] != SANDBOX:
        return at_the_gateway("403027", "The sandbox is not one of the organization")
    return None


async def create(request):
    if (answer := credentials(request)) is not None:
        return answer
    if request.query_params.get("createAudienceMetaOnly") != "true":
        return at_the_gateway("400000", "createAudienceMetaOnly=true is missing")
    if request.headers.get("accept") != ACCEPT:
        return at_the_gateway("406000", f"Accept must be {ACCEPT}")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return at_the_gateway("400000", "A valid content-type must be specified")
    try:
        body = json.loads((await request.body()).decode())
    except (ValueError, RecursionError):
        return at_the_gateway("400000", "The body is not JSON")
    if not isinstance(body, dict):
        return at_the_gateway("400000", "The body must be an object")
    for field in ("name", "namespace", "originName", "description"):
        needed = field != "description" or field in body
        if needed and not isinstance(body.get(field), str):
            return at_the_gateway("400000", f"{field} must be a string")
    audience = stored(None, body["name"], body["namespace"], body["originName"], body.get("description"))
    return JSONResponse({"name": audience["name"], "audienceId": audience["audienceId"]})


def number(query, name, default):
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()):
        raise HTTPException(400, f"{name} must be an integer")
    return int(text)


def as_text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def matching(query):
    found = list(audiences.values())
    if "property" in query:
        attribute, sign, wanted = query["property"].partition("==")
        if not sign:
            raise HTTPException(400, "property must be [attributeName]==[attributeValue]")
        found = [one for one in found if attribute in one and as_text(one[attribute]) == wanted]
    if "name" in query:
        found = [one for one in found if query["name"].lower() in one["name"].lower()]
    if "description" in query:
        found = [one for one in found if query["description"].lower() in one.get("description", "").lower()]
    return found


def in_order(found, query):
    if "sort" not in query:
        return found
    attribute, _, direction = query["sort"].partition(":")
    if direction not in ("asc", "desc"):
        raise HTTPException(400, "sort must be [attributeName]:[desc/asc]")
    return sorted(found, key=lambda one: as_text(one.get(attribute, "")), reverse=direction == "desc")


async def listed(request):
    if (answer := credentials(request)) is not None:
        return answer
    query = request.query_params
    start = number(query, "start", 0)
    limit = number(query, "limit", 20)
    if limit == 0:
        raise HTTPException(400, "limit must be at least 1")
    found = in_order(matching(query), query)
    children = found[start : start + limit]
    page = {
        "totalCount": len(found),
        "totalPages": -(-len(found) // limit),
        "pageSize": len(children),
        "limit": limit,
        "start": start,
        "next": start + limit if start + limit < len(found) else 0,
    }
    links = {"next": {"href": f"@/audiences?start={page['next']}&limit={limit}"}} if page["next"] else {}
    return JSONResponse({"children": children, "_page": page, "_links": links})


async def get(request):
    if (answer := credentials(request)) is not None:
        return answer
    audience = audiences.get(request.path_params["audience"])
    return refused(404, "UPAPI-113430-404", "The audience entity is not found.") if audience is None else JSONResponse(audience)


async def delete(request):
    if (answer := credentials(request)) is not None:
        return answer
    if audiences.pop(request.path_params["audience"], None) is None:
        return refused(404, "UPAPI-113430-404", "The audience entity is not found.")
    return Response(status_code=204)


async def http_error(request, raised):
    answer = refused(raised.status_code, f"UPAPI-{raised.status_code}", str(raised.detail))
    answer.headers.update(raised.headers or {})
    return answer


async def unexpected(request, raised):
    return refused(500, "UPAPI-113751-500", "Unexpected error")


app = Starlette(
    routes=[
        Route("/core/ais/audiences", create, methods=["POST"]),
        Route("/data/core/ups/audiences", listed, methods=["GET"]),
        Route("/data/core/ups/audiences/{audience}", get, methods=["GET"]),
        Route("/data/core/ups/audiences/{audience}", delete, methods=["DELETE"]),
    ],
    exception_handlers={HTTPException: http_error, Exception: unexpected},
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
