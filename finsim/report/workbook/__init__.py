"""The live workbook: every row a formula that Excel, WPS and LibreOffice recalculate."""

from finsim.report.workbook.writing import write

__all__ = ["write"]
