
-- The figures, added up again from the rows. A line without rows still has a figure of zeros.
CREATE TABLE figures AS
SELECT metric, line, kind, part, coalesce(CASE WHEN starts_with(name, '''') THEN substr(name, 2) ELSE name END, '') AS name, CAST(value AS DOUBLE) AS value
FROM read_csv('figures.csv', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"');
CREATE VIEW lines AS SELECT DISTINCT metric, line, kind FROM figures;
CREATE VIEW held AS
SELECT l.metric, l.line, l.kind, c.subject, c.outcome, c.reason, c.part, coalesce(c.weight, 0) AS weight, c.metric IS NOT NULL AS found
FROM lines l LEFT JOIN cells c ON c.metric = l.metric AND c.line = l.line;

CREATE TABLE recomputed (metric VARCHAR, line VARCHAR, part VARCHAR, name VARCHAR, value DOUBLE);
INSERT INTO recomputed SELECT metric, line, 'rows', '', count(*) FILTER (WHERE found) FROM held GROUP BY metric, line;

-- Ratios: a verdict that is no known word counts as unknown. Below a denominator of 20 a 95 % Wilson interval stands beside the share.
CREATE VIEW ratios AS
SELECT metric, line,
       coalesce(sum(weight) FILTER (WHERE outcome = 'yes'), 0) AS yes,
       coalesce(sum(weight) FILTER (WHERE outcome = 'no'), 0) AS no,
       coalesce(sum(weight) FILTER (WHERE outcome NOT IN ('yes', 'no', 'excluded')), 0) AS unknown
FROM held WHERE kind = 'ratio' GROUP BY metric, line;
CREATE VIEW small AS
SELECT metric, line, yes / (yes + no) AS p, yes + no AS n, pow(1.959963984540054, 2) AS z2
FROM ratios WHERE yes + no > 0 AND yes + no < 20;
CREATE VIEW wilson AS
SELECT metric, line,
       greatest((p + z2 / (2 * n) - sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)))) / (1 + z2 / n), 0) AS low,
       least((p + z2 / (2 * n) + sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)))) / (1 + z2 / n), 1) AS high
FROM small;
INSERT INTO recomputed SELECT metric, line, 'numerator', '', yes FROM ratios;
INSERT INTO recomputed SELECT metric, line, 'denominator', '', yes + no FROM ratios;
INSERT INTO recomputed SELECT metric, line, 'unknown', '', unknown FROM ratios;
INSERT INTO recomputed SELECT metric, line, 'value', '', CASE WHEN yes + no > 0 THEN yes / (yes + no) END FROM ratios;
INSERT INTO recomputed SELECT metric, line, 'lower', '', CASE WHEN yes + no + unknown > 0 THEN yes / (yes + no + unknown) END FROM ratios;
INSERT INTO recomputed SELECT metric, line, 'upper', '', CASE WHEN yes + no + unknown > 0 THEN (yes + unknown) / (yes + no + unknown) END FROM ratios;
INSERT INTO recomputed SELECT r.metric, r.line, 'wilson_lower', '', w.low FROM ratios r LEFT JOIN wilson w ON w.metric = r.metric AND w.line = r.line;
INSERT INTO recomputed SELECT r.metric, r.line, 'wilson_upper', '', w.high FROM ratios r LEFT JOIN wilson w ON w.metric = r.metric AND w.line = r.line;
INSERT INTO recomputed SELECT metric, line, 'excluded', reason, sum(weight) FROM held WHERE kind = 'ratio' AND outcome = 'excluded' GROUP BY metric, line, reason;
INSERT INTO recomputed SELECT metric, line, 'failing', reason, sum(weight) FROM held WHERE kind = 'ratio' AND outcome = 'no' GROUP BY metric, line, reason;
-- The report names these by word and reason; here the words of one reason are added up, on both sides.
INSERT INTO recomputed SELECT metric, line, 'undetermined', reason, sum(weight) FROM held
WHERE kind = 'ratio' AND found AND outcome NOT IN ('yes', 'no', 'excluded') GROUP BY metric, line, reason;

-- Counts and mixes.
INSERT INTO recomputed SELECT metric, line, 'total', '', sum(weight) FROM held WHERE kind IN ('count', 'mix') GROUP BY metric, line;
INSERT INTO recomputed SELECT metric, line, 'category', outcome, sum(weight) FROM held WHERE kind = 'count' AND found GROUP BY metric, line, outcome;
INSERT INTO recomputed SELECT metric, line, 'bucket', outcome, sum(weight) FROM held WHERE kind = 'mix' AND found GROUP BY metric, line, outcome;
INSERT INTO recomputed SELECT metric, line, 'share', outcome, CASE WHEN sum(sum(weight)) OVER whole > 0 THEN sum(weight) / sum(sum(weight)) OVER whole ELSE 0 END
FROM held WHERE kind = 'mix' AND found GROUP BY metric, line, outcome WINDOW whole AS (PARTITION BY metric, line);

-- Duties.
CREATE VIEW duties AS
SELECT metric, line,
       count(*) FILTER (WHERE outcome = 'on_time') AS on_time, count(*) FILTER (WHERE outcome = 'late') AS late,
       count(*) FILTER (WHERE outcome = 'missed') AS missed, count(*) FILTER (WHERE outcome = 'not_yet_due') AS not_yet_due,
       count(*) FILTER (WHERE found AND outcome NOT IN ('on_time', 'late', 'missed', 'not_yet_due')) AS unknown
FROM held WHERE kind = 'obligations' GROUP BY metric, line;
INSERT INTO recomputed SELECT metric, line, 'due', '', on_time + late + missed + unknown FROM duties;
INSERT INTO recomputed SELECT metric, line, 'on_time', '', on_time FROM duties;
INSERT INTO recomputed SELECT metric, line, 'late', '', late FROM duties;
INSERT INTO recomputed SELECT metric, line, 'missed', '', missed FROM duties;
INSERT INTO recomputed SELECT metric, line, 'unknown', '', unknown FROM duties;
INSERT INTO recomputed SELECT metric, line, 'not_yet_due', '', not_yet_due FROM duties;
INSERT INTO recomputed SELECT metric, line, 'adherence', '', CASE WHEN on_time + late + missed > 0 THEN on_time / (on_time + late + missed) END FROM duties;
INSERT INTO recomputed SELECT metric, line, 'lower', '', CASE WHEN on_time + late + missed + unknown > 0 THEN on_time / (on_time + late + missed + unknown) END FROM duties;
INSERT INTO recomputed SELECT metric, line, 'upper', '', CASE WHEN on_time + late + missed + unknown > 0 THEN (on_time + unknown) / (on_time + late + missed + unknown) END FROM duties;

-- Rates.
CREATE VIEW rates AS
SELECT metric, line, coalesce(sum(weight) FILTER (WHERE outcome = 'numerator'), 0) AS numerator, coalesce(sum(weight) FILTER (WHERE outcome = 'denominator'), 0) AS denominator
FROM held WHERE kind = 'rate' GROUP BY metric, line;
INSERT INTO recomputed SELECT metric, line, 'numerator', '', numerator FROM rates;
INSERT INTO recomputed SELECT metric, line, 'denominator', '', denominator FROM rates;
INSERT INTO recomputed SELECT metric, line, 'value', '', CASE WHEN denominator <> 0 THEN numerator / denominator END FROM rates;

-- Findings: one of an unknown severity is a high one.
INSERT INTO recomputed SELECT metric, line, 'findings', '', count(*) FILTER (WHERE found) FROM held WHERE kind = 'detection' GROUP BY metric, line;
INSERT INTO recomputed SELECT metric, line, 'high', '', count(*) FILTER (WHERE found AND outcome NOT IN ('medium', 'low')) FROM held WHERE kind = 'detection' GROUP BY metric, line;
INSERT INTO recomputed SELECT metric, line, 'medium', '', count(*) FILTER (WHERE outcome = 'medium') FROM held WHERE kind = 'detection' GROUP BY metric, line;
INSERT INTO recomputed SELECT metric, line, 'low', '', count(*) FILTER (WHERE outcome = 'low') FROM held WHERE kind = 'detection' GROUP BY metric, line;

-- Durations, drift and series: what can be counted. Curves, permutations and tails are not repeated here.
INSERT INTO recomputed SELECT metric, line, 'subjects', '', count(*) FILTER (WHERE found) FROM held WHERE kind = 'duration' GROUP BY metric, line;
INSERT INTO recomputed SELECT metric, line, 'events', '', count(*) FILTER (WHERE outcome = 'event') FROM held WHERE kind = 'duration' GROUP BY metric, line;
INSERT INTO recomputed SELECT metric, line, 'competing', '', count(*) FILTER (WHERE outcome = 'competing') FROM held WHERE kind = 'duration' GROUP BY metric, line;
INSERT INTO recomputed SELECT metric, line, 'open', '', count(*) FILTER (WHERE found AND outcome NOT IN ('event', 'competing')) FROM held WHERE kind = 'duration' GROUP BY metric, line;
INSERT INTO recomputed SELECT l.metric, l.line, 'users', '', count(DISTINCT b.subject)
FROM lines l
LEFT JOIN (SELECT metric, line, subject FROM held WHERE kind = 'drift' AND weight > 0 GROUP BY metric, line, subject
           HAVING count(*) FILTER (WHERE part = 'after') > 0 AND count(*) FILTER (WHERE part <> 'after') > 0) b
  ON b.metric = l.metric AND b.line = l.line
WHERE l.kind = 'drift' GROUP BY l.metric, l.line;
INSERT INTO recomputed SELECT metric, line, 'series', '', count(DISTINCT subject) FROM held WHERE kind = 'series' GROUP BY metric, line;

INSERT INTO differences
SELECT 'figure', coalesce(f.metric, r.metric), coalesce(f.line, r.line), coalesce(f.part, r.part), coalesce(f.name, r.name), CAST(f.value AS VARCHAR), CAST(r.value AS VARCHAR)
FROM (SELECT metric, line, part, name, sum(value) AS value FROM figures GROUP BY metric, line, part, name) f
FULL OUTER JOIN recomputed r ON r.metric = f.metric AND r.line = f.line AND r.part = f.part AND r.name = f.name
WHERE f.metric IS NULL OR r.metric IS NULL OR (f.value IS NULL) <> (r.value IS NULL) OR abs(f.value - r.value) > 1e-9 * greatest(1, abs(f.value));

SELECT * FROM differences ORDER BY ALL;
SELECT (SELECT count(DISTINCT metric) FROM figures) AS metrics, (SELECT count(*) FROM cells) AS rows_compared, (SELECT count(*) FROM figures) AS numbers_compared, (SELECT count(*) FROM differences) AS differences;
