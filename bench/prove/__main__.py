"""`python -m bench.prove`."""

import sys

from bench.prove.cli import main

if __name__ == "__main__":
    sys.exit(main())
