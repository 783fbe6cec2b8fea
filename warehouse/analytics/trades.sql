-- Grain: a closed trade of a group, in the order in which an account meets them.
SELECT g::DOUBLE AS g, n::DOUBLE AS n, slot::DOUBLE AS slot, predicting_at::DOUBLE AS predicting_at,
  confirmed_at::DOUBLE AS confirmed_at
FROM sample
WHERE is_counted
ORDER BY g, predicting_at, slot
