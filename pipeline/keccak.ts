/**
 * SHAKE-128 of short texts, fast. Every row of a child table gets a key by this hash, so a load makes
 * millions of them, and a call into the built-in cryptography costs several times the hash itself. The
 * permutation is assembled here as a small WebAssembly function, since 64-bit rotations are one
 * instruction there; everything else is `node:crypto`.
 * @module
 */
import { createHash } from "node:crypto";

const LANES = 25;
const ROUNDS = 24;
/** Bytes that SHAKE-128 takes in before it permutes; longer texts take the ordinary way. */
const RATE = 168;
const CONSTANTS_AT = LANES * 8;

// WebAssembly opcodes.
const GET = 0x20, SET = 0x21, TEE = 0x22;
const I64_LOAD = 0x29, I64_STORE = 0x37, I64_CONST = 0x42;
const I64_AND = 0x83, I64_XOR = 0x85, I64_ROTL = 0x89;
const I32_CONST = 0x41, I32_ADD = 0x6a, I32_NE = 0x47;
const LOOP = 0x03, BR_IF = 0x0d, END = 0x0b, VOID = 0x40;
const I32 = 0x7f, I64 = 0x7e;

// Locals: the state, its rearranged copy, column parities, and the address of the round's constant.
const a = (x: number, y: number) => x + 5 * y;
const b = (x: number, y: number) => LANES + x + 5 * y;
const c = (x: number) => 2 * LANES + x;
const ROUND = 2 * LANES + 5;
const COLUMNS = [0, 1, 2, 3, 4];

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a non-negative number. */
function signed(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x40 ? [low] : [low | 0x80, ...signed(value >>> 7)];
}

/** Round constants and rotation offsets, by their defining recurrences. */
function roundConstants(): bigint[] {
  let register = 1;
  return Array.from({ length: ROUNDS }, () => {
    let constant = 0n;
    for (let bit = 0; bit <= 6; bit++) {
      if (register & 1) constant |= 1n << BigInt(2 ** bit - 1);
      register = (register << 1) ^ (register & 0x80 ? 0x171 : 0);
    }
    return constant;
  });
}

function rotations(): number[] {
  const offsets = new Array(LANES).fill(0);
  let [x, y] = [1, 0];
  for (let t = 0; t < 24; t++) {
    offsets[a(x, y)] = ((t + 1) * (t + 2) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return offsets;
}

/** One round: theta, rho and pi, chi, iota. */
function roundCode(): number[] {
  const code: number[] = [];
  const offsets = rotations();
  for (const x of COLUMNS) {
    code.push(GET, a(x, 0), ...[1, 2, 3, 4].flatMap((y) => [GET, a(x, y), I64_XOR]), SET, c(x));
  }
  for (const x of COLUMNS) {
    const parity = [GET, c((x + 4) % 5), GET, c((x + 1) % 5), I64_CONST, 1, I64_ROTL, I64_XOR];
    for (const y of COLUMNS) {
      code.push(
        GET,
        a(x, y),
        ...parity,
        I64_XOR,
        I64_CONST,
        ...signed(offsets[a(x, y)]),
        I64_ROTL,
        SET,
        b(y, (2 * x + 3 * y) % 5),
      );
    }
  }
  for (const y of COLUMNS) {
    for (const x of COLUMNS) {
      const inverted = [GET, b((x + 1) % 5, y), I64_CONST, 0x7f, I64_XOR];
      code.push(GET, b(x, y), ...inverted, GET, b((x + 2) % 5, y), I64_AND, I64_XOR, SET, a(x, y));
    }
  }
  code.push(GET, a(0, 0), GET, ROUND, I64_LOAD, 3, 0, I64_XOR, SET, a(0, 0));
  return code;
}

/** A module that exports its memory and a function that permutes the first 200 bytes of it. */
function assemble(): Uint8Array<ArrayBuffer> {
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const body = [
    2,
    ...unsigned(2 * LANES + 5),
    I64,
    1,
    I32,
    ...lanes.flatMap((lane) => [I32_CONST, 0, I64_LOAD, 3, ...unsigned(lane * 8), SET, lane]),
    I32_CONST,
    ...signed(CONSTANTS_AT),
    SET,
    ROUND,
    LOOP,
    VOID,
    ...roundCode(),
    GET,
    ROUND,
    I32_CONST,
    8,
    I32_ADD,
    TEE,
    ROUND,
    I32_CONST,
    ...signed(CONSTANTS_AT + ROUNDS * 8),
    I32_NE,
    BR_IF,
    0,
    END,
    ...lanes.flatMap((lane) => [I32_CONST, 0, GET, lane, I64_STORE, 3, ...unsigned(lane * 8)]),
    END,
  ];
  const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content];
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  return new Uint8Array([
    0x00,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name("memory"), 2, 0, ...name("permute"), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly permute: () => void;
}

const { memory, permute } = new WebAssembly.Instance(new WebAssembly.Module(assemble()))
  .exports as unknown as Exports;
const bytes = new Uint8Array(memory.buffer, 0, CONSTANTS_AT);
new BigUint64Array(memory.buffer, CONSTANTS_AT, ROUNDS).set(roundConstants());
const encoder = new TextEncoder();

/**
 * The first bytes of a text's SHAKE-128 digest.
 *
 * @returns a view that the next call overwrites
 */
export function shake128(text: string, length: number): Uint8Array {
  // UTF-8 takes up to three bytes per code unit; beyond one block the built-in hash does the work.
  if (text.length * 3 >= RATE) {
    if (text.length >= RATE || encoder.encode(text).length >= RATE) {
      return createHash("shake128", { outputLength: length }).update(text).digest();
    }
  }
  bytes.fill(0);
  const { written } = encoder.encodeInto(text, bytes);
  bytes[written] = 0x1f;
  bytes[RATE - 1] ^= 0x80;
  permute();
  return bytes.subarray(0, length);
}
