import type { ResourceChanges } from "../../deploy/azure/release-stack";
import { deployerContract } from "../deploy/deployer.contract";
import { describeEngine, EngineStack, kubectl, releaseOf } from "./engine";

jest.setTimeout(900_000);

/** Kinds of changes that an update made; what stayed as it was, and was read, does not count. */
function changesOf(changes: ResourceChanges): ResourceChanges {
  return Object.fromEntries(Object.entries(changes).filter(([kind]) => kind !== "same" && kind !== "read"));
}

async function weightsOf(stack: EngineStack): Promise<number[]> {
  const found = JSON.parse(
    await kubectl(
      "get",
      "virtualservices.networking.istio.io",
      "scoring",
      "-n",
      stack.namespace,
      "-o",
      "json",
    ),
  ) as { spec: { http: { name: string; route?: { weight?: number }[] }[] } };
  const rule = found.spec.http.find(({ name }) => name === "weights");
  return rule?.route?.map(({ weight = 100 }) => weight) ?? [];
}

describeEngine("the deployer of a stack with two tracks", () => {
  deployerContract(async () => {
    const stack = await EngineStack.create("e-rel", "prod");
    await stack.up();
    const updates: ResourceChanges[] = [];
    const weights: number[][] = [];
    const deployer = stack.deployer({ onUpdated: (changes) => void updates.push(changesOf(changes)) });
    const weight = deployer.weight.bind(deployer);
    deployer.weight = async (...args) => {
      const status = await weight(...args);
      weights.push(await weightsOf(stack));
      return status;
    };
    return {
      deployer,
      environment: stack.name,
      model: "diabetes",
      release: releaseOf,
      verify: async () => {
        const [, , , again, weighted, , , , back] = updates;
        // A release changes only what it must: the same again nothing, a weight the routes, a rollback the pods.
        expect(again).toEqual({});
        expect(weighted).toEqual({ update: 1 });
        expect(weights).toEqual([[50, 50]]);
        expect(back).toEqual({ update: 1 });
        const image = "jsonpath={.spec.template.spec.containers[0].image} {.status.readyReplicas}";
        const [serves, ready] = (
          await kubectl("get", "deployment", "stable", "-n", stack.namespace, "-o", image)
        ).split(" ");
        expect(serves).toBe(releaseOf(1).image);
        expect(Number(ready)).toBeGreaterThan(0);
      },
      close: () => stack.remove(),
    };
  });
});

describeEngine("the deployer of a stack with one track", () => {
  test("the first release makes the stack of what serves; the next takes its place, and a rollback brings it back", async () => {
    const stack = await EngineStack.create("e-one", "qa");
    try {
      const updates: ResourceChanges[] = [];
      const deployer = stack.deployer({ onUpdated: (changes) => void updates.push(changesOf(changes)) });
      const all = { weight: 100, shadow: 0 };
      // A release makes no environment: that is another's to approve.
      await expect(deployer.deploy(stack.name, releaseOf(1), all)).rejects.toMatchObject({
        code: "CONFLICT",
        message: expect.stringMatching(/npm run infra:up -- --stack e-one/),
      });
      await stack.up();
      await deployer.deploy(stack.name, releaseOf(1), all);
      const first = await deployer.promote(stack.name, "diabetes");
      expect(first).toMatchObject({ stable: { model: "diabetes:1" }, url: expect.stringMatching(/^http/) });
      // What serves is stable from then on, and nothing is started anew for that.
      expect(updates[1]).toEqual({});
      expect(updates[0]?.create).toBeLessThan(10);
      await expect(
        deployer.deploy(stack.name, releaseOf(2), { weight: 10, shadow: 0 }),
      ).rejects.toMatchObject({ code: "USAGE", message: expect.stringMatching(/has one track/) });
      const second = await deployer.deploy(stack.name, releaseOf(2), all);
      expect(second).toMatchObject({ canary: { model: "diabetes:2" }, previous: { model: "diabetes:1" } });
      const back = await deployer.rollback(stack.name, "diabetes");
      expect(back).toMatchObject({ stable: { model: "diabetes:1", image: releaseOf(1).image } });
      expect([back.canary, back.previous]).toEqual([undefined, undefined]);
    } finally {
      await stack.remove();
    }
  });
});
