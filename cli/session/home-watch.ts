import { reasonOf } from "../../platform/base/errors";

/** How often it is looked whether the home can be written, in milliseconds. */
const lookMs = 10_000;

interface HomeWatch {
  /** Throws where the home cannot be written. */
  readonly check: () => Promise<void>;
  readonly print: (text: string) => void;
  /** In milliseconds. */
  readonly now?: () => number;
}

/**
 * What is called again and again while something serves, and says when the home can no longer be written, and when it can again: requests
 * are answered all the same, but neither they nor what went wrong can be logged, so nobody would be told otherwise.
 */
export function watchHome({ check, print, now = () => performance.now() }: HomeWatch): () => Promise<void> {
  let looked = -Infinity;
  let isWritable = true;
  return async () => {
    if (now() - looked < lookMs) return;
    looked = now();
    const fault = await check().then(
      () => undefined,
      (error: unknown) => reasonOf(error),
    );
    if ((fault === undefined) === isWritable) return;
    isWritable = fault === undefined;
    print(
      isWritable
        ? "The home can be written again, and requests are logged again."
        : `${fault} Requests are answered, and not logged: what comes meanwhile is in no drift, and no outcome can be joined to it.`,
    );
  };
}
