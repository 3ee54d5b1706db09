#!/usr/bin/env python3
"""Two plots from what GraphQL answers: the doses of a city's workers in a year, and one worker's years against the limits.

    plot.py --url http://127.0.0.1:8080 --token "$(radledger token --key …)" --year 2025 --out docs/plots

Standard library only. Numbers arrive as decimal strings of nanosievert; nothing is rounded before it is drawn.
"""

import argparse
import json
import math
import pathlib
import urllib.request
from html import escape

# The intervals of table D-02.
BANDS = ["<MDL", "[MDL,0.5)", "[0.5,1)", "[1,2)", "[2,5)", "[5,10)", "[10,15)", "[15,20]", "(20,50]", ">50"]

CITY = """query ($where: [StatisticCondition!]) {
  statistics(measure: "annual_doses", by: ["band"], where: $where) {
    position measure { zh en definitionZh } rows { values { value zh en } value amount } } }"""
WORKERS = """query ($after: String) {
  persons(first: 100, after: $after) { nodes { id doses { lifeNsv } } pageInfo { hasNextPage endCursor } } }"""
WORKER = """query ($id: ID!) { node(id: $id) { ... on Person { readAt doses {
  years { year effectiveNsv months } blockFirstYear blockNsv lifeNsv limits { yearNsv fiveYearsNsv } } } } }"""


def asker(url, token):
    def ask(query, **variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        with urllib.request.urlopen(urllib.request.Request(f"{url}/graphql", body, headers), timeout=60) as answer:
            answer = json.load(answer)
        if answer.get("errors"):
            raise SystemExit(answer["errors"][0]["message"])
        return answer["data"]

    return ask


def svg(width, height, body):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="Noto Sans CJK SC, Source Han Sans SC, sans-serif" font-size="12" fill="#222">\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def text(x, y, said, anchor="middle", size=12, fill="#222"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{fill}">{escape(said)}</text>'


def city(answer, year):
    """Bars on a logarithmic scale: most are below detection, the few above are what one looks for."""
    known = {row["values"][0]["value"]: (int(row["value"]), int(row["amount"] or 0)) for row in answer["rows"]}
    rows = [(band, *known.get(band, (0, 0))) for band in BANDS]
    left, top, width, height = 60, 70, 720, 260
    most = max([count for _, count, _ in rows] + [10])
    scale = lambda count: 0 if count == 0 else (math.log10(count) + 0.3) / (math.log10(most) + 0.3) * height
    persons, dose = sum(count for _, count, _ in rows), sum(amount for *_, amount in rows)
    body = [
        text(left, 26, f"{year} 年放射工作人员年剂量分布 · annual doses of radiation workers", "start", 16),
        text(left, 46, f"{persons} 人 persons，集体剂量 collective dose {dose / 1e9:.3f} 人·Sv，账本位置 position {answer['position']}", "start", 12, "#555"),
    ]
    for power in range(int(math.log10(most)) + 1):
        y = top + height - scale(10**power)
        body.append(f'<line x1="{left}" x2="{left + width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        body.append(text(left - 8, y + 4, str(10**power), "end", 11, "#555"))
    step = width / max(len(rows), 1)
    for at, (band, count, amount) in enumerate(rows):
        high, x = scale(count), left + at * step
        colour = "#2c6fbb" if at < BANDS.index("[5,10)") else "#d98c00" if at < BANDS.index("(20,50]") else "#c0392b"
        body.append(f'<rect x="{x + 6:.1f}" y="{top + height - high:.1f}" width="{step - 12:.1f}" height="{high:.1f}" fill="{colour}"/>')
        body.append(text(x + step / 2, top + height - high - 5, str(count), size=11))
        body.append(text(x + step / 2, top + height + 18, band, size=11))
        body.append(text(x + step / 2, top + height + 34, f"{amount / 1e6:.1f} mSv", size=10, fill="#777"))
    body.append(text(left, top + height + 58, "年有效剂量 mSv；人数（对数） · effective dose of the year in mSv; persons, logarithmic; 下行为该区间剂量合计 · below: sum of the band", "start", 11, "#555"))
    return svg(left + width + 30, top + height + 75, body)


def worker(answer):
    """Years as bars, the fixed block of five years as a line, both on a logarithmic scale with the limits."""
    doses = answer["doses"]
    years = [(year["year"], int(year["effectiveNsv"])) for year in doses["years"]]
    limits = doses["limits"]
    left, top, width, height = 84, 70, 620, 260
    low, high = 3, math.log10(int(limits["fiveYearsNsv"])) + 0.2
    place = lambda nsv: top + height - max(0, min(1, (math.log10(max(nsv, 1)) - low) / (high - low))) * height
    body = [
        text(left, 26, "一名放射工作人员的年剂量与限值 · one worker's years against the limits", "start", 16),
        text(left, 46, f"五年段 block from {doses['blockFirstYear']}: {int(doses['blockNsv']) / 1e6:.4f} mSv；终身 life {int(doses['lifeNsv']) / 1e6:.4f} mSv；账本位置 position {answer['readAt']}", "start", 12, "#555"),
    ]
    for power in range(low, int(high) + 1):
        y = place(10**power)
        body.append(f'<line x1="{left}" x2="{left + width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#eee"/>')
        body.append(text(left - 8, y + 4, f"{10**power / 1e6:g} mSv", "end", 11, "#555"))
    step = width / max(len(years), 1)
    for at, (year, nsv) in enumerate(years):
        y, x = place(nsv), left + at * step
        body.append(f'<rect x="{x + 14:.1f}" y="{y:.1f}" width="{step - 28:.1f}" height="{top + height - y:.1f}" fill="#2c6fbb"/>')
        body.append(text(x + step / 2, y - 5, f"{nsv / 1e6:.4f}", size=11))
        body.append(text(x + step / 2, top + height + 18, str(year), size=12))
    for nsv, said in [(limits["yearNsv"], "年限值 limit of a year 50 mSv"), (limits["fiveYearsNsv"], "五年限值 limit of five years 100 mSv")]:
        y = place(int(nsv))
        body.append(f'<line x1="{left}" x2="{left + width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#c0392b" stroke-dasharray="6 4"/>')
        body.append(text(left + width, y - 4, said, "end", 11, "#c0392b"))
    return svg(left + width + 30, top + height + 40, body)


def highest(ask):
    """The worker with the highest dose of his life."""
    best, after = (-1, None), None
    while True:
        page = ask(WORKERS, after=after)["persons"]
        for node in page["nodes"]:
            best = max(best, (int(node["doses"]["lifeNsv"]), node["id"]))
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return best[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--token", required=True)
    parser.add_argument("--year", type=int, required=True)
    parser.add_argument("--worker", help="person/UUID; by default the one with the highest dose")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    given = parser.parse_args()
    ask = asker(given.url, given.token)
    where = [{"dimension": "dose_year", "anyOf": [str(given.year)]}]
    (given.out / "city.svg").write_text(city(ask(CITY, where=where)["statistics"], given.year), encoding="utf-8")
    chosen = given.worker or highest(ask)
    (given.out / "worker.svg").write_text(worker(ask(WORKER, id=chosen)["node"]), encoding="utf-8")


if __name__ == "__main__":
    main()
