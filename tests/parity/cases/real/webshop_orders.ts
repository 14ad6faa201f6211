import type { CaseFile } from "../../case.ts";
import { type Invent, records } from "../../invent.ts";

const money = (invent: Invent) => ({
  shop_money: { amount: String(invent.amount(200)), currency_code: "EUR" },
  presentment_money: { amount: invent.amount(200).toFixed(2), currency_code: "SEK" },
});

const address = (invent: Invent) =>
  invent.chance(20) ? null : {
    first_name: invent.name(),
    address1: `${invent.name()} ${invent.below(99)}`,
    address2: invent.chance(50) ? null : "",
    zip: String(10_000 + invent.below(89_999)),
    latitude: invent.chance(30) ? null : invent.amount(90),
    country_code: invent.one(["DE", "SE", "TR"]),
  };

const orders = (seed: number, first: number, count: number) =>
  records(seed, count, (invent, index) => ({
    id: 5_500_000_000_000 + first + index,
    name: `#${1000 + first + index}`,
    created_at: `${invent.time(index)}+01:00`,
    cancelled_at: invent.chance(80) ? null : `${invent.time(index)}-05:00`,
    total_price: invent.amount(900).toFixed(2),
    test: false,
    tags: invent.one(["", "vip, wholesale", "returned"]),
    note_attributes: invent.some(2, () => ({ name: "gift", value: invent.one([true, "yes", 1]) })),
    customer: {
      id: invent.below(1e9),
      default_address: address(invent),
      tags: [],
      orders_count: invent.below(40),
    },
    billing_address: address(invent),
    line_items: invent.some(3, (line) => ({
      id: 13_000_000_000_000 + line,
      sku: invent.hex(8),
      quantity: 1 + invent.below(3),
      grams: invent.below(5000),
      price: invent.amount(300).toFixed(2),
      price_set: money(invent),
      properties: invent.some(1, () => ({ name: "Größe", value: invent.one(["S", "M", 42]) })),
      discount_allocations: invent.some(2, () => ({
        amount: String(invent.amount(9)),
        discount_application_index: 0,
        amount_set: money(invent),
      })),
      tax_lines: invent.some(2, () => ({ rate: 0.19, title: "MwSt", price: "1.90", channel_liable: null })),
    })),
    shipping_lines: invent.some(1, () => ({ title: "DHL", tax_lines: [{ rate: 0.07, title: "USt" }] })),
    refunds: invent.some(1, () => ({ id: 9, refund_line_items: [{ line_item_id: 13, quantity: 1 }] })),
  }));

export default {
  shows: "orders of a shop, four lists deep, merged",
  hints: { primary_key: "id", write_disposition: "merge" },
  runs: [[orders(4, 0, 7)], [orders(5, 4, 5)]],
} satisfies CaseFile;
