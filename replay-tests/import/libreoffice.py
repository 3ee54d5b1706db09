"""Writes `libreoffice*` beside it with LibreOffice Calc, as a laboratory that uses it would.

The sheets below are written as flat OpenDocument text, formulas without their values; `soffice --headless` computes
and saves them. Nothing is changed after it, so that the tests read what Calc writes. The files are committed (made
with LibreOffice 7.4); this script is run again only to add one. Everybody in them is made up.
"""

import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

HERE = Path(__file__).parent
# Comma, double quotes, encoding, from the first line, only what needs it in quotes, cells as they are shown.
CSV = "csv:Text - txt - csv (StarCalc):44,34,{},1,,0,false,true"
UTF_8, GB_18030 = 76, 85

FRAME = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"
 xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:automatic-styles>
<number:date-style style:name="n1"><number:year number:style="long"/><number:text>年</number:text><number:month/><number:text>月</number:text><number:day/><number:text>日</number:text></number:date-style>
<number:number-style style:name="n2"><number:number number:decimal-places="0" number:min-integer-digits="4"/></number:number-style>
<style:style style:name="day" style:family="table-cell" style:data-style-name="n1"/>
<style:style style:name="four" style:family="table-cell" style:data-style-name="n2"/>
</office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="剂量结果">
{}
</table:table></office:spreadsheet></office:body></office:document>
"""


class Day(str):
    """A day, as a date of the sheet."""


class Sum(str):
    """A formula; whose value is a day when it says so."""

    day = False


class DaySum(Sum):
    day = True


class Four(int):
    """A number shown with four digits."""


def cell(value):
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, Day):
        return f'<table:table-cell table:style-name="day" office:value-type="date" office:date-value="{value}"/>'
    if isinstance(value, Sum):
        style = ' table:style-name="day"' if value.day else ""
        return f"<table:table-cell{style} table:formula={quoteattr('of:' + value)}/>"
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    style = ' table:style-name="four"' if isinstance(value, Four) else ""
    return f'<table:table-cell{style} office:value-type="float" office:value="{value}"/>'


def write(rows, name, form):
    lines = ("<table:table-row>" + "".join(map(cell, row or [None])) + "</table:table-row>" for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "sheet.fods")
        source.write_text(FRAME.format("\n".join(lines)), encoding="utf-8")
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", form,
                        "--outdir", folder, str(source)], check=True)
        HERE.joinpath(name).write_bytes(source.with_suffix("." + form.split(":")[0]).read_bytes())


HEADER = ["工作人员编号", "姓名", "身份证后四位", "剂量计编号", "佩戴部位", "佩戴起始日期", "佩戴终止日期", "Hp(10)（mSv）",
          "Hp(3)/µSv", "最低探测水平（mSv）", "结果类型", "报告编号", "签发日期"]
FROM, TO, SIGNED = Day("2026-01-01"), Day("2026-03-31"), Day("2026-04-20")
REPORT = "示例（2026）006"

# Formulas with a day, a sum, a text, nothing, and an error; a level of detection in every writing; two units.
SHEET = [
    ["示例技术服务机构 2026年第一季度"],
    [],
    HEADER,
    ["W001", "演示人员甲", "0019", "T0001", "左胸", FROM, DaySum("=EDATE([.F4];3)-1"), Sum("=0.1+0.2"), None, 0.02, "实测",
     Sum('="示例（2026）"&"006"'), DaySum("=DATE(2026;4;20)")],
    ["W002", "演示人员乙", Four(27), "T0002", "左胸", FROM, TO, "<MDL", None, Sum("=[.J4]"), None, REPORT, SIGNED],
    ["W003", "演示人员丙，“引号\"", "129X", "T0003", "左胸", FROM, TO, Sum('=IF([.J6]>1;1;"<0.02")'), Sum('=""'), 0.02, None,
     REPORT, SIGNED],
    ["W004", "演示人员丁", "0035", "T0004", "眼旁", FROM, TO, None, 120, 0.02, "实测", REPORT, SIGNED],
    ["W005", "演示人员戊", "0043", "T0005", "左胸", FROM, TO, "250 µSv", None, 0.02, "实测", REPORT, SIGNED],
    ["W006", "演示人员己", "0051", "T0006", "左胸", FROM, TO, Sum("=1/0"), None, 0.02, "实测", REPORT, SIGNED],
    ["W007", "演示人员庚", "006X", "T0007", "左胸", FROM, DaySum("=[.F10]-1"), 0.12, None, 0.02, "实测", REPORT, SIGNED],
]

# Microsieverts below a header that says mSv.
MIX_UP = [HEADER] + [
    [f"W{at:03}", "演示人员", "0019", f"T{at:04}", "左胸", FROM, TO, value, None, 0.02, "实测", REPORT, SIGNED]
    for at, value in enumerate([90, 4, Sum("=3*10"), 120, 55], start=1)
]

if __name__ == "__main__":
    write(SHEET, "libreoffice.xlsx", "xlsx")
    write(SHEET, "libreoffice-utf8.csv", CSV.format(UTF_8))
    write(SHEET, "libreoffice-gb18030.csv", CSV.format(GB_18030))
    write(MIX_UP, "libreoffice-units.xlsx", "xlsx")
