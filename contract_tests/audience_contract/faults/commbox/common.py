"""What CommBox's server can do wrong as any other can."""

from .. import answers, bearer
from . import ANSWER, CREATED, SCHEME

FAULTS = (*bearer.faults("commbox", SCHEME), *answers.faults("commbox", f"{CREATED}/content", ANSWER, CREATED))
