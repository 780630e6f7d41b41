import { writeFile } from "node:fs/promises";
import { openSession } from "../../../cli/session/session";
import type { TargetName } from "../../../cli/session/target";
import { checkSignature, signatureTag } from "../../../platform/registry/version-signature";
import { readTrustedKeys } from "../../../platform/signing/trusted-keys";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { makeModelDirectory } from "../../platform/registry/model-fixture";
import { publicKeyP256Pem, signingKeyP256Pem } from "../../platform/signing/signing-fixture";

const folder = useTemporaryFolder();
let variables: NodeJS.ProcessEnv;

beforeEach(() => {
  variables = process.env;
  // Without a program that could be asked what a stack says.
  process.env = { ...variables, MLOPS_HOME: folder("home"), PATH: "" };
  delete process.env.MLOPS_TARGET;
  delete process.env.MLOPS_REGISTRY;
});
afterEach(() => {
  process.env = variables;
});

const open = (target?: TargetName) =>
  openSession({ json: true, signal: new AbortController().signal, attached: false, target });

test("versions are on this machine, unless the command or the settings say that they are in Azure", async () => {
  await expect((await open()).registry.list()).resolves.toEqual([]);
  await expect((await open("azure")).registry.list()).rejects.toThrow(/[Pp]ulumi/);
  process.env.MLOPS_TARGET = "azure";
  await expect((await open()).registry.list()).rejects.toThrow(/[Pp]ulumi/);
  await expect((await open("local")).registry.list()).resolves.toEqual([]);
});

test("what is registered in Azure is signed by the key of the stack that trains, and judged by whom that stack trusts", async () => {
  const key = folder("key.pem");
  await writeFile(key, signingKeyP256Pem);
  process.env.MLOPS_STACK_OUTPUTS = JSON.stringify({
    qa: {
      environment: {
        cli: { MLOPS_REGISTRY: folder("registry"), MLOPS_SIGNING_KEY: key },
        scoring: { MLOPS_TRUSTED_KEYS: publicKeyP256Pem },
      },
    },
  });
  process.env.MLOPS_AUDIT = folder("audit");
  const { registry, signing } = await open("azure");
  const version = await registry.register("cost", await makeModelDirectory(folder("model")), {});
  const trusted = await readTrustedKeys((await signing.trustedKeys()) ?? "");
  expect(checkSignature(version, version.tags[signatureTag], trusted)).toBe("valid");
  // One that is named by hand need not be that of the stack.
  process.env.MLOPS_REGISTRY = "local";
  const other = await open("azure");
  const unsigned = await other.registry.register("cost", folder("model"), {});
  expect(unsigned.tags[signatureTag]).toBeUndefined();
});
