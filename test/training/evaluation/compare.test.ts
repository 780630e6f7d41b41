import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { AcceptedChange } from "../../../platform/data/checks/distribution-check";
import { DataVersions } from "../../../platform/data/versions/data-versions";
import type { ModelDefinition } from "../../../platform/definition/definition";
import type { Digest } from "../../../platform/base/files";
import { expectedShift } from "../../../platform/registry/expected-shift";
import { openLocalRegistry } from "../../../platform/registry/local/local-registry";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import type { Comparison, ComparisonRecords } from "../../../training/evaluation/compare";
import { decideSplit } from "../../../training/inputs/split";
import { openWorkbench, type Workbench } from "../../../training/inputs/workbench";
import { evaluateStep, registerStep, trainStep } from "../../../training/steps";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { count, definitionWith, noise, rows, type Row } from "./tickets";

const folder = useTemporaryFolder();

async function write(name: string, table: readonly Row[]): Promise<string> {
  const lines = table.map(({ ticket, x, extra, y }) => [ticket, x, extra, y].join());
  const file = folder(name);
  await writeFile(file, `${["ticket,x,extra,y", ...lines].join("\n")}\n`);
  return file;
}

async function withData<T>(
  definition: ModelDefinition,
  file: string,
  work: (workbench: Workbench) => Promise<T>,
): Promise<T> {
  const workbench = await openWorkbench({ definition, definitionFile: folder("model.ts") }, file);
  try {
    return await work(workbench);
  } finally {
    await workbench.engine.close();
  }
}

const championOf = (name: string) => ({ model: "tickets:1", directory: folder(name) });

/** Trains as a run does, against a champion if there is one. */
function train(
  definition: ModelDefinition,
  file: string,
  output: string,
  champion?: string,
  versions?: DataVersions,
): Promise<unknown> {
  return withData(definition, file, async (workbench) =>
    trainStep(workbench, {
      outputDirectory: folder(output),
      run: output,
      code: {},
      split: await decideSplit(
        workbench,
        champion === undefined ? undefined : championOf(champion),
        versions,
      ),
    }),
  );
}

function compare(
  definition: ModelDefinition,
  file: string,
  {
    records = {},
    evaluation = "on",
    acceptBreaking,
    ...models
  }: {
    candidate: string;
    champion: string;
    records?: ComparisonRecords;
    evaluation?: "on" | "off";
    acceptBreaking?: AcceptedChange;
  },
): Promise<Comparison> {
  return withData(definition, file, (workbench) =>
    evaluateStep(workbench, {
      candidate: folder(models.candidate),
      champions: { find: () => Promise.resolve(championOf(models.champion)) },
      records,
      evaluation,
      acceptBreaking,
      output: folder("."),
    }),
  );
}

const byHeart = definitionWith(["ticket", "x"]);

test("another seed: a model that knows its rows by heart does not win on them", async () => {
  const file = await write("data.csv", rows);
  await train(byHeart, file, "champion");
  const reseeded = definitionWith(["ticket", "x"], { split: { seed: 2 } });
  await train(reseeded, file, "candidate", "champion");
  const { decision, evaluation } = await compare(reseeded, file, {
    candidate: "candidate",
    champion: "champion",
  });
  const { held = 0, improvement = NaN, interval, leftOut = 0 } = { held: decision.rows, ...decision };
  expect(held).toBeGreaterThanOrEqual(30);
  // A fifth of a fifth is left.
  expect(held / (held + leftOut)).toBeLessThan(0.3);
  expect(evaluation.rows).toBe(held);
  expect(interval?.low).toBeLessThan(0);
  expect(interval?.high).toBeGreaterThan(0);
  expect(Math.abs(improvement)).toBeLessThan(0.05);
  expect(decision.explanation).toContain(
    `on ${held} held-out rows that neither was trained on (${leftOut} left out): `,
  );
});

