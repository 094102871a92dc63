-- Share of variance that each prediction of one draw of the folds explains, weighted by enrolments. Psql variable: draw.
SET search_path = accuracy, public;
CREATE TABLE IF NOT EXISTS public.r2 (draw text, stratum text, expected float8, context float8, mean_of_20 float8, trees float8, schools bigint);
INSERT INTO public.r2
SELECT :'draw', s.stratum, 1 - sum(s.pupils * (s.y - p.expected) ^ 2) / max(v.total) AS expected, 1 - sum(s.pupils * (s.y - p.context) ^ 2) / max(v.total) AS context,
	1 - sum(s.pupils * (s.y - p.mean_of_20) ^ 2) / max(v.total) AS mean_of_20, 1 - sum(s.pupils * (s.y - t.prediction) ^ 2) / max(v.total) AS trees, count(*) AS schools
FROM school s JOIN prediction p USING (urn) JOIN tree t USING (urn)
	JOIN (SELECT s.stratum, sum(s.pupils * (s.y - m.mean) ^ 2) AS total
		FROM school s JOIN (SELECT stratum, sum(pupils * y) / sum(pupils) AS mean FROM school GROUP BY stratum) m USING (stratum) GROUP BY s.stratum) v ON v.stratum = s.stratum
GROUP BY s.stratum;
