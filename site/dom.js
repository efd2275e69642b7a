// What several scripts do with the page's elements, and with what the program says, stands here once.

/**
 * The element with an id, of a kind. The page has all of them from the start: one that is not there is our mistake.
 * @type {{ (id: string): HTMLElement, <T extends HTMLElement>(id: string, kind: new () => T): T }}
 */
export const byID = (/** @type {string} */ id, /** @type {new () => HTMLElement} */ kind = HTMLElement) =>
  /** @type {any} */ (the(document.getElementById(id), kind, `#${id}`));

/**
 * The first element of a kind in another, or in the page.
 * @template {Element} T
 * @param {string} selector @param {new () => T} kind @param {ParentNode} [within]
 */
export const first = (selector, kind, within = document) => the(within.querySelector(selector), kind, selector);

/**
 * @template {Element} T
 * @param {Element | null} element @param {new () => T} kind @param {string} what
 */
function the(element, kind, what) {
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${kind.name} ${what}`);
}

/**
 * The elements of a kind in another, or in the page.
 * @template {Element} T
 * @param {string} selector @param {new () => T} kind @param {ParentNode} [within] @returns {T[]}
 */
export const all = (selector, kind, within = document) =>
  /** @type {T[]} */ ([...within.querySelectorAll(selector)].filter((element) => element instanceof kind));

/**
 * A new element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name @param {Partial<HTMLElementTagNameMap[K]>} [properties] @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(name, properties, ...children) {
  const element = document.createElement(name);
  Object.assign(element, properties);
  element.append(...children);
  return element;
}

/** A whole number as it is read: with commas. @param {number} n */
export const grouped = (n) => n.toLocaleString("en");

/**
 * Changes a text where it says something else, so that nothing is laid out, or read aloud, in vain.
 * @param {Node} node @param {string | number} value
 */
export function setText(node, value) {
  const text = String(value);
  if (node.textContent !== text) node.textContent = text;
}

/**
 * What the program says in JSON.
 * @template T
 * @param {Json<T>} json @returns {T}
 */
export const parsed = (json) => JSON.parse(json);
