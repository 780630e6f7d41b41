import { createInterface } from "node:readline";

/** Whether there is somebody to ask. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY;
}

/** Asks on the terminal; the end of the input (Ctrl-D) is an empty answer. `signal` ends the question with an error. */
export async function ask(
  question: string,
  { signal, abandoned }: { readonly signal?: AbortSignal; readonly abandoned?: () => Error } = {},
): Promise<string> {
  // Not in raw mode, where Ctrl-C would be a character instead of a signal.
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    process.stdout.write(question);
    return await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("close", () => {
        process.stdout.write("\n");
        resolve("");
      });
      signal?.addEventListener(
        "abort",
        () => reject(abandoned?.() ?? new Error("The question was abandoned.")),
        {
          once: true,
        },
      );
    });
  } finally {
    lines.removeAllListeners("close").close();
  }
}
