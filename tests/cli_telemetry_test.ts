/**
 * What a run sends to a collector of OpenTelemetry, with and without being asked to.
 * @module
 */
import assert from "assert";
import { startTicketApi, ticketEnvironment, ticketFiles } from "./binary/tickets.ts";
import { withWorkplace } from "./cli_commands.ts";

interface OtlpSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
}

/** A collector that takes OTLP as JSON. */
function collector() {
  const spans: OtlpSpan[] = [];
  const metrics = new Map<string, number>();
  const bodies: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const text = await request.text();
    bodies.push(text);
    const body = JSON.parse(text);
    for (const { scopeSpans } of body.resourceSpans ?? []) {
      for (const scope of scopeSpans) if (scope.scope.name === "sluice") spans.push(...scope.spans);
    }
    for (const { scopeMetrics } of body.resourceMetrics ?? []) {
      for (const { metrics: found } of scopeMetrics) {
        for (const { name, sum } of found) {
          const total = sum?.dataPoints.reduce(
            (all: number, point: Record<string, unknown>) => all + Number(point.asDouble ?? point.asInt),
            0,
          );
          if (total !== undefined) metrics.set(name, total);
        }
      }
    }
    return Response.json({});
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { url, spans, metrics, bodies, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("sluice run sends spans of steps, resources and requests, and counts, once OTEL_DENO asks for it", async () => {
  await using api = startTicketApi(25);
  await using otel = collector();
  const env = {
    ...ticketEnvironment(api),
    OTEL_EXPORTER_OTLP_ENDPOINT: otel.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  };
  await withWorkplace({ files: ticketFiles, env }, async ({ sluice }) => {
    assert.equal((await sluice("run", "./tickets.ts")).code, 0);
    assert.deepEqual(otel.bodies, [], "nothing is sent that nobody asked for");
  });
  await withWorkplace({ files: ticketFiles, env: { ...env, OTEL_DENO: "true" } }, async ({ sluice }) => {
    const { code, err } = await sluice("run", "./tickets.ts");
    assert.equal(code, 0, err);
  });
  const byName = (name: string) => otel.spans.filter((span) => span.name === name);
  const parentOf = (span: OtlpSpan) => otel.spans.find(({ spanId }) => spanId === span.parentSpanId)?.name;
  assert.equal(byName("sluice.run").length, 1);
  for (const step of ["extract", "normalize", "load"]) {
    assert.deepEqual(byName(`sluice.${step}`).map(parentOf), ["sluice.run"], step);
  }
  assert.deepEqual(byName("sluice.resource").map(parentOf), ["sluice.extract"]);
  assert.deepEqual(byName("sluice.request").map(parentOf), Array(3).fill("sluice.resource"));
  assert.equal(otel.metrics.get("sluice.rows"), 25);
  assert.equal(otel.metrics.get("sluice.requests"), 3);
  assert.ok(otel.bodies.every((body) => !body.includes(api.token)), "no secret is in it");
});
