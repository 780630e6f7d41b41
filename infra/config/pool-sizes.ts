/** Maximum nodes of the GPU pool, which has none until a pod requests a GPU. */
export const maxGpuNodes = 3;

/** Nodes of the AKS system pool: at least one in each zone, so that the cluster survives the loss of a zone. */
export function systemPoolNodes(zones: readonly string[]): { readonly min: number; readonly max: number } {
  const min = Math.max(2, zones.length);
  return { min, max: 2 * min };
}
