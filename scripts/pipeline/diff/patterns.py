"""Patterns as automata: whether every string that one takes is taken by another."""

import re
from collections.abc import Iterable
from functools import lru_cache

import interegular
from interegular.fsm import FSM

ANY = r"(?:.|\n)"
_LONGEST = 3000
_TOKEN = re.compile(
    r"\\[dDwW]|\\[^a-zA-Z0-9]|\\[nrtfv]|\[\^?(?:\\.|[^\]\\])+\]|\{\d+(?:,\d*)?\}|\(\?:|[^\\\[\]{}]", re.S
)
_CLASSES = {r"\d": "[0-9]", r"\D": "[^0-9]", r"\w": "[A-Za-z0-9_]", r"\W": "[^A-Za-z0-9_]", ".": "[^\n\r\u2028\u2029]"}
_INSIDE = {r"\d": "0-9", r"\w": "A-Za-z0-9_", "-": r"\-"}


class UnknownPatternError(ValueError):
    """Nothing here knows this pattern's language: a look-around, say."""


@lru_cache(maxsize=512)
def language(pattern: str) -> FSM:
    """The strings in which an ECMA-262 pattern finds a match."""
    whole = "|".join(_branch(branch) for branch in _branches(pattern))
    return _compile(whole)


@lru_cache(maxsize=512)
def lengths(low: int, high: int | None) -> FSM:
    if max(low, high or 0) > _LONGEST:
        raise UnknownPatternError(f"{high} characters are too many to count")
    return _compile(f"{ANY}{{{low},{'' if high is None else high}}}")


def all_of(machines: Iterable[FSM]) -> FSM:
    first, *rest = machines
    for machine in rest:
        first = first.intersection(machine)  # type: ignore[no-untyped-call]
    return first


def without(machine: FSM, other: FSM) -> FSM:
    rest: FSM = machine.difference(other)  # type: ignore[no-untyped-call]
    return rest


def _compile(text: str) -> FSM:
    try:
        return interegular.parse_pattern(text).to_fsm()
    except Exception as error:  # the library has no one type for what it cannot do
        raise UnknownPatternError(text) from error


def _branches(pattern: str) -> list[list[str]]:
    """The tokens of each alternative at the top."""
    tokens: list[str] = []
    at = 0
    while at < len(pattern):
        match = _TOKEN.match(pattern, at)
        if match is None or (match[0] == "(" and pattern[at + 1 : at + 2] == "?"):
            raise UnknownPatternError(pattern)
        # A lazy quantifier takes the same strings; a possessive one is not of ECMA-262.
        lazy = match[0] == "?" and bool(tokens) and (tokens[-1] in ("*", "+", "?") or tokens[-1].startswith("{"))
        if not lazy:
            tokens.append(match[0])
        at = match.end()
    branches: list[list[str]] = [[]]
    depth = 0
    for piece in tokens:
        depth += {"(": 1, "(?:": 1, ")": -1}.get(piece, 0)
        if piece == "|" and depth == 0:
            branches.append([])
        else:
            branches[-1].append(piece)
    return branches


def _branch(tokens: list[str]) -> str:
    anchored = bool(tokens) and tokens[0] == "^", bool(tokens) and tokens[-1] == "$"
    inner = tokens[anchored[0] : len(tokens) - anchored[1]]
    if "^" in inner or "$" in inner:
        raise UnknownPatternError("".join(tokens))
    text = "".join(_translate(token) for token in inner)
    return f"(?:{'' if anchored[0] else ANY + '*'}(?:{text}){'' if anchored[1] else ANY + '*'})"


def _translate(piece: str) -> str:
    if piece in _CLASSES:
        return _CLASSES[piece]
    if piece.startswith("["):
        return _class(piece)
    return "(?:" if piece == "(" else piece


def _class(token: str) -> str:
    negated = token.startswith("[^")
    parts = re.findall(r"\\.|.", token[2 if negated else 1 : -1], re.S)
    out = []
    for number, part in enumerate(parts):
        last = number in (0, len(parts) - 1)
        if re.fullmatch(r"\\[a-zA-Z0-9]", part) and part not in (r"\d", r"\w", r"\n", r"\r", r"\t"):
            raise UnknownPatternError(token)
        beside = [*parts[max(0, number - 1) : number], *parts[number + 1 : number + 2]]
        if part == "-" and (last or any(near in _INSIDE and near != "-" for near in beside)):
            out.append(r"\-")
        else:
            out.append(_INSIDE[part] if part in (r"\d", r"\w") else rf"\{part}" if part in ("[", "^") else part)
    return f"[{'^' if negated else ''}{''.join(out)}]"
