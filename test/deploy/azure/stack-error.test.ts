import { explainStackError } from "../../../deploy/azure/stack-error";
import { PlatformError } from "../../../platform/base/errors";

const call = { stack: "prod", faults: [], interrupted: false };
const lock = `code: 255
 stderr: error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  azblob://state/.pulumi/locks/1.json: created by ann@agent-7 (pid 812) at 2026-11-01T10:00:00Z
`;

test.each<[string, string, readonly string[], string, RegExp]>([
  [
    "the command is missing",
    "spawn pulumi ENOENT",
    [],
    "NOT_FOUND",
    /`pulumi` was not found.*Install Pulumi/s,
  ],
  [
    "a lock",
    lock,
    [],
    "BUSY",
    /locked by ann@agent-7 \(pid 812\) at 2026-11-01T10:00:00Z: only one update can run at a time\. .*pulumi cancel --cwd infra\/serving --stack prod/s,
  ],
  [
    "a lock of the service",
    "error: [409] Conflict: Another update is currently in progress.",
    [],
    "BUSY",
    /Stack prod is locked: only one/,
  ],
  [
    "no stack",
    "stderr: error: no stack named 'prod' found",
    [],
    "NOT_FOUND",
    /no stack prod .*pulumi stack init prod/s,
  ],
  [
    "no passphrase",
    "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
    [],
    "SETTINGS_INVALID",
    /could not open stack prod: passphrase must be set/,
  ],
  [
    "a rollout that is not ready",
    "code: 255",
    ["kubernetes:apps/v1:Deployment scoring-canary: did not become ready"],
    "DEPLOYMENT_FAILED",
    /^The update of stack prod failed: kubernetes\S+ scoring-canary: did not become ready\. The record of what is released has not changed\. Run the same command again .*npm run infra:up -- --stack prod/s,
  ],
  [
    "no cluster",
    "code: 255",
    ["The connection to the server 10.0.0.1:443 was refused - did you specify the right host or port?"],
    "DEPLOYMENT_FAILED",
    /The cluster cannot be reached from here\./,
  ],
  [
    "anything else",
    "code: 255\n stderr: error: something new\n",
    [],
    "DEPLOYMENT_FAILED",
    /failed: something new\. The record/,
  ],
])("%s", (_name, message, faults, code, expected) => {
  const error = explainStackError(new Error(message), { ...call, faults });
  expect(error).toMatchObject({ code, message: expect.stringMatching(expected) });
});

test("who interrupts is told that it is incomplete, and how to complete it", () => {
  expect(explainStackError(new Error("code: 255"), { ...call, interrupted: true })).toMatchObject({
    code: "INTERRUPTED",
    message: expect.stringMatching(/before it was complete\..*same command again/s),
  });
});

test("what is explained already stays", () => {
  const error = new PlatformError("USAGE", "No.");
  expect(explainStackError(error, call)).toBe(error);
});
