"""Uncertainty: distributions, random streams and the statistics of trials."""
