"""SPEC 3 by the book: every code in decimal arithmetic of 160 digits, straight from its definition and independent of
the TypeScript. Windows are computed afresh at every row; only what is defined recursively is carried.

Two things are taken in float64, because they decide comparisons that TA-Lib takes on float64 too: the typical price
(high + low + close) / 3, and differences of two neighbouring prices (moves, true ranges).
"""
from decimal import Decimal as D
from decimal import getcontext

getcontext().prec = 160
DAY = 86_400_000


def dec(values):
    return [None if x is None else D(x) for x in values]


def rows(n, first, value):
    """None before `first`, then value(t)."""
    return [None] * min(first, n) + [value(t) for t in range(first, n)]


def window(x, t, n):
    return x[t - n + 1 : t + 1]


def mean(x):
    return sum(x, D(0)) / len(x)


def sma(x, n):
    return rows(len(x), n - 1, lambda t: mean(window(x, t, n)))


def ema(x, n, first=0):
    """Seeded with the mean of x[first .. first+n-1]."""
    out, k, value = [None] * len(x), D(2) / (n + 1), None
    for t in range(first + n - 1, len(x)):
        value = mean(window(x, t, n)) if value is None else value + k * (x[t] - value)
        out[t] = value
    return out


def wilder(x, n, first):
    """Mean of x[first .. first+n-1], then (value * (n-1) + x) / n."""
    out, value = [None] * len(x), None
    for t in range(first + n - 1, len(x)):
        value = mean(window(x, t, n)) if value is None else (value * (n - 1) + x[t]) / n
        out[t] = value
    return out


def rsi(close, n):
    moves = [0.0] + [b - a for a, b in zip(close, close[1:])]
    gain = wilder([D(max(d, 0.0)) for d in moves], n, 1)
    loss = wilder([D(max(-d, 0.0)) for d in moves], n, 1)
    return [None if g is None else D(50) if g + l == 0 else 100 * g / (g + l) for g, l in zip(gain, loss)]


def macd(close, fast, slow, signal):
    x, lookback = dec(close), slow + signal - 2
    a, b = ema(x, fast, slow - fast), ema(x, slow)
    line = [None if v is None else u - v for u, v in zip(a, b)]
    smooth = ema(line[slow - 1 :], signal)
    smooth = [None] * (len(x) - len(smooth)) + smooth
    line = rows(len(x), lookback, lambda t: line[t])
    return line, smooth, rows(len(x), lookback, lambda t: line[t] - smooth[t])


def true_range(high, low, close):
    """Row 0 has none; 0 stands there and nobody reads it."""
    return [D(0)] + [
        D(max(high[t] - low[t], abs(high[t] - close[t - 1]), abs(low[t] - close[t - 1]))) for t in range(1, len(high))
    ]


def atr(high, low, close, n):
    return wilder(true_range(high, low, close), n, 1)


def dmi(high, low, close, n):
    """ADX, +DI, -DI. The smoothed sums start with rows 1 .. n-1; the first DI is at row n, the first ADX at 2n - 1."""
    rows_, tr = len(high), true_range(high, low, close)
    adx, plus_di, minus_di = [None] * rows_, [None] * rows_, [None] * rows_
    plus = minus = span = total = D(0)
    value = None
    for t in range(1, rows_):
        up, down = high[t] - high[t - 1], low[t - 1] - low[t]
        plus_dm = D(up) if up > 0 and up > down else D(0)
        minus_dm = D(down) if down > 0 and down > up else D(0)
        keep = 1 if t < n else D(n - 1) / n
        plus, minus, span = plus * keep + plus_dm, minus * keep + minus_dm, span * keep + tr[t]
        if t < n:
            continue
        p, m = (100 * plus / span, 100 * minus / span) if span != 0 else (D(0), D(0))
        plus_di[t], minus_di[t] = p, m
        dx = None if p + m == 0 else 100 * abs(p - m) / (p + m)
        if t < 2 * n:
            total += dx or 0
            value = total / n if t == 2 * n - 1 else None
        elif dx is not None:
            value = (value * (n - 1) + dx) / n
        adx[t] = value
    return adx, plus_di, minus_di


