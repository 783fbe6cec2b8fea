#!/usr/bin/env python3
"""Makes kernels/golden/*.json: `npm install && npm run goldens` in bench/peers.

Expected values are TA-Lib's where TA-Lib has the function, otherwise those of exact.py. Both are compared first. Where
TA-Lib is farther from the exact value than SPEC 3 allows, that must be one of the departures that SPEC 3 names
(DEPARTURES below); the golden then holds the exact value and lists the row. Anything else stops this script.
Prints, for every code, the rows compared and the largest error as a share of SPEC 3's tolerance.
"""
import array
import json
import pathlib
import subprocess
import sys
from decimal import Decimal as D

from exact import all_codes
from inputs import COLUMNS, SERIES

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent.parent / "kernels" / "golden"
RELATIVE = 1e-9

# kernel -> code -> params, as kernels/catalog.ts has them (golden.test.ts compares)
KERNELS = {
    "sma": {"SMA20": {"period": 20}, "SMA50": {"period": 50}, "SMA200": {"period": 200}, "VOL_SMA20": {"period": 20}},
    "ema": {f"EMA{n}": {"period": n} for n in (9, 12, 20, 21, 26, 50, 200)},
    "rsi": {"RSI14": {"period": 14}},
    "macd": {c: {"fast": 12, "slow": 26, "signal": 9} for c in ("MACD", "MACD_SIGNAL", "MACD_HIST")},
    "dmi": {c: {"period": 14} for c in ("ADX14", "PLUS_DI14", "MINUS_DI14")},
    "atr": {"ATR14": {"period": 14}},
    "percent_of": {"ATR_PCT14": {}},
    "bbands": {c: {"period": 20, "width": 2} for c in ("BB_UPPER20", "BB_MIDDLE20", "BB_LOWER20")},
    "band_shape": {"BB_WIDTH20": {}, "BB_PCT_B20": {}},
    "stoch": {c: {"period": 14} for c in ("STOCH_K14", "STOCH_D14", "WILLR14")},
    "stoch_rsi": {"STOCH_RSI14": {"period": 14}},
    "cci": {"CCI20": {"period": 20}},
    "roc": {"ROC10": {"period": 10}},
    "mom": {"MOM10": {"period": 10}},
    "mfi": {"MFI14": {"period": 14}},
    "obv": {"OBV": {}},
    "cmf": {"CMF20": {"period": 20}},
    "vwap": {"VWAP_D": {}},
    "deviation": {"VWAP_DEV": {}},
    "ratio": {"VOL_RATIO20": {}, "TAKER_RATIO": {}},
    "donchian": {c: {"period": 20} for c in ("DONCHIAN_UPPER20", "DONCHIAN_LOWER20")},
    "supertrend": {c: {"period": 10, "width": 3} for c in ("SUPERTREND", "SUPERTREND_DIR")},
    "psar": {"PSAR": {"acceleration": 0.02, "maximum": 0.2}},
    "rvol": {"RVOL20": {"period": 20}},
}
# s of SPEC 3's tolerance, where it is not 0
SCALE = {
    **{c: 1 for c in ("RSI14", "ADX14", "PLUS_DI14", "MINUS_DI14", "STOCH_K14", "STOCH_D14", "STOCH_RSI14", "WILLR14")},
    **{c: 1 for c in ("MFI14", "ROC10", "BB_WIDTH20", "BB_PCT_B20", "CMF20", "VWAP_DEV")},
    **{"CCI20": 1000, "RVOL20": 1e-3},
    **{c: "close" for c in ("MACD", "MACD_SIGNAL", "MACD_HIST", "MOM10", "ATR14")},
}
# Where SPEC 3 departs from TA-Lib, by code: what happens there.
# A value that is kept may be off by a hundredth of the tolerance in these codes, so that the truth still has room.
NEAR = {True: D("0.01"), False: D(1)}
DEPARTURES = {
    "RSI14": "average gain and loss both 0: 50 (TA-Lib: 0)",
    "ADX14": "zero means exactly 0 (TA-Lib: below 1e-14)",
    "STOCH_K14": "a window with high = low counts 50 (TA-Lib: 0)",
    "STOCH_D14": "a window with high = low counts 50 (TA-Lib: 0)",
    "CCI20": "mean deviation 0: 0 (TA-Lib: the rounding of the mean)",
    "WILLR14": "high = low: -50 (TA-Lib: 0)",
    "MFI14": "a money flow of exactly 0: 50; TA-Lib: 0 below a flow of 1, and residue of a spike in running sums",
    "BB_UPPER20": "digits lost by TA-Lib (E[x^2] - E[x]^2), and its variance below 1e-14 counts as 0",
    "BB_LOWER20": "digits lost by TA-Lib (E[x^2] - E[x]^2), and its variance below 1e-14 counts as 0",
    "VOL_SMA20": "residue of a spike in TA-Lib's running sum",
}


