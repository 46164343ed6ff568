"""Cut some paths, and what they refer to, out of a YAML document in block style, line by line as it is published.

python contract_tests/documents/cut.py whole.yaml '/audiences' '/audiences/{AUDIENCE_ID}' > cut.yaml
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

_REFERENCE = re.compile(r"#/components/(\w+)/([\w-]+)")


def blocks(lines: list[str], indent: int) -> Iterator[tuple[str, list[str]]]:
    """The keys at an indentation, each with its lines; what is before the first has no key."""
    key, block = "", list[str]()
    for line in lines:
        found = re.match(rf" {{{indent}}}([^\s#][^:]*):", line)
        if found:
            yield key, block
            key, block = found[1].strip("'\""), []
        block.append(line)
    yield key, block


def cut(text: str, paths: list[str]) -> str:
    top = dict(blocks(text.splitlines(keepends=True), 0))
    head, *listed = blocks(top["paths"], 2)
    kept = {"paths": head[1] + [line for path, block in listed if path in paths for line in block]}
    components = {
        (kind, name): block
        for kind, inner in blocks(top["components"], 2) for name, block in blocks(inner, 4)
    }  # fmt: skip
    wanted, new = set[tuple[str, str]](), set(_REFERENCE.findall("".join(kept["paths"])))
    while new:
        wanted |= new
        new = {name for each in new for name in _REFERENCE.findall("".join(components[each]))} - wanted
    kinds = {kind for kind, _ in wanted}
    kept["components"] = [
        line
        for (kind, name), block in components.items()
        if (kind, name) in wanted or (not name and kind in {"", *kinds})
        for line in block
    ]
    return "".join(line for key, block in top.items() for line in kept.get(key, block))


if __name__ == "__main__":
    sys.stdout.write(cut(Path(sys.argv[1]).read_text("utf-8"), sys.argv[2:]))
