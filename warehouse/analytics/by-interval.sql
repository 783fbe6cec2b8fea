-- A group for each interval, by length.
SELECT t.*, s.interval_id AS g, s."interval" AS label FROM signal t JOIN slot s USING (slot)