test("another seed and few rows: there is no comparison, and the decision says why", async () => {
  const file = await write("data.csv", rows.slice(0, 300));
  await train(byHeart, file, "champion");
  const reseeded = definitionWith(["ticket", "x"], { split: { seed: 2 } });
  await train(reseeded, file, "candidate", "champion");
  const { decision, evaluation } = await compare(reseeded, file, {
    candidate: "candidate",
    champion: "champion",
  });
  expect(decision).toMatchObject({ promote: false, reason: "too-few-unseen" });
  expect(decision.champion).toEqual({ model: "tickets:1" });
  expect(decision.explanation).toMatch(
    /^tickets:1 was, or may have been, trained on \d\d of the \d\d held-out rows\. \d+ are left that neither model was trained on, and a comparison needs 30\. Put back/,
  );
  expect(evaluation.champion).toBeUndefined();
  expect(evaluation.sample?.champion).toBeUndefined();
});

test.each([
  ["another population, whoever has accepted that", {}, false],
  ["one that moves by nature", { checks: { mayMove: ["y"] } }, true],
])("what was better by a target of %s", async (_what, changes, isExpected) => {
  const definition = definitionWith(["x"], changes);
  await train(definition, await write("data.csv", rows), "champion");
  // Ten units up, where the target's spread is about one.
  const moved = rows.map((row, index) => ({ ...row, y: row.y + 10 + noise(index, 0.123) }));
  const file = await write("moved.csv", moved);
  await train(definition, file, "candidate", "champion");
  const { decision } = await compare(definition, file, { candidate: "candidate", champion: "champion" });
  expect(decision).toMatchObject({ promote: true, reason: "better" });
  // Clients may be of the population before, and a canary that predicts so differently is held against it.
  expect(decision.shift !== undefined).toBe(isExpected);
});

test("a new feature is compared on all held-out rows, and promoted when it helps and is accepted", async () => {
  const file = await write("data.csv", rows);
  const before = definitionWith(["x"]);
  await train(before, file, "champion");
  const after = definitionWith(["x", "extra"]);
  await train(after, file, "candidate", "champion");
  const models = { candidate: "candidate", champion: "champion" };
  const refused = await compare(after, file, models);
  expect(refused.decision).toMatchObject({ promote: false, reason: "breaks-clients" });
  const acceptBreaking = { columns: ["extra"], by: "--accept-breaking extra" };
  const { decision } = await compare(after, file, { ...models, acceptBreaking });
  expect(decision).toMatchObject({ promote: true, reason: "better" });
  expect(decision.breaking).toEqual([
    {
      column: "extra",
      change: "it is new, and a request without it is refused (a number)",
      acceptedBy: "--accept-breaking extra",
    },
  ]);
  expect(decision.leftOut).toBeUndefined();
  expect(Math.abs(decision.rows - count / 5)).toBeLessThan(50);
  // The champion says 2x, and the candidate half of the other feature more: an eighth on average, of the two thirds between two rows.
  expect(decision.shift?.disagreement).toBeCloseTo(0.1875, 1);
  expect(decision.shift?.mean).toBeCloseTo(0, 1);
  expect(refused.decision.shift).toBeUndefined();
  const registry = openLocalRegistry(folder("registry"), { report: () => undefined });
  const candidate = folder("candidate");
  const registered = await registerStep(registry, { candidate, decision, onNoPromotion: "cancel" });
  expect(expectedShift(registered?.version.tags ?? {})).toMatchObject({
    champion: "tickets:1",
    disagreement: Number(decision.shift?.disagreement.toPrecision(4)),
  });
});

