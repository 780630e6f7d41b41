import { z } from "zod";
import { closedObject } from "./closed-object";

/** What the platform knows of a kind of trainer before it is run. */
interface TrainerKindRule {
  /** Its part of a definition. */
  readonly settings: z.ZodObject<{ kind: z.ZodLiteral<string> }>;
  /** Tasks that it is for. */
  readonly tasks: readonly ("regression" | "classification")[];
  /** Whether it tells just two classes apart, which a target that is a category then has to name. */
  readonly twoClasses?: boolean;
}

/** The kinds of trainers, by their names; `training/trainers/trainers.ts` says how each is fitted. */
const trainerKinds = {
  ridge: {
    tasks: ["regression"],
    settings: closedObject({
      kind: z.literal("ridge"),
      /** L2 penalty on the standardised coefficients, as scikit-learn's `alpha`; 0 is ordinary least squares. */
      alpha: z.number().min(0),
    }),
  },
  logistic: {
    tasks: ["classification"],
    twoClasses: true,
    settings: closedObject({
      kind: z.literal("logistic"),
      /** L2 penalty on the standardised coefficients: scikit-learn's `1 / C`. */
      l2: z.number().min(0),
    }),
  },
  command: {
    tasks: ["regression", "classification"],
    settings: closedObject({
      kind: z.literal("command"),
      /** Program and arguments. `{data}` and `{output}` are replaced by the prepared Parquet folder and the output folder. */
      run: z.array(z.string().min(1)).min(1),
      /** Container image it needs when it runs in the cloud. */
      image: z.string().optional(),
      /** Longest run, in minutes. */
      timeoutMinutes: z.number().positive().default(60),
    }),
  },
} as const satisfies Readonly<Record<string, TrainerKindRule>>;

export type TrainerKind = keyof typeof trainerKinds;
/** The settings of one kind of trainer, as a definition gives them. */
export type TrainerSettings<Kind extends TrainerKind = TrainerKind> = z.output<
  (typeof trainerKinds)[Kind]["settings"]
>;

type Settings = (typeof trainerKinds)[TrainerKind]["settings"];

/** The `trainer` of a definition: one of the kinds, by its `kind`. */
export const trainerSchema = z.discriminatedUnion(
  "kind",
  // There is a first one, which the type of a list of values does not say.
  Object.values(trainerKinds).map(({ settings }) => settings) as unknown as [Settings, ...Settings[]],
);

/** What is wrong with a trainer for this task and target. */
export function trainerFaults(
  { kind }: TrainerSettings,
  task: TrainerKindRule["tasks"][number],
  target:
    | { readonly name: string; readonly type: string; readonly values?: readonly string[] | undefined }
    | undefined,
): string[] {
  const rule: TrainerKindRule = trainerKinds[kind];
  const faults: string[] = [];
  if (!rule.tasks.includes(task)) {
    const fitting = Object.entries<TrainerKindRule>(trainerKinds)
      .filter(([, { tasks }]) => tasks.includes(task))
      .map(([name]) => name);
    faults.push(`the ${kind} trainer is for ${rule.tasks.join(" and ")}; use ${fitting.join(" or ")}`);
  }
  if (rule.twoClasses && target?.type === "category" && target.values?.length !== 2) {
    faults.push(
      `the ${kind} trainer tells two classes apart; give the target "${target.name}" its two values`,
    );
  }
  return faults;
}