def columns_of(bars):
    return {name: [bar[name] for bar in bars] for name in COLUMNS}


def talib(bars):
    """(version, {code: [float or None]})"""
    text = "".join(",".join(repr(bar[k]) for k in COLUMNS[:6]) + "\n" for bar in bars)
    raw = subprocess.run([HERE / "build" / "talib-series"], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    head, _, body = raw.partition(b"\n")
    version, n, codes = head.decode().split("|")
    values = array.array("d", body)
    n = int(n)
    assert n == len(bars) and len(values) == n * len(codes.split(","))
    return version, {
        code: [None if x != x else x for x in values[k * n : (k + 1) * n]] for k, code in enumerate(codes.split(","))
    }


def allowed(code, a, b, close):
    s = close if SCALE.get(code) == "close" else SCALE.get(code, 0)
    return RELATIVE * max(abs(a), abs(b), s)


def compare(code, truth, peer, close):
    """Expected values, rows taken from the exact computation, (compared rows, largest error / tolerance outside them)."""
    expected, departed, compared, worst = [], [], 0, 0.0
    for t, (want, got) in enumerate(zip(truth, peer)):
        if (want is None) != (got is None):
            sys.exit(f"goldens: {code} row {t}: exact {want}, TA-Lib {got}: only one of them is known")
        if want is None:
            expected.append(None)
            continue
        error, bound = abs(D(got) - want), D(allowed(code, got, float(want), close[t]))
        compared += 1
        if error > bound * NEAR[code in DEPARTURES]:
            if code not in DEPARTURES:
                sys.exit(f"goldens: {code} row {t}: exact {float(want)!r}, TA-Lib {got!r}, and SPEC 3 names no reason")
            departed.append(t)
            expected.append(float(want))
        else:
            worst = max(worst, float(error / bound) if bound else 0.0)
            expected.append(got)
    return expected, departed, (compared, worst)


def write(path, head, key, lines):
    """JSON with one line per series, so that a diff shows which one moved."""
    text = json.dumps(head, indent=2)[:-2] + f',\n  "{key}": [\n'
    path.write_text(text + ",\n".join("    " + json.dumps(line) for line in lines) + "\n  ]\n}\n")


def main():
    GOLDEN.mkdir(parents=True, exist_ok=True)
    bars = {name: make() for name, make in SERIES.items()}
    columns = {name: columns_of(rows) for name, rows in bars.items()}
    lines = [{"series": s, "column": k, "values": v} for s, cols in columns.items() for k, v in cols.items()]
    write(GOLDEN / "input.json", {"source": "bench/peers/inputs.py", "interval": "1h"}, "columns", lines)

    exact = {name: all_codes(cols) for name, cols in columns.items()}
    peer, version = {}, ""
    for name, rows in bars.items():
        version, peer[name] = talib(rows)

    print(f"{'code':<18}{'source':<10}{'rows':>6}{'max error / tolerance':>24}  rows taken from the exact computation")
    for kernel, codes in KERNELS.items():
        lines, sources = [], set()
        for code, params in codes.items():
            total, worst, notes = 0, 0.0, []
            for name in SERIES:
                truth, close = exact[name][code], columns[name]["close"]
                line = {"code": code, "params": params, "series": name}
                if code in peer[name]:
                    sources.add("talib")
                    expected, departed, (n, error) = compare(code, truth, peer[name][code], close)
                    total, worst = total + n, max(worst, error)
                    line["source"] = "talib"
                    if departed:
                        line["exact_rows"], line["exact_reason"] = departed, DEPARTURES[code]
                        notes.append(f"{name}: {len(departed)}")
                else:
                    sources.add("exact")
                    line["source"] = "exact"
                    expected = [None if x is None else float(x) for x in truth]
                    total += sum(x is not None for x in expected)
                line["expected"] = expected
                lines.append(line)
            shown = f"{worst:.2e}" if code in peer["walk"] else ""
            print(f"{code:<18}{line['source']:<10}{total:>6}{shown:>24}  {', '.join(notes)}")
        sources = {
            key: text
            for key, text in {
                "talib": f"{version} (the C sources of npm talib 1.1.6, unstable period 0)",
                "exact": "bench/peers/exact.py: SPEC 3 in decimal arithmetic of 160 digits",
            }.items()
            if key in sources or key == "exact"
        }
        scale = {code: SCALE.get(code, 0) for code in codes}
        head = {"kernel": kernel, "input": "input.json", "tolerance": {"relative": RELATIVE, "scale": scale}, "sources": sources}
        write(GOLDEN / f"{kernel}.json", head, "outputs", lines)


main()
