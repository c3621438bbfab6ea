"""Wrong rules: each must break an invariant, or the simulation does not see what it should.

`python -m tests.simulation.mutants NAME` plays seeds with one of them in place.
"""

import argparse
import sys
from collections.abc import Iterator

from tests.simulation import mutants_of_facts, mutants_of_rules, mutants_of_services
from tests.simulation.mutating import Mutant, Unfit

SURVIVED, UNFIT, KILLED = 0, 2, 3
"""Exit codes; 1 is Python's own."""
UNCHANGED = "unchanged"
"""The name under which the product plays as it is."""
MUTANTS: tuple[Mutant, ...] = (
    *mutants_of_facts.MUTANTS,
    *mutants_of_rules.MUTANTS,
    *mutants_of_services.MUTANTS,
)


def main() -> int:
    """Play seeds with the mutant that the command line names, until one breaks an invariant."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants")
    parser.add_argument("name", choices=[UNCHANGED, *(mutant.name for mutant in MUTANTS)])
    parser.add_argument("--seeds", type=int, default=3000)
    options = parser.parse_args()
    mutant = next((mutant for mutant in MUTANTS if mutant.name == options.name), None)
    try:
        if mutant is not None:
            mutant.put_in_place()
    except Unfit as error:
        sys.stderr.write(f"{error}\n")
        return UNFIT
    # Only now: whatever imports the product before would import it as it is.
    from tests.simulation.seeds import failures

    failed = next(failures(_round(options.seeds, mutant.first if mutant else 0)), None)
    sys.stdout.write(f"{failed or 'it survives'}\n")
    return KILLED if failed else SURVIVED


def _round(seeds: int, first: int) -> Iterator[int]:
    """Go through all seeds once, beginning with one of them."""
    yield from range(first, seeds)
    yield from range(min(first, seeds))


if __name__ == "__main__":
    sys.exit(main())
