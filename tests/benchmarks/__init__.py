"""Measurements against the goals of the design: `python -m tests.benchmarks`. Nothing in here is collected as a test."""
