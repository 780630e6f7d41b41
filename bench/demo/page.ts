import { formatNumber } from "../../platform/base/format-number";
import { openDrawing } from "../../cli/report/draw-plot";
import { html, Html } from "../../cli/report/html";
import { pageStyle } from "../../cli/report/page-style";
import { nameAxis, type Plot, plotColours, plotOption, valueAxis } from "../../cli/report/plots/plot";
import type { Story, Week } from "./story";

/** The error of what production answered, week by week. */
function errorPlot(weeks: readonly Week[]): Plot {
  const words = weeks.map(({ week, version, error }) => `week ${week}: ${formatNumber(error)} of ${version}`);
  return {
    title: "Error of production's answers (root of the mean squared error)",
    description: `${words.join("; ")}.`,
    width: 640,
    height: 260,
    legend: [{ label: "error of the week", colour: "candidate", mark: "bar" }],
    option: plotOption({
      x: nameAxis(
        weeks.map(({ week, version }) => `${week} · ${version}`),
        90,
      ),
      y: valueAxis(""),
      series: [
        {
          type: "bar",
          barMaxWidth: 40,
          data: weeks.map(({ error }) => error),
          itemStyle: { color: plotColours.candidate },
        },
      ],
    }),
  };
}

/** The story as a page like a run's report: one file without scripts, fonts or network. */
export async function renderStory({ weeks, events }: Story): Promise<string> {
  const draw = await openDrawing();
  const rows = [0, ...weeks.map(({ week }) => week)].map((week) => {
    const found = weeks.find((each) => each.week === week);
    const told = events.filter((event) => event.week === week);
    return html`<tr>
      <th scope="row">${week === 0 ? "before" : `week ${week}`}</th>
      <td>${found?.title ?? "the first release"}</td>
      <td>${found?.version ?? ""}</td>
      <td>${found === undefined ? "" : formatNumber(found.error)}</td>
      <td>
        <ul>
          ${told.map(({ what, holds }) => html`<li>${holds ? "✔" : "✖"} ${what}</li>`)}
        </ul>
      </td>
    </tr>`;
  });
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>The loop after a release</title>
        <style>
          ${new Html(pageStyle)}
        </style>
      </head>
      <body>
        <header><h1>The loop after a release</h1></header>
        <main>
          <section>
            ${draw(errorPlot(weeks))}
            <table>
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Traffic</th>
                  <th scope="col">Serves</th>
                  <th scope="col">Error</th>
                  <th scope="col">What happened</th>
                </tr>
              </thead>
              <tbody>
                ${rows}
              </tbody>
            </table>
          </section>
        </main>
      </body>
    </html> `.markup;
}
