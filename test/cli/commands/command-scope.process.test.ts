import { spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandScope, patienceWithStacks, type Patience } from "../../../cli/commands/command-scope";
import { openCommand } from "../../../cli/commands/open-command";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const home = useTemporaryFolder();

const fixture = path.join(__dirname, "fixtures", "slow-command.ts");

/** Sends signals to a command that needs a second to end, the second one a while after the first. */
async function signalled(
  signals: readonly NodeJS.Signals[],
  { patience, pauseMs = 100 }: { readonly patience?: Patience; readonly pauseMs?: number } = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const args = patience === undefined ? [] : [JSON.stringify(patience)];
  const child = spawn(process.execPath, ["--require", "tsx/cjs", fixture, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("ready")) resolve();
      });
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await ready;
  for (const signal of signals) {
    child.kill(signal);
    await sleep(pauseMs);
  }
  return { code: await ended, output };
}

const patience: Patience = { commandMs: 20_000, allMs: 20_000, deafMs: 10_000 };

test("a command that updates a stack is let end, and the agent's second signal is not taken for another wish", async () => {
  const { code, output } = await signalled(["SIGINT", "SIGTERM"], { patience });
  expect([code, output]).toEqual([130, expect.stringMatching(/Stopping[\s\S]*ended/)]);
});

test("a second signal after that ends it at once", async () => {
  const { code, output } = await signalled(["SIGINT", "SIGTERM"], {
    patience: { ...patience, deafMs: 200 },
    pauseMs: 500,
  });
  expect([code, output]).toEqual([143, expect.not.stringContaining("ended")]);
});

test("on this machine a second signal ends it at once", async () => {
  const { code, output } = await signalled(["SIGINT", "SIGTERM"]);
  expect([code, output]).toEqual([143, expect.not.stringContaining("ended")]);
});

test("it is ended when its patience is over", async () => {
  const short: Patience = { commandMs: 200, allMs: 400, deafMs: 200 };
  const { code, output } = await signalled(["SIGTERM"], { patience: short });
  expect([code, output]).toEqual([143, expect.not.stringContaining("ended")]);
});

test.each([
  ["changes something in Azure", "azure", "canary advance", [patienceWithStacks]],
  ["changes something here", "local", "canary advance", []],
  ["only looks", "azure", undefined, []],
] as const)("a command that %s has so much patience", async (_, target, changes, expected) => {
  const { MLOPS_HOME } = process.env;
  process.env.MLOPS_HOME = home();
  const scope = new CommandScope();
  const given: Patience[] = [];
  jest.spyOn(scope, "waitFor").mockImplementation((each) => void given.push(each));
  try {
    // It opens nothing, as there is no such model.
    await expect(
      openCommand(scope, { model: "no-such-model", target }, { ...(changes && { changes }) }),
    ).rejects.toThrow();
  } finally {
    await scope.end();
    if (MLOPS_HOME === undefined) delete process.env.MLOPS_HOME;
    else process.env.MLOPS_HOME = MLOPS_HOME;
  }
  expect(given).toEqual(expected);
});
