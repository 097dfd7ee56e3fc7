"""Measurements: each prints ratios taken within one run. `python -m bench --help`; what they mean: docs/reliability.md."""
