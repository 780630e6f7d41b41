/** Works at a time: more open files than that gain nothing, and a process may not have very many. */
const atOnce = 64;

/** As `Promise.all` of a map, for lists of any length whose items each open files. */
export async function mapInBatches<In, Out>(
  items: readonly In[],
  work: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = [];
  for (let first = 0; first < items.length; first += atOnce)
    results.push(...(await Promise.all(items.slice(first, first + atOnce).map(work))));
  return results;
}
