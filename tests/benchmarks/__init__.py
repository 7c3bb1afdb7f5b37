"""Measurements against the goals: `python -m tests.benchmarks`. Nothing in here is collected as a test."""
