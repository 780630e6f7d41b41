/** What the dashboard has beyond a report: a bar to find one's way, forms, and links that act. */
export const dashboardStyle = `
.crumbs { border-bottom: 1px solid var(--line); }
.crumbs ol { display: flex; flex-wrap: wrap; list-style: none; margin: 0 auto; padding: 12px 0; gap: 4px 0; font-size: 15px; }
.crumbs li + li::before { content: "/"; color: var(--muted); margin: 0 8px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--paper); padding: 8px; }
main { padding-top: 20px; padding-bottom: 48px; }
main > h1, main p { overflow-wrap: anywhere; }
main > h2 { margin-top: 32px; }
@media (min-width: 601px) { .scroll td code, .scroll th code, .scroll td time, .scroll th time span, .scroll th a { white-space: nowrap; }
  .scroll th.name a, .scroll td.prose code { white-space: normal; } .scroll th .muted { font-weight: 400; } .scroll th, .scroll td { padding-right: 14px; } }
.notice { border-left: 4px solid var(--tone); background: var(--panel); padding: 10px 16px; margin: 16px 0; }
.notice p { margin: 4px 0; overflow-wrap: anywhere; }
.stale { border-left: 4px dashed var(--guide); padding-left: 12px; }
.doing { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0; padding: 0; list-style: none; }
.button, button { font: inherit; font-weight: 600; display: inline-block; padding: 7px 16px; border-radius: 6px; cursor: pointer;
  border: 1px solid var(--candidate); background: var(--paper); color: var(--candidate); text-decoration: none; }
button.first { background: var(--candidate); color: var(--paper); }
.button:hover, button:hover { background: var(--panel); }
button.first:hover { filter: brightness(1.1); background: var(--candidate); }
:focus-visible { outline: 3px solid var(--champion); outline-offset: 2px; }
form.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); gap: 14px 20px; margin: 16px 0; }
form.fields .wide { grid-column: 1 / -1; }
label { font-size: 14px; font-weight: 600; display: block; margin-bottom: 4px; overflow-wrap: anywhere; }
.hint { color: var(--muted); font-weight: 400; }
input, select, textarea { font: inherit; width: 100%; padding: 7px 10px; border: 1px solid var(--guide); border-radius: 6px;
  background: var(--paper); color: var(--ink); }
input[type="checkbox"] { width: 18px; height: 18px; margin: 0; }
textarea { min-height: 5em; }
.answer { font-size: 26px; font-weight: 700; margin: 8px 0; overflow-wrap: anywhere; }
.pages { display: flex; gap: 16px; margin: 12px 0; }
.bar.less { background: var(--champion); }
`;
