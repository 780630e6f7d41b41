import { connectionFault, readRetryAfter, statusFault } from "../../../platform/http/http-fault";

const failing = (code: string, message = `it says ${code}`): Error =>
  Object.assign(new Error(message), { code });

describe("the fault of a connection", () => {
  test.each([
    ["ECONNREFUSED", true, false],
    ["ENOTFOUND", true, false],
    ["EAI_AGAIN", true, false],
    ["ECONNRESET", true, true],
    ["EPIPE", true, true],
    ["EIO", true, true],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", false, false],
    ["CERT_HAS_EXPIRED", false, false],
    ["ERR_TLS_CERT_ALTNAME_INVALID", false, false],
  ])("%s: transient %s, and the request may have been seen: %s", (code, transient, maybeDone) => {
    expect(connectionFault(failing(code))?.facts).toEqual({ transient, maybeDone });
  });

  test("before it was open, nothing was seen", () => {
    const fault = connectionFault(failing("ETIMEDOUT", "connect ETIMEDOUT 10.0.0.1:443"));
    expect(fault?.facts.maybeDone).toBe(false);
    expect(fault?.message).toBe("could not be reached: connect ETIMEDOUT 10.0.0.1:443");
  });

  test("of a host with several addresses, which has no message, is named by its code", () => {
    const error = Object.assign(new AggregateError([], ""), { code: "ECONNREFUSED" });
    expect(connectionFault(error)?.message).toBe("could not be reached: AggregateError, ECONNREFUSED");
  });

  test.each([new TypeError("a bug"), "a text", undefined])("%s is none", (thrown) => {
    expect(connectionFault(thrown)).toBeUndefined();
  });
});

test.each([
  [400, false, false],
  [401, false, false],
  [302, false, false],
  [203, false, false],
  [408, true, true],
  [429, true, false],
  [500, true, true],
  [501, false, false],
  [503, true, true],
])("HTTP %d: transient %s, and it may have been done: %s", (status, transient, maybeDone) => {
  const { message, facts } = statusFault(status, "x".repeat(20_000));
  expect(message).toBe(`returned HTTP ${status}`);
  expect(facts).toMatchObject({ status, transient, maybeDone });
  expect(facts.body).toHaveLength(10_000);
});

test.each([
  [undefined, undefined],
  ["7", 7000],
  ["soon", undefined],
  [new Date(0).toUTCString(), 0],
])("retry-after: %s asks for %s ms", (header, expected) => {
  expect(readRetryAfter(header)).toBe(expected);
});
