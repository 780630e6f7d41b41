import { openSigning } from "../../../cli/session/open-signing";

const signal = new AbortController().signal;
const key = "https://vault-qa.vault.azure.net/keys/signing/1";
const outputs = {
  qa: { environment: { cli: { MLOPS_SIGNING_KEY: key }, scoring: { MLOPS_TRUSTED_KEYS: "PEM" } } },
};
const before = process.env.MLOPS_STACK_OUTPUTS;
afterEach(() => {
  if (before === undefined) delete process.env.MLOPS_STACK_OUTPUTS;
  else process.env.MLOPS_STACK_OUTPUTS = before;
});

test("where environments are stacks, keys are those of the stack that trains, unless the command has its own", async () => {
  process.env.MLOPS_STACK_OUTPUTS = JSON.stringify(outputs);
  const ofStack = openSigning({ target: "azure", signingKey: undefined, trustedKeys: undefined }, signal);
  expect([await ofStack.signingKey(), await ofStack.trustedKeys()]).toEqual([key, "PEM"]);
  const own = openSigning({ target: "azure", signingKey: "own.pem", trustedKeys: "trusted.pem" }, signal);
  expect([await own.signingKey(), await own.trustedKeys()]).toEqual(["own.pem", "trusted.pem"]);
});

test("a stack without keys signs nothing and trusts anybody", async () => {
  process.env.MLOPS_STACK_OUTPUTS = JSON.stringify({ qa: { environment: { cli: {}, scoring: {} } } });
  const none = openSigning({ target: "azure", signingKey: undefined, trustedKeys: undefined }, signal);
  expect([await none.signingKey(), await none.trustedKeys()]).toEqual([undefined, undefined]);
});

test("on this machine no stack is asked, nor for a key that the command has", async () => {
  process.env.MLOPS_STACK_OUTPUTS = "{}";
  const here = openSigning({ target: "local", signingKey: undefined, trustedKeys: undefined }, signal);
  expect([await here.signingKey(), await here.trustedKeys()]).toEqual([undefined, undefined]);
  const half = openSigning({ target: "azure", signingKey: undefined, trustedKeys: "trusted.pem" }, signal);
  expect(await half.trustedKeys()).toBe("trusted.pem");
  await expect(half.signingKey()).rejects.toMatchObject({ code: "NOT_FOUND" });
});
