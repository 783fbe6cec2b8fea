-- The rows of rolling.sql in trade order.
SELECT * FROM rolling ORDER BY g, n