describe("a champion that takes what the definition no longer has", () => {
  const wide = definitionWith(["x", "extra"]);
  const narrow = definitionWith(["x"]);

  test("is compared by the file, which still has it", async () => {
    const file = await write("data.csv", rows);
    await train(wide, file, "champion");
    const own = await compare(wide, file, { candidate: "champion", champion: "champion" });
    await train(narrow, file, "candidate", "champion");
    const { decision } = await compare(narrow, file, { candidate: "candidate", champion: "champion" });
    expect(decision).toMatchObject({ promote: false, reason: "not-better", rows: own.decision.rows });
    // Its own figure, to the last bit.
    expect(decision.champion?.value).toBe(own.decision.candidate);
    expect(decision.improvement).toBeLessThan(-0.01);
  });

  test("is compared when a column has another type now", async () => {
    const file = await write("data.csv", rows);
    await train(wide, file, "champion");
    const asText: ModelDefinition = {
      ...narrow,
      columns: [...narrow.columns, { name: "extra", type: "category", role: "id", nullable: false }],
    };
    await train(asText, file, "candidate", "champion");
    const { decision } = await compare(asText, file, { candidate: "candidate", champion: "champion" });
    expect(decision.champion?.value).toBeGreaterThan(0);
    expect(decision.reason).not.toBe("champion-incompatible");
  });

  test.each<[string, (line: string, index: number) => string, string]>([
    [
      "the file lacks it",
      (line) => line.replace(/,[^,]*(,[^,]*)$/, "$1"),
      'it needs the column "extra", which',
    ],
    [
      "it is empty where it may not be",
      (line, index) => (index % 2 === 1 ? line.replace(/,[^,]*(,[^,]*)$/, ",$1") : line),
      'its column "extra" is no number, or empty, in ',
    ],
  ])("cannot be compared when %s", async (_, change, reason) => {
    const file = await write("data.csv", rows);
    await train(wide, file, "champion");
    const text = (await readFile(file, "utf8")).trimEnd().split("\n").map(change).join("\n");
    const later = folder("later.csv");
    await writeFile(later, `${text}\n`);
    await train(narrow, later, "candidate", "champion");
    const { decision } = await compare(narrow, later, { candidate: "candidate", champion: "champion" });
    expect(decision).toMatchObject({ promote: false, reason: "champion-incompatible" });
    expect(decision.explanation).toContain(reason);
  });
});

test("a greater fraction: only what the champion was not trained on is compared", async () => {
  const file = await write("data.csv", rows);
  const plain = definitionWith(["x"]);
  await train(plain, file, "champion");
  const before = await compare(plain, file, { candidate: "champion", champion: "champion" });
  const more = definitionWith(["x"], { split: { testFraction: 0.4 } });
  await train(more, file, "candidate", "champion");
  const { decision } = await compare(more, file, { candidate: "candidate", champion: "champion" });
  expect(decision.rows).toBe(before.decision.rows);
  expect(decision.heldOut).toBe(before.decision.heldOut);
  expect(decision.leftOut).toBeGreaterThan(100);
});

describe("corrected rows", () => {
  const corrected = rows.map((row, index) => (index % 4 === 0 ? { ...row, extra: row.extra + 0.001 } : row));
  const full = definitionWith(["x", "extra"]);

  async function keptData(file: string): Promise<DataVersions> {
    const versions = new DataVersions(openLocalStorage(folder("versions")), () => undefined);
    await withData(full, file, ({ source }) => versions.keep(full, source, new Date(0)));
    return versions;
  }

  test("stay on their side where the data that the champion was trained on is kept", async () => {
    const [file, later] = [await write("data.csv", rows), await write("later.csv", corrected)];
    const dataVersions = await keptData(file);
    await train(full, file, "champion");
    const before = await compare(full, file, { candidate: "champion", champion: "champion" });
    await train(full, later, "candidate", "champion", dataVersions);
    const records = { dataVersions };
    const { decision } = await compare(full, later, {
      candidate: "candidate",
      champion: "champion",
      records,
    });
    expect(decision.leftOut).toBeUndefined();
    expect(decision.rows).toBe(before.decision.rows);
    expect(decision.explanation).not.toContain("corrected");
    // The next model takes over where they are, whether or not that data is still kept.
    await train(full, later, "next", "candidate");
    const next = await compare(full, later, { candidate: "next", champion: "candidate" });
    expect(next.decision).toMatchObject({ rows: decision.rows, heldOut: decision.heldOut });
  });

  test("are left out where they have moved, by the data that the champion was trained on", async () => {
    const [file, later] = [await write("data.csv", rows), await write("later.csv", corrected)];
    const dataVersions = await keptData(file);
    await train(full, file, "champion");
    await train(full, later, "candidate", "champion");
    const { decision } = await compare(full, later, {
      candidate: "candidate",
      champion: "champion",
      records: { dataVersions },
    });
    // Of 245 corrected rows a fifth is held out, of which four fifths were trained on.
    expect(Math.abs((decision.leftOut ?? 0) - 39)).toBeLessThan(20);
    expect(decision.explanation).not.toContain("corrected");
  });

  test("cannot be told without it, which the decision says", async () => {
    const [file, later] = [await write("data.csv", rows), await write("later.csv", corrected)];
    await train(full, file, "champion");
    await train(full, later, "candidate", "champion");
    const { decision } = await compare(full, later, { candidate: "candidate", champion: "champion" });
    expect(decision.leftOut).toBeUndefined();
    expect(decision.explanation).toContain(
      "; the data that it was trained on is not kept and has no id, so rows that were corrected since cannot be told from new ones",
    );
  });
});

