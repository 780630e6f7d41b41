import { Trials } from "../../../../cli/dashboard/actions/open-trial";
import { digestOf } from "../../../../platform/base/files";
import type { DeploymentStatus } from "../../../../platform/release/deployment";
import type { Registry } from "../../../../platform/registry/registry";
import { testHeader } from "../../../../scoring/http/request-headers";
import { writeCostModel } from "../../../scoring/model-fixture";

const place = { name: "cost", production: "prod" };
let downloads: string[];
let looks: number;
let version: number;
let fails: boolean;
let serves: "yes" | "stopped" | "never";

const registry = {
  download: async ({ version: number }: { version: number }, directory: string) => {
    downloads.push(`cost:${number}`);
    if (fails) throw new Error("The registry is away.");
    await writeCostModel(directory, number);
  },
} as unknown as Registry;

const target = {
  deployer: {
    status: async (environment: string, model: string): Promise<DeploymentStatus> => {
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
      const stable = { model: `cost:${version}`, image: "x", digest: digestOf(String(version)) };
      return {
        environment,
        model,
        history: [],
        samples: {},
        ...(serves !== "never" && { stable }),
        ...(serves === "yes" && { url: "http://127.0.0.1:9" }),
      };
    },
  },
  access: () => Promise.resolve({ headers: { authorization: "Bearer x", [testHeader]: "key" } }),
};
const trials = () =>
  new Trials({ registry, openTarget: () => target, asTest: true, place: { environments: "processes" } });

beforeEach(() => {
  [downloads, looks, version, fails, serves] = [[], 0, 1, false, "yes"];
});

test("what serves is looked up once for all that ask at once, and its model is read once", async () => {
  const opened = trials();
  const shown = await Promise.all(Array.from({ length: 50 }, () => opened.open(place)));
  expect(new Set(shown.map((trial) => trial.version))).toEqual(new Set(["cost:1"]));
  expect([looks, downloads]).toEqual([1, ["cost:1"]]);
  // Another may serve by now, so that is looked at again.
  await opened.open(place);
  expect([looks, downloads]).toEqual([2, ["cost:1"]]);
});

test("another version is read when it serves", async () => {
  const opened = trials();
  await opened.open(place);
  version = 2;
  expect((await opened.open(place)).version).toBe("cost:2");
  expect(downloads).toEqual(["cost:1", "cost:2"]);
});

test("what failed is tried again", async () => {
  const opened = trials();
  fails = true;
  await expect(opened.open(place)).rejects.toThrow("The registry is away.");
  fails = false;
  expect((await opened.open(place)).example).not.toEqual({});
});

test.each([
  [
    "stopped",
    "prod holds cost:1 and is stopped. `mlops serve --model cost` starts it, until Ctrl-C. Then ask again.",
  ],
  [
    "never",
    "No version of cost is in prod yet. `mlops lifecycle --model cost` trains and releases one. Then ask again.",
  ],
] as const)(
  "where production does not answer (%s) it is said how that is changed",
  async (state, message) => {
    serves = state;
    await expect(trials().open(place)).rejects.toMatchObject({ code: "NOT_SERVING", message });
  },
);
