"""Faults of Adobe's token endpoint. Here are the places in its spec that they break.

No error is documented, so a refusal may look as it likes, unless it is a failure or a leak.
"""

OPERATION = "/paths/~1ims~1token~1v3/post"
CONTENT = f"{OPERATION}/requestBody/content"
BODY = f"{CONTENT}/application~1x-www-form-urlencoded/schema"
ISSUED = f"{OPERATION}/responses/200"
ANSWER = f"{ISSUED}/content/application~1json/schema"