describe("a champion whose lineage does not say how it was split", () => {
  async function forgetSplit(): Promise<void> {
    const file = path.join(folder("champion"), "lineage.json");
    const { split, ...rest } = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    expect(split).toBeDefined();
    await writeFile(file, JSON.stringify(rest));
  }

  test("was split by the definition that it has", async () => {
    const file = await write("data.csv", rows);
    await train(definitionWith(["x"]), file, "champion");
    await forgetSplit();
    const { decision } = await compare(definitionWith(["x"]), file, {
      candidate: "champion",
      champion: "champion",
    });
    expect(decision).toMatchObject({ reason: "not-better", improvement: 0 });
    expect(decision.leftOut).toBeUndefined();
  });

  test("is compared with nothing when the definition is another", async () => {
    const file = await write("data.csv", rows);
    await train(definitionWith(["x"]), file, "champion");
    await forgetSplit();
    const other = definitionWith(["x", "extra"]);
    await train(other, file, "candidate", "champion");
    const { decision } = await compare(other, file, { candidate: "candidate", champion: "champion" });
    expect(decision).toMatchObject({ promote: false, reason: "too-few-unseen" });
    expect(decision.explanation).toContain(
      "(how its rows were split, or the data that it was trained on, is not known). None is left",
    );
  });
});

test("decisions on the same rows before are asked for by what the rows are", async () => {
  const file = await write("data.csv", rows);
  const plain = definitionWith(["x"]);
  await train(plain, file, "champion");
  const asked: Digest[] = [];
  const countDecisions = (heldOut: Digest): Promise<number> => {
    asked.push(heldOut);
    return Promise.resolve(asked.length);
  };
  const models = { candidate: "champion", champion: "champion", records: { countDecisions } };
  const first = await compare(plain, file, models);
  const sorted = await write("sorted.csv", rows);
  const second = await compare(plain, sorted, models);
  expect(first.decision).toMatchObject({ earlierDecisions: 1, heldOut: asked[0] });
  expect(second.decision).toMatchObject({ earlierDecisions: 2, heldOut: asked[0] });
  expect(second.decision.explanation).toContain("; these held-out rows have decided twice before");
});

test("with evaluation off no champion is read", async () => {
  const file = await write("data.csv", rows);
  const plain = definitionWith(["x"]);
  await train(plain, file, "candidate");
  const models = { candidate: "candidate", champion: "gone" };
  await expect(compare(plain, file, models)).rejects.toMatchObject({ code: "MODEL_INVALID" });
  const { decision, evaluation } = await compare(plain, file, { ...models, evaluation: "off" });
  expect(decision).toMatchObject({ promote: true, reason: "evaluation-off" });
  expect(evaluation.champion).toBeUndefined();
});
