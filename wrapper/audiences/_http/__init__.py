"""The only package that knows httpx2. It sends a prepared request once, reads a bounded answer, tells what happened."""

from . import quiet as quiet  # before anything is sent
