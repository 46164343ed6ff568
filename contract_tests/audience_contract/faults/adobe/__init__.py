"""Adobe's faults. Here are the places in its spec that they break.

No error of this endpoint is documented, nor what a server does about a request that lacks what the page demands; that
such a request *succeeds* is what the page rules out. A refusal may look as it likes, unless it is a failure or a leak.
"""

OPERATION = "/paths/~1audiences/post"
QUERY, ACCEPT, ORGANISATION, SANDBOX = (f"{OPERATION}/parameters/{number}" for number in range(4))
BEARER, API_KEY = "/components/securitySchemes/bearer", "/components/securitySchemes/api_key"
CONTENT = f"{OPERATION}/requestBody/content"
BODY = f"{CONTENT}/application~1json/schema"
NAME, DESCRIPTION, NAMESPACE = (f"{BODY}/properties/{name}" for name in ("name", "description", "namespace"))
RESPONSES = f"{OPERATION}/responses"
CREATED = f"{RESPONSES}/200"
ANSWER = f"{CREATED}/content/application~1*/schema"
ANSWER_NAME, ANSWER_ID = (f"{ANSWER}/properties/{name}" for name in ("name", "audienceId"))
