import { repeatedForRoles } from "../../../deploy/azure/repeated-for-roles";

const missing = "azure-native:containerinstance:ContainerGroup scoring: Code=InaccessibleImage";

/** An update that fails with these errors, one after the other, and then succeeds. */
function failing(errors: readonly string[], signal?: AbortSignal) {
  const left = [...errors];
  let faults: string[] = [];
  const lines: string[] = [];
  let attempts = 0;
  const result = repeatedForRoles(
    () => {
      attempts++;
      const error = left.shift();
      faults = error === undefined ? [] : [error];
      return error === undefined ? Promise.resolve("updated") : Promise.reject(new Error(error));
    },
    { faultsOf: () => faults, report: (line) => lines.push(line), pauseMs: 1, signal },
  );
  return { result, lines, attempts: () => attempts };
}

test("an update that fails for want of a role is repeated once", async () => {
  const { result, lines, attempts } = failing([missing]);
  expect(await result).toBe("updated");
  expect(attempts()).toBe(2);
  expect(lines).toEqual([
    expect.stringMatching(/^Azure refused a part of the update \(InaccessibleImage\)\..*once/),
  ]);
});

test("it fails when the role is still missing", async () => {
  const { result, attempts } = failing([missing, missing]);
  await expect(result).rejects.toThrow("InaccessibleImage");
  expect(attempts()).toBe(2);
});

test("another error is not repeated, nor is an update that was interrupted", async () => {
  const other = failing(["QuotaExceeded"]);
  await expect(other.result).rejects.toThrow("QuotaExceeded");
  const stopped = failing([missing], AbortSignal.abort());
  await expect(stopped.result).rejects.toThrow("InaccessibleImage");
  expect([other.attempts(), stopped.attempts(), other.lines, stopped.lines]).toEqual([1, 1, [], []]);
});
