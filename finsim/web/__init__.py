"""The web page: scenario, verdict, charts and simulation on one machine, without anything from elsewhere."""
