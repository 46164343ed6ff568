"""What Batch's server can do wrong as any other can."""

from .. import answers, bearer
from . import ACCEPTED, ANSWER, KEY

FAULTS = (*bearer.faults("batch", KEY), *answers.faults("batch", f"{ACCEPTED}/content", ANSWER, ACCEPTED))
