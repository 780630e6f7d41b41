import { digestOf } from "../../../platform/base/files";
import type { Deployment } from "../../../platform/release/deployment";
import { productionChampions } from "../../../training/inputs/production-champions";

const release = { model: "cost:3", package: "/packages/cost-3", digest: digestOf("cost") };

function championsOf(held: Partial<Deployment>) {
  const asked: string[] = [];
  const champions = productionChampions(
    {
      status: (environment, model) => {
        asked.push(`${environment} ${model}`);
        return Promise.resolve({ environment, model, history: [], samples: {}, ...held } as never);
      },
    },
    "live",
  );
  return { champions, asked };
}

test("the champion is the stable version of the environment, in its package", async () => {
  const { champions, asked } = championsOf({ stable: release });
  expect(await champions.find("cost")).toEqual({ model: "cost:3", directory: "/packages/cost-3/model" });
  expect(asked).toEqual(["live cost"]);
});

test("a canary is not the champion yet", async () => {
  const canary = { ...release, weight: 10, shadow: 0 };
  expect(await championsOf({ canary }).champions.find("cost")).toBeUndefined();
});
