-- A group for each hour of the day (UTC) in which a signal bar closed.
SELECT *, (predicting_at // 3600000) % 24 AS g, lpad(((predicting_at // 3600000) % 24)::VARCHAR, 2, '0') AS label
FROM signal
