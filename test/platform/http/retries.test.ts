import { HttpFault } from "../../../platform/http/http-fault";
import { pauseBeforeRetry, withRetries } from "../../../platform/http/retries";

const timing = { attempts: 4, firstPauseMs: 100, maxPauseMs: 1000, timeoutMs: 1 };
const seen = { transient: true, maybeDone: true };
const unseen = { transient: true, maybeDone: false };
const stays = { transient: false, maybeDone: false };

describe("the pause before a request is sent again", () => {
  test.each([
    ["a fault that may pass, of what may be sent twice", seen, true, 1, 100],
    ["it doubles", seen, true, 3, 400],
    ["the last attempt is the last", seen, true, 4, undefined],
    ["what may have been done is not done twice", seen, false, 1, undefined],
    ["what cannot have been seen may be sent again", unseen, false, 1, 100],
    ["a fault that stays is not tried again", stays, true, 1, undefined],
    ["a longer pause that the server asks for is kept", { ...unseen, retryAfterMs: 900 }, false, 1, 900],
    ["a pause that is too long is not waited for", { ...seen, retryAfterMs: 1001 }, true, 1, undefined],
  ])("%s", (_what, fault, idempotent, attempt, expected) => {
    expect(pauseBeforeRetry(fault, { attempt, idempotent, timing, random: 1 })).toBe(expected);
  });

  test("differs between clients, by half of it at most", () => {
    expect(pauseBeforeRetry(seen, { attempt: 1, idempotent: true, timing, random: 0 })).toBe(50);
  });
});

describe("attempts", () => {
  const quick = { ...timing, firstPauseMs: 1 };

  test("end with the first that succeeds, and with an error that is no fault of the request", async () => {
    const outcomes = [new HttpFault("x", seen), "the answer", new TypeError("a bug"), "never"];
    let attempts = 0;
    const attempt = (): Promise<unknown> => {
      const outcome = outcomes[attempts];
      attempts += 1;
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    };
    expect(await withRetries(attempt, { idempotent: true, timing: quick })).toBe("the answer");
    expect(attempts).toBe(2);
    await expect(withRetries(attempt, { idempotent: true, timing: quick })).rejects.toThrow("a bug");
    expect(attempts).toBe(3);
  });

  test("are none when the process was told to stop", async () => {
    const attempt = jest.fn();
    const signal = AbortSignal.abort();
    await expect(withRetries(attempt, { idempotent: true, timing: quick, signal })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect(attempt).not.toHaveBeenCalled();
  });
});
