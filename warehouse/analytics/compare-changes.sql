-- Grain: a bar of compare.sql on which both versions decided, and not the same.
SELECT * FROM compared WHERE first_decision <> second_decision ORDER BY slot, predicting_at
