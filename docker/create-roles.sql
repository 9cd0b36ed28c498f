-- The four roles and two databases of an installation. Run by psql 15+ as a superuser; may be run again.
--
--   THROUGHLINE_OWNER_PASSWORD=… THROUGHLINE_APP_PASSWORD=… THROUGHLINE_BROKER_PASSWORD=… \
--   THROUGHLINE_BACKUP_PASSWORD=… psql -X -d postgres -f create-roles.sql
--
-- Other database names: -v database=… -v broker_database=…
-- Passwords come by environment, so that they stand neither in this file nor in the list of processes.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SET password_encryption = 'scram-sha-256';
\if :{?database} \else \set database throughline \endif
\if :{?broker_database} \else \set broker_database throughline_broker \endif
\getenv owner_password THROUGHLINE_OWNER_PASSWORD
\getenv app_password THROUGHLINE_APP_PASSWORD
\getenv broker_password THROUGHLINE_BROKER_PASSWORD
\getenv backup_password THROUGHLINE_BACKUP_PASSWORD

SELECT format('CREATE ROLE %I', wanted) FROM unnest(ARRAY[
    'throughline_owner', 'throughline_app', 'throughline_broker', 'throughline_backup']) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) \gexec

-- owner: runs migrations. It may make databases so that the tests can have theirs.
ALTER ROLE throughline_owner LOGIN NOSUPERUSER BYPASSRLS CREATEDB NOCREATEROLE NOREPLICATION
    PASSWORD :'owner_password';
-- app: the web and the workers. It owns nothing and no wall opens for it.
ALTER ROLE throughline_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION
    PASSWORD :'app_password';
-- broker: the queues, in a database of their own.
ALTER ROLE throughline_broker LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION
    PASSWORD :'broker_password';
-- backup: reads everything, writes nothing.
ALTER ROLE throughline_backup LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION
    PASSWORD :'backup_password';
GRANT pg_read_all_data TO throughline_backup;

SELECT format('CREATE DATABASE %I OWNER %I', name, holder)
FROM (VALUES (:'database', 'throughline_owner'), (:'broker_database', 'throughline_broker')) AS wanted (name, holder)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

REVOKE ALL ON DATABASE :"database", :"broker_database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO throughline_app;
GRANT CONNECT ON DATABASE :"database", :"broker_database" TO throughline_backup;
