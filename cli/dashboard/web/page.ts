import { html, Html } from "../../report/html";
import { pageStyle } from "../../report/page-style";
import { dashboardStyle } from "./dashboard-style";

export interface Crumb {
  readonly title: string;
  readonly href: string;
}

export interface Page {
  readonly title: string;
  /** Where the page is, from the top; the page itself is not among them. Absent where there are no others to go to. */
  readonly crumbs?: readonly Crumb[];
  readonly content: Html;
  /** The page is loaded again after so many seconds: what it shows is still being worked on. */
  readonly reloadAfterSeconds?: number;
}

/** A page in the frame that all have. */
export function renderPage({ title, crumbs, content, reloadAfterSeconds }: Page): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${
          reloadAfterSeconds === undefined
            ? undefined
            : html`<meta http-equiv="refresh" content="${reloadAfterSeconds}" />`
        }
        <title>${title} · mlops</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(pageStyle + dashboardStyle)}
        </style>
        ${crumbs && html`<script src="/live.js" defer></script>`}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        ${
          crumbs &&
          html`<nav class="crumbs" aria-label="Where this is">
            <ol>
              ${[{ title: "Models", href: "/" }, ...crumbs].map(
                (crumb) => html`<li><a href="${crumb.href}">${crumb.title}</a></li>`,
              )}
            </ol>
          </nav>`
        }
        <main id="content">
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html> `;
  return page.markup;
}
