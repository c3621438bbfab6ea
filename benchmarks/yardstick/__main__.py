"""One figure of this project: `python -m benchmarks.yardstick W1 60` prints a line of JSON."""

import sys

from benchmarks.yardstick.measuring import main
from benchmarks.yardstick.ours import Llama

if __name__ == "__main__":
    sys.exit(main(Llama))
