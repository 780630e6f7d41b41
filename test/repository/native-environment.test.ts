import { AsyncLocalStorage } from "node:async_hooks";
import vm from "node:vm";

type Environment = new (
  config: { readonly globalConfig: object; readonly projectConfig: object },
  context: object,
) => { teardown(): Promise<void> };

test("what a file of tests stores for its asynchronous calls ends with the file", async () => {
  const own = Object.getOwnPropertyDescriptors(AsyncLocalStorage.prototype);
  const { compileFunction } = vm;
  try {
    const NativeEnvironment = require("../native-environment") as Environment;
    const projectConfig = { testEnvironmentOptions: {}, globals: {}, fakeTimers: {} };
    const environment = new NativeEnvironment({ globalConfig: {}, projectConfig }, {});
    const [entered, ran] = [new AsyncLocalStorage<string>(), new AsyncLocalStorage<string>()];
    entered.enterWith("kept");
    await ran.run("kept", async () => {
      expect([entered.getStore(), ran.getStore()]).toEqual(["kept", "kept"]);
      await environment.teardown();
      expect([entered.getStore(), ran.getStore()]).toEqual([undefined, undefined]);
    });
  } finally {
    Object.defineProperties(AsyncLocalStorage.prototype, own);
    vm.compileFunction = compileFunction;
  }
});
