import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { populationStabilityIndex, type BinCounts } from "../../platform/drift/compare-counts";
import { jensenShannonDistance } from "../../platform/drift/distances";
import { askByScript, describeUnless, skipReason as withoutTools } from "./python-tools";

/** An environment that was made before Evidently was among its packages goes without. */
function findSkipReason(): string | undefined {
  if (withoutTools !== undefined) return withoutTools;
  try {
    execFileSync(process.env.PEERS_TOOLS_PYTHON ?? "", ["-c", "import evidently"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "PEERS_TOOLS_PYTHON has no package evidently: install test/peers/requirements-tools.txt again";
  }
}

const random = xoroshiro128plus(11);

/** Columns of two to thirty categories. Where one side has none of a category, each product smooths the index by a rule of its own. */
const columns = Array.from({ length: 20 }, (): BinCounts[] =>
  Array.from({ length: uniformInt(random, 2, 30) }, () => ({
    reference: uniformInt(random, 1, 400),
    current: uniformInt(random, 1, 300),
  })),
);

interface Expected {
  readonly psi: readonly number[];
  readonly jensenShannon: readonly number[];
}

// Of what both measure of categories. Its test by chi-square takes the reference's shares as known, and that of Kolmogorov and Smirnov is
// exact for few rows: other tests by the same names; ours are held to scipy's (drift-measures.test.ts).
describeUnless(findSkipReason(), "measures of drift, against Evidently's", () => {
  let folder = "";
  let evidently: Expected;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "evidently-"));
    const file = path.join(folder, "columns.json");
    await writeFile(file, JSON.stringify(columns));
    evidently = (await askByScript("evidently_measures.py", [file])) as unknown as Expected;
  }, 120_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test.each<[string, (bins: readonly BinCounts[]) => number, keyof Expected, number]>([
    ["the population stability index", populationStabilityIndex, "psi", 1],
    // Its logarithms are natural, ours of base 2.
    ["the distance of Jensen and Shannon", jensenShannonDistance, "jensenShannon", Math.sqrt(Math.LN2)],
  ])("%s is the same to 1e-9", (_name, measure, which, scale) => {
    expect(evidently[which]).toHaveLength(columns.length);
    columns.forEach((column, index) => {
      const expected = evidently[which][index] ?? NaN;
      expect(Math.abs(measure(column) * scale - expected)).toBeLessThan(1e-9 * expected);
    });
  });
});
