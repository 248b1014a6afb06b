// A page without a browser: runs a widget's real script in views on a stubbed document, for `page.py`.
//
// Reads one JSON line after the other from standard input and answers each with one: {"views": n} shows the widget in so
// many views; {"run": code} runs code with `views`, `press`, `change`, `key`, `settle` ... in reach, and gives its value.
// While it runs, messages of the views are written out as {"message": ...}, and what the kernel sends is read.

import fs from "node:fs";
import { pathToFileURL } from "node:url";

// --- lines in and out, one at a time

let buffered = Buffer.alloc(0);
function readLine() {
  const chunk = Buffer.alloc(1 << 16);
  for (;;) {
    const end = buffered.indexOf(10);
    if (end >= 0) {
      const line = buffered.subarray(0, end).toString();
      buffered = buffered.subarray(end + 1);
      return JSON.parse(line);
    }
    let size = 0;
    try {
      size = fs.readSync(0, chunk);
    } catch (error) {
      if (error.code === "EAGAIN") continue;
      throw error;
    }
    if (size === 0) process.exit(0);
    buffered = Buffer.concat([buffered, chunk.subarray(0, size)]);
  }
}
function writeLine(value) {
  const bytes = Buffer.from(JSON.stringify(value) + "\n");
  for (let done = 0; done < bytes.length; ) {
    try {
      done += fs.writeSync(1, bytes, done);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

// --- a clock that moves only when it is told to

let now = 0, lastTimer = 0;
const timers = new Map();
function addTimer(act, delay, every = null) {
  timers.set(++lastTimer, { act, at: now + Math.max(0, delay ?? 0), every });
  return lastTimer;
}
const removeTimer = (id) => timers.delete(id);
function runTimers() {
  const due = [...timers].filter(([, timer]) => timer.at <= now).sort((a, b) => a[1].at - b[1].at);
  for (const [id, timer] of due) {
    if (!timers.has(id)) continue;
    if (timer.every === null) timers.delete(id);
    else timer.at = now + timer.every;
    timer.act(now);
  }
  return due.length;
}

// --- a document: as much of it as the scripts use

class Target {
  constructor() { this.handlers = []; }
  addEventListener(kind, handler) { this.handlers.push([kind, handler]); }
  removeEventListener(kind, handler) {
    this.handlers = this.handlers.filter(([k, f]) => k !== kind || f !== handler);
  }
  dispatch(kind, more = {}) {
    const event = { type: kind, target: this, preventDefault() { this.prevented = true; }, ...more };
    for (const [k, handler] of [...this.handlers]) if (k === kind) handler(event);
    return event;
  }
}

const pen = new Proxy({}, {
  get(kept, name) {
    if (name in kept) return kept[name];
    if (name === "getImageData" || name === "createImageData")
      return (...sizes) => new ImageData(sizes.at(-2) || 1, sizes.at(-1) || 1);
    return () => {};
  },
  set(kept, name, value) { kept[name] = value; return true; },
});
const downloads = [];

class Element extends Target {
  constructor(tag) {
    super();
    Object.assign(this, { tagName: tag.toUpperCase(), tag, attributes: {}, childNodes: [], parent: null, dataset: {}, value: "" });
    this.style = { setProperty() {}, getPropertyValue: () => "" };
    const names = () => new Set((this.attributes.class ?? "").split(" ").filter(Boolean));
    const keep = (all) => { this.attributes.class = [...all].join(" "); };
    this.classList = {
      contains: (name) => names().has(name),
      add: (name) => keep(names().add(name)),
      remove: (name) => { const all = names(); all.delete(name); keep(all); },
      toggle: (name, on) => (on ? this.classList.add(name) : this.classList.remove(name)),
    };
  }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (["value", "min", "max", "download", "href", "width", "height"].includes(name)) this[name] = String(value);
    if (name.startsWith("data-")) this.dataset[name.slice(5)] = String(value);
  }
  getAttribute(name) { return this.attributes[name] ?? null; }
  removeAttribute(name) { delete this.attributes[name]; }
  get hidden() { return "hidden" in this.attributes; }
  set hidden(on) { if (on) this.attributes.hidden = ""; else delete this.attributes.hidden; }
  get children() { return this.childNodes.filter((child) => child instanceof Element); }
  get firstChild() { return this.childNodes[0]; }
  append(...added) {
    for (const child of added) {
      if (child instanceof Element) { child.remove(); child.parent = this; }
      this.childNodes.push(child instanceof Element ? child : String(child));
    }
  }
  replaceChildren(...added) {
    for (const child of this.children) child.parent = null;
    this.childNodes = [];
    this.append(...added);
  }
  remove() {
    if (this.parent) this.parent.childNodes = this.parent.childNodes.filter((child) => child !== this);
    this.parent = null;
  }
  get textContent() {
    return this.childNodes.map((child) => (child instanceof Element ? child.textContent : child)).join("");
  }
  set textContent(text) { this.replaceChildren(String(text)); }
  *all() { for (const child of this.children) { yield child; yield* child.all(); } }
  querySelector(tag) { return [...this.all()].find((one) => one.tag === tag) ?? null; }
  contains(other) { return other === this || [...this.all()].includes(other); }
  matches(tag) { return this.tag === tag; }
  closest() { return null; }
  focus() { document.activeElement = this; this.dispatch("focus"); }
  blur() { if (document.activeElement === this) document.activeElement = document.body; }
  click() {
    if (this.tag === "a" && this.download) downloads.push({ name: this.download, data: blobs.get(this.href) });
    if ("disabled" in this.attributes || this.disabled) return;
    this.dispatch("click");
  }
  get clientWidth() { return 200; }
  getBoundingClientRect() { return { left: 0, top: 0, right: 200, bottom: 200, width: 200, height: 200 }; }
  setPointerCapture() {}
  scrollIntoView() {}
  getContext() { return pen; }
  toBlob(then) { then(new Blob(["png"])); }
}

const blobs = new Map();
const watching = new Set();
class Observer {
  constructor(act) { this.act = act; }
  observe() { watching.add(this); }
  disconnect() { watching.delete(this); }
}
const stored = new Map();
const document = Object.assign(new Target(), {
  body: new Element("body"), hidden: false, createElement: (tag) => new Element(tag),
});
document.activeElement = document.body;
const media = new Target();
Object.assign(globalThis, {
  document, window: globalThis, Path2D: class { moveTo() {} lineTo() {} closePath() {} },
  ImageData: class { constructor(width, height) { Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) }); } },
  createImageBitmap: async (blob) => ({ blob, close() {} }),
  getComputedStyle: (one) => one.style, matchMedia: () => media, devicePixelRatio: 1,
  ResizeObserver: Observer, MutationObserver: Observer,
  requestAnimationFrame: (act) => addTimer(act, 0), cancelAnimationFrame: removeTimer,
  setTimeout: addTimer, clearTimeout: removeTimer,
  setInterval: (act, delay) => addTimer(act, delay, delay), clearInterval: removeTimer,
  localStorage: { getItem: (name) => stored.get(name) ?? null, setItem: (name, value) => stored.set(name, String(value)) },
});
globalThis.performance.now = () => now;
URL.createObjectURL = (blob) => { const address = `blob:${blobs.size}`; blobs.set(address, blob); return address; };
URL.revokeObjectURL = () => {};

