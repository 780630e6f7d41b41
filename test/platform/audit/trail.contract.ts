import { AuditTrail } from "../../../platform/audit/audit-trail";
import { fileOfEntry, type Act } from "../../../platform/audit/audit-entry";
import type { Storage } from "../../../platform/storage/storage";

export const promotion: Act = {
  act: "promote",
  subject: "diabetes",
  environment: "prod",
  why: "The canary passed.",
  details: {},
};

const actor = { who: "ada", host: "here", process: 7 } as const;

export function trailIn(storage: Storage, seenFile?: string, warnings: string[] = []): AuditTrail {
  return new AuditTrail({
    open: () => Promise.resolve({ storage, ...(seenFile !== undefined && { seenFile }) }),
    place: "the test",
    actor,
    warn: (message) => void warnings.push(message),
  });
}

/** What an audit trail does in every storage. */
export function trailContract(open: () => Promise<Storage>): void {
  test("adds entries that say who did what, when, why and from where", async () => {
    const trail = trailIn(await open());
    await trail.record({ ...promotion, act: "approve", details: { by: "grace" } });
    await trail.around(promotion, () => Promise.resolve("x"), { outcome: () => ({ stable: "diabetes:2" }) });
    const { entries, faults } = await trail.verify();
    expect(faults).toEqual([]);
    expect(entries).toMatchObject([
      { number: 1, act: "approve", state: "done", actor, details: { by: "grace" } },
      { number: 2, state: "begun", why: "The canary passed.", environment: "prod", details: {} },
      { number: 3, state: "done", begun: 2, details: { stable: "diabetes:2" } },
    ]);
  });

  test("keeps all entries of several writers, in a chain", async () => {
    const storage = await open();
    const writers = Array.from({ length: 6 }, () => trailIn(storage));
    await Promise.all(
      writers.flatMap((trail, index) =>
        [1, 2].map((time) => trail.record({ ...promotion, details: { writer: `${index}.${time}` } })),
      ),
    );
    const { entries, faults } = await trailIn(storage).verify();
    expect(faults).toEqual([]);
    expect(new Set(entries.map(({ details }) => details.writer)).size).toBe(12);
  });

  test("finds an entry that was taken away, and goes on behind it", async () => {
    const storage = await open();
    const trail = trailIn(storage);
    for (const time of ["1", "2", "3"]) await trail.record({ ...promotion, details: { time } });
    await storage.delete(fileOfEntry(2));
    await trail.record(promotion);
    const { faults, head } = await trail.verify();
    expect(faults).toMatchObject([{ number: 2, fault: "missing" }]);
    expect(head?.number).toBe(4);
  });
}
