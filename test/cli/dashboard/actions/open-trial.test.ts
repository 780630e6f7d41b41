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
      return { environment, model, stable, url: "http://127.0.0.1:9", history: [], samples: {} };
    },
  },
  access: () => Promise.resolve({ headers: { authorization: "Bearer x", [testHeader]: "key" } }),
};
const trials = () => new Trials({ registry, openTarget: () => target, asTest: true });

beforeEach(() => {
  [downloads, looks, version, fails] = [[], 0, 1, false];
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
