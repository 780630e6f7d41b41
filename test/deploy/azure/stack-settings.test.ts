import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { LateRegistry, settingOf } from "../../../deploy/azure/stack-settings";
import { openLocalRegistry } from "../../../platform/registry/local/local-registry";
import type { Registry } from "../../../platform/registry/registry";
import { registryContract } from "../../platform/registry/registry.contract";

describe("a setting of a stack", () => {
  const outputs = { environment: { cli: { MLOPS_REGISTRY: "azureml://there" } } };
  const asked = { stack: "qa", process: "cli", name: "MLOPS_REGISTRY" } as const;

  test("is among its outputs", () => {
    expect(settingOf(outputs, asked)).toBe("azureml://there");
  });

  test.each([[{}], [{ environment: {} }], [{ environment: { cli: { MLOPS_REGISTRY: "" } } }]])(
    "that the outputs %j lack is refused, with what to do",
    (lacking) => {
      expect(() => settingOf(lacking, asked)).toThrow(
        "MLOPS_REGISTRY is not set, and the outputs of stack qa do not have it. Expected one of them. Run `npm run infra:up -- --stack qa`, or set MLOPS_REGISTRY.",
      );
    },
  );
});

describe("a registry whose address is found out late", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "mlops-late-"));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const place = (): string => mkdtempSync(path.join(folder, "registry-"));
  const local = (): Registry => openLocalRegistry(place(), { report: () => undefined });
  let models = place();
  beforeEach(() => (models = place()));

  registryContract(
    () => Promise.resolve(new LateRegistry(() => Promise.resolve(local()))),
    (...parts) => path.join(models, ...parts),
  );

  test("is asked for once, and not before it is needed", async () => {
    let opened = 0;
    const registry = new LateRegistry(() => {
      opened += 1;
      return Promise.resolve(local());
    });
    expect(opened).toBe(0);
    await Promise.all([registry.list(), registry.list()]);
    expect(opened).toBe(1);
  });
});