// --- the widget's model, and its views

const handlers = new Set(), outbox = [], log = [];
const kernel = { silent: false, gone: false };
const traits = {};
const model = {
  get: (name) => traits[name],
  on: (_, handler) => handlers.add(handler),
  off: (_, handler) => handlers.delete(handler),
  send: (content) => {
    if (kernel.gone) throw new Error("no connection");
    if (!kernel.silent) outbox.push(JSON.parse(JSON.stringify(content)));
  },
};
const buffer = (text) => {
  const bytes = Buffer.from(text, "base64");
  return new DataView(new Uint8Array(bytes).buffer);
};
function deliver(sent) {
  for (const { content, buffers } of sent) for (const handler of [...handlers]) handler(content, buffers.map(buffer));
}

const views = []; // {root, name (as in its messages), close}
let widget = null;
function show() {
  const el = new Element("div"), before = outbox.length;
  document.body.append(el);
  const close = widget.render({ model, el });
  views.push({ el, root: el.children[0], name: outbox[before].view, close: () => { close(); el.remove(); } });
}

/** Let all messages be answered and all that is due be painted; more than so many messages are an error. */
async function settle(most = 400) {
  if (!(await exchange(most))) throw new Error(`more than ${most} messages`);
}
/** Let at most so many messages be answered; -> whether nothing is left to do. */
async function exchange(most) {
  for (let sent = 0; ; ) {
    for (let i = 0; i < 8; i++) await null; // promises
    if (outbox.length) {
      if (++sent > most) return false;
      const message = outbox.shift();
      log.push(message);
      writeLine({ message });
      deliver(readLine().sent);
      now += 5; // an answer takes a moment
      runTimers();
    } else if (!runTimers()) return true;
  }
}
/** Let time pass. */
async function wait(milliseconds, step = 50, most = 400) {
  for (const end = now + milliseconds; now < end; ) {
    now += Math.min(step, end - now);
    await settle(most);
  }
}

