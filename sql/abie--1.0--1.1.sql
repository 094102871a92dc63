\echo Use "ALTER EXTENSION abie UPDATE TO '1.1'" to load this file. \quit
