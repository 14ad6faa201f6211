/**
 * The invented account behind the Stripe imitation: customers, their charges and their invoices.
 * @module
 */
import { DAY, dice, HOUR, madeAt, many, person, TITLES } from "./invent.ts";

/** Anything Stripe lists. */
export interface StripeObject {
  readonly id: string;
  readonly object: "customer" | "charge" | "invoice";
  /** Epoch seconds. */
  readonly created: number;
  readonly [key: string]: unknown;
}

const CURRENCIES = ["eur", "usd", "gbp", "jpy"];
const COUNTRIES: Readonly<Record<string, string>> = { eur: "DE", usd: "US", gbp: "GB", jpy: "JP" };

function address(seed: number, index: number): Record<string, string | null> {
  const { place } = person(seed, index);
  return {
    city: place.city,
    country: place.code,
    line1: `${1 + index % 90} Straße`,
    line2: null,
    postal_code: place.zip,
    state: place.state,
  };
}

/** All customers, oldest first. */
export function inventCustomers(seed: number, count: number): StripeObject[] {
  return many(count, (index) => {
    const die = dice(seed, "customer", index);
    const { first, last, email } = person(seed, index);
    const currency = die.pick(CURRENCIES);
    return {
      id: `cus_${die.code(14)}`,
      object: "customer",
      address: die.chance(0.7) ? address(seed, index) : null,
      balance: die.chance(0.1) ? -die.below(5000) : 0,
      created: madeAt(index, count) / 1000,
      currency,
      default_source: null,
      delinquent: die.chance(0.1),
      description: die.chance(0.5) ? null : die.pick(TITLES),
      discount: null,
      email,
      invoice_prefix: die.code(8, "ABCDEF0123456789"),
      invoice_settings: {
        custom_fields: die.chance(0.2) ? [{ name: "PO number", value: die.code(6) }] : null,
        default_payment_method: null,
        footer: null,
        rendering_options: null,
      },
      livemode: false,
      metadata: die.chance(0.4) ? { order_id: String(6000 + index), "Kunde seit": "2024" } : {},
      name: `${first} ${last}`,
      next_invoice_sequence: 1 + die.below(9),
      phone: null,
      preferred_locales: die.some(["de", "en", "ja"], 2),
      shipping: null,
      tax_exempt: "none",
      test_clock: null,
    };
  });
}

/** One charge of a customer. */
export function inventCharge(
  seed: number,
  index: number,
  { customers, created }: { customers: readonly StripeObject[]; created: number },
): StripeObject {
  const die = dice(seed, "charge", index);
  const customer = customers.length ? die.below(customers.length) : undefined;
  const currency = die.pick(CURRENCIES);
  const amount = 100 + die.below(250_000);
  const isPaid = die.chance(0.85);
  const isRefunded = isPaid && die.chance(0.1);
  const { first, last, email } = person(seed, customer ?? 0);
  const id = `ch_${die.code(24)}`;
  return {
    id,
    object: "charge",
    amount,
    amount_captured: isPaid ? amount : 0,
    amount_refunded: isRefunded ? amount : 0,
    balance_transaction: isPaid ? `txn_${die.code(24)}` : null,
    billing_details: {
      address: address(seed, customer ?? 0),
      email,
      name: `${first} ${last}`,
      phone: null,
    },
    captured: isPaid,
    created,
    currency,
    customer: customer === undefined ? null : customers[customer].id,
    description: die.chance(0.3) ? null : die.pick(TITLES),
    disputed: false,
    failure_code: isPaid ? null : die.pick(["card_declined", "expired_card"]),
    failure_message: isPaid ? null : "The card was refused.",
    livemode: false,
    metadata: die.chance(0.5) ? { order_id: String(7000 + index) } : {},
    outcome: {
      network_status: isPaid ? "approved_by_network" : "declined_by_network",
      reason: isPaid ? null : "generic_decline",
      risk_level: "normal",
      risk_score: die.below(70),
      type: isPaid ? "authorized" : "issuer_declined",
    },
    paid: isPaid,
    payment_method: `pm_${die.code(24)}`,
    payment_method_details: {
      card: {
        brand: die.pick(["visa", "mastercard", "amex"]),
        checks: { address_line1_check: null, cvc_check: "pass" },
        country: COUNTRIES[currency],
        exp_month: 1 + die.below(12),
        exp_year: 2027 + die.below(4),
        funding: "credit",
        last4: die.code(4, "0123456789"),
        wallet: null,
      },
      type: "card",
    },
    receipt_url: `https://pay.stripe.com/receipts/${id}`,
    refunded: isRefunded,
    status: isPaid ? "succeeded" : "failed",
  };
}

/** All charges, oldest first; a few fell into the same second. */
export function inventCharges(
  seed: number,
  count: number,
  customers: readonly StripeObject[],
): StripeObject[] {
  return many(count, (index) => {
    const created = madeAt(index - (index % 7 === 6 ? 1 : 0), count) / 1000;
    return inventCharge(seed, index, { customers, created });
  });
}

/** All invoices, oldest first. */
export function inventInvoices(
  seed: number,
  count: number,
  customers: readonly StripeObject[],
): StripeObject[] {
  return many(count, (index) => inventInvoice(seed, index, { customers, createdMs: madeAt(index, count) }));
}

function inventInvoice(
  seed: number,
  index: number,
  { customers, createdMs }: { customers: readonly StripeObject[]; createdMs: number },
): StripeObject {
  const die = dice(seed, "invoice", index);
  const customer = die.pick(customers);
  const id = `in_${die.code(24)}`;
  const status = die.pick(["draft", "open", "paid", "paid", "void"]);
  const created = createdMs / 1000;
  const finalized = status === "draft" ? null : created + HOUR / 1000;
  const lines = many(1 + die.below(3), (line) => ({
    id: `il_${die.code(24)}`,
    object: "line_item",
    amount: 500 + die.below(20_000),
    currency: customer.currency,
    description: `${1 + line} × ${die.pick(["Licence", "Schulung", "サポート", "Café"])}`,
    period: { start: created, end: created + 30 * DAY / 1000 },
    proration: false,
    quantity: 1 + line,
  }));
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  const isPaid = status === "paid";
  return {
    id,
    object: "invoice",
    account_country: "DE",
    amount_due: total,
    amount_paid: isPaid ? total : 0,
    amount_remaining: isPaid ? 0 : total,
    attempt_count: isPaid ? 1 : 0,
    auto_advance: status === "open",
    billing_reason: "manual",
    created,
    currency: customer.currency,
    customer: customer.id,
    customer_email: customer.email,
    customer_tax_ids: [],
    due_date: die.chance(0.5) ? created + 14 * DAY / 1000 : null,
    lines: {
      object: "list",
      data: lines,
      has_more: false,
      total_count: lines.length,
      url: `/v1/invoices/${id}/lines`,
    },
    livemode: false,
    metadata: {},
    number: status === "draft"
      ? null
      : `${String(customer.invoice_prefix)}-${String(index + 1).padStart(4, "0")}`,
    paid: isPaid,
    status,
    status_transitions: {
      finalized_at: finalized,
      paid_at: isPaid ? created + 2 * DAY / 1000 : null,
      voided_at: status === "void" ? created + DAY / 1000 : null,
    },
    subtotal: total,
    total,
  };
}
