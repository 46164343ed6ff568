"""CommBox's faults. Here are the places in its spec that they break."""

OPERATION = "/paths/~1audiences/post"
DESCRIPTION = f"{OPERATION}/description"
SCHEME = "/components/securitySchemes/BearerAuth"
CONTENT = f"{OPERATION}/requestBody/content"
FORM = f"{CONTENT}/multipart~1form-data"
REQUIRED = f"{FORM}/schema/required"
NAME, FILE = (f"{FORM}/schema/properties/{name}" for name in ("name", "audience_file"))
RESPONSES = f"{OPERATION}/responses"
CREATED, BAD, UNAUTHORIZED = (f"{RESPONSES}/{status}" for status in (201, 400, 401))
ANSWER, REFUSAL = (f"{each}/content/application~1json/schema" for each in (CREATED, BAD))
DATA, ID = f"{ANSWER}/properties/data", f"{ANSWER}/properties/data/properties/id"