// --- what a reader does

const name = (one) => one.getAttribute("aria-label") ?? one.textContent.trim();
const shown = (one) => { for (let at = one; at; at = at.parent) if (at.hidden) return false; return true; };
const controls = (view) => [...views[view].root.all()].filter((one) => ["button", "input", "select"].includes(one.tag) && shown(one));
function find(view, label) {
  const found = [...views[view].root.all()].filter((one) => ["button", "input", "select", "canvas"].includes(one.tag) && shown(one)
    && name(one) === label);
  if (!found.length) throw new Error(`no ${label} among ${controls(view).map(name).join(", ")}`);
  return found[0];
}
function press(view, label) { find(view, label).focus(); find(view, label).click(); }
function change(view, label, value) {
  const one = find(view, label);
  one.focus();
  one.value = String(value);
  if (one.getAttribute("type") === "text") one.blur(); // which is when a browser says that it has changed
  one.dispatch(one.getAttribute("type") === "range" ? "input" : "change");
}
function key(view, label, pressed, more = {}) {
  const one = find(view, label);
  one.focus();
  one.dispatch("keydown", { key: pressed, ...more });
}
/** What a view shows in words: its text, the state of its controls, and the alternatives of its pictures. */
function state(view) {
  const parts = [...views[view].root.all()].map((one) => [one.tag, name(one), one.value, one.getAttribute("aria-pressed"),
    one.getAttribute("aria-valuetext"), one.hidden, one.disabled ?? false]);
  return JSON.stringify(parts);
}
/** Use every control of a view that is not left out, and every option of it; -> what each use brought about. */
async function useAll(view, leaveOut) {
  const uses = [];
  for (const label of controls(view).map(name)) {
    if (leaveOut.includes(label)) continue;
    const kind = find(view, label).tag, type = find(view, label).getAttribute("type");
    let values = [null];
    if (kind === "select") values = find(view, label).children.map((option) => option.getAttribute("value"));
    else if (type === "range") values = [find(view, label).max, find(view, label).min];
    else if (kind === "input") values = ["1", "2,0"];
    for (const value of values) {
      if (!controls(view).some((one) => name(one) === label)) continue; // another one has taken it away
      const first = log.length, files = downloads.length;
      if (value === null) press(view, label);
      else change(view, label, value);
      await settle(40);
      uses.push({ label, value, messages: log.slice(first), files: downloads.slice(files).map((file) => file.name),
        errors: views.map((_, i) => error(i)), waiting: views.map((_, i) => waiting(i)), same: shared(0) === shared(1) });
    }
  }
  return uses;
}
/** What every view has to show alike: the settings and the numbers. */
function shared(view) {
  const parts = [...views[view].root.all()].filter((one) => ["gl-settings", "gl-counts", "gl-words", "gl-shelf"].some((kind) => one.classList.contains(kind)));
  return JSON.stringify(parts.map((part) => [part.textContent.replace(error(view), ""), ...[...part.all()].filter((one) => ["input", "select"].includes(one.tag))
    .map((one) => [name(one), one.value])]));
}
const error = (view) => [...views[view].root.all()].find((one) => one.getAttribute("role") === "alert").textContent;
const text = (view, kind) => [...views[view].root.all()].filter((one) => one.classList.contains(kind)).map((one) => one.textContent).join(" ");
const waiting = (view) => views[view].root.dataset.waiting;
const left = () => ({ timers: timers.size, observers: watching.size, listeners: document.handlers.length + media.handlers.length, handlers: handlers.size });

const reach = { views, log, downloads, stored, outbox, document, deliver, settle, wait, name, controls, find, press, change, key, state,
  error, text, waiting, left, show, shared, useAll, exchange, kernel };
const AsyncFunction = (async () => {}).constructor;
for (;;) {
  const asked = readLine();
  try {
    let value = null;
    if (asked.script) {
      for (const [trait, what] of Object.entries(asked.traits)) traits[trait] = what?.base64 === undefined ? what : buffer(what.base64);
      widget = (await import(pathToFileURL(asked.script))).default;
    }
    if (asked.sent) deliver(asked.sent);
    if (asked.run) value = await new AsyncFunction(...Object.keys(reach), asked.run)(...Object.values(reach));
    writeLine({ value: value ?? null });
  } catch (error) {
    writeLine({ failed: `${error.stack ?? error}` });
  }
}
