import type { Matrix } from "ml-matrix";
import { CrossProducts } from "./cross-products";
import { designBlocks, onesOf, widthOf, withColumn, type Design } from "./design";

/** Cross products of all rows: of the encoded columns, then the target, then 1. */
export async function sumsOf(design: Design): Promise<Matrix> {
  const size = widthOf(design);
  const products = new CrossProducts(size + 2);
  for await (const block of designBlocks(design)) {
    products.add(
      withColumn(withColumn(block, size, block.targets), size + 1, onesOf(block.rows)),
      block.weights,
    );
  }
  return products.matrix();
}
