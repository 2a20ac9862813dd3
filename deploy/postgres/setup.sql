-- Roles and databases, each made only when it is missing: safe to run at every start.
-- Sluice and Temporal have a role of their own and cannot read each other's data.
\set ON_ERROR_STOP on
\getenv sluice_password SLUICE_DB_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

select 'create role sluice login' where not exists (select from pg_roles where rolname = 'sluice') \gexec
select 'create role temporal login' where not exists (select from pg_roles where rolname = 'temporal') \gexec
-- Set each time, so that a changed password takes effect.
alter role sluice password :'sluice_password';
alter role temporal password :'temporal_password';

select 'create database sluice owner sluice'
 where not exists (select from pg_database where datname = 'sluice') \gexec
select 'create database temporal owner temporal'
 where not exists (select from pg_database where datname = 'temporal') \gexec
select 'create database temporal_visibility owner temporal'
 where not exists (select from pg_database where datname = 'temporal_visibility') \gexec

revoke connect on database sluice, temporal, temporal_visibility from public;
