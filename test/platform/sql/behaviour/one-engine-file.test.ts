import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const repository = path.join(__dirname, "../../../..");
/** Folders whose statements run on any engine, and the room of them that knows the engines. */
const folders = ["platform", "training", "scoring", "deploy", "cli", "models"];
const room = path.join("platform", "sql");
/** The setting that chooses one of them by its name. */
const choosing = path.join("platform", "settings", "sql-engine-settings.ts");

/** What the embedded engine alone has, or has in its own way. */
const ownWords = [
  /duckdb/i,
  /\bTRY_CAST\(/i,
  // Not a method, as pandas has it.
  /(?<!\.)\bread_(csv|csv_auto|parquet|json|json_auto|text|blob)\(/i,
  /\bparquet_(scan|metadata|schema)\(/i,
  /\bregexp_(full_match|matches|extract_all)\(/i,
  /\b(isfinite|isinf|hash|median|quantile|quantile_cont|quantile_disc|approx_quantile|reservoir_quantile)\(\$/i,
  /\b(arg_min|arg_max|string_agg|list_\w+|struct_pack|unnest|generate_series|epoch_ms|strptime)\(\$/i,
  /\brow_number\(\) OVER \(\)/i,
  /\bSELECT version\(\)/i,
  /\bDESCRIBE \S/,
  /\bCOPY \(/,
  /\bCREATE OR REPLACE TABLE\b/,
  /\b(VARCHAR|HUGEINT|UBIGINT)\b/,
  /::(DOUBLE|BIGINT|INTEGER|STRING|DATE)\b/i,
];

function ownWordsIn(text: string): string[] {
  return ownWords.flatMap((word) => word.exec(text)?.[0].toLowerCase() ?? []);
}

function sources(folder: string): string[] {
  return readdirSync(path.join(repository, folder), { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((name) => name.endsWith(".ts") && !name.startsWith(room + path.sep) && name !== choosing);
}

test.each(folders)("no file of %s names the embedded engine or what it alone has", (folder) => {
  const found = sources(folder).flatMap((name) =>
    ownWordsIn(readFileSync(path.join(repository, name), "utf8")).map((word) => `${name}: ${word}`),
  );
  expect(found).toEqual([]);
});

test("the room of the engines has them, so that the list finds what it looks for", () => {
  const text = readdirSync(path.join(repository, room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(path.join(repository, room, name), "utf8"))
    .join("\n");
  expect(ownWordsIn(text)).toEqual(
    expect.arrayContaining([
      "duckdb",
      "try_cast(",
      "read_csv(",
      "regexp_full_match(",
      "median($",
      "row_number() over ()",
      "select version()",
      "describe $",
      "copy (",
      "ubigint",
    ]),
  );
});
