"""What Adobe's server can do wrong as any other can."""

from .. import answers, bearer
from . import ANSWER, BEARER, CREATED

FAULTS = (*bearer.faults("adobe", BEARER), *answers.faults("adobe", f"{CREATED}/content", ANSWER, CREATED))
