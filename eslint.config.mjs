import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import regexp from "eslint-plugin-regexp";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "node_modules",
      ".venv",
      "dist",
      ".mlops",
      "coverage",
      "reports",
      "test/**/fixtures/**/*.js",
      // AssemblyScript, which its own compiler checks.
      "platform/kernels/assembly",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", { max: 300, skipBlankLines: false }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { boolean: true } }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // Iterating over a typed array of doubles takes eight times as long as counting through it.
      "@typescript-eslint/prefer-for-of": "off",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-definitions": "off",
      // An own module is loaded late, where a command needs it, by require(): import() of TypeScript needs Node.js 22. So
      // is a large CommonJS package that nearly each verb needs: before an import() all its text is searched for names.
      "@typescript-eslint/no-require-imports": [
        "error",
        { allow: ["^\\./", "^\\.\\./", "^@duckdb/node-api$", "^onnxruntime-node$", "^yaml$"] },
      ],
    },
  },
  {
    // A pattern that backtracks lets one small request hold the event loop: each must take time in proportion to its text.
    ignores: ["test/**"],
    plugins: { regexp },
    rules: {
      "regexp/no-super-linear-backtracking": ["error", { report: "potential" }],
      "regexp/no-super-linear-move": ["error", { report: "potential" }],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "max-lines": ["error", { max: 400 }],
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
  {
    files: ["**/*.js", "**/*.mjs", "**/*.cjs"],
    languageOptions: { globals: globals.node },
  },
  prettier,
);
