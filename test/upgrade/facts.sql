-- What has to be the same before and after: every row of abie's tables and of those made beside them, the digests, the reports, what
-- roles see, and what is answered from the indexes.
\pset format unaligned
\pset tuples_only on
SET extra_float_digits = 1;
SELECT format('SELECT %L, count(*), md5(string_agg(r, E''\n'' ORDER BY r COLLATE "C")) FROM (SELECT t::text AS r FROM %s t) s', c.oid::regclass, c.oid::regclass)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname IN ('abie', 'abie_internal', 'abie_owner', 'public') AND NOT c.relispartition
ORDER BY c.oid::regclass::text COLLATE "C" \gexec
SELECT run_id, result_digest, status FROM abie.run ORDER BY 1;
SELECT * FROM abie.verify(1) ORDER BY digest;
SELECT count(*) > 1000, md5(string_agg(content, '' ORDER BY file_name COLLATE "C")) FROM abie.report_files(1);

SET ROLE upgrade_head;
SELECT urn, improvement_rounded, statement FROM abie_report.school_expectation;
SET ROLE upgrade_county;
SELECT count(*), min(urn), max(urn) FROM abie_report.school_expectation WHERE run_id = 1;
RESET ROLE;

-- what is stored is what is worked out, and what the indexes say is what the table says
SELECT count(*) FROM pupil_register
WHERE (possible, codes::text, summary::text) IS DISTINCT FROM (abie.sess_possible(register), abie.tally(register)::text, abie.summary(register)::text);
SET enable_seqscan = off;
SELECT count(*) FROM pupil_register WHERE abie.sess_overall(register) > 20;
SELECT count(*) FROM pupil_register WHERE abie.is_persistently_absent(register) AND urn = 3;
SELECT count(*) FROM pupil_register WHERE abie.date_range(register) @> '2025-10-01'::date;
SELECT md5(string_agg(r, ' ')) FROM (SELECT register::text AS r FROM pupil_register ORDER BY register) s;
SELECT count(*) FROM pupil_register WHERE register OPERATOR(abie.=) (SELECT register FROM pupil_register WHERE pupil = 7 LIMIT 1);
SET enable_seqscan = on;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SELECT count(*) FROM pupil_register WHERE abie.sess_overall(register) > 20;
SELECT count(*) FROM pupil_register WHERE abie.is_persistently_absent(register) AND urn = 3;
SELECT count(*) FROM pupil_register WHERE abie.date_range(register) @> '2025-10-01'::date;
SELECT md5(string_agg(r, ' ')) FROM (SELECT register::text AS r FROM pupil_register ORDER BY register) s;
SELECT count(*) FROM pupil_register WHERE register OPERATOR(abie.=) (SELECT register FROM pupil_register WHERE pupil = 7 LIMIT 1);
