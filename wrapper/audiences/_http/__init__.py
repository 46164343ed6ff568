"""The only room that knows httpx: sends a prepared request once, reads a bounded answer, and tells what happened."""

from . import quiet as quiet  # before anything is sent
