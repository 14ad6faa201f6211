// Rows of the schema shop, version 1, as a query returns them.

/** The table _dlt_version: Created by DLT. Tracks schema updates */
export interface DltVersion {
  /** bigint */
  version: number | bigint;
  /** bigint */
  engine_version: number | bigint;
  /** timestamp */
  inserted_at: string;
  /** text */
  schema_name: string;
  /** text */
  version_hash: string;
  /** text */
  schema: string;
}

/** The table _dlt_loads: Created by DLT. Tracks completed loads */
export interface DltLoads {
  /** text(64) */
  load_id: string;
  /** text */
  schema_name: string | null;
  /** bigint */
  status: number | bigint;
  /** timestamp */
  inserted_at: string;
  /** text */
  schema_version_hash: string | null;
}

/** The table _dlt_pipeline_state */
export interface DltPipelineState {
  /** bigint */
  version: number | bigint;
  /** bigint */
  engine_version: number | bigint;
  /** text */
  pipeline_name: string;
  /** text */
  state: string;
  /** timestamp */
  created_at: string;
  /** text */
  version_hash: string | null;
  /** text(64) */
  _dlt_load_id: string;
  /** text */
  _dlt_id: string;
}

/** The table orders: What people ordered: "all of it" *\/ and more */
export interface Orders {
  /** text(8), primary key */
  region: string;
  /** bigint, primary key: Counts up; it's unique */
  number: number | bigint;
  /** timestamp */
  placed: string | null;
  /** date */
  due: string | null;
  /** time */
  at: string | null;
  /** decimal(20,4) */
  total: string | null;
  /** double */
  weight: number | null;
  /** bool */
  paid: 0 | 1 | null;
  /** wei */
  gas: string | null;
  /** binary */
  receipt: Uint8Array | null;
  /** json */
  extra: string | null;
  /** text */
  total__v_text: string | null;
  /** text */
  _dlt_load_id: string;
  /** text */
  _dlt_id: string;
}

/** The table orders__lines */
export interface OrdersLines {
  /** text */
  sku: string | null;
  /** text */
  _dlt_root_id: string;
  /** text */
  _dlt_parent_id: string;
  /** bigint */
  _dlt_list_idx: number | bigint;
  /** text */
  _dlt_id: string;
}

/** The table orders__lines__taxes */
export interface OrdersLinesTaxes {
  /** text */
  sku: string | null;
  /** text */
  _dlt_root_id: string;
  /** text */
  _dlt_parent_id: string;
  /** bigint */
  _dlt_list_idx: number | bigint;
  /** text */
  _dlt_id: string;
}

/** The rows of each table. */
export interface Tables {
  _dlt_version: DltVersion;
  _dlt_loads: DltLoads;
  _dlt_pipeline_state: DltPipelineState;
  orders: Orders;
  orders__lines: OrdersLines;
  orders__lines__taxes: OrdersLinesTaxes;
}
