"""Batch's faults. Here are the places in its spec that they break."""

POST = "/paths/~1audiences~1create/post"
KEY = "/components/securitySchemes/rest_key"
PROJECT = "/components/parameters/HeaderProjectKey"
CONTENT = f"{POST}/requestBody/content"
BODY = f"{CONTENT}/application~1json/schema"
NAME, TYPE, DISPLAY_NAME = (f"{BODY}/properties/{name}" for name in ("name", "type", "display_name"))
RESPONSES = f"{POST}/responses"
ACCEPTED = f"{RESPONSES}/202"
ANSWER = f"{ACCEPTED}/content/application~1json/schema"
TOKEN = f"{ANSWER}/properties/indexing_token"
MALFORMED, UNAUTHORIZED = "/components/responses/400", "/components/responses/401"
