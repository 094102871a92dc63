-- Schemas. Tables carry no grants: what they hold is confidential until somebody is granted it.
CREATE SCHEMA abie;
COMMENT ON SCHEMA abie IS 'abie: contextual attendance expectations for schools. Types, functions and tables; rates are percentages 0-100, differences percentage points.';
GRANT USAGE ON SCHEMA abie TO PUBLIC;
