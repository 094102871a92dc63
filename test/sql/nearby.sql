-- Similar schools near enough to visit, against the definition over abie.nearest.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_nearby;
CREATE DATABASE abie_nearby ENCODING 'UTF8' TEMPLATE template0;
\c abie_nearby
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(1500);
-- two schools at one place, one nowhere, one known from registers only
UPDATE abie.school a SET easting = b.easting, northing = b.northing FROM abie.school b WHERE a.urn = 900031 AND b.urn = 900041;
UPDATE abie.school SET easting = NULL, northing = NULL WHERE urn = 900053;
CALL abie.calculate('2025/26', 'default', NULL);
SELECT (abie.issue(1)).status;
ANALYZE;

-- the 100 most similar by abie.nearest, the same pools as of the run; then by km with numeric arithmetic
CREATE TEMP TABLE most_similar AS
SELECT n.id::integer AS urn, n.rank, n.neighbour::integer AS similar_urn, n.distance
FROM (SELECT s.stratum, array_agg(s.urn::bigint) AS ids, array_agg(v.vector) AS vectors, array_agg(s.family) AS family FROM abie.run_school s JOIN abie.run_vector(1) v ON v.urn = s.urn WHERE s.run_id = 1 GROUP BY s.stratum, s.selective) p
	JOIN abie.run_weights(1) w USING (stratum), LATERAL abie.nearest(p.ids, p.vectors, 100, w.weights, NULL, p.family) n;
CREATE TEMP TABLE expected AS
SELECT k.*, row_number() OVER (PARTITION BY k.urn ORDER BY k.squared, k.similar_urn) AS place
FROM (SELECT m.*, (a.easting - b.easting)::numeric ^ 2 + (a.northing - b.northing)::numeric ^ 2 AS squared
	FROM most_similar m JOIN abie.run_school a ON a.run_id = 1 AND a.urn = m.urn JOIN abie.run_school b ON b.run_id = 1 AND b.urn = m.similar_urn) k WHERE k.squared IS NOT NULL;
CREATE TEMP TABLE answer AS
SELECT e.urn::integer AS urn, n.* FROM abie.expectation e, LATERAL abie.nearby_similar_schools(1, e.urn, 7) WITH ORDINALITY n(similar_urn, name, km, distance, similarity_rank, attendance, place) WHERE e.run_id = 1 AND (e.urn % 10 = 1 OR e.stratum = 'secondary');
SELECT count(DISTINCT urn) > 200 AS schools, count(*) FILTER (WHERE (a.similar_urn, a.distance, a.similarity_rank) IS DISTINCT FROM (x.similar_urn, x.distance, x.rank)) AS others,
	count(*) FILTER (WHERE abs(a.km - sqrt(x.squared) / 1000) > 1e-9) AS other_km, count(*) FILTER (WHERE a.similarity_rank > 20) > 100 AS beyond_the_list
FROM answer a FULL JOIN (SELECT * FROM expected WHERE place <= 7 AND urn IN (SELECT urn FROM answer)) x USING (urn, place);
-- of those that are similar schools of the run too, the same figures
SELECT count(*) > 50 AS some, count(*) FILTER (WHERE (a.km, a.distance, a.similarity_rank) IS DISTINCT FROM (n.km, n.distance, n.rank) OR a.name <> s.name OR a.attendance IS DISTINCT FROM r.attendance) AS others
FROM answer a JOIN abie_report.similar_school n ON n.run_id = 1 AND n.urn = a.urn AND n.similar_urn = a.similar_urn JOIN abie.school s ON s.urn = a.similar_urn JOIN abie.run_school r ON r.run_id = 1 AND r.urn = a.similar_urn;
-- how many: five unless said; none from nowhere, for a school left out, or of no run
SELECT count(*) FROM abie.nearby_similar_schools(1, 900013);
SELECT count(*) FROM abie.nearby_similar_schools(1, 900013, 1000);
SELECT count(*) FROM abie.nearby_similar_schools(1, 900053);
SELECT count(*) FROM abie.nearby_similar_schools(1, (SELECT min(urn::integer) FROM abie.exclusion));
SELECT count(*) FROM abie.nearby_similar_schools(9, 900013);
SELECT abie.nearby_similar_schools(1, 900013, 0);

-- a school sees its own; one whose attendance is not published when the run is made is nobody's similar school
SELECT similar_urn AS hidden FROM abie.nearby_similar_schools(1, 900013, 1) \gset
UPDATE abie.attendance SET sources = '{"sess_possible": "registers"}' WHERE academic_year = '2024/25' AND urn = :hidden;
CALL abie.calculate('2025/26', run_id => NULL) \gset
SELECT count(*) AS near, count(*) FILTER (WHERE similar_urn = :hidden) AS hidden FROM abie.nearby_similar_schools(:run_id, 900013, 100);
SELECT count(*) AS near FROM abie.nearby_similar_schools(:run_id, :hidden, 3);
CREATE ROLE abie_nearby_school;
SELECT abie.grant_access('abie_nearby_school', 'school', '900013');
SET ROLE abie_nearby_school;
SELECT place, n.km IS NOT NULL AS km, n.attendance IS NOT NULL AS attendance FROM abie.nearby_similar_schools(1, 900013, 3) WITH ORDINALITY n(similar_urn, name, km, distance, similarity_rank, attendance, place);
SELECT count(*) FROM abie.nearby_similar_schools(1, 900019);
RESET ROLE;
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_nearby;
DROP ROLE abie_nearby_school;
