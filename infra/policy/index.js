// Pulumi's own compiler for policy packs checks types with other settings than this repository's. So the pack is compiled
// like the program, and `npm run types` checks its types.
require("tsx/cjs/api").register();
require("./pack.ts");
