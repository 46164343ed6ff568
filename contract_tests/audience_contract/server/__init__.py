"""Judging a server: the check sends it requests of every kind, and compares each answer with what was asked."""

from .courier import Options
from .replay import replay
from .run import run
from .story import StoryError
from .target import ProductionError, Target

__all__ = ["Options", "ProductionError", "StoryError", "Target", "replay", "run"]
