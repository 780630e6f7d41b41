import { identifier, literal } from "../../platform/sql/engine";
import { arithmeticSql } from "../../platform/sql/arithmetic-sql";
import type { Arithmetic } from "../../platform/base/arithmetic";
import { logOddsName, probabilityOf } from "../../platform/model/isotonic-calibration";
import { predictionOf, transformedName } from "../../platform/model/target-transform";
import type { LinearParameters, Term } from "../../platform/onnx/linear-parameters";
import { balancedSum, double } from "../preprocessing/sql";

function termSql(term: Term): string {
  const column = identifier(term.column);
  switch (term.kind) {
    case "number": {
      const value =
        term.imputation === undefined ? column : `coalesce(${column}, ${double(term.imputation)})`;
      return `${double(term.coefficient)} * ((${value} - ${double(term.mean)}) / ${double(term.scale)})`;
    }
    case "boolean":
      return `CASE WHEN ${column} THEN ${double(term.coefficient)} ELSE ${double(0)} END`;
    case "category": {
      const value =
        term.imputation === undefined ? column : `coalesce(${column}, ${literal(term.imputation)})`;
      const cases = term.values.map(
        (known, index) => `WHEN ${literal(known)} THEN ${double(term.coefficients[index] ?? 0)}`,
      );
      return `CASE ${value} ${cases.join(" ")} ELSE ${double(0)} END`;
    }
  }
}

/**
 * A fitted model as an SQL expression over a table with its features (NULL = missing): the prediction of a regression,
 * the probability of the positive class of a classification. The same numbers as its ONNX graph, by another way.
 */
export function predictionSql({ signature, intercept, terms, link }: LinearParameters): string {
  const linear = balancedSum([double(intercept), ...terms.map(termSql)]);
  const { transform, calibration } = signature.target;
  // The sum is long, and what is made of it asks for it many times.
  const ofSum = (expression: Arithmetic, name: string): string =>
    `(SELECT ${arithmeticSql(expression)} FROM (SELECT ${linear} AS ${identifier(name)}) AS summed)`;
  if (transform) return ofSum(predictionOf(transform), transformedName);
  if (calibration) return ofSum(probabilityOf(calibration), logOddsName);
  if (signature.task === "regression") return link === "log" ? `exp(${linear})` : linear;
  // exp of a large number is infinite, which gives the 0 it should.
  return `1 / (1 + exp(-${linear}))`;
}
