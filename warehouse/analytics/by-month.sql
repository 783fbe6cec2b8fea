-- A group for each calendar month (UTC) of the signal.
SELECT *, year(signal_at) * 12 + month(signal_at) AS g, strftime(signal_at, '%Y-%m') AS label
FROM (SELECT *, epoch_ms(predicting_at) AS signal_at FROM signal)
