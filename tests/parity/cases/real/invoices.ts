import type { CaseFile } from "../../case.ts";
import { records } from "../../invent.ts";

const invoices = (seed: number, first: number) =>
  records(seed, 6, (invent, index) => ({
    id: `in_${1000 + first + index}`,
    object: "invoice",
    amount_due: invent.below(1e6),
    created: 1_709_290_000 + index,
    customer_address: null,
    metadata: invent.chance(50)
      ? {}
      : { [invent.one(["order_id", "Order ID", "orderId"])]: invent.one([5, "5"]) },
    lines: {
      object: "list",
      has_more: false,
      data: invent.some(2, (line) => ({
        id: `il_${line}`,
        period: { start: 1_709_290_000, end: 1_711_968_400 },
        price: {
          unit_amount_decimal: invent.one(["1200", "12.5", "0.000001"]),
          recurring: invent.chance(50) ? null : { interval: "month" },
        },
        tax_amounts: [],
        proration_details: { credited_items: null },
      })),
    },
    status_transitions: { paid_at: invent.chance(50) ? null : 1_709_290_000, voided_at: null },
    total_tax_amounts: invent.some(
      1,
      () => ({ amount: invent.below(99), inclusive: false, tax_rate: "txr_1" }),
    ),
    payment_settings: { payment_method_types: invent.chance(50) ? null : ["card", "sepa_debit"] },
  }));

export default {
  shows: "invoices: many nulls, free-form metadata, lists inside an envelope",
  hints: { primary_key: "id", write_disposition: "merge", columns: { created: { data_type: "timestamp" } } },
  runs: [[invoices(16, 0)], [invoices(17, 3)]],
} satisfies CaseFile;
