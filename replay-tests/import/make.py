"""Writes the spreadsheets beside it, as laboratories and their programs write them. Needs openpyxl.

The files are committed: this script says what is in them, and is run again only to add one. Everybody in them is made
up.
"""

import datetime
import zipfile
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

HERE = Path(__file__).parent
MADE = datetime.datetime(2026, 4, 20)
HEADER = ["工作人员编号", "姓名", "身份证后四位", "剂量计编号", "佩戴部位", "周期起", "周期止", "Hp(10) (mSv)",
          "Hp(3) (mSv)", "Hp(0.07) (mSv)", "最低探测水平 (mSv)", "结果类型", "报告编号", "签发日期"]
FROM, TO, SIGNED = datetime.date(2026, 1, 1), datetime.date(2026, 3, 31), datetime.date(2026, 4, 20)


def book():
    made = Workbook()
    made.properties.created = made.properties.modified = MADE
    return made


def save(made, name):
    """Saves a workbook without the time of the day on which this ran."""
    path = HERE / name
    made.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            if part == "docProps/core.xml":
                start, end = data.find(b"<dcterms:modified"), data.find(b"</dcterms:modified>")
                data = data[:start] + b'<dcterms:modified xsi:type="dcterms:W3CDTF">2026-04-20T00:00:00Z' + data[end:]
            archive.writestr(zipfile.ZipInfo(part, (2026, 4, 20, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def plain():
    """A second sheet, a title, an empty row, real dates, numbers as numbers, `<MDL`, a lost dosimeter."""
    made = book()
    made.active.title = "填表说明"
    made.active["A1"] = "请在“剂量结果”表中填写"
    sheet = made.create_sheet("剂量结果")
    sheet["A1"] = "示例技术服务机构 2026年第一季度个人剂量监测结果"
    sheet["A1"].font = Font(bold=True)
    sheet.merge_cells("A1:N1")
    rows = [
        ["W001", "演示人员甲", "0019", "T0001", "左胸", FROM, TO, 0.12, None, None, 0.02, "实测", "示例（2026）001", SIGNED],
        ["W002", "演示人员乙", 27, "T0002", "左胸", FROM, TO, "<MDL", None, None, 0.02, "低于探测水平", "示例（2026）001", SIGNED],
        ["W003", "演示人员丙", "129X", "T0003", "铅围裙内躯干", FROM, TO, 0.2, None, None, 0.02, "实测", "示例（2026）001", SIGNED],
        ["W003", "演示人员丙", "129X", "T0004", "铅围裙外锁骨领口", FROM, TO, 2, 2.1, None, 0.02, "实测", "示例（2026）001", SIGNED],
        [],
        ["W004", "演示人员丁", None, "T0005", "左胸", FROM, TO, None, None, None, 0.02, "丢失", "示例（2026）001", SIGNED],
    ]
    for at, row in enumerate([HEADER] + rows, start=3):
        for column, value in enumerate(row, start=1):
            sheet.cell(at, column, value)
    save(made, "plain.xlsx")


def text_dates():
    """Everything as text, a date written in every way."""
    made = book()
    sheet = made.active
    sheet.append(HEADER)
    writings = [("2026-01-01", "2026-03-31"), ("2026/1/1", "2026/3/31"), ("2026.1.1", "2026.3.31"),
                ("20260101", "20260331"), ("2026年1月1日", "2026年3月31日"), ("２０２６－０１－０１", "46112")]
    for at, (first, last) in enumerate(writings, start=1):
        sheet.append([f"W{at:03}", "演示人员", "0019", f"T{at:04}", "CH", first, last, "０．１２", "", "", "0.02", "NORMAL",
                      "示例（2026）002", "2026-04-20"])
    save(made, "text-dates.xlsx")


def micro():
    """Microsieverts, and the sums that floating point does not have."""
    made = book()
    sheet = made.active
    sheet.append([text.replace("mSv", "μSv") for text in HEADER])
    for at, value in enumerate([120, 0.1 + 0.2, 4.35, "<20", "33.3 µSv"], start=1):
        sheet.append([f"W{at:03}", "演示人员", "0019", f"T{at:04}", "左胸", FROM, TO, value, None, None,
                      20 if at in (1, 4, 5) else 0.1, None, "示例（2026）003", SIGNED])
    save(made, "micro.xlsx")


def faults():
    """One row for each of what goes wrong, and formulas that no program has computed yet."""
    made = book()
    sheet = made.active
    sheet.append(HEADER)
    good = ["W001", "演示人员", "0019", "T0001", "左胸", FROM, TO, 0.12, None, None, 0.02, "实测", "示例（2026）004", SIGNED]

    def row(worker, **changes):
        cells = [worker] + good[1:]
        for column, value in changes.items():
            cells[ord(column) - ord("a")] = value
        sheet.append(cells)

    row("W001", h="=0.1+0.02")
    row("W002", f="2026-02-30")
    row("W003", f=TO, g=FROM)
    row("W004", h=0.01)
    row("W005", e="口袋", h=-0.1)
    row("W006", h=1.5)
    row("W007")
    row("W007")
    row("W008", n=datetime.date(2026, 4, 21))
    row("W009", l="名义剂量")
    row("W010", c="511502199001010019")
    save(made, "faults.xlsx")


def text_file(name, text, encoding):
    (HERE / name).write_bytes(text.encode(encoding))


def csv():
    """GB18030, with an empty line, a quoted line break and the trick that keeps a zero; and UTF-8 with its mark."""
    lines = [",".join(HEADER),
             "W001,演示人员𠮷,0019,T0001,左胸,2026/1/1,2026/3/31,0.12,,,0.02,实测,示例（2026）005,2026/4/20",
             "",
             "W002,\"演示人员\n乙\",27,T0002,左胸,2026/1/1,2026/3/31,<0.02,,,0.02,低于探测水平,示例（2026）005,2026/4/20",
             "=\"003\",演示人员丙,0019,T0003,左胸,2026/1/1,2026/3/31,=1+1,,,0.02,实测,示例（2026）005,2026/4/20"]
    text = "\r\n".join(lines) + "\r\n"
    text_file("gb18030.csv", text, "gb18030")
    text_file("utf8.csv", text, "utf-8-sig")


if __name__ == "__main__":
    for write in (plain, text_dates, micro, faults, csv):
        write()
