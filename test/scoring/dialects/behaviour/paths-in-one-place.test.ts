import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { healthPaths } from "../../../../platform/http/health-paths";
import { dialects } from "../../../../scoring/dialects/dialects";
import { service } from "../../../../scoring/dialects/service";

const repository = path.join(__dirname, "..", "..", "..", "..");
const folders = ["platform", "training", "scoring", "deploy", "cli", "infra", "pipelines", "build"];

/** Sources that must not know the addresses of a dialect: all but the dialects themselves. */
function sources(): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(path.join(repository, folder), { recursive: true, encoding: "utf8" }).map((file) =>
        path.join(folder, file),
      ),
    )
    .filter((file) => file.endsWith(".ts") && !file.startsWith(path.join("scoring", "dialects")));
}

/** The part of a path before what may vary: the text by which a list of addresses is found in a source. */
const fixedPart = (route: string): string => route.split("/:", 1)[0] ?? "";

/**
 * Paths of the standard dialects, which nobody outside has a reason to write down. A client of one dialect may: the smoke
 * test asks `/score`.
 */
const paths = dialects
  .filter(({ name }) => name === "v2" || name === "mlflow")
  .flatMap(({ routes }) => routes.map((route) => fixedPart(route.path)));

function namesIn(text: string): string[] {
  return [...new Set(paths)].filter((each) => new RegExp(`["'\`(|]${each}(?![\\w-])`).test(text));
}

const ownHealthPaths = path.join("platform", "http", "health-paths.ts");
const healthPath = new RegExp(`["'\`(|}](${Object.values(healthPaths).join("|")})(?![\\w-])`);

test("whoever asks whether a service lives or is ready reads where from one place", () => {
  const found = sources().filter(
    (file) => file !== ownHealthPaths && healthPath.test(readFileSync(path.join(repository, file), "utf8")),
  );
  expect(found).toEqual([]);
  const open = service.routes.filter((route) => route.open).map((route) => route.path);
  expect(open).toEqual(expect.arrayContaining(Object.values(healthPaths)));
  expect(readFileSync(path.join(repository, "scoring", "dialects", "service.ts"), "utf8")).not.toMatch(
    healthPath,
  );
});

test.each(['const ownAddresses = ["/healthz"];', "askService(`${url}/readyz`)", 'path: "/healthz" }'])(
  "%s would be found to know where",
  (line) => {
    expect(line).toMatch(healthPath);
  },
);

test("no source but the dialects' own lists their addresses", () => {
  const found = sources().flatMap((file) => {
    const names = namesIn(readFileSync(path.join(repository, file), "utf8"));
    return names.length > 0 ? [`${file}: ${names.join(", ")}`] : [];
  });
  expect(found).toEqual([]);
});

test.each([
  ['const open = ["/ping", "/health"];', ["/ping", "/health"]],
  ["^POST (/score|/invocations|/v2/models/.+/infer)$", ["/invocations", "/v2/models"]],
  ['path.startsWith("/v2/")', ["/v2"]],
  ["fetch(`${url}/score`)", []],
  ['path: "/healthz"', []],
  ['import { pings } from "../pinging/ping";', []],
])("%s is found to name %j", (text, names) => {
  expect(namesIn(text).sort()).toEqual(expect.arrayContaining(names));
  expect(namesIn(text).length > 0).toBe(names.length > 0);
});
