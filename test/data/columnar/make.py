# Fixtures of test/data/columnar: what pandas and freqtrade write. Python 3 with pandas and pyarrow.
import pandas as pd, pyarrow as pa, pyarrow.feather as feather, pyarrow.ipc as ipc, pyarrow.parquet as pq, sys, os
out = sys.argv[1]
T0 = 1704067200000  # 2024-01-01T00:00Z
def rows(n, step):
    i = pd.Series(range(n))
    open_ = 100 + (i % 7) * 0.25
    close = 100 + ((i + 1) % 7) * 0.25
    return pd.DataFrame({
        'open_time': T0 + i * step, 'open': open_, 'high': open_ + 2, 'low': open_ - 2, 'close': close,
        'volume': (i % 5) * 0.5, 'close_time': T0 + i * step + step - 1,
        'quote_volume': (i % 5) * 50.5, 'count': i % 11, 'taker_buy_volume': (i % 5) * 0.25,
        'taker_buy_quote_volume': (i % 5) * 25.25})
HOUR, MINUTE = 3600000, 60000
# freqtrade: history/datahandlers/featherdatahandler.py writes these six columns, LZ4 level 9.
d = rows(9000, MINUTE)
f = d[['open_time','open','high','low','close','volume']].rename(columns={'open_time': 'date'})
f['date'] = pd.to_datetime(f['date'], unit='ms', utc=True).dt.as_unit('ms')
f.to_feather(os.path.join(out, 'FREQ_BTC_USDT-1m-futures.feather'), compression='lz4', compression_level=9)
h = rows(200, HOUR)
h.to_feather(os.path.join(out, 'ZSTD-1h-pandas.feather'), compression='zstd')
with ipc.new_stream(os.path.join(out, 'STREAM-1h-pyarrow.arrows'), pa.Table.from_pandas(h).schema) as w:
    for b in pa.Table.from_pandas(h).to_batches(max_chunksize=64): w.write_batch(b)
x = h.copy(); x['open_time'] = pd.to_datetime(x['open_time'], unit='ms', utc=True); x = x.set_index('open_time').drop(columns=['close_time'])
x.to_parquet(os.path.join(out, 'INDEX-1h-pandas.parquet'))
x.index.name = None
x.to_parquet(os.path.join(out, 'NONAME-1h-pandas.parquet'), compression='zstd')
s = h.astype(str); s['open_time'] = h['open_time']; s['close_time'] = h['close_time']; s.insert(0, 'symbol', pd.Categorical(['BTCUSDT'] * len(h)))
s.to_parquet(os.path.join(out, 'TEXT-1h-pandas.parquet'), compression='gzip')
s.to_feather(os.path.join(out, 'TEXT-1h-pandas.feather'), compression='uncompressed')
u = h.copy(); u['open_time'] *= 1000; u['close_time'] = u['close_time'] * 1000 + 999
pq.write_table(pa.Table.from_pandas(u), os.path.join(out, 'MICRO-1h-pyarrow.parquet'), data_page_version='2.0', compression='brotli', row_group_size=64)
