"""Why a file, or a piece of YAML in it, is refused, and how to mend it."""

from __future__ import annotations

from typing import NamedTuple

from finsim.sheet.text import Text

LARGEST = 4 * 2**20  # bytes
DEEPEST = 32  # levels of nesting
MOST_NODES = 500_000
MOST_PROBLEMS = 100  # a file with more is the wrong file; reading stops there


class Refusal(NamedTuple):
    """The words of a problem that do not depend on where it stands."""

    what: Text
    allowed: Text
    remedy: Text


_UNSAID = Text("", "")  # the remedy says it all
_UTF8 = Text("UTF-8 文本", "UTF-8 text")
_SAVE_AS_UTF8 = Text("用编辑器另存为 UTF-8 编码。", "Save the file as UTF-8 in your editor.")
_NUMBER = Text("十进制数值，如 1234.5", "a decimal number such as 1234.5")
_REPEAT = Text("在每一处写出实际内容。", "Write out the content in every place.")

# The file.
MISSING = Refusal(
    Text("找不到该文件。", "There is no such file."),
    _UNSAID,
    Text("检查文件名和所在文件夹。", "Check the name and the folder."),
)
FOLDER = Refusal(
    Text("这是文件夹，不是文件。", "This is a folder, not a file."),
    _UNSAID,
    Text("写出文件夹中方案文件的名称。", "Name the scenario file inside the folder."),
)
UNREADABLE = Refusal(
    Text("无法读取该文件。", "The file cannot be read."),
    _UNSAID,
    Text("检查文件名和读取权限。", "Check the name and the permission to read."),
)
TOO_LARGE = Refusal(
    Text("文件过大。", "The file is too large."),
    Text(f"{LARGEST // 2**20} MiB 以内", f"up to {LARGEST // 2**20} MiB"),
    Text("改造单元较多时请放入表格文件。", "Put many units in a table."),
)
UTF16 = Refusal(Text("文件是 UTF-16 编码。", "The file is UTF-16."), _UTF8, _SAVE_AS_UTF8)
NOT_UTF8 = Refusal(
    Text("文件不是 UTF-8 编码（可能是 GBK）。", "The file is not UTF-8 (perhaps GBK)."), _UTF8, _SAVE_AS_UTF8
)
CONTROL = Refusal(
    Text("有看不见的控制字符。", "There is an invisible control character."),
    _UNSAID,
    Text("删去该字符，或重新键入这一行。", "Delete the character or type the line again."),
)

# The document.
EMPTY = Refusal(
    Text("文件是空的。", "The file is empty."),
    Text("“键: 值”", "`key: value` lines"),
    Text("从一个示例方案开始填写。", "Start from one of the example scenarios."),
)
NO_MAPPING = Refusal(
    Text("最外层不是“键: 值”。", "The outermost level is not `key: value` lines."),
    Text("“键: 值”", "`key: value` lines"),
    Text("冒号用半角，后面空一格。", "Write an ordinary colon with a blank after it."),
)
SEVERAL = Refusal(
    Text("一个文件中有多份文档。", "There are several documents in one file."),
    Text("一份文档", "one document"),
    Text("删去“---”，或分成几个文件。", "Remove the `---`, or make several files."),
)
TOO_DEEP = Refusal(
    Text("嵌套过深。", "The nesting is too deep."),
    Text(f"{DEEPEST} 层以内", f"up to {DEEPEST} levels"),
    Text("检查括号和缩进。", "Check the brackets and the indentation."),
)
TOO_MANY = Refusal(
    Text("内容过多。", "There are too many values."),
    Text(f"{MOST_NODES:,} 项以内", f"up to {MOST_NODES:,} values"),
    Text("改造单元较多时请放入表格文件。", "Put many units in a table."),
)
SYNTAX = (  # what is allowed and the remedy; what was wrong only the parser can say
    _UNSAID,
    Text(
        "冒号用半角且后面空一格；缩进用半角空格并对齐；引号、括号成对；含特殊符号的文字加引号。",
        "Put a blank after each colon, align the indentation with blanks, pair quotes and brackets, "
        "and quote texts with special characters.",
    ),
)

