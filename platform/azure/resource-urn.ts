/** Type and name of a resource in Pulumi's URN, `urn:pulumi:<stack>::<project>::<parents' types>$<type>::<name>`. */
export function resourceOf(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").pop() ?? types, name: name.join("::") };
}
