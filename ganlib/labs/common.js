// What the laboratories share: building elements, reading a kernel's arrays, colours, small charts, transport buttons.

const REAL = [43, 108, 176],
  FAKE = [221, 107, 32]; // the two role colours; shapes differ too, for those who see no colour

/** Make an element: element("button", {class: "x", onclick: f}, "text", child). Attributes that are null are left out. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  // JupyterLab has shortcuts of its own for arrows, Enter and letters; these elements want their keys for themselves
  if (["button", "input", "select", "summary", "canvas"].includes(tag))
    made.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button that shows whether it is on, when `pressed` is true or false. */
function button(text, onclick, { title = null, pressed = null, kind = "" } = {}) {
  return element(
    "button",
    {
      type: "button",
      class: `gl-button ${kind}`,
      title,
      onclick,
      "aria-pressed": pressed === null ? null : String(pressed),
    },
    text,
  );
}

const setPressed = (target, on) => target.setAttribute("aria-pressed", String(Boolean(on)));

/** [[name, shape], ...] and one buffer of float32 -> {name: Float32Array with .shape}. */
function unpack(about, buffer) {
  const bytes = buffer instanceof ArrayBuffer ? buffer : buffer.buffer;
  let offset = buffer instanceof ArrayBuffer ? 0 : buffer.byteOffset;
  if (offset % 4) return unpack(about, bytes.slice(offset)); // a Float32Array has to begin at a multiple of 4
  const arrays = {};
  for (const [name, shape] of about) {
    const size = shape.reduce((a, b) => a * b, 1);
    arrays[name] = Object.assign(new Float32Array(bytes, offset, size), { shape });
    offset += 4 * size;
  }
  return arrays;
}

const commas = (number) => Math.round(number).toLocaleString("en");
const short = (x) =>
  Number.isNaN(x)
    ? "–"
    : Number.isInteger(x)
      ? String(x)
      : Math.abs(x) >= 100
        ? x.toFixed(0)
        : Math.abs(x) >= 0.01
          ? x.toFixed(2)
          : x.toExponential(0);
const rgb = (c, alpha = 1) => `rgba(${c[0]},${c[1]},${c[2]},${alpha})`;

/** The colours of the page around the root: is it dark, and what are ink and paper? */
function themeOf(root) {
  const style = getComputedStyle(root);
  const read = (name, other) => style.getPropertyValue(name).trim() || other;
  const probe = (themeOf.probe ??= element("canvas", { width: 1, height: 1 }).getContext("2d", {
    willReadFrequently: true,
  }));
  probe.fillStyle = read("--gl-paper", "#ffffff");
  probe.fillRect(0, 0, 1, 1);
  const paper = [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
  const dark = paper[0] + paper[1] + paper[2] < 384;
  return {
    dark,
    paper,
    ink: dark ? "#e2e8f0" : "#1a202c",
    quiet: dark ? "#a0aec0" : "#5a6675",
    line: dark ? "#4a5568" : "#e2e8f0",
    real: dark ? [99, 159, 222] : REAL,
    fake: dark ? [240, 146, 82] : FAKE,
  };
}

/** A canvas of so many CSS pixels, sharp on every screen; the pen then draws in CSS pixels. */
function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1,
    w = Math.round(width * ratio),
    tall = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== tall)
    Object.assign(canvas, { width: w, height: tall });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}

/** A small line chart with a title and a legend that tells the latest values. */
class Chart {
  /** lines: [[label, "real" | "fake" | "ink" | "quiet"], ...]; low, high: fixed ends, or null; rule: a dotted level. */
  constructor(
    title,
    lines,
    { low = null, high = null, rule = null, ruleName = "", height = 62, explain = null } = {},
  ) {
    Object.assign(this, { title, lines, low, high, rule, ruleName, height });
    this.values = lines.map(([label, role]) =>
      element("span", { class: `gl-value gl-${role}` }, label),
    );
    this.canvas = element("canvas", {
      class: "gl-chart",
      role: "img",
      "aria-label": title,
      style: `height:${height}px`,
    });
    this.root = element(
      "figure",
      { class: "gl-figure", title: explain },
      element(
        "figcaption",
        {},
        element("span", { class: "gl-title" }, title),
        element("span", { class: "gl-legend" }, ...this.values),
      ),
      this.canvas,
    );
  }

