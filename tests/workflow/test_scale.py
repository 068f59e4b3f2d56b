"""A study of thousands of points is planned in a minute and a gigabyte."""

import resource

POINTS = 5000


def test_five_thousand_points_are_planned_in_a_minute_and_a_gigabyte(fresh):
    def many(config):
        config.update(experiments=["hvp"], memory_mb=10**6)
        config["hvp"].update(width=2, layers=list(range(1, POINTS + 1)))

    fresh.configure(many)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    planned = fresh.planned()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert planned.jobs["hvp_time"] >= POINTS
    # Of its own, since the tests share the machine; the peak is the largest child's so far.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 60
    if after.ru_maxrss > before.ru_maxrss:
        assert after.ru_maxrss < 2**20
