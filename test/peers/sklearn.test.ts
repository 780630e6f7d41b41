import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { modelsFolder } from "../training/shipped-data";
import { runPython, skipReason } from "./python-venv";

const reference = path.join(__dirname, "../training/reference");

interface Fits {
  readonly tool: string;
  readonly cases: readonly {
    readonly name: string;
    readonly intercept: number;
    readonly coefficients: readonly number[];
    readonly predictions: readonly number[];
  }[];
}

function numbersOf({ intercept, coefficients, predictions }: Fits["cases"][number]): number[] {
  return [intercept, ...coefficients, ...predictions];
}

async function readFits(folder: string, name: string): Promise<Fits> {
  return JSON.parse(await readFile(path.join(folder, `${name}.json`), "utf8")) as Fits;
}

(skipReason === undefined ? describe : describe.skip)(
  `the reference numbers of training, made again by scikit-learn${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    let folder = "";

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "sklearn-"));
      await runPython(path.join(reference, "make_reference.py"), [modelsFolder, folder]);
      await runPython(path.join(reference, "make_elastic_reference.py"), [modelsFolder, folder]);
    });

    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    // Another build of the linear algebra may round differently; the logistic solver stops at about 1e-9.
    test.each(["diabetes", "titanic"])("those of %s are as committed to 1e-7", async (name) => {
      const [made, committed] = [await readFits(folder, name), await readFits(reference, name)];
      expect(made.tool).toMatch(/^scikit-learn 1\./);
      expect(made.cases.map((one) => one.name)).toEqual(committed.cases.map((one) => one.name));
      made.cases.forEach((one, index) => {
        const expected = committed.cases[index] ? numbersOf(committed.cases[index]) : [];
        numbersOf(one).forEach((value, position) => {
          const other = expected[position] ?? NaN;
          expect(Math.abs(value - other) / Math.max(1e-2, Math.abs(other))).toBeLessThan(1e-7);
        });
      });
    });

    test("those of elastic nets are as committed to 1e-6", async () => {
      const numbersIn = (value: unknown): number[] =>
        typeof value === "number"
          ? [value]
          : typeof value === "object" && value !== null
            ? Object.values(value).flatMap(numbersIn)
            : [];
      const [made = [], committed = []] = await Promise.all(
        [folder, reference].map(async (from) =>
          numbersIn(JSON.parse(await readFile(path.join(from, "elastic-net.json"), "utf8"))),
        ),
      );
      expect(made).toHaveLength(committed.length);
      made.forEach((value, index) => {
        const other = committed[index] ?? NaN;
        expect(Math.abs(value - other) / Math.max(1e-2, Math.abs(other))).toBeLessThan(1e-6);
      });
    });
  },
);
