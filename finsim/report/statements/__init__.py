"""财务报表 as data: which rows stand in which statement, under the headings of 《建设项目经济评价方法与参数》（第三版）.

The workbook, the command line and the page show these same tables. Every row of the standard is there with its number and
name; one that no account here can have is left blank. What the standard does not have stands under its headings, with
further numbers or with none.
"""

from finsim.report.statements.entries import Entry as Entry
from finsim.report.statements.entries import Statement as Statement
from finsim.report.statements.entries import Term as Term
from finsim.report.statements.entries import amounts as amounts
from finsim.report.statements.entries import has_total as has_total
from finsim.report.statements.listing import statements as statements
from finsim.report.statements.plain import statements_json as statements_json
from finsim.report.statements.platform import PlatformCheck as PlatformCheck
from finsim.report.statements.platform import platform_checks as platform_checks
