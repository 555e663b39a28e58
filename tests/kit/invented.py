"""The invented company, made once for all tests of a process; nobody changes it."""

from functools import cache

from influence.demo import Company, build


@cache
def company(seed: int = 1) -> Company:
    return build(seed)
