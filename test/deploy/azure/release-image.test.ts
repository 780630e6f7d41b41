import type { Deployment, Release } from "../../../platform/release/deployment";
import { digestOf } from "../../../platform/base/files";
import { imageTestedIn, provideImage, releaseOfImage } from "../../../deploy/azure/release-image";
import type { PackagedRelease } from "../../../platform/release/deployment";
import type { ScoringImageOptions } from "../../../deploy/azure/scoring-image";
import { signPushedImage } from "../../../platform/oci/sign-image";
import { RegistryServer } from "../../platform/oci/registry-server";
import { publicKeyP256Pem, signingKeyOf, signingKeyP256Pem } from "../../platform/signing/signing-fixture";
import { signingWith } from "./signing";

const image = (version: number): string => `registry.example/scoring@sha256:${digestOf(`image ${version}`)}`;
const release = (version: number): Release => ({
  model: `cost:${version}`,
  package: `/packages/cost-${version}`,
  digest: digestOf(`package ${version}`),
});

test("an image is given by its digest", () => {
  const given = releaseOfImage("cost:1", image(1));
  expect(given).toEqual({ model: "cost:1", digest: digestOf("image 1"), image: image(1) });
  expect(() => releaseOfImage("cost:1", "registry.example/scoring:latest")).toThrow(/by its digest/);
});

describe("production gets the image that QA serves, and nothing else", () => {
  const serving = (version: number): Pick<Deployment, "stable"> => ({
    stable: { ...release(version), image: image(version) },
  });

  test("of the same package", () => {
    expect(imageTestedIn("qa", release(1), serving(1))).toBe(image(1));
  });

  test.each<[string, Pick<Deployment, "stable">, RegExp]>([
    ["nothing", {}, /cost:2 is not what qa serves \(nothing\).*--image/s],
    ["another version", serving(1), /cost:2 is not what qa serves \(cost:1\)/],
    ["no image", { stable: release(2) }, /cost:2 is not what qa serves \(cost:2\)/],
  ])("but not when that is %s", (_, qa, message) => {
    expect(() => imageTestedIn("qa", release(2), qa)).toThrow(
      expect.objectContaining({
        code: "CONFLICT",
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
  });
});

describe("the image of a release is provided where a stack pulls from", () => {
  const earlier = (outputs: Record<string, unknown>) => () =>
    Promise.resolve([{ registry: "first.example" }, outputs]);
  const common = { signal: new AbortController().signal, signing: signingWith() };
  const tested: Release = { ...release(1), image: image(1) };

  test.each([
    ["its own registry has it", { registry: "registry.example" }, {}],
    ["it comes from a registry of no stack", { registry: "prod.example" }, { registry: "qa.example" }],
  ])("as it is when %s", async (_, outputs, source) => {
    expect(await provideImage(tested, { outputs, earlier: earlier(source), ...common })).toBe(image(1));
  });

  test.each([
    ["the stack has no registry", {}, {}, /has no registry yet/],
    [
      "the registries' ids are not known",
      { registry: "prod.example" },
      { registry: "registry.example" },
      /output registryId/,
    ],
  ])("and refused when %s", async (_, outputs, source, message) => {
    await expect(
      provideImage(tested, { outputs, earlier: earlier(source), ...common }),
    ).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(message) as string,
    });
  });
});

test("an image is signed as it is pushed for a stack that trusts keys, and refused unsigned", async () => {
  const registry = await RegistryServer.start();
  try {
    const made = registry.image("scoring");
    // What it is made of is not asked here: only that who pushes it has the key.
    jest.doMock("../../../deploy/azure/scoring-image", () => ({
      pushScoringImage: async (_: PackagedRelease, { signingKey }: ScoringImageOptions) => {
        if (signingKey !== undefined) await signPushedImage(made, [], { key: signingKeyOf(signingKey) });
        return made;
      },
    }));
    jest.resetModules();
    const { provideImage: provide } =
      require("../../../deploy/azure/release-image") as typeof import("../../../deploy/azure/release-image");
    const outputs = {
      registry: made.split("/")[0] ?? "",
      environment: { scoring: { MLOPS_TRUSTED_KEYS: publicKeyP256Pem } },
    };
    const sources = {
      ...{ outputs, earlier: () => Promise.resolve([]) },
      signal: new AbortController().signal,
    };
    await expect(provide(release(1), { ...sources, signing: signingWith() })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("is not signed") as string,
    });
    const signing = signingWith({ signingKey: signingKeyP256Pem });
    expect(await provide(release(1), { ...sources, signing })).toBe(made);
  } finally {
    jest.dontMock("../../../deploy/azure/scoring-image");
    await registry.close();
  }
});
