"""What leaves the engine: screen, workbook, figures."""
