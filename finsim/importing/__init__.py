"""Workbooks read back: a table of neighbourhoods becomes a scenario, an edited finsim workbook the scenario it now holds."""
