"""The finance: one chapter of a feasibility report a file."""
