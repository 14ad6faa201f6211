import type { CaseFile } from "../../case.ts";
import { type Invent, records } from "../../invent.ts";

const wei = (invent: Invent) =>
  String(1 + invent.below(1e9)) + String(invent.below(1e9)).padStart(9, "0") + "000000001";

const blocks = (seed: number, first: number) =>
  records(seed, 4, (invent, index) => ({
    number: 19_000_000 + first + index,
    hash: `0x${invent.hex(64)}`,
    timestamp: 1_709_290_000 + 12 * (first + index),
    gasUsed: invent.below(30_000_000),
    baseFeePerGas: `0x${invent.hex(9)}`,
    difficulty: "0x0",
    totalDifficulty: wei(invent),
    extraData: "0x",
    uncles: [],
    transactions: invent.some(4, (position) => ({
      hash: `0x${invent.hex(64)}`,
      transactionIndex: position,
      nonce: 9_007_199_254_740_993n + BigInt(invent.below(1000)),
      value: wei(invent),
      input: invent.one(["0x", `0xa9059cbb${invent.hex(128)}`]),
      accessList: invent.some(
        1,
        () => ({ address: `0x${invent.hex(40)}`, storageKeys: [`0x${invent.hex(64)}`] }),
      ),
      to: invent.chance(20) ? null : `0x${invent.hex(40)}`,
      v: invent.one(["0x0", "0x1"]),
    })),
  }));

export default {
  shows: "blocks of a chain: hexadecimal text, integers beyond 2^53, amounts of thirty digits",
  hints: {
    primary_key: "number",
    columns: { totalDifficulty: { data_type: "wei" }, timestamp: { data_type: "timestamp" } },
  },
  runs: [[blocks(6, 0)], [blocks(7, 4)]],
} satisfies CaseFile;