  /** xs: array; sets: for every run an array of one ys per line; at: where to mark a moment. */
  draw(theme, xs, sets, at = null) {
    const width = this.canvas.clientWidth,
      height = this.height;
    if (!width) return;
    const pen = fit(this.canvas, width, height),
      left = 34,
      top = 6,
      wide = width - left - 4,
      tall = height - 14;
    pen.clearRect(0, 0, width, height);
    let low = this.low ?? Infinity,
      high = this.high ?? -Infinity;
    for (const ys of sets.flat())
      for (const y of ys)
        if (Number.isFinite(y)) {
          if (this.low === null && y < low) low = y;
          if (this.high === null && y > high) high = y;
        }
    if (this.rule !== null) [low, high] = [Math.min(low, this.rule), Math.max(high, this.rule)];
    if (!(high >= low)) [low, high] = [0, 1];
    if (high - low < 1e-6) high = low + 1;
    const first = xs[0] ?? 0,
      span = Math.max(1, (xs[xs.length - 1] ?? 1) - first);
    const px = (x) => left + ((x - first) / span) * wide,
      py = (y) => top + (1 - (y - low) / (high - low)) * tall;
    pen.font = "10px system-ui, sans-serif";
    pen.textAlign = "right";
    pen.fillStyle = theme.quiet;
    pen.strokeStyle = theme.line;
    pen.lineWidth = 1;
    for (const y of [low, high]) {
      pen.fillText(short(y), left - 5, py(y) + 3.5);
      pen.beginPath();
      pen.moveTo(left, py(y));
      pen.lineTo(left + wide, py(y));
      pen.stroke();
    }
    if (this.rule !== null) {
      pen.setLineDash([3, 3]);
      pen.strokeStyle = theme.quiet;
      pen.beginPath();
      pen.moveTo(left, py(this.rule));
      pen.lineTo(left + wide, py(this.rule));
      pen.stroke();
      pen.textAlign = "left";
      pen.fillText(this.ruleName, left + 3, py(this.rule) - 3);
    }
    const colours = {
      real: rgb(theme.real),
      fake: rgb(theme.fake),
      ink: theme.ink,
      quiet: theme.quiet,
    };
    pen.lineWidth = 1.5;
    sets.forEach((set, run) =>
      set.forEach((ys, i) => {
        pen.setLineDash(run ? [4, 3] : []);
        pen.strokeStyle = colours[this.lines[i][1]];
        pen.beginPath();
        let drawing = false;
        for (let k = 0; k < ys.length; k++) {
          if (!Number.isFinite(ys[k])) {
            drawing = false;
            continue;
          }
          const x = px(xs[k]),
            y = py(Math.min(high, Math.max(low, ys[k])));
          if (drawing) pen.lineTo(x, y);
          else pen.moveTo(x, y);
          drawing = true;
        }
        pen.stroke();
      }),
    );
    pen.setLineDash([]);
    const k = at === null ? xs.length - 1 : at;
    if (at !== null && Number.isFinite(xs[at])) {
      pen.strokeStyle = theme.quiet;
      pen.beginPath();
      pen.moveTo(px(xs[at]), top);
      pen.lineTo(px(xs[at]), top + tall);
      pen.stroke();
    }
    const words = [];
    this.lines.forEach(([label], i) => {
      const text = sets
        .map((set) => short(set[i][Math.min(k, set[i].length - 1)] ?? NaN))
        .join("|");
      const value = `${label} ${text}`.trim();
      if (this.values[i].textContent !== value) this.values[i].textContent = value;
      words.push(value);
    });
    this.words = `${this.title}: ${words.join(", ")}`;
  }

  /** Let the text alternative say what the chart shows; not with every frame. */
  describe() {
    if (this.words) this.canvas.setAttribute("aria-label", this.words);
  }
}

