import { deployerContract } from "../platform/deployment.contract";
import { TestEnvironment } from "./environment-fixture";

describe("the deployer of this machine", () => {
  deployerContract(async () => {
    const environment = await TestEnvironment.create();
    return {
      deployer: environment.deployer(),
      environment: "prod",
      model: "cost",
      release: (version) => environment.release(version),
      close: () => environment.remove(),
    };
  });
});
