"""Judging a server: requests of every kind are sent to it, and each answer has to fit what was asked."""

from .courier import Options
from .replay import replay
from .run import run
from .story import StoryError
from .target import ProductionError, Target

__all__ = ["Options", "ProductionError", "StoryError", "Target", "replay", "run"]
