import { createHash } from "node:crypto";
import { docsScript } from "./docs-page-script";

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --good: #137333; --bad: #b3261e; --get: #0b57d0; --post: #137333; }
@media (prefers-color-scheme: dark) { :root { --good: #81c995; --bad: #f2b8b5; --get: #a8c7fa; --post: #81c995; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { margin: 0; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 1rem 0; }
input, select, button, textarea { font: inherit; padding: .25rem .5rem; border: 1px solid var(--line); border-radius: .3rem; background: Field; color: FieldText; }
input { flex: 1 1 12rem; }
button { cursor: pointer; padding: .25rem 1rem; }
input, select, code { min-width: 0; max-width: 100%; }
.controls label { display: flex; align-items: center; gap: .4rem; max-width: 100%; }
textarea, pre { width: 100%; font: .85rem/1.45 ui-monospace, monospace; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: .3rem; padding: .6rem; overflow: auto; max-height: 24rem; margin: .5rem 0; }
pre { overflow-wrap: normal; }
.command { white-space: pre-wrap; overflow-wrap: anywhere; }
.operation { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: 0 .8rem; }
.operation > summary { cursor: pointer; padding: .5rem 0; display: flex; flex-wrap: wrap; gap: .6rem; align-items: baseline; }
.method { font-weight: 700; font-size: .8rem; width: 3rem; }
.get { color: var(--get); }
.post { color: var(--post); }
.what { opacity: .75; }
.controls { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: .5rem 0; }
.status { margin: .5rem 0; min-height: 1.5em; }
.good { color: var(--good); }
.bad, #message { color: var(--bad); }
.answers { margin: .5rem 0 .8rem; font-size: .9rem; }
`;

function sourceOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** What the page may do: run its own script, and send requests to this service alone. */
export const docsPolicy = [
  "default-src 'none'",
  `script-src ${sourceOf(docsScript)}`,
  `style-src ${sourceOf(style)}`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page at /docs: what the service takes, to be read and tried in a browser. It loads nothing from anywhere else. */
export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scoring service</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
<h1 id="title">Scoring service</h1>
<p id="description"></p>
</header>
<form id="keys">
<label for="key">API key</label>
<input id="key" type="password" autocomplete="off" placeholder="only where the service wants one">
<button type="submit">Use</button>
</form>
<p id="message" role="alert"></p>
<main id="operations"></main>
<script>${docsScript}</script>
</body>
</html>
`;
