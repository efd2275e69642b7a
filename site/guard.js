// Says what keeps the page's program from running, where something does. This is a classic script in the plain
// JavaScript of 2009, for it has to run where no module does: in a page opened as a file, in an isolated frame, in an
// old browser, where a host refuses a file. Nothing but sentences.
(function () {
  "use strict";

  var patienceMs = 2500; // without anything that has changed
  var newer = "Chrome or Edge 91, Firefox 114, Safari 16.4 and newer run it.";
  var shown = false;

  /** @type {<K extends keyof HTMLElementTagNameMap>(tag: K, text: string) => HTMLElementTagNameMap[K]} */
  function node(tag, text) {
    var n = document.createElement(tag);
    n.textContent = text;
    return n;
  }

  /** @param {string} id */
  function byID(id) { return /** @type {HTMLElement} */ (document.getElementById(id)); }

  /**
   * Shows what is wrong in the place of the pictures, with a way on. The first cause is the one that stays.
   * @param {string} sentence @param {string} [file] @param {Node} [way]
   */
  function fail(sentence, file, way) {
    if (shown) return;
    shown = true;
    var p = byID("problem"), stage = byID("stage");
    p.textContent = sentence + " ";
    if (file) p.appendChild(node("code", file));
    p.appendChild(way || again());
    p.hidden = false;
    byID("loading").hidden = byID("soon").hidden = true;
    stage.className = "failed";
    stage.hidden = false;
  }

  function again() {
    var button = node("button", "Load again");
    button.type = "button";
    button.onclick = function () { location.reload(); };
    return button;
  }
  window.explain = fail;

  var begun = function () { return document.documentElement.hasAttribute("data-begun"); };
  var isolated = function () { return window.origin === "null" || self.origin === "null"; };
  var address = location.href.split("#")[0], folder = address.replace(/[^/]*$/, "");

  // known is what is plain without waiting.
  function known() {
    if (location.protocol === "file:") {
      fail("This page was opened as a file, and browsers run no programs from there: a web server has to send it. " +
        "In the folder of the project, “make run” starts one; in the folder of this page, so does", "",
        node("code", "python3 -m http.server"));
    } else if (isolated()) {
      var way = node("a", address);
      way.href = address;
      way.target = "_blank";
      fail("This page is in a frame that shuts it off from its own files, so its program cannot run here. " +
        "Open it in a tab of its own:", "", way);
    } else if (!("noModule" in document.createElement("script"))) {
      fail("This browser is older than what the Lab is written for. " + newer);
    }
  }

  // A file that does not come is an event of its element, seen on its way down; a script that cannot be read is one of
  // the window. Scripts have their turns after this one.
  addEventListener("error", function (event) {
    var from = event.target;
    if (from instanceof HTMLScriptElement) {
      fail("A part of the page’s program did not come: its host refused it or has it not, the connection broke, or " +
        "something on the way or in this browser blocks it.", name(from.src));
    } else if (from === window && !begun() && String(event.filename).indexOf(folder) === 0) {
      fail("This browser cannot read the page’s program; it may be older than what the Lab is written for. " + newer,
        event.message);
    }
  }, true);

  /** @param {string} file */
  function name(file) { return file.split(/[?#]/)[0].split("/").slice(-2).join("/"); }

  // What neither comes nor fails: a host or a connection that stands still. That is said, and not taken for the end.
  function watch() {
    var words = byID("progress-text"), slow = byID("slow"), last = "", since = 0;
    var looks = setInterval(function () {
      if (shown || byID("loading").hidden) {
        clearInterval(looks);
        slow.hidden = true;
        return;
      }
      var now = new Date().getTime(), says = words.textContent || "";
      if (says !== last) {
        last = says;
        since = now;
      }
      slow.hidden = now - since < patienceMs;
    }, 250);
  }

  // The page's own sentence about a program that does not answer is for where not even this script came.
  document.documentElement.className += " guarded";
  byID("problem").hidden = true;
  known();
  watch();
}());
