import { z } from "zod";
import {
  add,
  choose,
  column,
  divide,
  maximum,
  multiply,
  power,
  subtract,
  type Arithmetic,
} from "../base/arithmetic";

/** How the target of a regression became what a model is linear in: a power, found in the training rows. */
export const targetTransformSchema = z.object({
  method: z.enum(["box-cox", "yeo-johnson"]),
  /** The power; never 0, nor 2 for Yeo and Johnson, where logarithms would take its place. */
  lambda: z.number(),
  /** The least and the greatest that is predicted where the way back has no value, as far beyond the training targets as makes no odds. */
  limits: z.tuple([z.number(), z.number()]),
});

export type TargetTransform = Readonly<z.output<typeof targetTransformSchema>>;

/** The name of the sum that a model is linear in, in the expression for the way back. */
export const transformedName = "sum";

/** (value^lambda - 1) / lambda, of a value above 0. */
const forwardPower = (value: Arithmetic, lambda: number): Arithmetic =>
  divide(subtract(power(value, lambda), 1), lambda);

/** The value of which that is the transformed one; no greater than `limit` where there is none. */
function backwardPower(transformed: Arithmetic, lambda: number, limit: number): Arithmetic {
  const least = lambda < 0 ? limit ** lambda : 0;
  return power(maximum(add(multiply(lambda, transformed), 1), least), 1 / lambda);
}

/** The transformed target, over the target's column. */
export function transformed(
  { method, lambda }: Pick<TargetTransform, "method" | "lambda">,
  target: string,
): Arithmetic {
  const value = column(target);
  if (method === "box-cox") return forwardPower(value, lambda);
  const below = multiply(-1, forwardPower(subtract(1, value), 2 - lambda));
  // Either is 0 for 0; the other way is only computed where it is taken.
  return choose(value, forwardPower(add(maximum(value, 0), 1), lambda), below);
}

const expressions = new WeakMap<TargetTransform, Arithmetic>();

/** The way back: the prediction, over the sum that a model is linear in. */
export function predictionOf(transform: TargetTransform): Arithmetic {
  const known = expressions.get(transform);
  if (known) return known;
  const { method, lambda, limits } = transform;
  const sum = column(transformedName);
  const [low, high] = limits;
  const made =
    method === "box-cox"
      ? backwardPower(sum, lambda, high)
      : choose(
          sum,
          subtract(backwardPower(sum, lambda, 1 + high), 1),
          subtract(1, backwardPower(multiply(-1, sum), 2 - lambda, 1 - low)),
        );
  expressions.set(transform, made);
  return made;
}
