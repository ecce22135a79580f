
-- The figures, added up again from the rows. A line without rows still has a figure of zeros.
CREATE TABLE figures AS
SELECT metric, line, kind, part, coalesce(CASE WHEN starts_with(name, '''') THEN substr(name, 2) ELSE name END, '') AS name, CAST(value AS DOUBLE) AS value
FROM read_csv('figures.csv', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"');
CREATE VIEW lines AS SELECT DISTINCT metric, line, kind FROM figures;
CREATE VIEW held AS
SELECT l.metric, l.line, l.kind, c.subject, c.outcome, c.reason, c.part, coalesce(c.weight, 0) AS weight, c.entry, c.exit, c.exit_by, c.metric IS NOT NULL AS found
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

-- Durations: Kaplan-Meier with delayed entry. What had ended before it came into view was never at risk. The latest median takes each
-- end as late as the data allow.
CREATE VIEW observed AS
SELECT metric, line, entry, exit, greatest(exit_by, exit) AS exit_by, CASE WHEN outcome IN ('event', 'competing') THEN outcome ELSE 'open' END AS ended
FROM held WHERE kind = 'duration' AND found AND (entry = 0 OR exit > entry);
CREATE VIEW ends AS
SELECT metric, line, 'known' AS told, entry, exit, ended FROM observed
UNION ALL
SELECT metric, line, 'latest' AS told, entry, CASE WHEN ended = 'event' THEN exit_by ELSE exit END AS exit, ended FROM observed;
CREATE VIEW steps AS
SELECT t.metric, t.line, t.told, t.moment,
       count(*) FILTER (WHERE e.entry < t.moment OR (t.moment = 0 AND e.entry <= 0)) - count(*) FILTER (WHERE e.exit < t.moment) AS at_risk,
       count(*) FILTER (WHERE e.ended = 'event' AND e.exit = t.moment) AS events,
       count(*) FILTER (WHERE e.ended = 'competing' AND e.exit = t.moment) AS competing
FROM (SELECT DISTINCT metric, line, told, exit AS moment FROM ends WHERE ended <> 'open') t
JOIN ends e ON e.metric = t.metric AND e.line = t.line AND e.told = t.told
GROUP BY t.metric, t.line, t.told, t.moment;
CREATE VIEW survival AS
SELECT metric, line, told, moment, product(1 - events / at_risk) OVER (PARTITION BY metric, line, told ORDER BY moment) AS alive
FROM steps WHERE events > 0 AND at_risk > 0;
CREATE VIEW quartiles AS
SELECT l.metric, l.line,
       min(s.moment) FILTER (WHERE s.told = 'known' AND s.alive <= 0.75 + 1e-12) AS first_quartile,
       min(s.moment) FILTER (WHERE s.told = 'known' AND s.alive <= 0.5 + 1e-12) AS median,
       min(s.moment) FILTER (WHERE s.told = 'latest' AND s.alive <= 0.5 + 1e-12) AS median_latest,
       min(s.moment) FILTER (WHERE s.told = 'known' AND s.alive <= 0.25 + 1e-12) AS third_quartile,
       min(s.moment) FILTER (WHERE s.told = 'known' AND s.alive <= 0.05 + 1e-12) AS ninety_fifth
FROM lines l LEFT JOIN survival s ON s.metric = l.metric AND s.line = l.line WHERE l.kind = 'duration' GROUP BY l.metric, l.line;
INSERT INTO recomputed SELECT metric, line, 'first_quartile', '', first_quartile FROM quartiles;
INSERT INTO recomputed SELECT metric, line, 'median', '', median FROM quartiles;
INSERT INTO recomputed SELECT metric, line, 'median_latest', '', median_latest FROM quartiles;
INSERT INTO recomputed SELECT metric, line, 'third_quartile', '', third_quartile FROM quartiles;
INSERT INTO recomputed SELECT metric, line, 'ninety_fifth', '', ninety_fifth FROM quartiles;
INSERT INTO recomputed SELECT l.metric, l.line, 'subjects', '', count(s.metric) FROM lines l LEFT JOIN observed s ON s.metric = l.metric AND s.line = l.line WHERE l.kind = 'duration' GROUP BY l.metric, l.line;
INSERT INTO recomputed SELECT l.metric, l.line, 'events', '', count(s.metric) FILTER (WHERE s.ended = 'event') FROM lines l LEFT JOIN observed s ON s.metric = l.metric AND s.line = l.line WHERE l.kind = 'duration' GROUP BY l.metric, l.line;
INSERT INTO recomputed SELECT l.metric, l.line, 'competing', '', count(s.metric) FILTER (WHERE s.ended = 'competing') FROM lines l LEFT JOIN observed s ON s.metric = l.metric AND s.line = l.line WHERE l.kind = 'duration' GROUP BY l.metric, l.line;
INSERT INTO recomputed SELECT l.metric, l.line, 'open', '', count(s.metric) FILTER (WHERE s.ended = 'open') FROM lines l LEFT JOIN observed s ON s.metric = l.metric AND s.line = l.line WHERE l.kind = 'duration' GROUP BY l.metric, l.line;
INSERT INTO recomputed SELECT l.metric, l.line, 'longest_ended', '', max(s.exit) FILTER (WHERE s.ended = 'event') FROM lines l LEFT JOIN observed s ON s.metric = l.metric AND s.line = l.line WHERE l.kind = 'duration' GROUP BY l.metric, l.line;
INSERT INTO recomputed SELECT l.metric, l.line, 'longest_open', '', max(s.exit) FILTER (WHERE s.ended = 'open') FROM lines l LEFT JOIN observed s ON s.metric = l.metric AND s.line = l.line WHERE l.kind = 'duration' GROUP BY l.metric, l.line;
-- Ended by day 1, 7, 14 and 30 (Aalen-Johansen): what a competing end takes away can no longer end otherwise.
CREATE VIEW incidence AS
SELECT metric, line, moment, coalesce(product(1 - (events + competing) / at_risk) OVER (PARTITION BY metric, line ORDER BY moment ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) * events / at_risk AS part
FROM steps WHERE told = 'known' AND at_risk > 0;
INSERT INTO recomputed SELECT l.metric, l.line, 'ended_by', m.day, coalesce(sum(i.part) FILTER (WHERE i.moment <= CAST(m.day AS DOUBLE)), 0)
FROM lines l CROSS JOIN (VALUES ('1'), ('7'), ('14'), ('30')) m(day) LEFT JOIN incidence i ON i.metric = l.metric AND i.line = l.line
WHERE l.kind = 'duration' GROUP BY l.metric, l.line, m.day;

-- Drift: the distance between the mean mixes of the users of both windows, each with weight 1. Its chance is told by permutations,
-- which are not repeated here.
CREATE VIEW used AS
SELECT metric, line, subject, CASE WHEN part = 'after' THEN 'after' ELSE 'before' END AS side, outcome, sum(weight) AS weight
FROM held WHERE kind = 'drift' AND weight > 0 GROUP BY ALL;
CREATE VIEW of_both AS
SELECT u.metric, u.line, u.subject, u.side, u.outcome, u.weight / sum(u.weight) OVER (PARTITION BY u.metric, u.line, u.subject, u.side) AS share
FROM used u JOIN (SELECT metric, line, subject FROM used GROUP BY metric, line, subject HAVING count(DISTINCT side) = 2) b
  ON b.metric = u.metric AND b.line = u.line AND b.subject = u.subject;
CREATE VIEW mixes AS
SELECT o.metric, o.line, o.outcome, sum(o.share) FILTER (WHERE o.side = 'before') / n.users AS p, sum(o.share) FILTER (WHERE o.side = 'after') / n.users AS q
FROM of_both o JOIN (SELECT metric, line, count(DISTINCT subject) AS users FROM of_both GROUP BY metric, line) n ON n.metric = o.metric AND n.line = o.line
GROUP BY o.metric, o.line, o.outcome, n.users;
INSERT INTO recomputed SELECT l.metric, l.line, 'users', '', count(DISTINCT o.subject) FROM lines l LEFT JOIN of_both o ON o.metric = l.metric AND o.line = l.line WHERE l.kind = 'drift' GROUP BY l.metric, l.line;
INSERT INTO recomputed SELECT l.metric, l.line, 'distance', '', CASE WHEN count(m.metric) > 0 THEN sqrt(greatest(sum(
  CASE WHEN m.p > 0 THEN m.p * log2(m.p / ((m.p + coalesce(m.q, 0)) / 2)) ELSE 0 END + CASE WHEN m.q > 0 THEN m.q * log2(m.q / ((coalesce(m.p, 0) + m.q) / 2)) ELSE 0 END) / 2, 0)) END
FROM lines l LEFT JOIN mixes m ON m.metric = l.metric AND m.line = l.line WHERE l.kind = 'drift' GROUP BY l.metric, l.line;

-- Series: what can be counted. The tails that tell a spike from an ordinary day are not repeated here.
INSERT INTO recomputed SELECT metric, line, 'series', '', count(DISTINCT subject) FROM held WHERE kind = 'series' GROUP BY metric, line;

INSERT INTO differences
SELECT 'figure', coalesce(f.metric, r.metric), coalesce(f.line, r.line), coalesce(f.part, r.part), coalesce(f.name, r.name), CAST(f.value AS VARCHAR), CAST(r.value AS VARCHAR)
FROM (SELECT metric, line, part, name, sum(value) AS value FROM figures GROUP BY metric, line, part, name) f
FULL OUTER JOIN recomputed r ON r.metric = f.metric AND r.line = f.line AND r.part = f.part AND r.name = f.name
WHERE f.metric IS NULL OR r.metric IS NULL OR (f.value IS NULL) <> (r.value IS NULL) OR abs(f.value - r.value) > 1e-9 * greatest(1, abs(f.value));

SELECT * FROM differences ORDER BY ALL;
SELECT (SELECT count(DISTINCT metric) FROM figures) AS metrics, (SELECT count(*) FROM cells) AS rows_compared, (SELECT count(*) FROM figures) AS numbers_compared, (SELECT count(*) FROM differences) AS differences;
