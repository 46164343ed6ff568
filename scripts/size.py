"""Counts code lines by root for `make size`, without blank lines, comments and docstrings. Templates count, generated
files do not.
"""

import ast
import io
import subprocess
import tokenize
from collections import Counter
from pathlib import Path

ROOTS: dict[str, str | tuple[str, ...]] = {
    "wrapper": "wrapper/",
    "checker": "contract_tests/audience_contract/",
    "tests": "contract_tests/",
    "scripts": "scripts/",
    "benchmarks and examples": ("benchmarks/", "examples/"),
}
TEMPLATES = (".jinja", ".jinja2")
NOTHING = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def lines(path: Path) -> int:
    text = path.read_text("utf-8")
    if path.suffix in TEMPLATES:
        return sum(bool(line.strip()) for line in text.splitlines())
    docstrings, code = set[int](), set[int]()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            docstrings.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NOTHING:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - docstrings)


def main() -> None:
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S607
    counted: Counter[str] = Counter()
    for name in tracked:
        root = next((root for root, start in ROOTS.items() if name.startswith(start)), None)
        if root and Path(name).is_file() and name.endswith((".py", *TEMPLATES)):
            counted[root] += lines(Path(name))
    for root in ROOTS:
        print(f"{counted[root]:7,}  {root}")
    print(f"{counted.total():7,}  in all")


if __name__ == "__main__":
    main()
