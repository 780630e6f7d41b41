import { describeLocation, isLoopback, isPrivate } from "../../../platform/http/address";

test("an address is named without its signature, a folder as it is", () => {
  expect(describeLocation("https://a.blob.core.windows.net/c/d?sv=1&sig=secret")).toBe(
    "https://a.blob.core.windows.net/c/d",
  );
  expect(describeLocation("/a/b?c")).toBe("/a/b?c");
});

test.each([
  ["localhost", true],
  ["127.0.0.1", true],
  ["127.8.8.8", true],
  ["[::1]", true],
  ["0.0.0.0", false],
  ["127.0.0.1.example", false],
  ["localhost.example", false],
])("whether only this machine reaches %s: %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test.each([
  ["https://a.example", true],
  ["http://127.0.0.1:8080/a", true],
  ["http://a.example", false],
  ["ftp://localhost", false],
])("whether a secret may be sent to %s: %s", (url, expected) => {
  expect(isPrivate(url)).toBe(expected);
});