# Keys and what may stand before a value.
KEY = Refusal(
    Text("键不是文字或整数。", "The key is neither a text nor a whole number."),
    Text("文字，或整数年份", "a text, or a year as a whole number"),
    Text("键请写文字或年份；必要时加引号。", "Write a text or a year as the key; quote it if need be."),
)
BLANKS = Refusal(
    Text("键的前后有空白，可能用了全角空格缩进。", "The key has blanks, perhaps full-width, around it."),
    _UNSAID,
    Text("缩进只用半角空格，键的前后不留空白。", "Indent by ordinary blanks; leave none around a key."),
)
MERGE = Refusal(Text("不支持合并键 <<。", "Merge keys (<<) are not supported."), _UNSAID, _REPEAT)
ALIAS = Refusal(Text("不支持 YAML 引用（*）。", "YAML aliases (*) are not supported."), _UNSAID, _REPEAT)
ANCHOR = Refusal(
    Text("不支持 YAML 锚点（&）。", "YAML anchors (&) are not supported."),
    _UNSAID,
    Text("删去锚点；若是文字请加引号。", "Remove the anchor, or quote it if it is a text."),
)
TAG = Refusal(
    Text("不支持 YAML 标签（!）。", "YAML tags (!) are not supported."),
    _UNSAID,
    Text("删去标签；若是文字请加引号。", "Remove the tag, or quote it if it is a text."),
)

# Scalars without quotes.
NO_VALUE = Refusal(
    Text("此处没有填写；空缺不会当作 0。", "There is no value here; a missing value never becomes 0."),
    Text("数值、文字、列表或下级内容", "a number, a text, a list or a mapping"),
    Text(
        "删去该键，或写出数值（确为零时写 0）；{ } 中的文字含英文逗号时，给文字加引号。",
        "Delete the key or write the number (0 if it is zero); within { } quote a text that holds a comma.",
    ),
)
YES_NO = Refusal(
    Text("不加引号的 yes、no、on、off 含义不明。", "Without quotes yes, no, on, off are ambiguous."),
    Text("true、false 或带引号的文字", "true, false or a quoted text"),
    Text("是非请写 true 或 false；文字请加引号。", "Write true or false, or quote a text."),
)
LEADING_ZERO = Refusal(
    Text("数值以 0 开头，可能被读成八进制。", "With its leading zero the number may be read as octal."),
    _NUMBER,
    Text("去掉开头的 0；编号请加引号。", "Drop the leading zero, or quote a code."),
)
BASE_60 = Refusal(
    Text("不加引号的时间或比值可能被读成六十进制。", "Without quotes this may be read in base 60."),
    Text("数值或带引号的文字", "a number or a quoted text"),
    Text("加上引号，如 '12:30'。", "Quote it, as in '12:30'."),
)
UNDERSCORE = Refusal(
    Text("数值中不能用下划线。", "A number has no underscores."),
    _NUMBER,
    Text("去掉下划线；编号请加引号。", "Drop the underscores, or quote a code."),
)
NOT_DECIMAL = Refusal(
    Text("不接受十六进制、八进制或二进制数。", "Hexadecimal, octal and binary numbers are refused."),
    _NUMBER,
    Text("写成十进制数；编号请加引号。", "Write it in decimal, or quote a code."),
)
NOT_FINITE = Refusal(
    Text("不接受无穷大和非数。", "Infinity and not-a-number are refused."),
    _NUMBER,
    Text("写出具体数值；没有限制时删去该键。", "Write a number; delete the key if there is no limit."),
)
TOO_LONG = Refusal(
    Text("数值的位数过多。", "The number has too many digits."),
    Text("整数部分 15 位以内，指数 2 位以内", "up to 15 digits before the point, 2 in the exponent"),
    Text("检查数值和单位；编号请加引号。", "Check the number and its unit, or quote a code."),
)
NO_SUCH_DAY = Refusal(
    Text("日历上没有这一天。", "There is no such day in the calendar."),
    Text("日期，如 2023-06-30", "a date such as 2023-06-30"),
    Text("改正日期；若是文字请加引号。", "Correct the date, or quote a text."),
)


def duplicate(first: int) -> Refusal:
    """The key stands already on line `first`."""
    return Refusal(
        Text(f"键重复，第 {first} 行已有同名键。", f"The key is there twice; the first is on line {first}."),
        Text("每个键只写一次", "each key once"),
        Text("删去或改名其中一个。", "Remove or rename one of the two."),
    )
