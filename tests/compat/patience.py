"""A pytest plugin for the original's tests: they give a save 50 ms to arrive, which a busy machine may not keep."""

#: These two save again while the first save waits for `debounce`.
IN_TIME = {"test_debounce", "test_poll"}


def pytest_runtest_setup(item):
    if hasattr(item.module, "pause"):
        item.module.pause = 0.05 if item.name in IN_TIME else 0.5
