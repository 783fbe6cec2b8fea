-- The groups of a by-file (`grouped`, at most 8, numbered from 1) in each partition: `slot` is `g` divided by 8.
SELECT t.* REPLACE (t.slot * 8 + t.g - 1 AS g, s.symbol || ' ' || s."interval" || ' ' || t.label AS label)
FROM grouped t
JOIN slot s USING (slot)
