-- Grain: a closed trade of a group, in no order.
SELECT n::DOUBLE AS n, g::DOUBLE AS g FROM sample WHERE is_counted
