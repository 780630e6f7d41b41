// Pulumi compiles a pack by means of its own, which check types by settings that are not this repository's. The pack is
// compiled as the program is: types are checked by `npm run types`.
require("tsx/cjs/api").register();
require("./pack.ts");
