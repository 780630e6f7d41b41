import { randomUUID } from "node:crypto";

/** Longest id that the Azure ML inference server takes, in characters. */
export const longestId = 100;

const ownId = new RegExp(`^[\\x21-\\x7e]{1,${longestId}}$`);

/** The client's own id if it is one (1 to 100 visible ASCII characters), else a new one. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === "string" && ownId.test(header) ? header : randomUUID();
}

/**
 * The id that a gateway passes on for one that it calls `own`. The client's, where that is too long: the service refuses it
 * then, in the words of the dialect that was spoken.
 */
export function passedId(header: string | string[] | undefined, own: string): string {
  return typeof header === "string" && header.length > longestId ? header : own;
}

/** Marks a request of our own tests of the service, by the test key. */
export const testHeader = "x-mlops-test";

/** Marks a request whose track the client has chosen; only the gateway in front sets it. It takes a request out of the canary's sample alone. */
export const chosenHeader = "x-mlops-chosen";

/** Marks a copy of a request, whose answer nobody uses and which the prediction log already has, by the test key. */
export const shadowHeader = "x-mlops-shadow";
