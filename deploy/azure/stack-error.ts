import { PlatformError, reasonOf } from "../../platform/base/errors";

/** An update that failed. */
export interface FailedCall {
  readonly stack: string;
  /** Errors that the engine reported, each with its resource, if it has one. */
  readonly faults: readonly string[];
  /** Whether the user stopped it. */
  readonly interrupted: boolean;
}

const maxFaults = 5;
const maxCharacters = 1500;

/** Failures with a known remedy, recognised by what Pulumi or a provider prints. */
const known: readonly {
  readonly pattern: RegExp;
  readonly explain: (call: FailedCall, text: string) => PlatformError;
}[] = [
  {
    pattern: /spawn \S*pulumi\S* ENOENT|pulumi: (command )?not found/,
    explain: () =>
      new PlatformError(
        "NOT_FOUND",
        "The command `pulumi` was not found. Releases in Azure are Pulumi updates. Install Pulumi (https://www.pulumi.com/docs/install), and make sure that it is on the PATH.",
      ),
  },
  {
    pattern: /currently locked by|Another update is currently in progress/,
    explain: ({ stack }, text) => {
      const holder = /created by (.+)/.exec(text)?.[1]?.trim();
      return new PlatformError(
        "BUSY",
        `Stack ${stack} is locked${holder === undefined ? "" : ` by ${holder}`}: only one update can run at a time. Wait until it has ended; if it is no longer running, run \`pulumi cancel --cwd infra/serving --stack ${stack}\`, and then this command again.`,
      );
    },
  },
  {
    pattern: /no stack named|no Pulumi project found|no Pulumi\.yaml project file/i,
    explain: ({ stack }) =>
      new PlatformError(
        "NOT_FOUND",
        `There is no stack ${stack} in Pulumi's backend. Each environment has a stack of the same name. Run \`pulumi login\` for the right backend, or \`pulumi stack init ${stack}\`; docs/how-to/set-up-azure-by-hand.md has the rest.`,
      ),
  },
  {
    pattern:
      /PULUMI_ACCESS_TOKEN must be set|not logged in|credentials.*pulumi login|PULUMI_CONFIG_PASSPHRASE|incorrect passphrase/i,
    explain: ({ stack }, text) =>
      new PlatformError(
        "SETTINGS_INVALID",
        `Pulumi could not open stack ${stack}: ${errorLine(text)} Expected its backend and the secret that opens it. Set PULUMI_BACKEND_URL (or run \`pulumi login\`) and what the stack's secrets provider needs.`,
      ),
  },
];

/** How a Kubernetes client says that a cluster cannot be reached. */
const unreachable =
  /connection refused|no such host|i\/o timeout|unable to connect to the server|cluster (is )?unreachable|was refused - did you specify the right host/i;

/** Turns whatever a call of Pulumi threw into a PlatformError that says what happened and what to do. */
export function explainStackError(thrown: unknown, call: FailedCall): PlatformError {
  if (thrown instanceof PlatformError) return thrown;
  const text = [...call.faults, reasonOf(thrown)].join("\n");
  const { stack } = call;
  const again = `The record of what is released has not changed. Run the same command again to complete it, or \`npm run infra:up -- --stack ${stack}\` to go back to it.`;
  if (call.interrupted) {
    return new PlatformError(
      "INTERRUPTED",
      `The update of stack ${stack} was interrupted before it was complete. ${again}`,
      { cause: thrown },
    );
  }
  const cause = known.find(({ pattern }) => pattern.test(text))?.explain(call, text);
  if (cause !== undefined) return cause;
  const hint = unreachable.test(text)
    ? " The cluster cannot be reached from here. Expected a running cluster whose API accepts connections from this machine (see `az aks show` and the authorised addresses; a private cluster can only be reached from its own network)."
    : "";
  return new PlatformError(
    "DEPLOYMENT_FAILED",
    `The update of stack ${stack} failed: ${told(call.faults, text)}${hint} ${again}`,
    { cause: thrown },
  );
}

function told(faults: readonly string[], text: string): string {
  if (faults.length === 0) return errorLine(text);
  const shown = [...new Set(faults)].slice(0, maxFaults).map((fault) => fault.trim());
  const joined = shown.join("\n").slice(0, maxCharacters);
  return /[.!?]$/.test(joined) ? joined : `${joined}.`;
}

/** The line of the output that says what went wrong. */
function errorLine(text: string): string {
  const line = /error: (.+)/.exec(text)?.[1] ?? text.split("\n").find((each) => each.trim() !== "") ?? "";
  return `${line.trim().slice(0, maxCharacters).replace(/[.]$/, "")}.`;
}
