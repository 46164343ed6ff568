"""What stops the pipeline."""


class PipelineError(Exception):
    """Says which file is wrong, where in it, and which rule it breaks."""
