"""The only room that knows httpx: sends a prepared request once, reads a bounded answer, and tells what happened."""
