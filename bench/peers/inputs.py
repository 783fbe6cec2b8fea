"""The bars that every golden is computed from: seeded, made here, the same on every machine and every Python 3.

Three series of one-hour bars, each with traps that real klines have:
  walk        320 bars around 27,000: a gap of seven bars, zero-volume bars, high = low bars, a flat stretch of 30 bars
              (24 without volume), spikes in range, volume and close, unknown taker volumes
  flat_start   90 bars: the first 36 equal (16 of them without volume), then a walk
  tiny         90 bars around 1.2e-6 with ticks of 1e-8, volumes up to 1e12, and two bars of one typical price
"""
import random

HOUR = 3_600_000
START = 1_704_060_000_000  # 2023-12-31 22:00 UTC: the day changes after two bars
COLUMNS = ["open_time", "open", "high", "low", "close", "volume", "taker_buy_base"]


def _bar(time, open_, high, low, close, volume, taker):
    return dict(zip(COLUMNS, (time, open_, high, low, close, volume, taker)))


def _walk_bar(rng, time, last, digits, step, wick, volume):
    """One bar of a random walk. Only `random()` is used: its sequence is fixed by Python's documentation."""
    gauss = sum(rng.random() for _ in range(12)) - 6
    open_ = last
    close = round(last * (1 + step * gauss), digits)
    high = round(max(open_, close) * (1 + wick * rng.random()), digits)
    low = round(min(open_, close) * (1 - wick * rng.random()), digits)
    traded = round(volume * (0.2 + 3 * rng.random() ** 3), 3)
    return _bar(time, open_, max(high, open_, close), min(low, open_, close), close, traded, round(traded * rng.random(), 3))


def walk():
    rng, bars, time, last = random.Random(20240101), [], START, 27_000.0
    for i in range(320):
        time = START + i * HOUR + (7 * HOUR if i >= 60 else 0)
        bar = _walk_bar(rng, time, last, 2, 0.006, 0.004, 900)
        if i in (20, 21, 130):  # traded nothing, price kept
            bar = _bar(time, last, last, last, last, 0.0, 0.0)
        elif i in (40, 41, 95, 200):  # one price, but traded
            bar = _bar(time, bar["close"], bar["close"], bar["close"], bar["close"], bar["volume"], bar["taker_buy_base"])
        elif 150 <= i < 180:  # a halt
            volume = 0.0 if i < 174 else 12.5
            bar = _bar(time, last, last, last, last, volume, 0.0 if i < 174 else 5.0)
        elif i == 230:  # a spike that comes back
            bar["high"] = round(last * 1.6, 2)
            bar["low"] = round(min(bar["low"], last * 0.7), 2)
        elif i == 250:  # a spike in volume: residue for running sums
            bar["volume"] = 98_765_432_109.123
            bar["taker_buy_base"] = 1_234_567_890.5
        elif i in (5, 100, 101):
            bar["taker_buy_base"] = None
        elif i == 270:  # a close that nobody saw again: the next bar opens where this one did
            bar["close"] = round(last * 1.8, 2)
            bar["high"] = max(bar["high"], bar["close"])
        if i != 270:
            last = bar["close"]
        bars.append(bar)
    return bars


def flat_start():
    rng, bars, last = random.Random(77), [], 105.37
    for i in range(90):
        time = START + i * HOUR
        if i < 36:
            volume = 0.0 if i < 16 else 3.25
            bar = _bar(time, last, last, last, last, volume, volume / 2)
        else:
            bar = _walk_bar(rng, time, last, 2, 0.01, 0.006, 40)
        last = bar["close"]
        bars.append(bar)
    return bars


def tiny():
    rng, bars, last = random.Random(4242), [], 1.2e-6
    for i in range(90):
        bar = _walk_bar(rng, START + i * HOUR, last, 8, 0.008, 0.008, 4e11)
        if i in (60, 61):  # high + low + close differ in their last bit, a third of them does not: no change of the typical price
            high, low, close = ((1.18e-6, 1.15e-6, 1.17e-6), (1.19e-6, 1.15e-6, 1.16e-6))[i - 60]
            bar = _bar(bar["open_time"], low, high, low, close, bar["volume"], bar["taker_buy_base"])
        last = bar["close"]
        bars.append(bar)
    return bars


SERIES = {"walk": walk, "flat_start": flat_start, "tiny": tiny}
