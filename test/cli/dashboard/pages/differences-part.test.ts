import { differencesOf } from "../../../../cli/dashboard/pages/differences-part";
import type { ComparedRun } from "../../../../cli/runs/run-summary";
import { digestOf } from "../../../../platform/base/files";

const run = (id: string, alpha: number, definition?: object): ComparedRun =>
  ({
    summary: {
      ...{ id, startedAt: "2026-03-10T10:00:00Z", outcome: "registered", explanation: "" },
      parameters: { kind: "ridge", alpha },
      definitionDigest: digestOf(`definition with ${alpha}`),
    },
    definition: definition && { ...definition, trainer: { kind: "ridge", alpha } },
  }) as unknown as ComparedRun;

const shown = (a: ComparedRun, b: ComparedRun): string => differencesOf([a, b]).markup;

test("definitions that differ in the trainer alone are kept, and nothing else is said of them", () => {
  const text = shown(run("one", 1, { name: "cost" }), run("two", 2, { name: "cost" }));
  expect(text).toContain("alpha");
  expect(text).not.toContain("definitions are not the same");
});

test("definitions that are not kept are said to be others, by their digests", () => {
  expect(shown(run("one", 1), run("two", 2))).toContain("The definitions are not the same");
  const same = shown(run("one", 1), run("two", 1));
  expect(same).toContain("Trainer, data and definition are the same.");
});
