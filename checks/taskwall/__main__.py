"""`python -m taskwall` is the command `taskwall`."""

import sys

from taskwall.cli import main

sys.exit(main())
