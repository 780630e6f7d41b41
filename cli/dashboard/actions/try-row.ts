import { z } from "zod";
import type { Signature } from "../../../platform/model/signature";
import type { ServiceAccess } from "../../../platform/release/target";
import { askService, type ServiceAnswer } from "../../../deploy/tests/ask-service";
import { scorePath } from "../../../scoring/dialects/score-path";

/** What came of a row that was sent to a scoring service. */
export type TriedRow =
  | { readonly fault: string }
  | {
      readonly prediction: number | string;
      readonly probabilities?: readonly { readonly name: string; readonly probability: number }[];
      /** What each feature adds, on a scale; absent for models that cannot tell, and for several classes. */
      readonly contributions?: readonly { readonly feature: string; readonly adds: number }[];
      readonly scale?: string;
    };

const answerSchema = z.object({
  result: z.array(z.union([z.number(), z.string()])).min(1),
  classes: z.array(z.union([z.number(), z.string()])).optional(),
  probabilities: z.array(z.array(z.number())).optional(),
  explanation: z
    .object({
      scale: z.string(),
      contributions: z.array(z.record(z.string(), z.union([z.number(), z.array(z.number())]))),
    })
    .optional(),
});

const problemSchema = z.object({ detail: z.string().optional(), title: z.string().optional() });

/** The fields of a form as a row: an empty one is missing. */
export function rowOf(
  { inputs }: Signature,
  values: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    inputs.map(({ name, type }): [string, string | number | boolean | null] => {
      const text = (values[name] ?? "").trim();
      if (text === "") return [name, null];
      if (type === "number") return [name, Number.isNaN(Number(text)) ? text : Number(text)];
      return [name, type === "boolean" && /^(true|false)$/.test(text) ? text === "true" : text];
    }),
  );
}

/** An answer of `POST /score` for one row. */
function readAnswer(body: unknown): TriedRow {
  const read = answerSchema.safeParse(body);
  const prediction = read.data?.result[0];
  if (read.data === undefined || prediction === undefined)
    return { fault: "The service has answered in a way that is not understood here. Look at its log." };
  const { classes, probabilities, explanation } = read.data;
  const [shares] = probabilities ?? [];
  const [added] = explanation?.contributions ?? [];
  const contributions = Object.entries(added ?? {}).flatMap(([feature, adds]) =>
    typeof adds === "number" ? [{ feature, adds }] : [],
  );
  return {
    prediction,
    ...(shares &&
      classes && {
        probabilities: shares.map((probability, index) => ({ name: String(classes[index]), probability })),
      }),
    ...(contributions.length > 0 && { contributions, scale: explanation?.scale ?? "" }),
  };
}

interface Service extends ServiceAccess {
  /** Base URL. */
  readonly url: string;
}

/** Sends a row to a service, and asks for contributions where the model has any. */
export async function tryRow({ url, headers, certificate }: Service, row: object): Promise<TriedRow> {
  const ask = (query: string): Promise<ServiceAnswer> =>
    askService(`${url}${scorePath}${query}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ data: [row] }),
      certificate,
    });
  const explained = await ask("?explain=true");
  // A model that cannot explain refuses that; it may still predict.
  const { status, body } = [0, 200].includes(explained.status) ? explained : await ask("");
  if (status === 200) return readAnswer(body);
  if (status === 0) return { fault: `The service did not answer: ${String(body)}` };
  if (typeof body === "string") return { fault: `${status}: ${body.slice(0, 500)}` };
  const { detail, title = "Refused." } = problemSchema.safeParse(body).data ?? {};
  return { fault: `${status}: ${detail ?? title}` };
}
