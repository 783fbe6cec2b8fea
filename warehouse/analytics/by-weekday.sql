-- A group for each day of the week (UTC) on which a signal bar closed, from Monday on.
SELECT *, isodow(signal_at) AS g, upper(strftime(signal_at, '%a')) AS label
FROM (SELECT *, epoch_ms(predicting_at) AS signal_at FROM signal)
