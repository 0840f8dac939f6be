"""What the open mode asks of an answer: how much work, or how long a wait, at which pace of answers.

Pure: the standard library only. Everything is bounded: at the worst a browser with script works for some
seconds and one without waits a minute, so that a shared address is never locked out.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Pace:
    """Answers within these ten minutes.

    :param unit: about the unit.
    :param unproven: about the unit, without a sufficient proof of work.
    :param caller: from the caller's group of network addresses.
    """

    unit: int = 0
    unproven: int = 0
    caller: int = 0


@dataclass(frozen=True, slots=True)
class Demands:
    """The numbers of the open mode, each with its reason.

    :param smallest_quota: answers about a unit in ten minutes that are calm in any village: a bus has
        arrived, a class was let out, a meeting has ended.
    :param adults_per_answer: in large units one adult of so many may answer within ten minutes and it is
        still calm: fifty times the even pace of a survey of two weeks in which everybody answered.
    :param caller_quota: answers from one group of addresses in ten minutes that are calm: a school's class.
    :param work: numbers to try at each level, at most (on average half as many). An old phone tries 5,000 to
        20,000 in a second: about a tenth of a second at the first level, one to four at the last.
    :param ripening: seconds that a ticket ripens without proof. Nobody reads six questions in less than ten;
        more than a minute would turn people away.
    """

    smallest_quota: int = 30
    adults_per_answer: int = 20
    caller_quota: int = 30
    work: tuple[int, ...] = (1_500, 4_500, 13_500, 40_500)
    ripening: tuple[int, ...] = (10, 20, 40, 60)

    def quota(self, adults: int | None) -> int:
        """How many answers about a unit in ten minutes are calm; the smallest where adults are unknown.

        >>> OPEN.quota(None), OPEN.quota(120), OPEN.quota(4000)
        (30, 30, 200)
        """
        return max(self.smallest_quota, (adults or 0) // self.adults_per_answer)

    def level(self, pace: Pace, *, adults: int | None) -> int:
        """The level of work that a new proof must show: it rises with each doubling of the pace.

        >>> [OPEN.level(Pace(unit=n), adults=None) for n in (29, 30, 60, 120, 10**9)]
        [0, 1, 2, 3, 3]
        """
        steps = max(_doublings(pace.unit, self.quota(adults)), _doublings(pace.caller, self.caller_quota))
        return min(steps, len(self.work) - 1)

    def wait(self, age: float, pace: Pace, *, adults: int | None, is_trapped: bool = False) -> int:
        """After how many seconds an answer without proof may go in, its ticket being `age` seconds old.

        A ticket from the future is ripe: our clock was set back, which is nobody's fault who answers. It is
        never "1 seconds".

        >>> OPEN.wait(2, Pace(), adults=None), OPEN.wait(10, Pace(), adults=None)
        (8, 0)
        >>> OPEN.wait(2, Pace(unproven=10**9), adults=None), OPEN.wait(-3600, Pace(), adults=None)
        (58, 0)
        """
        steps = len(self.ripening) if is_trapped else _doublings(pace.unproven, self.quota(adults))
        left = self.ripening[min(steps, len(self.ripening) - 1)] - age
        return max(2, ceil(left)) if left > 0 and age >= 0 else 0


#: The demands of every open survey.
OPEN = Demands()


def _doublings(count: int, calm: int) -> int:
    """0 under the calm count, 1 from it on, and one more each time it doubles."""
    return (count // calm).bit_length()
