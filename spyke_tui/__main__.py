"""``python -m spyke_tui``."""

import sys

from spyke_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
