"""`python -m influence.kernels` compiles every loop ahead of its first use: it runs the examples of each."""

from influence.kernels.ahead import compile_all

if __name__ == "__main__":
    compile_all()
