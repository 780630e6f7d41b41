import type { Crumb } from "../web/page";
import { links } from "./links";

/** Where a form of a model is, and what it leads to. */
export interface TryPlace {
  readonly model: string;
  readonly form: string;
  readonly score: string;
  readonly result: (id: string, what: "scored" | "rejected") => string;
  /** Absent where there are no other pages. */
  readonly crumbs?: readonly Crumb[];
  /** Size of the largest file that is taken, in MB. */
  readonly maxFileMb: number;
  /** What becomes of what is sent. */
  readonly note: string;
}

/** The largest file that any of them takes, in MB. */
export const maxFileMb = 100;

/** Within the dashboard. */
export function dashboardPlace(model: string): TryPlace {
  return {
    model,
    form: links.tryOut(model),
    score: links.score(model),
    result: (id, what) => `${links.model(model)}/scored/${id}/${what}.csv`,
    crumbs: [{ title: model, href: links.model(model) }],
    maxFileMb,
    note: "A single request is marked as a test: it counts neither for a canary nor as a client's. A file is scored on this machine, by the version that production serves.",
  };
}

/** A page by itself, for those who only ask. */
export function customerPlace(model: string, fileMb: number): TryPlace {
  return {
    model,
    maxFileMb: fileMb,
    form: "/",
    score: "/score",
    result: (id, what) => `/scored/${id}/${what}.csv`,
    note: "What a form sends is answered, and logged, as any request is. A file and its predictions are removed when twenty newer ones have come, or the page ends.",
  };
}
