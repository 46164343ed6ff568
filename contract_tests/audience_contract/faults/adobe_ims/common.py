"""What the token endpoint can do wrong as any other server can."""

from .. import answers
from . import ANSWER, ISSUED

FAULTS = answers.faults("adobe_ims", f"{ISSUED}/content", ANSWER, ISSUED)
