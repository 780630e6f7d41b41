import { endToEnd, passedHeaders } from "../../../deploy/laptop/passed-headers";

const key = "the-key-of-our-tests";

test("headers of the connection are not passed on", () => {
  const headers = {
    host: "x",
    connection: "keep-alive",
    "transfer-encoding": "chunked",
    expect: "100-continue",
  };
  expect(endToEnd({ ...headers, accept: "*/*" })).toEqual({ accept: "*/*" });
});

test.each([
  ["a client's own", { "x-request-id": "r", "x-ms-client-request-id": "c", authorization: "Bearer k" }, true],
  ["a test's mark with the key", { "x-mlops-test": key }, true],
  ["a test's mark without it", { "x-mlops-test": "1" }, false],
  ["a test's mark with a longer key", { "x-mlops-test": `${key}x` }, false],
  ["a test's mark twice", { "x-mlops-test": `${key}, ${key}` }, false],
  ["a copy's mark", { "x-mlops-shadow": "1" }, false],
  ["a copy's mark, though with the key", { "x-mlops-shadow": key }, false],
  ["the track, which is the gateway's to read", { "x-mlops-track": "canary" }, false],
  ["what may become ours", { "x-mlops-anything": "1" }, false],
])("%s", (_, headers, passes) => {
  expect(passedHeaders(headers, key)).toEqual(passes ? headers : {});
});