def bbands(close, n, width):
    x, middle = dec(close), sma(dec(close), n)
    dev = rows(len(x), n - 1, lambda t: mean([(v - middle[t]) ** 2 for v in window(x, t, n)]).sqrt())
    upper = rows(len(x), n - 1, lambda t: middle[t] + width * dev[t])
    lower = rows(len(x), n - 1, lambda t: middle[t] - width * dev[t])
    band = rows(len(x), n - 1, lambda t: (upper[t] - lower[t]) / middle[t])
    percent = rows(len(x), n - 1, lambda t: None if dev[t] == 0 else (x[t] - lower[t]) / (upper[t] - lower[t]))
    return upper, middle, lower, band, percent


def place_in_range(high, low, close, n, otherwise):
    """100 * (close - lowest) / (highest - lowest) over n bars; `otherwise` where the range is 0."""

    def value(t):
        top, bottom = D(max(window(high, t, n))), D(min(window(low, t, n)))
        return D(otherwise) if top == bottom else 100 * (D(close[t]) - bottom) / (top - bottom)

    return rows(len(close), n - 1, value)


def stoch(high, low, close, n, k, d):
    raw = place_in_range(high, low, close, n, 50)
    first_k, first_d = n + k - 2, n + k + d - 3
    slow = rows(len(close), first_k, lambda t: mean(window(raw, t, k)))
    return rows(len(close), first_d, lambda t: slow[t]), rows(len(close), first_d, lambda t: mean(window(slow, t, d)))


def stoch_rsi(strength, period, n):
    def value(t):
        top, bottom = max(window(strength, t, n)), min(window(strength, t, n))
        return D(50) if top - bottom < D("1e-9") else 100 * (strength[t] - bottom) / (top - bottom)

    return rows(len(strength), period + n - 1, value)


def typical(high, low, close):
    return [(h + l + c) / 3.0 for h, l, c in zip(high, low, close)]


def cci(high, low, close, n):
    x = dec(typical(high, low, close))

    def value(t):
        middle = mean(window(x, t, n))
        spread = mean([abs(v - middle) for v in window(x, t, n)])
        return D(0) if spread == 0 else (x[t] - middle) / (D("0.015") * spread)

    return rows(len(x), n - 1, value)


def mfi(high, low, close, volume, n):
    tp = typical(high, low, close)
    flow = [D(p) * D(v) for p, v in zip(tp, volume)]
    up = [D(0)] + [flow[t] if tp[t] > tp[t - 1] else D(0) for t in range(1, len(tp))]
    down = [D(0)] + [flow[t] if tp[t] < tp[t - 1] else D(0) for t in range(1, len(tp))]

    def value(t):
        a, b = sum(window(up, t, n)), sum(window(down, t, n))
        return D(50) if a + b == 0 else 100 * a / (a + b)

    return rows(len(tp), n, value)


def obv(close, volume):
    out = [D(volume[0])]
    for t in range(1, len(close)):
        sign = (close[t] > close[t - 1]) - (close[t] < close[t - 1])
        out.append(out[-1] + sign * D(volume[t]))
    return out


def cmf(high, low, close, volume, n):
    h, l, c, v = dec(high), dec(low), dec(close), dec(volume)
    top = [D(0) if a == b else w * ((x - b) - (a - x)) / (a - b) for a, b, x, w in zip(h, l, c, v)]

    def value(t):
        total = sum(window(v, t, n))
        return None if total == 0 else sum(window(top, t, n)) / total

    return rows(len(v), n - 1, value)


def vwap(open_time, high, low, close, volume):
    line, deviation, day, money, traded = [], [], None, D(0), D(0)
    for t, (h, l, c, v) in enumerate(zip(dec(high), dec(low), dec(close), dec(volume))):
        if open_time[t] // DAY != day:
            day, money, traded = open_time[t] // DAY, D(0), D(0)
        money, traded = money + (h + l + c) / 3 * v, traded + v
        line.append(None if traded == 0 else money / traded)
        deviation.append(None if traded == 0 else (c - line[t]) / line[t])
    return line, deviation


def ratio(a, b):
    return [None if x is None or y is None or y == 0 else x / y for x, y in zip(a, b)]


def supertrend(high, low, close, n, factor):
    line, direction, width = [None] * len(close), [None] * len(close), atr(high, low, close, n)
    c, upper, lower, side = dec(close), None, None, None
    for t in range(n, len(close)):
        middle = (D(high[t]) + D(low[t])) / 2
        top, bottom = middle + factor * width[t], middle - factor * width[t]
        if side is None:
            upper, lower, side = top, bottom, 1 if c[t] > middle else -1
        else:
            upper = min(top, upper) if c[t - 1] <= upper else top
            lower = max(bottom, lower) if c[t - 1] >= lower else bottom
            if side == -1 and c[t] > upper:
                side = 1
            elif side == 1 and c[t] < lower:
                side = -1
        line[t], direction[t] = lower if side == 1 else upper, D(side)
    return line, direction


