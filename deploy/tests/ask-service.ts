import { explainFetchError } from "./fetch-error";

/** How long an answer may take, in milliseconds. */
const patienceMs = 10_000;

export interface ServiceAnswer {
  /** 0 when there was no answer. */
  readonly status: number;
  /** The JSON of the answer, its text when it is none, or why there is no answer. */
  readonly body: unknown;
}

/** Asks a service and reads its JSON; one that does not answer is an answer of its own, not an exception. */
export async function askService(url: string, init: RequestInit = {}): Promise<ServiceAnswer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(patienceMs) });
    return { status: response.status, body: parseIfJson(await response.text()) };
  } catch (error) {
    return { status: 0, body: explainFetchError(error) };
  }
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
