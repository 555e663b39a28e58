"""The zone of the machine and the number of threads change nothing in a report, as the order of rows does not."""

import os
import time

import numba
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kit.draws import draws
from tests.kit.logs import logs, stored

ZONES = ("UTC", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia", "Europe/Stockholm")


@pytest.fixture
def machine():
    """Set the zone and the threads of this process; all is as before afterwards."""
    before, threads = os.environ.get("TZ"), numba.get_num_threads()

    def set_to(zone, count):
        os.environ["TZ"] = zone
        time.tzset()
        numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))

    yield set_to
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()
    numba.set_num_threads(threads)


@settings(
    max_examples=draws(4, 8),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(log=logs(), zone=st.sampled_from(ZONES), threads=st.integers(1, 4))
def test_zone_and_threads_change_nothing_in_a_report(log, zone, threads, machine, tmp_path_factory):
    activities, people, encounters, _, _ = log
    if not activities:
        return
    reports = []
    for here, count in (("UTC", 2), (zone, threads)):
        machine(here, count)
        with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as workspace:
            workspace.store.engine.run(f"SET threads = {count}")
            reports.append(workspace.report("p0").as_json())
    assert reports[0] == reports[1]
