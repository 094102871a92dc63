-- Share of variance that each prediction of one draw of the folds explains, weighted by enrolments. Psql variables:
-- methodology, draw.
SET search_path = accuracy, public;
INSERT INTO measured.r2 (methodology, draw, stratum, expected, context, mean_of_20, trees, schools)
SELECT :'methodology', :'draw', s.stratum,
	1 - sum(s.pupils * (s.y - p.expected) ^ 2) / sum(s.pupils * (s.y - m.mean) ^ 2),
	1 - sum(s.pupils * (s.y - p.context) ^ 2) / sum(s.pupils * (s.y - m.mean) ^ 2),
	1 - sum(s.pupils * (s.y - p.mean_of_20) ^ 2) / sum(s.pupils * (s.y - m.mean) ^ 2),
	1 - sum(s.pupils * (s.y - t.prediction) ^ 2) / sum(s.pupils * (s.y - m.mean) ^ 2), count(*)
FROM school s JOIN prediction p USING (urn) LEFT JOIN tree t USING (urn)
	JOIN (SELECT stratum, sum(pupils * y) / sum(pupils) AS mean FROM school GROUP BY stratum) m
		ON m.stratum = s.stratum
GROUP BY s.stratum;
