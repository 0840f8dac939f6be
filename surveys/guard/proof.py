"""The proof of work of the open mode: a challenge for one ticket, and the level that a solution shows.

Challenges and solutions are altcha's, in their first form: a number below a known bound, so that the work is
bounded too, and one hash to check. May import the ground; keeps nothing: a solution is good only for the
ticket whose nonce it carries, and the urn makes all answers under one ticket one ballot.
"""

from __future__ import annotations

import base64
import json
import re

from altcha import ChallengeOptionsV1, PayloadV1, create_challenge_v1, verify_solution_v1

from core.codes import TICKET_LIFE, Ticket, key_for

ALGORITHM = "SHA-256"
LONGEST_SOLUTION = 1024
_SALT = re.compile(r"(?P<nonce>[0-9a-f]+)\?expires=[0-9]+&level=(?P<level>[0-9])&")


def new_challenge(ticket: Ticket, *, level: int, work: int, secret: str) -> str:
    """A challenge for a ticket, as the JSON that the form's script reads; it ends with the ticket.

    :param work: up to which number the script will have to count.
    """
    made = create_challenge_v1(
        ChallengeOptionsV1(
            algorithm=ALGORITHM, max_number=work, hmac_key=_key(secret), salt=ticket.nonce.hex(),
            expires=ticket.issued_at + TICKET_LIFE, params={"level": str(level)},
        )
    )  # fmt: skip
    shown = {
        "algorithm": made.algorithm, "challenge": made.challenge, "salt": made.salt,
        "maxnumber": made.max_number, "signature": made.signature,
    }  # fmt: skip
    return json.dumps(shown, separators=(",", ":"))


def proven_level(text: str, *, ticket: Ticket, secret: str) -> int | None:
    """The level of the challenge that was solved for this ticket; None for anything else that was sent.

    That the ticket is not too old has been seen already, and its challenge ends with it.
    """
    if not text or len(text) > LONGEST_SOLUTION:
        return None
    try:
        sent = json.loads(base64.b64decode(text, validate=True))
    except (ValueError, RecursionError):
        return None
    if not isinstance(sent, dict) or type(sent.get("number")) is not int:
        return None
    fields = [sent.get(name) for name in ("challenge", "salt", "signature")]
    if not all(isinstance(field, str) for field in fields):
        return None
    challenge, salt, signature = fields
    found = _SALT.fullmatch(salt)
    if found is None or found["nonce"] != ticket.nonce.hex():
        return None
    solution = PayloadV1(ALGORITHM, challenge, sent["number"], salt, signature)
    is_solved, _fault = verify_solution_v1(solution, _key(secret), check_expires=False)
    return int(found["level"]) if is_solved else None


def _key(secret: str) -> bytes:
    return key_for(secret, "proof-of-work")
