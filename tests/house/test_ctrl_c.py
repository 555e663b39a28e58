"""Ctrl-C is told apart from failures, in whose words it sometimes comes."""

import ctypes
import time

import duckdb
import pytest

from influence.cli.stopping import heard
from influence.contract.errors import by_hand

PRESSED, WITHIN = (SystemError("<loop> returned a result with an exception set") for _ in range(2))
PRESSED.__cause__ = WITHIN  # as Python tells loops of compiled code that were left meanwhile
WITHIN.__cause__ = KeyboardInterrupt()


@pytest.mark.parametrize(
    "error",
    [
        PRESSED,
        duckdb.InterruptException("INTERRUPT Error: Interrupted!"),
        duckdb.InvalidInputException(
            "reading the schema of the object registered as 'x' failed: KeyboardInterrupt: "
        ),
        duckdb.Error("KeyboardInterrupt: <EMPTY MESSAGE>\n\nAt:\n  <stdin>(3)"),
        RuntimeError("Query interrupted"),
    ],
)
def test_ctrl_c_is_known_in_whichever_words_it_comes(error):
    assert by_hand(error)


@pytest.mark.parametrize(
    "error",
    [
        SystemError("<loop> returned a result with an exception set"),
        duckdb.InvalidInputException('Malformed JSON, input: "I was interrupted: KeyboardInterrupt: "'),
        RuntimeError("the connection was interrupted by the server"),
    ],
)
def test_what_only_speaks_of_it_is_a_failure(error):
    assert not by_hand(error)


@ctypes.CFUNCTYPE(None)
def called_back():
    raise KeyboardInterrupt  # from here it cannot be raised: it is only told of


def work():
    with heard():
        called_back()
        time.sleep(20)


def test_ctrl_c_that_comes_while_a_library_calls_back_is_pressed_again(capfd):
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        work()
    assert time.monotonic() - begun < 15
    assert "" == capfd.readouterr().err