def psar(high, low, step, limit):
    h, l, out = dec(high), dec(low), [None] * len(high)
    if len(h) < 2:
        return out
    up, down = high[1] - high[0], low[0] - low[1]
    side = -1 if down > 0 and down > up else 1
    extreme, stop, speed = (h[1], l[0], step) if side == 1 else (l[1], h[0], step)
    for t in range(1, len(h)):
        before = max(t - 1, 1)  # TA-Lib's first row has no row before it but itself
        far = max(h[before], h[t]) if side == 1 else min(l[before], l[t])
        if (l[t] <= stop) if side == 1 else (h[t] >= stop):
            side, stop = -side, max(extreme, far) if side == 1 else min(extreme, far)
            out[t], speed, extreme = stop, step, l[t] if side == -1 else h[t]
        else:
            out[t] = stop
            if (h[t] > extreme) if side == 1 else (l[t] < extreme):
                extreme, speed = h[t] if side == 1 else l[t], min(speed + step, limit)
        stop += speed * (extreme - stop)
        stop = min(stop, l[before], l[t]) if side == 1 else max(stop, h[before], h[t])
    return out


def rvol(close, n):
    x = dec(close)
    r = [D(0)] + [(b / a).ln() for a, b in zip(x, x[1:])]

    def value(t):
        middle = mean(window(r, t, n))
        return (sum((v - middle) ** 2 for v in window(r, t, n)) / (n - 1)).sqrt()

    return rows(len(x), n, value)


def all_codes(s):
    """Every code of SPEC 3 for a series given as columns."""
    o, h, l, c, v = (s[k] for k in ("open_time", "high", "low", "close", "volume"))
    x, out = dec(c), {}
    for n in (20, 50, 200):
        out[f"SMA{n}"] = sma(x, n)
    for n in (9, 12, 20, 21, 26, 50, 200):
        out[f"EMA{n}"] = ema(x, n)
    out["RSI14"] = rsi(c, 14)
    out["MACD"], out["MACD_SIGNAL"], out["MACD_HIST"] = macd(c, 12, 26, 9)
    out["ADX14"], out["PLUS_DI14"], out["MINUS_DI14"] = dmi(h, l, c, 14)
    out["ATR14"] = atr(h, l, c, 14)
    out["ATR_PCT14"] = [None if a is None else 100 * a / b for a, b in zip(out["ATR14"], x)]
    bands = ("BB_UPPER20", "BB_MIDDLE20", "BB_LOWER20", "BB_WIDTH20", "BB_PCT_B20")
    out.update(zip(bands, bbands(c, 20, 2)))
    out["STOCH_K14"], out["STOCH_D14"] = stoch(h, l, c, 14, 3, 3)
    out["STOCH_RSI14"] = stoch_rsi(out["RSI14"], 14, 14)
    out["CCI20"] = cci(h, l, c, 20)
    out["WILLR14"] = [None if p is None else p - 100 for p in place_in_range(h, l, c, 14, 50)]
    out["ROC10"] = rows(len(x), 10, lambda t: 100 * (x[t] - x[t - 10]) / x[t - 10])
    out["MOM10"] = rows(len(x), 10, lambda t: x[t] - x[t - 10])
    out["MFI14"] = mfi(h, l, c, v, 14)
    out["OBV"] = obv(c, v)
    out["CMF20"] = cmf(h, l, c, v, 20)
    out["VWAP_D"], out["VWAP_DEV"] = vwap(o, h, l, c, v)
    out["VOL_SMA20"] = sma(dec(v), 20)
    out["VOL_RATIO20"] = ratio(dec(v), out["VOL_SMA20"])
    out["TAKER_RATIO"] = ratio(dec(s["taker_buy_base"]), dec(v))
    out["DONCHIAN_UPPER20"] = rows(len(x), 19, lambda t: D(max(window(h, t, 20))))
    out["DONCHIAN_LOWER20"] = rows(len(x), 19, lambda t: D(min(window(l, t, 20))))
    out["SUPERTREND"], out["SUPERTREND_DIR"] = supertrend(h, l, c, 10, 3)
    out["PSAR"] = psar(h, l, D("0.02"), D("0.2"))
    out["RVOL20"] = rvol(c, 20)
    return out
