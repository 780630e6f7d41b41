import { digestOf } from "../../../platform/base/files";
import type { Deployment } from "../../../platform/release/deployment";
import { productionChampions } from "../../../training/inputs/production-champions";

const release = { model: "cost:3", package: "/packages/cost-3", digest: digestOf("cost") };

function championsOf(held: Partial<Deployment>, aliasOf?: number) {
  const asked: string[] = [];
  const champions = productionChampions({
    deployer: {
      status: (environment, model) => {
        asked.push(`${environment} ${model}`);
        return Promise.resolve({ environment, model, history: [], samples: {}, ...held } as never);
      },
    },
    environment: "live",
    registry: {
      findAlias: (name, alias) => {
        asked.push(`${name}@${alias}`);
        return Promise.resolve(aliasOf === undefined ? undefined : ({ name, version: aliasOf } as never));
      },
    },
    directoryOf: ({ model, package: folder }) => Promise.resolve(`${folder ?? `/made/${model}`}/model`),
  });
  return { champions, asked };
}

test("the champion is the stable version of the environment, in its package", async () => {
  const { champions, asked } = championsOf({ stable: release }, 2);
  expect(await champions.find("cost")).toEqual({ model: "cost:3", directory: "/packages/cost-3/model" });
  expect(asked).toEqual(["live cost"]);
});

test("a canary is not the champion yet", async () => {
  const canary = { ...release, weight: 10, shadow: 0 };
  expect(await championsOf({ canary }).champions.find("cost")).toBeUndefined();
});

test("where no deployment is recorded, the champion is the version that the registry's alias names", async () => {
  const { champions, asked } = championsOf({}, 2);
  expect(await champions.find("cost")).toEqual({ model: "cost:2", directory: "/made/cost:2/model" });
  expect(asked).toEqual(["live cost", "cost@champion"]);
});
