import { startServing } from "../../../cli/commands/serve-command";
import type { Session } from "../../../cli/session/session";
import type { ModelDefinition } from "../../../platform/definition/definition";

test("where nothing is in production, it says by which command something comes there", async () => {
  const session = {
    environments: { production: "prod" },
    deployer: {
      status: () => Promise.resolve({ environment: "prod", model: "cost", history: [], samples: {} }),
    },
  } as unknown as Session;
  await expect(startServing(session, { name: "cost" } as ModelDefinition)).rejects.toThrow(
    "No version of cost is in production, so there is nothing to serve. Release one with `mlops lifecycle --model cost`.",
  );
});
