import { checkTrail, listActs } from "../../../cli/audit/show-audit";
import { fileOfEntry } from "../../../platform/audit/audit-entry";
import { digestOf } from "../../../platform/base/files";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { promotion, trailIn } from "../../platform/audit/trail.contract";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

describe("the audit trail as it is shown", () => {
  const folder = useTemporaryFolder();
  const open = () => trailIn(openLocalStorage(folder("audit")));

  test("is a line for each act, of all models or of one", async () => {
    const trail = open();
    const digest = digestOf("package");
    await trail.around({ ...promotion, subject: "diabetes" }, () => Promise.resolve(), {
      outcome: () => ({ stable: "diabetes:2", digest }),
    });
    await trail.record({ act: "approve", subject: "titanic:1", details: { by: "grace" } });
    const { acts, text } = await listActs(trail, undefined);
    expect(acts.map(({ number, subject }) => [number, subject])).toEqual([
      [1, "diabetes"],
      [3, "titanic:1"],
    ]);
    const lines = text.split("\n").map((line) => line.replaceAll("│", " ").trim());
    const [first, second] = [
      lines.find((line) => line.startsWith("1 ")),
      lines.find((line) => line.startsWith("3 ")),
    ];
    expect(first).toMatch(
      new RegExp(
        `^1 .*promote +diabetes +prod +done +ada +here +The canary passed\\. stable diabetes:2, digest ${digest.slice(0, 12)} *$`,
      ),
    );
    expect(second).toMatch(/^3 .*approve +titanic:1 +done +ada +here +by grace *$/);
    expect((await listActs(trail, "titanic")).acts.map(({ number }) => number)).toEqual([3]);
  });

  test("says that nothing is recorded, and that it has faults", async () => {
    const trail = open();
    expect((await listActs(trail, undefined)).text).toBe("Nothing is recorded yet.");
    await trail.record(promotion);
    await trail.record(promotion);
    await openLocalStorage(folder("audit")).delete(fileOfEntry(1));
    expect((await listActs(trail, undefined)).text).toMatch(
      /\nThe trail has faults: run `mlops audit verify`\.$/,
    );
    expect((await checkTrail(trail, undefined)).verified).toMatchObject({
      entries: 1,
      head: { number: 2 },
      faults: [{ number: 1, fault: "missing" }],
    });
  });

  test("is checked against a head that was noted", async () => {
    const trail = open();
    await trail.record(promotion);
    const { verified, text } = await checkTrail(trail, undefined);
    expect(text).toContain("Its head is 1:");
    await trail.record(promotion);
    const head = `1:${verified.head?.digest}`;
    expect((await checkTrail(trail, head)).verified.faults).toEqual([]);
    await expect(checkTrail(trail, "2")).rejects.toMatchObject({
      code: "USAGE",
      message:
        '"2" is no head of an audit trail. Expected <number>:<digest>, as `mlops audit verify` prints it. Correct it.',
    });
    const other = `1:${digestOf("other")}`;
    expect((await checkTrail(trail, other)).verified.faults).toMatchObject([{ number: 1, fault: "changed" }]);
  });
});
