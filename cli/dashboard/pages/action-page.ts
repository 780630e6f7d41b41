import { maxWords } from "../../../platform/audit/words";
import { commandLine, html, type Html } from "../../report/html";
import type { Board } from "../board/board";
import { standOf, type PossibleAction } from "../actions/possible-actions";
import { shellWords } from "../../terminal/shell-words";
import type { Page } from "../web/page";
import { links } from "./links";
import { servingPart } from "./serving-part";

interface Asked {
  readonly action: PossibleAction;
  readonly formKey: string;
  /** What the decision rests on. */
  readonly about?: Html | undefined;
}

/** Asks for a confirmation and a reason. */
export function actionPage(board: Board, { action, formKey, about }: Asked): Page {
  const { name } = board;
  return {
    title: action.title,
    crumbs: [{ title: name, href: links.model(name) }],
    content: html`<p>${action.consequence}</p>
      ${servingPart(board)} ${about}
      <form class="fields" method="post" action="${links.action(name, action.id)}">
        <input type="hidden" name="key" value="${formKey}" />
        <input type="hidden" name="stand" value="${standOf(board)}" />
        <div class="wide">
          <label for="reason">Why? <span class="hint">It is kept with what was done.</span></label>
          <textarea id="reason" name="reason" required maxlength="${maxWords}"></textarea>
        </div>
        <div class="wide">
          <button class="first">${action.title}</button>
          <a class="button" href="${links.model(name)}">Back, without doing it</a>
        </div>
      </form>
      <p class="muted">It runs ${commandLine(shellWords(action.verb))}.</p>`,
  };
}
