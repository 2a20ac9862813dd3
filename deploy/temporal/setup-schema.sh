#!/bin/sh
# Brings Temporal's two databases to the schema of this version of the tool. Safe to run at every start: the first
# step skips a database that has a schema, the second applies what is missing.
#   SQL_HOST SQL_PORT SQL_USER SQL_PASSWORD   where and as whom (read by temporal-sql-tool itself)
set -eu

sql_tool="${TEMPORAL_SQL_TOOL:-temporal-sql-tool}"

for database in temporal temporal_visibility; do
  folder=temporal
  [ "$database" = temporal ] || folder=visibility
  "$sql_tool" --plugin postgres12 --db "$database" setup-schema --version 0.0
  "$sql_tool" --plugin postgres12 --db "$database" update-schema --schema-name "postgresql/v12/$folder"
done
