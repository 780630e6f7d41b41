import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { described, outputOf } from "../pipelines/pipeline-fixture";
import { describeEngine } from "./engine";
import { ReleasePlace, type Seen } from "./release-place";

jest.setTimeout(600_000);

/** What each step of a release left behind, by the step's name: the tracks of production with their weights. */
const tracksOf = (seen: readonly Seen[]): unknown[] =>
  seen.map(({ step, prod }) => [step, Object.fromEntries(prod.map(({ track, weight }) => [track, weight]))]);

const digestOf = (image = ""): string => image.slice(image.indexOf("@"));

describeEngine("the pipeline of a release, on stacks of the real engine", () => {
  let folder: string;
  let place: ReleasePlace;
  let opened: ReleasePlace | undefined;

  // Version 1 serves in production, 2 is as good, and 3 was trained on wrong data.
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mlops-release-pipeline-"));
    place = opened = await ReleasePlace.open(folder);
  });

  afterAll(async () => {
    await opened?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("reaches production at an address of the stack's own, under the name that its certificate has", async () => {
    const { scoringUrl, scoringKeys } = place.outputs.prod;
    expect(scoringUrl).toMatch(/^https:\/\/mlops-prod-[0-9a-f]{8}\.westeurope\.cloudapp\.azure\.com$/);
    expect(scoringKeys.certificate.names).toEqual([new URL(scoringUrl).hostname]);
    expect(await place.stacks.gatewayNotes()).toMatchObject({
      "service.beta.kubernetes.io/azure-pip-name": expect.stringMatching(/^address/),
      "service.beta.kubernetes.io/azure-load-balancer-resource-group": expect.stringMatching(/^mlops/),
    });
  });

  test("takes a version through QA and the canary to all requests, by the image that QA served", async () => {
    const { run, seen, failures } = await place.release("diabetes:2");
    expect(failures).toEqual([]);
    expect(described(run)).toEqual([
      "Package.Package succeeded",
      "Test_qa.Test.deploy succeeded",
      "Production.Canary.deploy succeeded",
    ]);
    expect(run.asked).toEqual(["mlops-qa", "mlops-prod"]);
    expect(tracksOf(seen)).toEqual([
      ["Deploy", { stable: 100 }],
      ["Wait for clients", { stable: 90, canary: 10 }],
      ["Wait for clients", { stable: 50, canary: 50 }],
      ["Advance the canary", { stable: 100 }],
    ]);
    expect(outputOf(run, "Test_qa.Test.deploy")).toMatch(/diabetes:2 waits for approval/);
    expect(outputOf(run, "Production.Canary.deploy")).toMatch(
      /canary 50 % against diabetes:1: advance; \d+ requests, 0 failed/,
    );
    const handed = JSON.parse(
      await readFile(path.join(run.artifacts, "tested-qa-1", "release.json"), "utf8"),
    ) as {
      release: { image: string };
      tests: { qa: object };
    };
    expect(handed.tests.qa).toMatchObject({ smoke: 4, load: { failures: 0 } });
    const [{ image: inQa = "" } = {}] = await place.stacks.servedInQa();
    expect(inQa).toBe(handed.release.image);
    const { stable, ...others } = await place.stacks.deployments();
    expect([digestOf(stable?.image), others]).toEqual([digestOf(inQa), {}]);
    // Of production's own registry, into which it came from QA's inside Azure, once.
    expect(stable?.image).toMatch(new RegExp(`^${place.outputs.prod.registry}/mlops-scoring-diabetes@`));
    expect(place.azure.imported).toEqual([
      { from: "qa", to: "prod", sourceImage: inQa.slice(inQa.indexOf("/") + 1) },
    ]);
    expect(place.azure.messages).toEqual([expect.stringContaining("diabetes:2 waits for approval")]);
    expect((await place.versions()).map(({ aliases }) => aliases)).toEqual([[], ["champion"], []]);
  });

  test("rolls a bad version back by itself, and production is as it was", async () => {
    const production = async (): Promise<unknown> => [
      await place.stacks.route(),
      await place.stacks.deployments(),
      (await place.versions()).map(({ version, digest, aliases }) => ({ version, digest, aliases })),
    ];
    const before = await production();
    const { run, seen, failures } = await place.release("diabetes:3");
    expect(failures).toEqual([expect.stringMatching(/roll-back/)]);
    expect(run).toMatchObject({ result: "failed", stages: { Test_qa: "succeeded", Production: "failed" } });
    expect(described(run).slice(2)).toEqual([
      "Production.Canary.deploy: Advance the canary failed",
      "Production.TakeAway succeeded",
    ]);
    const output = outputOf(run, "Production.Canary.deploy");
    expect(output).toMatch(/against diabetes:2: roll-back; .*standard deviations apart/);
    expect(output).toContain("diabetes:3 was rolled back");
    expect(outputOf(run, "Production.TakeAway")).toContain("is not production's canary");
    expect(tracksOf(seen)).toEqual([
      ["Deploy", { stable: 100 }],
      ["Wait for clients", { stable: 90, canary: 10 }],
      ["Advance the canary", { stable: 100 }],
      ["Roll back the canary", { stable: 100 }],
    ]);
    expect(await production()).toEqual(before);
    // What it has shown is not lost with the agent.
    expect((await place.versions()).at(-1)?.tags).toMatchObject({
      approvedBy: expect.stringMatching(/^approvers of mlops-prod, /) as unknown,
      canary: expect.stringMatching(
        /^10 % against diabetes:2: roll-back, \d+ requests.*; rolled back$/,
      ) as unknown,
    });
  });
});
