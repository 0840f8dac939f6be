"""The script in the ZIP: on a machine that has the ZIP, Python and NumPy, and nothing else."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from contest.release.layout import SCRIPT, TEXTS
from tests.contest.release.made import TEXT, Made, hand_made, zipped

#: Refuses every import but those of the standard library and NumPy, then runs the script of the folder.
ALONE = """
import runpy, sys
from importlib.abc import MetaPathFinder
class Gate(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("numpy", "__main__"):
            raise ImportError("this machine has no " + name)
sys.meta_path.insert(0, Gate())
sys.argv = ["recompute.py", *sys.argv[1:]]
runpy.run_path("recompute.py", run_name="__main__")
"""


def alone(folder: Path, *given: str) -> subprocess.CompletedProcess[str]:
    """Run the script as whoever has only the ZIP does."""
    import numpy

    # -S leaves out the site's packages; the folder of NumPy alone is given back, behind the gate.
    path = f"import sys; sys.path.append({str(Path(numpy.__file__).parents[1])!r})"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", path + ALONE, *given], cwd=folder, capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip


def unpacked(folder: Path, made: Made) -> Path:
    for name, content in made.files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / SCRIPT).write_bytes((TEXTS / SCRIPT).read_bytes())
    return folder


def test_it_agrees_with_nothing_but_numpy(tmp_path: Path):
    done = alone(unpacked(tmp_path, hand_made()))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "agrees   regional-110000000-v1: 3 rows", "agrees   regional-190000000-v1: 3 rows",
        "agrees   national-v1: 2 rows", "agrees   league-v1 large: 1 rows",
        "agrees   league-v1 medium: 1 rows", "agrees   league-v1 small: 4 rows", "All agrees.",
    ]  # fmt: skip


def test_it_takes_the_zip_as_it_is(tmp_path: Path):
    (tmp_path / SCRIPT).write_bytes((TEXTS / SCRIPT).read_bytes())
    (tmp_path / "release.zip").write_bytes(zipped(hand_made().files()))
    done = alone(tmp_path, "release.zip")
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "All agrees.", "")
    assert len(done.stdout.splitlines()) == 7


def test_the_gate_lets_nothing_else_in(tmp_path: Path):
    (tmp_path / SCRIPT).write_text("import scipy\n")
    done = alone(tmp_path)
    assert (done.returncode, "this machine has no scipy" in done.stderr) == (1, True)


@pytest.mark.parametrize("rules", [
    TEXT.replace('combine = "mean"', 'combine = "median"'),
    TEXT.replace('combine = "mean"', 'combine = "trimmed"'),
    TEXT.replace('combine = "mean"', 'combine = "adjusted"'),
    TEXT.replace('estimator = "shrunken"', 'estimator = "plain"'),
    TEXT.replace('missing = "reweigh"', 'missing = "not-eligible"'),
])  # fmt: skip
def test_it_follows_the_rule_book(rules: str, tmp_path: Path):
    done = alone(unpacked(tmp_path, hand_made(rules)))
    assert (done.returncode, done.stderr) == (0, "")


def place(made: Made) -> None:
    made.tables["standings/rows"][0][7] = 2


def points(made: Made) -> None:
    made.tables["standings/rows"][-1][10] += 1


def score(made: Made) -> None:
    made.tables["survey/units"][2][8] -= 10


def mark(made: Made) -> None:
    made.tables["jury/marks"][0][6] = 0


def league_place(made: Made) -> None:
    made.tables["league/rows"][0][10] = 4


@pytest.mark.parametrize(("act", "name"), [
    (place, "regional-110000000-v1"), (points, "national-v1"), (score, "regional-110000000-v1"),
    (mark, "regional-110000000-v1"), (league_place, "league-v1 small"),
])  # fmt: skip
def test_what_was_changed_differs_by_name(act: Callable[[Made], None], name: str, tmp_path: Path):
    made = hand_made()
    act(made)
    done = alone(unpacked(tmp_path, made))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "NOT everything agrees.")
    assert f"DIFFERS  {name}: " in done.stdout


def endless(made: Made) -> None:
    made.tables["survey/units"][2][8] = "1e99999999"


def decimals(made: Made) -> None:
    text = made.others["rules/edition-1.json"]
    made.others["rules/edition-1.json"] = text.replace(b'"decimals":2', b'"decimals":99999999')


def standings(made: Made) -> None:
    made.tables["standings/standings"] *= 400


@pytest.mark.parametrize(("act", "told"), [
    (endless, "1e99999999 stands for a number"), (decimals, "1: decimals not 0 to 4"),
    (standings, "standings/standings.csv has over 1000 rows"),
])  # fmt: skip
def test_what_would_keep_it_busy_for_ever_is_refused_by_name(
    act: Callable[[Made], None], told: str, tmp_path: Path
):
    made = hand_made()
    act(made)
    done = alone(unpacked(tmp_path, made))
    assert done.returncode == 1
    assert done.stderr == f"{told}: this is no release. Take it from the contest's own page.\n"


def test_it_rounds_half_up_as_decimals_do():
    rounded = runpy.run_path(str(TEXTS / SCRIPT))["rounded"]
    assert rounded(Fraction("54.685"), 2) == Fraction("54.69")
    assert rounded(Fraction("54.684999999"), 2) == Fraction("54.68")


def test_it_is_short():
    lines = (TEXTS / SCRIPT).read_text().splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 145
