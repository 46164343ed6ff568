"""The operations of a valid spec, as the checker reads them: it follows references."""

from collections.abc import Iterator
from typing import Any

from audience_contract.spec import Document, Node, Operation, Spec

from .published import each_operation

Json = dict[str, Any]


def operations(document: Json) -> Iterator[Operation]:
    """The operations in the document's order."""
    spec = Spec("", Document(document).node)
    for method, path, _ in each_operation(document):
        yield Operation(spec, method.upper(), path, spec.node["paths"][path][method])


def parameters(operation: Operation) -> list[Node]:
    return list(operation.node.get("parameters") or ())


def schemas(message: Node | None) -> dict[str, Node]:
    """The schemas of a request body or an answer, by media type."""
    content = message.get("content") if message else None
    kinds = content.value if content else ()
    return {media: schema for media in kinds if content and (schema := content[media].get("schema"))}
