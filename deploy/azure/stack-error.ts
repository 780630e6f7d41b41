import { PlatformError, reasonOf } from "../../platform/base/errors";

/** What an update was about when it failed. */
export interface FailedCall {
  readonly stack: string;
  /** Errors that the engine told, each with the resource it is about, if any. */
  readonly faults: readonly string[];
  /** Whether the user asked for the end. */
  readonly interrupted: boolean;
}

const maxFaults = 5;
const maxCharacters = 1500;

/** Failures whose remedy is known, by what Pulumi or a provider says. */
const known: readonly {
  readonly pattern: RegExp;
  readonly explain: (call: FailedCall, text: string) => PlatformError;
}[] = [
  {
    pattern: /spawn \S*pulumi\S* ENOENT|pulumi: (command )?not found/,
    explain: () =>
      new PlatformError(
        "NOT_FOUND",
        "The command `pulumi` was not found. A release in Azure is an update by Pulumi. Install Pulumi (https://www.pulumi.com/docs/install), and see that it is on the PATH.",
      ),
  },
  {
    pattern: /currently locked by|Another update is currently in progress/,
    explain: ({ stack }, text) => {
      const holder = /created by (.+?)\s*(?:\n|$)/.exec(text)?.[1];
      return new PlatformError(
        "BUSY",
        `Stack ${stack} is locked${holder === undefined ? "" : ` by ${holder}`}: one update at a time. Wait until it has ended; if it does not run any more, run \`pulumi cancel --stack ${stack}\`, and then this command again.`,
      );
    },
  },
  {
    pattern: /no stack named|no Pulumi project found|no Pulumi\.yaml project file/i,
    explain: ({ stack }) =>
      new PlatformError(
        "NOT_FOUND",
        `There is no stack ${stack} in Pulumi's backend. An environment is a stack of the same name. Run \`pulumi login\` for the right backend, or \`pulumi stack init ${stack}\`; docs/how-to/set-up-azure-by-hand.md has the rest.`,
      ),
  },
  {
    pattern:
      /PULUMI_ACCESS_TOKEN must be set|not logged in|credentials.*pulumi login|PULUMI_CONFIG_PASSPHRASE|incorrect passphrase/i,
    explain: ({ stack }, text) =>
      new PlatformError(
        "SETTINGS_INVALID",
        `Pulumi may not open stack ${stack}: ${errorLine(text)} Expected its backend and the secret that opens it. Set PULUMI_BACKEND_URL (or run \`pulumi login\`) and what the stack's secrets provider needs.`,
      ),
  },
];

/** No answer of a cluster, in the words of a Kubernetes client. */
const unreachable =
  /connection refused|no such host|i\/o timeout|unable to connect to the server|cluster (is )?unreachable|was refused - did you specify the right host/i;

/** What became of a call of Pulumi that failed, and what to do: a PlatformError for whatever was thrown. */
export function explainStackError(thrown: unknown, call: FailedCall): PlatformError {
  if (thrown instanceof PlatformError) return thrown;
  const text = [...call.faults, reasonOf(thrown)].join("\n");
  const { stack } = call;
  const again = `What is recorded as released is as it was. Run the same command again to complete it, or \`pulumi up --stack ${stack}\` to go back to it.`;
  if (call.interrupted) {
    return new PlatformError(
      "INTERRUPTED",
      `The update of stack ${stack} was interrupted and is half made. ${again}`,
      { cause: thrown },
    );
  }
  const cause = known.find(({ pattern }) => pattern.test(text))?.explain(call, text);
  if (cause !== undefined) return cause;
  const hint = unreachable.test(text)
    ? " The cluster does not answer from here. Expected a running cluster whose API this machine may reach (`az aks show`, authorised addresses; a private one only from its network)."
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

/** The line in which the command line says what is wrong. */
function errorLine(text: string): string {
  const line = /error: (.+)/.exec(text)?.[1] ?? text.split("\n").find((each) => each.trim() !== "") ?? "";
  return `${line.trim().slice(0, maxCharacters).replace(/[.]$/, "")}.`;
}
