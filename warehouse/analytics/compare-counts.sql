-- One row: how the two versions of compare.sql agree.
SELECT count(*) FILTER (WHERE first_decision IS NOT NULL AND second_decision IS NOT NULL) AS bars,
  count(*) FILTER (WHERE second_decision IS NULL) AS only_first,
  count(*) FILTER (WHERE first_decision IS NULL) AS only_second,
  count(*) FILTER (WHERE first_decision <> second_decision) AS changed
FROM compared
