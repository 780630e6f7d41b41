import { statePaths } from "../../infra/bootstrap/grants";
import { describeEngine, EngineStack, kubectl, releaseOf } from "./engine";
import { uncheckedTypes } from "./schemas";

jest.setTimeout(600_000);

/** Processor time of a preview, which two cores that do nothing else have in ten seconds. */
const maxPreviewSeconds = 20;

async function quickestPreview(stack: EngineStack): Promise<number> {
  let best = Infinity;
  for (let attempt = 0; attempt < 3 && best >= maxPreviewSeconds; attempt += 1) {
    best = Math.min(best, (await stack.succeed("preview")).cpuSeconds);
  }
  return best;
}

/** Fails when an update of the environment, or of what serves in it, would change anything. */
async function expectNoChanges(stack: EngineStack): Promise<void> {
  await stack.succeed("preview", "--expect-no-changes", "--diff");
  if (await stack.serves()) await stack.succeedServing("preview", "--expect-no-changes", "--diff");
}

/** Releases a version, to all. */
async function release(stack: EngineStack, version: number): Promise<void> {
  const deployer = stack.deployer();
  await deployer.deploy(stack.name, releaseOf(version), { weight: 100, shadow: 0 });
  await deployer.promote(stack.name, "diabetes");
}

describeEngine("a stack", () => {
  let stack: EngineStack | undefined;

  afterEach(async () => {
    await stack?.remove();
    stack = undefined;
  });

  test.each([
    ["e-qa", "qa"],
    ["e-prod", "prod"],
  ] as const)("%s goes from nothing to nothing, and changes only when it is told to", async (name, like) => {
    const made = (stack = await EngineStack.create(name, like));
    await made.succeed("preview");
    expect(await made.takeOperations()).toEqual([]);

    await made.up();
    expect(await made.serves()).toBe(false);
    await expectNoChanges(made);

    await made.takeOperations();
    await release(made, 1);
    await expectNoChanges(made);
    const { model, image, digest } = releaseOf(1);
    expect((await made.outputs("serving")).release).toEqual({
      stable: { model, image, digest },
      canaryPercent: 0,
    });
    // A release changes what serves, and nothing of the environment: no resource of Azure's but the container group.
    const changed = (await made.takeOperations()).map(({ type }) => type);
    const served = /^(kubernetes:|azure-native:containerinstance:ContainerGroup$)/;
    expect(changed.filter((type) => type.startsWith("azure-native:") && !served.test(type))).toEqual([]);
    expect(changed.length).toBeGreaterThan(0);

    await made.succeed("refresh", "--yes", "--skip-preview");
    await made.succeedServing("refresh", "--yes", "--skip-preview");
    await expectNoChanges(made);

    // Where an identity that may write this stack alone has to write.
    const own = statePaths(name).map((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`));
    const written = await made.statePaths();
    expect(written.length).toBeGreaterThan(5);
    expect(written.filter((file) => !own.some((pattern) => pattern.test(file)))).toEqual([
      ".pulumi/meta.yaml",
    ]);

    const state = await made.resources();
    // Addresses with a signature are Azure's alone to know: a state is read by more people than may call them.
    expect(JSON.stringify(state)).not.toMatch(/sig=/);
    expect(await uncheckedTypes(state)).toEqual([]);
    expect(await uncheckedTypes(await made.resources("serving"))).toEqual([]);

    await made.succeedServing("destroy", "--yes", "--skip-preview");
    await made.succeed("destroy", "--yes", "--skip-preview");
    expect(await made.resources()).toEqual([]);
    expect(await kubectl("get", "namespace", made.namespace, "--ignore-not-found", "-o", "name")).toBe("");
  });

  test("a preview of production is quick, so that a pull request can have one", async () => {
    const made = (stack = await EngineStack.create("e-quick", "prod"));
    expect(await quickestPreview(made)).toBeLessThan(maxPreviewSeconds);
  });

  test("what was deleted on the cluster behind its back is found by a refresh, and made again", async () => {
    const made = (stack = await EngineStack.create("e-drift", "prod"));
    await made.up();
    await release(made, 1);
    await kubectl("delete", "poddisruptionbudget", "stable", "-n", made.namespace);
    await made.succeedServing("refresh", "--yes", "--skip-preview");
    await made.takeOperations();
    await made.succeedServing("up", "--yes", "--skip-preview");
    expect(await made.takeOperations()).toMatchObject([
      { op: "create", type: "kubernetes:policy/v1:PodDisruptionBudget" },
    ]);
    await expectNoChanges(made);
  });
});
