import { traceContextOf, traceResponse } from "../../../scoring/telemetry/trace-context";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";

describe("the trace context of a request", () => {
  test.each([
    ["01", true],
    ["00", false],
    ["03", true],
    ["02", false],
  ])("takes up the caller's trace, flags %s", (flags, sampled) => {
    const context = traceContextOf(`00-${traceId}-${parentId}-${flags}`, ["a=1", "b=2"]);
    expect(context).toMatchObject({ traceId, parentId, sampled, state: "a=1,b=2" });
    expect(context.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(context.spanId).not.toBe(parentId);
  });

  test("takes up what a later version of the header says first", () => {
    expect(traceContextOf(`cc-${traceId}-${parentId}-01-what-else`)).toMatchObject({ traceId, parentId });
  });

  test.each([
    undefined,
    "",
    "x",
    `00-${traceId}-${parentId}`,
    `00-${traceId}-${parentId}-01-more`,
    `ff-${traceId}-${parentId}-01`,
    `00-${"0".repeat(32)}-${parentId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${parentId}-01`,
    `00-${traceId}-${parentId}-0g`,
  ])("begins a trace for %j, and forgets its state", (header) => {
    const context = traceContextOf(header, "a=1");
    expect(context.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(context.traceId).not.toBe(traceId);
    expect(context).not.toHaveProperty("parentId");
    expect(context).not.toHaveProperty("state");
  });

  test("never gives an id twice", () => {
    const ids = Array.from({ length: 5000 }, () => traceContextOf(undefined)).flatMap(
      ({ traceId, spanId }) => [traceId, spanId],
    );
    expect(new Set(ids).size).toBe(10_000);
  });

  test("is answered as the specification has it", () => {
    expect(traceResponse({ traceId, spanId: parentId, sampled: true })).toBe(`00-${traceId}-${parentId}-01`);
  });
});
