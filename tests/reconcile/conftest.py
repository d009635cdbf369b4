"""Property tests of the core are the same at every run; `--hypothesis-seed` looks elsewhere."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.length import often

settings.register_profile(
    "core",
    derandomize=True,
    deadline=None,
    max_examples=often(100, 1000),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("core")
