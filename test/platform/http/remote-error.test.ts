import { HttpFault, statusFault } from "../../../platform/http/http-fault";
import { explainFault, readSaid } from "../../../platform/http/remote-error";

test.each([
  ['{"error_code":"INVALID","message":"bad\\n filter."}', "INVALID", "INVALID: bad filter"],
  ['{"error":{"code":"Forbidden","message":"no role"}}', "Forbidden", "Forbidden: no role"],
  ['{"message":"slow down"}', undefined, "slow down"],
  ['{"error":{"code":7}}', undefined, ""],
  ["no_service", undefined, "no_service"],
  ["<html>down</html>", undefined, ""],
  ["null", undefined, "null"],
  ["", undefined, ""],
])("of %s is said what is for people", (body, errorCode, words) => {
  expect(readSaid(body)).toEqual({ errorCode, words });
});

const service = { name: "The service", code: "REMOTE_FAILED" } as const;
const call = { what: "The list", url: "https://a.example/path?sig=secret" };

test.each([
  [303, "Redirects are not followed. Correct the address."],
  [400, "Correct what it names."],
  [408, "The fault is on its side. Try again later."],
  [409, "It was changed in the meantime. Try again."],
  [429, "It is receiving too many requests. Try again later."],
  [500, "The fault is on its side. Try again later."],
])("HTTP %d is explained, with the host of the address alone", (status, remedy) => {
  expect(explainFault(statusFault(status, ""), call, service).message).toBe(
    `The list failed: The service (a.example) returned HTTP ${status}. ${remedy}`,
  );
});

test("a call's remedy goes before the service's, and that before the usual one", () => {
  const fault = statusFault(404, "", { retryAfter: "7" });
  const own = { ...service, remedy: () => "The service's." };
  expect(explainFault(fault, { ...call, remedies: { 404: "The call's." } }, own).message).toMatch(
    /It asks to wait 7 s\. The call's\.$/,
  );
  expect(explainFault(fault, { ...call, remedies: { 403: "Another." } }, own).message).toMatch(
    / The service's\.$/,
  );
});

test("what the service says is masked", () => {
  const mask = (said: string): string => said.replace("secret", "***");
  const error = explainFault(statusFault(400, '{"message":"secret is odd"}'), call, { ...service, mask });
  expect(error.message).toContain("returned HTTP 400 (*** is odd). ");
});

test("the error has what a caller decides by", () => {
  const fault = new HttpFault("sent no response within 1 s", { transient: true, maybeDone: true });
  expect(explainFault(fault, call, service)).toMatchObject({
    code: "REMOTE_FAILED",
    httpStatus: undefined,
    transient: true,
    maybeDone: true,
    message:
      "The list failed: The service (a.example) sent no response within 1 s. Check the network and its proxy (HTTPS_PROXY), and try again.",
  });
});
