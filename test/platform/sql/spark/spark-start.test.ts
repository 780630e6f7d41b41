import { PlatformError } from "../../../../platform/base/errors";
import { untilStarted } from "../../../../platform/sql/spark/spark-start";

const failure = (statusCode?: number, headers = {}): PlatformError =>
  new PlatformError("REMOTE_FAILED", `HTTP ${statusCode}`, { cause: { statusCode, response: { headers } } });

let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
});

/** Fails in each of the ways, then opens; gives the seconds at which it was asked. */
async function asked(failures: readonly Error[], signal?: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  const rest = [...failures];
  const open = (): Promise<string> => {
    times.push(nowMs / 1000);
    const next = rest.shift();
    return next ? Promise.reject(next) : Promise.resolve("open");
  };
  await untilStarted(open, signal, {
    now: () => nowMs,
    pause(pauseMs, ended) {
      if (ended?.aborted) return Promise.reject(new Error("aborted"));
      nowMs += pauseMs;
      return Promise.resolve();
    },
  });
  return times;
}

test("a cluster that starts is asked again when it says, or after some seconds", async () => {
  expect(await asked([])).toEqual([0]);
  const failures = [
    failure(503),
    failure(503, { "retry-after": "10" }),
    failure(429),
    failure(503, { "retry-after": "900" }),
  ];
  expect(await asked(failures)).toEqual([0, 5, 15, 20, 80]);
});

test("any other failure is told at once, and a cluster that does not start after twenty minutes", async () => {
  await expect(asked([failure(401)])).rejects.toThrow("HTTP 401");
  await expect(asked([failure()])).rejects.toThrow("HTTP undefined");
  await expect(asked([new PlatformError("REMOTE_FAILED", "away")])).rejects.toThrow("away");
  await expect(asked(Array.from({ length: 1000 }, () => failure(503)))).rejects.toThrow("HTTP 503");
  expect(nowMs / 60_000).toBe(20);
});

test("whoever is told to stop does not wait", async () => {
  await expect(asked([failure(503)], AbortSignal.abort())).rejects.toMatchObject({ code: "INTERRUPTED" });
});
