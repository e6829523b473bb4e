"""What every test starts from."""

import os

# A test runner's workers may carry the size of the terminal they were started in, and a program
# that is started on a terminal of the test's own would believe them.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)
