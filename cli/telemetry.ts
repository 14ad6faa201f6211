/**
 * The events of a run as spans and metrics of OpenTelemetry. Deno itself sends them, to where the variables of
 * OpenTelemetry say, and only with `OTEL_DENO=true`; without, nothing here is loaded.
 * @module
 */
import { context, metrics, type Span, SpanStatusCode, trace } from "opentelemetry";
import type { RunEvent } from "../pipeline/events.ts";
import { redact } from "../pipeline/secret.ts";

const SCOPE = "sluice";

/** Turns the events of one run into spans and metrics. */
export class RunTelemetry {
  readonly #tracer = trace.getTracer(SCOPE);
  readonly #meter = metrics.getMeter(SCOPE);
  readonly #run: Span;
  readonly #steps = new Map<string, Span>();
  readonly #resources = new Map<string, Span>();
  readonly #rows = new Map<string, number>();
  readonly #counts = {
    rows: this.#meter.createCounter("sluice.rows", { description: "Records read, by resource" }),
    requests: this.#meter.createCounter("sluice.requests", {
      description: "Requests, by resource and status",
    }),
    loaded: this.#meter.createCounter("sluice.rows.loaded", { description: "Rows loaded, by table" }),
    waits: this.#meter.createCounter("sluice.waits", { unit: "s", description: "Seconds waited, by reason" }),
  };

  constructor(attributes: Readonly<Record<string, string>>) {
    this.#run = this.#tracer.startSpan("sluice.run", { attributes });
  }

  /** Takes an event. */
  take(event: RunEvent): void {
    switch (event.type) {
      case "step":
        return this.#toggle(this.#steps, event.step, event.state, `sluice.${event.step}`, this.#run);
      case "resource": {
        const { resource, state, pages, rows } = event;
        this.#count(resource, rows);
        this.#resources.get(resource)?.setAttributes({ "sluice.pages": pages, "sluice.rows": rows });
        const parent = this.#steps.get("extract") ?? this.#run;
        return this.#toggle(this.#resources, resource, state, "sluice.resource", parent, {
          "sluice.resource": resource,
        });
      }
      case "page":
        return this.#count(event.resource, event.rows);
      case "request":
        return this.#request(event);
      case "wait":
        return this.#counts.waits.add(event.seconds, { reason: event.reason, ...named(event.resource) });
      case "warning":
        this.#run.addEvent("warning", {
          code: event.code,
          message: redact(event.message),
          ...named(event.resource),
        });
        return;
      case "loaded":
        for (const [table, rows] of Object.entries(event.tables)) this.#counts.loaded.add(rows, { table });
    }
  }

  /** Ends what is open. */
  finish(error?: { readonly code?: string; readonly message: string }): void {
    if (error) {
      this.#run.setStatus({ code: SpanStatusCode.ERROR, message: redact(error.message) });
      if (error.code) this.#run.setAttribute("error.type", error.code);
    }
    for (const span of [...this.#resources.values(), ...this.#steps.values(), this.#run]) span.end();
  }

  /** A request is told of once it has been answered, so that its span lies in the past. */
  #request({ resource, request, status, seconds, bytes }: RunEvent & { type: "request" }): void {
    this.#counts.requests.add(1, { status, ...named(resource) });
    const parent = this.#resources.get(resource ?? "") ?? this.#steps.get("extract") ?? this.#run;
    const end = Date.now();
    const span = this.#tracer.startSpan("sluice.request", {
      startTime: end - seconds * 1000,
      attributes: {
        "sluice.request": redact(request),
        "http.response.status_code": status,
        "http.response.body.size": bytes,
        ...named(resource),
      },
    }, trace.setSpan(context.active(), parent));
    if (status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(end);
  }

  #toggle(
    spans: Map<string, Span>,
    key: string,
    state: "started" | "finished",
    name: string,
    parent: Span,
    attributes: Readonly<Record<string, string>> = {},
  ): void {
    if (state === "started") {
      spans.get(key)?.end();
      spans.set(key, this.#tracer.startSpan(name, { attributes }, trace.setSpan(context.active(), parent)));
    } else {
      spans.get(key)?.end();
      spans.delete(key);
    }
  }

  /** Events tell sums, counters want what came on top. */
  #count(resource: string, rows: number): void {
    const before = this.#rows.get(resource) ?? 0;
    if (rows > before) this.#counts.rows.add(rows - before, { resource });
    this.#rows.set(resource, rows);
  }
}

function named(resource: string | undefined): Record<string, string> {
  return resource === undefined ? {} : { resource };
}
