import { deployerContract } from "../deployer.contract";
import { TestEnvironment } from "../laptop/environment-fixture";

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
