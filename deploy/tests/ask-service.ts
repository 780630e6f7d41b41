import { callService, explainCallError, type ServiceCall } from "./call-service";

/** How long an answer may take, in milliseconds. */
const patienceMs = 10_000;

export interface ServiceAnswer {
  /** 0 when there was no answer. */
  readonly status: number;
  /** The JSON of the answer, its text when it is none, or why there is no answer. */
  readonly body: unknown;
}

/** Asks a service and reads its JSON; one that does not answer is an answer of its own, not an exception. */
export async function askService(
  url: string,
  call: Omit<ServiceCall, "signal"> = {},
): Promise<ServiceAnswer> {
  try {
    const { status, text } = await callService(url, { ...call, signal: AbortSignal.timeout(patienceMs) });
    return { status, body: parseIfJson(text) };
  } catch (error) {
    return { status: 0, body: explainCallError(error) };
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
