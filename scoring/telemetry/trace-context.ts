import { randomFillSync } from "node:crypto";

/** The W3C trace context of a request (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  /** 32 hexadecimal digits, the caller's if it sent one. */
  readonly traceId: string;
  /** 16 hexadecimal digits: this service's part of the trace. */
  readonly spanId: string;
  /** The caller's span; absent when the trace begins here. */
  readonly parentId?: string;
  readonly sampled: boolean;
  /** The caller's `tracestate`, if its `traceparent` was valid. */
  readonly state?: string;
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const noTrace = "0".repeat(32);
const noSpan = "0".repeat(16);

/** Random bytes are drawn for many ids at once: one at a time costs more than the id. */
const pool = Buffer.alloc(4096);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}

/** The id of a new span; never all zeros, which means none. */
function newSpanId(): string {
  const id = randomHex(8);
  return id === noSpan ? newSpanId() : id;
}

/** Continues the caller's trace, or begins one when the caller sent none or an invalid one. */
export function traceContextOf(
  traceparent: string | string[] | undefined,
  tracestate?: string | string[],
): TraceContext {
  const match = typeof traceparent === "string" ? pattern.exec(traceparent) : null;
  if (match !== null) {
    const [, version, traceId = "", parentId = "", flags = "", rest] = match;
    // A later version may add more after its flags; version 0 does not, and ff is invalid.
    const known = version !== "ff" && (version !== "00" || rest === undefined);
    if (known && traceId !== noTrace && parentId !== noSpan) {
      const sampled = (Number.parseInt(flags, 16) & 1) === 1;
      const state = Array.isArray(tracestate) ? tracestate.join(",") : tracestate;
      return { traceId, spanId: newSpanId(), parentId, sampled, ...(state !== undefined && { state }) };
    }
  }
  // Both at once, as the call costs more than its digits.
  const digits = randomHex(24);
  const [traceId, spanId] = [digits.slice(0, 32), digits.slice(32)];
  return {
    traceId: traceId === noTrace ? `1${traceId.slice(1)}` : traceId,
    spanId: spanId === noSpan ? newSpanId() : spanId,
    sampled: false,
  };
}

/** The header `traceresponse`, which gives the caller the ids of its request in this service. */
export function traceResponse({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
}