/** Give a file to the reader. */
function download(name, data, type) {
  const address = URL.createObjectURL(new Blob([data], { type }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** What has to be undone when a view goes: listeners, observers, timers. */
class Undo {
  constructor() {
    this.steps = [];
  }
  add(step) {
    this.steps.push(step);
  }
  listen(target, kind, handler, options) {
    target.addEventListener(kind, handler, options);
    this.add(() => target.removeEventListener(kind, handler, options));
  }
  observe(observer, target, options) {
    observer.observe(target, options);
    this.add(() => observer.disconnect());
  }
  every(milliseconds, step) {
    const timer = setInterval(step, milliseconds);
    this.add(() => clearInterval(timer));
  }
  all() {
    for (const step of this.steps.splice(0)) step();
  }
}

/** Call `redraw` when the page changes between light and dark. */
function watchTheme(undo, redraw) {
  const observer = new MutationObserver(redraw);
  undo.observe(observer, document.body, {
    attributes: true,
    attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"],
  });
  undo.listen(window.matchMedia("(prefers-color-scheme: dark)"), "change", redraw);
}

const SILENT =
  "The kernel does not answer: it is busy, or it was restarted. If it was, run this cell again";

/** What the latest wish adds to one that still waits: objects such as {rules: {...}} are put together. */
function mergeWishes(before, now) {
  const merged = { ...before, ...now };
  for (const [name, value] of Object.entries(now)) {
    const old = before[name];
    if (value?.constructor === Object && old?.constructor === Object)
      merged[name] = { ...old, ...value };
  }
  return merged;
}

/**
 * One view of a widget: what the three of them share. Several views may show one widget, and each of them receives every
 * message of the kernel. So a message has two sides. Its frame is for everyone, and only paints (`onFrame`). Everything
 * else in it is the answer to one view, and acts in that view alone (`onReply`, errors, and whether to stop).
 *
 * A subclass sets its fields, makes `root`, and calls `start()`. It may define onFrame(content, buffers, mine),
 * onReply(content, buffers), paint(), halt() and onClose().
 */
class View {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.config = model.get("config");
    this.view = Math.random().toString(36).slice(2);
    this.undo = new Undo();
    this.inFlight = new Map(); // messages without an answer: id -> {type, at}
    this.wishes = new Map(); // what is sent when the message of the same type is answered: type -> content
    this.lastId = 0;
    this.lastHeard = performance.now();
    this.frame = null; // the last message that was painted
    this.trouble = element("div", { class: "gl-trouble", role: "alert" });
    this.silentText = `${SILENT}.`;
  }

  start() {
    this.el.append(this.root);
    this.theme = themeOf(this.root);
    const onMessage = (content, buffers) => this.onMessage(content, buffers);
    this.model.on("msg:custom", onMessage);
    this.undo.add(() => this.model.off("msg:custom", onMessage));
    watchTheme(this.undo, () => this.updateTheme());
    this.undo.observe(new ResizeObserver(() => this.redraw()), this.root);
    this.undo.every(500, () => this.watchdog());
    this.send("hello");
  }

  close() {
    this.closed = true;
    cancelAnimationFrame(this.drawing);
    this.onClose();
    this.undo.all();
  }

  // --- what a subclass may define

  onFrame() {}
  onReply() {}
  paint() {}
  halt() {}
  onClose() {}

  // --- messages

  /** Send a message to the kernel, whatever else is under way. */
  send(type, more = {}) {
    if (this.closed) return;
    const id = ++this.lastId;
    this.inFlight.set(id, { type, at: performance.now() });
    this.showWaiting();
    const gone = () => this.onSilence();
    try {
      Promise.resolve(this.model.send({ type, id, view: this.view, ...more })).catch(gone);
    } catch {
      gone();
    }
  }

  /** What the reader does: what a drag still wanted goes first, and an old error is taken away. */
  ask(type, more = {}) {
    this.showError("");
    this.sendWishes();
    this.send(type, more);
  }

  /** While something is dragged: one message of a type under way at a time, and after it only the latest wish. */
  askLatest(type, more) {
    this.showError("");
    if (this.isInFlight(type))
      this.wishes.set(type, mergeWishes(this.wishes.get(type) ?? {}, more));
    else this.send(type, more);
    this.showWaiting();
  }

  /** Send what waits: all of it, or only what is of this type. */
  sendWishes(only = null) {
    for (const [type, more] of [...this.wishes]) {
      if (only !== null && type !== only) continue;
      this.wishes.delete(type);
      this.send(type, more);
    }
  }

  isInFlight(type) {
    return [...this.inFlight.values()].some((sent) => sent.type === type);
  }

  onMessage(content, buffers) {
    if (this.closed) return;
    this.lastHeard = performance.now();
    if (this.lost) {
      this.lost = false;
      this.showError("");
    }
    const mine = content.view === this.view,
      sent = mine ? this.inFlight.get(content.id) : undefined;
    if (mine) this.inFlight.delete(content.id);
    if (content.type === "frame") this.onFrame(content, buffers, mine);
    if (mine) {
      if (content.error) this.showError(content.error);
      if (content.stop) this.halt();
      this.onReply(content, buffers);
      if (sent) this.sendWishes(sent.type);
    }
    this.showWaiting();
  }

  /** What was wrong stays to be read until something else is done. */
  showError(text) {
    if (this.trouble.textContent !== text) this.trouble.textContent = text;
  }

  /** How much is still to come, for whoever drives the page: at 0 all that stands on it is up to date. */
  showWaiting() {
    this.root.dataset.waiting = String(
      this.inFlight.size + this.wishes.size + (this.drawing ? 1 : 0),
    );
  }

  /** The kernel is silent, or gone. */
  onSilence() {
    if (this.closed) return;
    this.lost = true;
    this.showError(this.silentText);
  }

  /** Twice a second: is the kernel still there, and has the page changed its colours? */
  watchdog() {
    const now = performance.now(),
      silent = now - this.lastHeard;
    const oldest = now - Math.min(now, ...[...this.inFlight.values()].map((sent) => sent.at));
    if (oldest > 3000 && silent > 3000) this.onSilence();
    if (oldest > 10000 && silent > 10000) {
      this.halt(); // what it sends is not waited for either
      this.inFlight.clear();
      this.wishes.clear();
      this.showWaiting();
    }
    this.updateTheme();
  }

  // --- drawing

  /** Take the page's colours, which may have changed, or come late. */
  updateTheme() {
    const theme = themeOf(this.root);
    if (String(theme.paper) === String(this.theme.paper)) return;
    this.theme = theme;
    this.redraw();
  }

  redraw() {
    if (this.drawing || this.closed) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = null;
      this.paint();
      this.showWaiting();
    });
    this.showWaiting();
  }
}

/** What a widget's script exports: one view for every place that shows it. */
const exportView = (Kind) => ({
  render({ model, el }) {
    const view = new Kind(model, el);
    return () => view.close();
  },
});
