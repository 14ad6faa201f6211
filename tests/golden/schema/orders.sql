-- Created by DLT. Tracks schema updates
CREATE TABLE "_dlt_version" ("version" BIGINT NOT NULL, "engine_version" BIGINT NOT NULL, "inserted_at" DATETIME NOT NULL, "schema_name" TEXT NOT NULL, "version_hash" TEXT NOT NULL, "schema" TEXT NOT NULL);

-- Created by DLT. Tracks completed loads
CREATE TABLE "_dlt_loads" ("load_id" VARCHAR(64) NOT NULL, "schema_name" TEXT, "status" BIGINT NOT NULL, "inserted_at" DATETIME NOT NULL, "schema_version_hash" TEXT);

CREATE TABLE "_dlt_pipeline_state" ("version" BIGINT NOT NULL, "engine_version" BIGINT NOT NULL, "pipeline_name" TEXT NOT NULL, "state" TEXT NOT NULL, "created_at" DATETIME NOT NULL, "version_hash" TEXT, "_dlt_load_id" VARCHAR(64) NOT NULL, "_dlt_id" VARCHAR(128) NOT NULL);

-- What people ordered: "all of it" */ and more
-- number: Counts up; it's unique
CREATE TABLE "orders" ("region" VARCHAR(8) NOT NULL, "number" BIGINT NOT NULL, "placed" DATETIME, "due" DATE, "at" TIME, "total" TEXT, "weight" DOUBLE, "paid" BOOLEAN, "gas" TEXT, "receipt" BLOB, "extra" JSON, "total__v_text" TEXT, "_dlt_load_id" TEXT NOT NULL, "_dlt_id" VARCHAR(128) NOT NULL);

CREATE TABLE "orders__lines" ("sku" TEXT, "_dlt_root_id" TEXT NOT NULL, "_dlt_parent_id" TEXT NOT NULL, "_dlt_list_idx" BIGINT NOT NULL, "_dlt_id" VARCHAR(128) NOT NULL);

CREATE TABLE "orders__lines__taxes" ("sku" TEXT, "_dlt_root_id" TEXT NOT NULL, "_dlt_parent_id" TEXT NOT NULL, "_dlt_list_idx" BIGINT NOT NULL, "_dlt_id" VARCHAR(128) NOT NULL);

-- table empty has no column that had a value
