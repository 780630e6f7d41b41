const light = `
  --paper: #ffffff; --panel: #f5f7f9; --ink: #1b2126; --muted: #56616b; --line: #d9dfe4; --guide: #7d8791;
  --candidate: #0068a8; --champion: #c25100; --reference: #8a949d;
  --good: #1a7a3c; --bad: #b3261e; --warn: #8a5a00; --calm: #56616b;
`;

const dark = `
  --paper: #14181c; --panel: #1d2328; --ink: #e6eaed; --muted: #a3adb6; --line: #353d45; --guide: #8d98a3;
  --candidate: #5bb3f0; --champion: #f0a04b; --reference: #99a4ae;
  --good: #5fcf86; --bad: #ff8a80; --warn: #f2c14e; --calm: #a3adb6;
`;

const layout = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main, header, nav, footer { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 28px; }
header::before { content: ""; display: block; height: 5px; border-radius: 3px; margin-bottom: 20px;
  background: var(--tone); }
h1 { font-size: 30px; line-height: 1.2; margin: 4px 0 10px; display: flex; flex-wrap: wrap; gap: 12px;
  align-items: center; }
h2 { font-size: 22px; line-height: 1.3; margin: 0 0 12px; }
h3 { font-size: 17px; margin: 24px 0 8px; }
h4, h5, h6 { font-size: 16px; margin: 20px 0 6px; }
p { margin: 8px 0; max-width: 80ch; }
section { border-top: 1px solid var(--line); padding: 24px 0 8px; margin-top: 24px; }
footer { padding-top: 16px; padding-bottom: 32px; }
a { color: var(--candidate); }
.kicker, .muted, footer { color: var(--muted); font-size: 14px; }
.kicker { margin: 0; overflow-wrap: anywhere; }
.outcome { font-size: 19px; overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 20px 0 0;
  font-size: 15px; }
code, pre { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--panel); padding: 12px; overflow-x: auto; white-space: pre-wrap; }
`;

const parts = `
.good { --tone: var(--good); } .bad { --tone: var(--bad); } .warn { --tone: var(--warn); }
.calm { --tone: var(--calm); }
.badge { color: var(--tone); border: 1px solid var(--tone); border-radius: 999px; padding: 1px 10px;
  font-size: 13px; font-weight: 600; line-height: 1.5; white-space: nowrap; display: inline-block; }
h1 .badge { font-size: 15px; }
.facts { display: flex; flex-wrap: wrap; gap: 12px; margin: 16px 0; }
.facts div { background: var(--panel); border-radius: 6px; padding: 8px 14px; }
.facts dt { color: var(--muted); font-size: 13px; }
.facts dd { margin: 0; font-size: 18px; font-weight: 600; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 12px 0; }
table { border-collapse: collapse; font-size: 14px; min-width: min(100%, 640px); font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 7px 20px 7px 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--muted); font-weight: 600; font-size: 13px; }
thead .number { white-space: normal; }
tbody th { font-weight: 600; min-width: 9ch; }
.name { min-width: 18ch; overflow-wrap: anywhere; }
.prose { min-width: 22ch; overflow-wrap: anywhere; }
.lines { white-space: pre-line; }
.number { text-align: right; white-space: nowrap; }
ul.plain { list-style: none; padding: 0; margin: 0; }
ul.plain li { margin: 0 0 6px; }
.track { display: block; width: 160px; height: 10px; margin-top: 6px; background: var(--panel);
  border-radius: 3px; overflow: hidden; }
.bar { display: block; height: 10px; min-width: 2px; border-radius: 3px; background: var(--candidate); }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); gap: 24px;
  margin: 16px 0; align-items: start; }
.plots.small { grid-template-columns: repeat(auto-fill, minmax(min(100%, 180px), 1fr)); gap: 16px; }
.plots.small figcaption { font-size: 13px; }
summary { cursor: pointer; font-weight: 600; padding: 8px 0; }
figure { margin: 0; min-width: 0; }
figure table { min-width: 100%; }
figcaption { font-weight: 600; font-size: 15px; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; max-width: 460px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; padding: 0; margin: 2px 0 6px;
  font-size: 13px; color: var(--muted); }
.legend li { display: flex; align-items: center; gap: 6px; }
.mark { display: inline-block; width: 12px; height: 12px; flex: none; }
.mark.dot { border-radius: 50%; background: var(--mark); }
.mark.ring { border-radius: 50%; border: 2px solid var(--mark); }
.mark.bar { background: var(--mark); border-radius: 2px; min-width: 0; }
.mark.line { height: 0; width: 20px; border-top: 3px solid var(--mark); }
.mark.dashed { height: 0; width: 20px; border-top: 2px dashed var(--mark); }
td.shade { padding-left: 10px; padding-right: 10px; background: color-mix(in srgb, var(--candidate) var(--share), var(--paper)); }
`;

/** The page's only style sheet: system fonts, light and dark by the reader's setting, always light on paper. */
export const pageStyle = `
:root { color-scheme: light dark; ${light} }
@media screen and (prefers-color-scheme: dark) { :root { ${dark} } }
${layout}${parts}
@media (max-width: 600px) {
  main, header, nav, footer { padding-left: 14px; padding-right: 14px; }
  h1 { font-size: 25px; }
  .outcome { font-size: 17px; }
  .track { width: 90px; }
  .scroll table, .scroll tbody, .scroll tr, .scroll th, .scroll td { display: block; min-width: 0; }
  .scroll thead { display: none; }
  .scroll tr { border-bottom: 1px solid var(--line); padding: 8px 0; }
  .scroll th, .scroll td { border: 0; padding: 2px 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
  .scroll td { display: grid; grid-template-columns: minmax(7ch, 30%) 1fr; gap: 12px; }
  .scroll td::before { content: attr(data-head); color: var(--muted); }
  .scroll td:has(> div:empty) { display: none; }
}
@media print {
  :root { color-scheme: light; }
  body { font-size: 12px; }
  nav { display: none; }
  figure, tr, .facts div { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
  table, thead th, .muted, .legend, .kicker { font-size: 11px; }
  th, td { padding: 4px 12px 4px 0; }
  .name { min-width: 18ch; overflow-wrap: anywhere; }
.prose { min-width: 14ch; }
  .facts dd, .outcome { font-size: 14px; }
  .track { width: 100px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
