/**
 * The client when the network fails it: cut connections, nobody there, bodies without end.
 * @module
 */
import assert from "assert";
import { RestClient } from "../rest/client.ts";
import { failure, JumpingTimer } from "./rest_harness_test.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A raw server: `write` says what each connection gets after its request. */
async function withRawServer(
  write: (connection: Deno.TcpConn, count: number) => Promise<unknown>,
  use: (base: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    let count = 0;
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4096));
      await write(connection as Deno.TcpConn, ++count).catch(() => {});
      connection.close();
    }
  })();
  try {
    await use(`http://127.0.0.1:${listener.addr.port}`);
  } finally {
    listener.close();
    await serving;
  }
}

const good =
  "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 3\r\nconnection: close\r\n\r\n[1]";
const cuts: { name: string; text: string }[] = [
  { name: "without an answer", text: "" },
  { name: "in the head", text: "HTTP/1.1 200 OK\r\ncontent-ty" },
  { name: "in the body", text: good.replace("length: 3", "length: 30") },
  {
    name: "in a chunk",
    text:
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n3\r\n[1]\r\n",
  },
];

for (const { name, text } of cuts) {
  Deno.test(`send() tries again when the connection is cut ${name}`, async () => {
    await withRawServer(
      (connection, count) => connection.write(utf8(count < 3 ? text : good)),
      async (base) => {
        const timer = new JumpingTimer();
        const signal = new AbortController().signal;
        const client = new RestClient({ base_url: base }, { signal, emit() {}, timer });
        assert.deepEqual((await client.send(client.request("/x"))).body, [1]);
        assert.equal(timer.slept.length, 2);
      },
    );
  });
}

Deno.test('send() gives up with "network" when nobody answers, without the query in the error', async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const base_url = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const signal = new AbortController().signal;
  const client = new RestClient({ base_url, retry: { max_attempts: 2 } }, {
    signal,
    emit() {},
    timer: new JumpingTimer(),
  });
  const error = await failure(client.send(client.request("/x", { params: { q: "private" } })));
  assert.equal(error.code, "network");
  assert.equal(error.recovery, "retry");
  assert.match(error.message, /refused the connection after 2 tries/);
  assert.ok(!Deno.inspect(error).includes("private"));
});

Deno.test('send() gives up with "timeout" when the body does not end', async () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n[1";
  let release = () => {};
  await withRawServer(async (connection) => {
    await connection.write(utf8(head));
    await new Promise<void>((resolve) => release = resolve);
  }, async (base_url) => {
    const signal = new AbortController().signal;
    const config = { base_url, timeout: 0.1, retry: { max_attempts: 1 } };
    const client = new RestClient(config, { signal, emit() {}, timer: new JumpingTimer() });
    const error = await failure(client.send(client.request("/x")));
    assert.equal(error.code, "timeout");
    assert.match(error.message, /no whole answer within 0.1 s/);
    release();
  });
});
