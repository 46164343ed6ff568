"""YAML that is only data: no objects, no key twice, and no aliases that make much out of little."""

from typing import Any

import yaml

MOST = 100_000
"""Values that a document may come to once every alias is written out. The largest spec here comes to a few hundred."""


def load(text: str) -> Any:
    """The value of a YAML document; raises ValueError or yaml.YAMLError for one that is refused."""
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        _size(root, {})
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _size(node: yaml.Node, known: dict[yaml.Node, int]) -> int:
    """How many values a node comes to, each alias counted as what it stands for."""
    if node in known:
        if not known[node]:
            raise ValueError(f"an alias stands for what it is in, line {node.start_mark.line + 1}")
        return known[node]
    known[node] = 0
    inner: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        keys = [(key.tag, key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({str(key[1]) for key in keys if keys.count(key) > 1}) if len(set(keys)) < len(keys) else []
        if twice:
            raise ValueError(f"a mapping has a key twice: {', '.join(twice)}, line {node.start_mark.line + 1}")
        inner = [part for pair in node.value for part in pair]
    elif isinstance(node, yaml.SequenceNode):
        inner = node.value
    known[node] = 1 + sum(_size(part, known) for part in inner)
    if known[node] > MOST:
        raise ValueError(f"its aliases come to more than {MOST} values, line {node.start_mark.line + 1}")
    return known[node]
