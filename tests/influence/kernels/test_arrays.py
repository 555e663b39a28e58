"""Rows told apart by one number are told apart as by their columns, however large the numbers are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from influence.kernels.arrays import as_one

LARGE = st.integers(-(2**60), 2**60)
ROWS = st.lists(st.tuples(LARGE, st.integers(-2, 2), LARGE, st.integers(0, 9)), max_size=40)


@given(ROWS)
def test_one_number_stands_for_a_row_and_rises_as_rows_do(rows):
    columns = np.array(rows * 2, np.int64).reshape(-1, 4).T
    by_columns = np.unique(columns, axis=1, return_inverse=True)[1].ravel()
    assert by_columns.tolist() == np.unique(as_one(*columns), return_inverse=True)[1].tolist()
