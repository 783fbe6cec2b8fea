-- Grain: a closed trade within the filter, in the order in which an account meets them.
SELECT n::DOUBLE AS n, slot::DOUBLE AS slot, predicting_at::DOUBLE AS predicting_at, confirmed_at::DOUBLE AS confirmed_at
FROM "signal"
WHERE is_counted
ORDER BY predicting_at, slot
