"""`python -m influence.kernels` compiles every loop ahead of its first use: it runs the examples of each.

`python -m influence.kernels report` compiles those of a report alone.
"""

import sys

from influence.kernels.ahead import compile_all, compile_for_a_report

if __name__ == "__main__":
    if sys.argv[1:] == ["report"]:
        compile_for_a_report()
    else:
        compile_all()
