import type { CaseFile } from "../../case.ts";
import { records } from "../../invent.ts";

const transactions = (seed: number, first: number) =>
  records(seed, 10, (invent, index) => ({
    transactionId: `T${first + index}`,
    bookingDate: `2024-03-${String(10 + index)}`,
    valueDateTime: `${invent.time(index)}+01:00`,
    transactionAmount: {
      amount: `${invent.chance(50) ? "-" : ""}${invent.amount(1e6).toFixed(2)}`,
      currency: "EUR",
    },
    balanceAfter: `${invent.below(1e9)}${invent.below(1e9)}.${invent.below(100)}`,
    creditorName: invent.chance(30) ? null : invent.name(),
    remittanceInformationUnstructuredArray: invent.some(2, () => `RE ${invent.below(1e6)}`),
    pending: invent.one(["true", "false"]),
  }));

export default {
  shows: "transactions of an account: decimals, dates and booleans as text, in declared columns, merged",
  hints: {
    primary_key: "transactionId",
    write_disposition: "merge",
    columns: {
      bookingDate: { data_type: "date" },
      transactionAmount__amount: { data_type: "decimal", precision: 18, scale: 2 },
      balanceAfter: { data_type: "decimal" },
      pending: { data_type: "bool" },
    },
  },
  runs: [[transactions(22, 0)], [transactions(23, 6)]],
} satisfies CaseFile;
