// The image dashboard: two sheets of pictures, charts, a timeline. What trains is the kernel's business.

const CHARTS = [
  [
    "Losses",
    [
      ["D", "real", "d_loss"],
      ["G", "fake", "g_loss"],
    ],
    { explain: "Means over the steps since the last record" },
  ],
  [
    "Verdicts",
    [
      ["real", "real", "d_real"],
      ["generated", "fake", "d_fake"],
    ],
    {
      low: 0,
      high: 1,
      rule: 0.5,
      explain:
        "What the discriminator says: 1 is 'real', 0 is 'generated', and at the dotted line it cannot tell",
    },
  ],
  [
    "Gradient norms",
    [
      ["D", "real", "d_norm"],
      ["G", "fake", "g_norm"],
    ],
    { low: 0, explain: "Lengths of both gradients, penalties included" },
  ],
];
const OWN = {
  diversity: {
    low: 0,
    high: 1.3,
    rule: 1,
    ruleName: "as the real ones",
    explain:
      "Root mean square distance of two generated pictures over that of two real ones: 0 where all are alike",
  },
};
const BUSY =
  "The kernel is busy in a cell: press the notebook's own stop button (■); nothing is lost.";

/** A sheet of pictures with a gap between them, from one bitmap without gaps. */
class Sheet {
  constructor(title, role, columns) {
    this.columns = columns;
    this.title = element("span", { class: `gl-title gl-value gl-${role}` }, title);
    this.canvas = element("canvas", { class: "gl-sheet", role: "img", "aria-label": title });
    this.root = element(
      "figure",
      { class: "gl-figure gl-sheetbox" },
      element("figcaption", {}, this.title),
      this.canvas,
    );
  }

  name(title) {
    this.title.textContent = title;
    this.canvas.setAttribute("aria-label", title);
  }

  /** shape: [n, h, w, c]. */
  draw(bitmap, [n, tall, wide]) {
    const width = this.canvas.clientWidth,
      columns = Math.min(this.columns, n),
      gap = 2;
    if (!width || !bitmap) return;
    const cell = (width - gap * (columns - 1)) / columns,
      high = (cell * tall) / wide,
      rows = Math.ceil(n / columns);
    const height = Math.round(rows * (high + gap) - gap);
    if (this.canvas.style.height !== `${height}px`) this.canvas.style.height = `${height}px`;
    const pen = fit(this.canvas, width, height),
      sharp = window.devicePixelRatio || 1,
      snap = (v) => Math.round(v * sharp) / sharp;
    Object.assign(pen, {
      imageSmoothingEnabled: (cell * sharp) / wide < 2,
      imageSmoothingQuality: "high",
    });
    pen.clearRect(0, 0, width, height);
    for (let i = 0; i < n; i++) {
      const column = i % columns,
        row = (i - column) / columns,
        x = snap(column * (cell + gap)),
        y = snap(row * (high + gap));
      pen.drawImage(
        bitmap,
        column * wide,
        row * tall,
        wide,
        tall,
        x,
        y,
        snap(x + cell) - x,
        snap(y + high) - y,
      );
    }
  }
}

class DashboardView extends View {
  constructor(model, el) {
    super(model, el);
    Object.assign(this, { cache: new Map(), index: null, playing: false, own: {}, decoding: 0 });
    this.build();
    this.start();
    const real = model.get("real_png");
    if (real.byteLength)
      this.decode(new Blob([real], { type: "image/png" }), (bitmap) => {
        this.realBitmap = bitmap;
      });
    this.setStatus(
      this.config.plays
        ? "Press Play or Step. Other cells can run while it plays."
        : "Waiting for a cell that trains.",
    );
  }

  onClose() {
    for (const bitmap of [this.bitmap, this.realBitmap]) bitmap?.close();
    this.cache.clear();
  }

  build() {
    const { columns, plays, real } = this.config;
    this.buttons = {
      play: button("▶ Play", () => this.toggle(), { kind: "gl-primary" }),
      step: button("Step", () => this.stepOnce(), {
        title: "One step of both players, and a look",
      }),
      stop: button("■ Stop", () => this.stop(), { title: "Stop training; nothing is lost" }),
      save: button("Save picture", () => this.save(), {
        kind: "gl-small",
        title: "Save the generated pictures as PNG",
      }),
    };
    this.buttons.play.hidden = this.buttons.step.hidden = !plays;
    this.counts = element("div", { class: "gl-counts" });
    this.bar = element(
      "div",
      {
        class: "gl-progress",
        role: "progressbar",
        "aria-label": "steps",
        "aria-valuemin": 0,
        hidden: true,
      },
      element("div"),
    );
    const top = element(
      "div",
      { class: "gl-bar", role: "toolbar", "aria-label": "transport" },
      this.buttons.play,
      this.buttons.step,
      this.buttons.stop,
      this.counts,
    );
    this.fake = new Sheet("Generated", "fake", columns);
    this.real = new Sheet("Real", "real", columns);
    this.real.root.hidden = !real;
    this.time = element("input", {
      type: "range",
      min: 0,
      max: 0,
      value: 0,
      "aria-label": "timeline",
      oninput: (event) => this.scrub(Number(event.target.value)),
    });
    this.timeText = element("span", { class: "gl-quiet gl-time" });
    this.back = button("Back to now", () => this.scrub(Infinity), { kind: "gl-small" });
    this.back.hidden = true;
    this.status = element("p", { "aria-live": "polite" });
    this.charts = CHARTS.map(([title, lines, options]) =>
      Object.assign(new Chart(title, lines, { height: 76, ...options }), {
        names: lines.map((line) => line[2]),
      }),
    );
    this.right = element(
      "section",
      { class: "gl-charts", "aria-label": "measurements" },
      ...this.charts.map((chart) => chart.root),
    );
    const sheets = element(
      "section",
      { class: "gl-middle", "aria-label": "pictures" },
      element("div", { class: "gl-sheets" }, this.fake.root, this.real.root),
      element(
        "div",
        { class: "gl-timeline" },
        this.time,
        this.timeText,
        this.back,
        this.buttons.save,
      ),
    );
    this.root = element(
      "div",
      {
        class: "gl-root gl-dashboard",
        "data-lm-suppress-shortcuts": "true",
        role: "region",
        "aria-label": "image dashboard",
      },
      top,
      this.bar,
      this.trouble,
      element("div", { class: "gl-halves" }, sheets, this.right),
      element("div", { class: "gl-caption gl-status" }, this.status),
    );
  }

  setStatus(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  onFrame(content, buffers, mine) {
    if (mine || !content.training) this.busy = false;
    this.frame = { ...content, data: unpack(content.arrays, buffers[0]) };
    if (content.picture !== null) {
      this.shape = content.shape;
      this.cache.set(content.picture, new Blob([buffers[1]], { type: "image/png" }));
    }
    const moments = this.frame.data.moments;
    for (const step of this.cache.keys()) if (!moments.includes(step)) this.cache.delete(step);
    const away = [...moments].map((step) => Math.abs(step - this.wanted));
    if (this.index !== null) this.index = away.length ? away.indexOf(Math.min(...away)) : null;
    if (content.training && !this.busy)
      this.setStatus(
        content.stopping
          ? "Stopping after this step."
          : "A cell is training. Stop ends it; the same cell goes on later.",
      );
    else if (content.status !== this.lastStatus && content.status) this.setStatus(content.status);
    else if (this.trained && !content.training) this.setStatus("No cell is training now.");
    if (content.warning !== this.lastWarning) this.showError(content.warning ?? "");
    this.lastWarning = content.warning;
    this.trained = content.training;
    this.lastStatus = content.status;
    this.look();
    this.redraw();
  }

  onReply() {
    this.requestTicks();
  }

  /** Turn a PNG into a bitmap, which takes a moment, and give it to `then` if this view is still there. */
  decode(blob, then) {
    this.decoding += 1;
    this.showWaiting();
    createImageBitmap(blob)
      .then((bitmap) => {
        if (this.closed) bitmap.close();
        else {
          then(bitmap);
          this.redraw();
        }
      })
      .finally(() => {
        this.decoding -= 1;
        this.showWaiting();
      });
  }

  showWaiting() {
    super.showWaiting();
    this.root.dataset.waiting = String(Number(this.root.dataset.waiting) + this.decoding);
  }

  /** One tick is under way while it plays: the next one is sent when its answer has come. */
  requestTicks() {
    if (!this.playing || this.closed || this.isInFlight("tick")) return;
    this.send("tick", { fresh: this.fresh });
    this.fresh = false;
  }

  /** Have the picture of the moment decoded, and asked for where this page never got it. */
  look() {
    const { moments } = this.frame.data,
      step = moments[this.index ?? moments.length - 1];
    if (step === undefined) return;
    const blob = this.cache.get(step);
    if (!blob) {
      if (!this.isInFlight("look")) this.send("look", { step });
      return;
    }
    if (this.shownBlob === blob) return;
    this.shownBlob = blob;
    this.decode(blob, (bitmap) => {
      if (this.shownBlob !== blob) return bitmap.close();
      this.bitmap?.close();
      Object.assign(this, { bitmap, shown: step });
    });
  }

  toggle() {
    if (this.playing) return this.stop();
    this.showError("");
    this.scrub(Infinity);
    this.playing = this.fresh = true;
    this.buttons.play.textContent = "❚❚ Pause";
    this.setStatus("Playing. Other cells can run; Pause or Stop at any time.");
    this.requestTicks();
    this.redraw();
  }

  halt() {
    this.playing = false;
    this.buttons.play.textContent = "▶ Play";
    this.redraw();
  }

  stop() {
    this.setStatus(this.playing ? "Paused. Play goes on from here." : "Stopping …");
    this.halt();
    this.ask("stop");
  }

  stepOnce() {
    this.halt();
    this.scrub(Infinity);
    if (!this.isInFlight("step")) this.ask("step");
  }

  scrub(index) {
    if (!this.frame) return;
    const { moments } = this.frame.data;
    this.index = index >= moments.length - 1 ? null : index;
    this.wanted = moments[index];
    this.back.hidden = this.index === null;
    this.look();
    this.redraw();
  }

  save() {
    this.fake.canvas.toBlob((blob) => download(`generated-${this.shown}.png`, blob, "image/png"));
  }

  /** Beside what every view watches for: does the kernel take a Stop while a cell runs? */
  watchdog() {
    super.watchdog();
    const now = performance.now();
    for (const [id, sent] of this.inFlight)
      if (sent.type === "stop" && now - sent.at > 1000) {
        this.busy = this.inFlight.delete(id);
        this.setStatus(BUSY);
        this.showWaiting();
      }
    if (this.frame?.training && now - this.lastHeard > 8000 && !this.inFlight.size)
      this.send("hello");
    this.requestTicks();
  }

  paint() {
    const { frame, theme } = this;
    if (this.realBitmap) this.real.draw(this.realBitmap, this.config.real);
    if (!frame || this.closed) return;
    if (this.bitmap) {
      this.fake.name(`Generated, step ${commas(this.shown)}`);
      this.fake.draw(this.bitmap, this.shape);
    }
    const { data } = frame,
      { moments } = data,
      at = this.index ?? moments.length - 1,
      step = moments[at];
    const steps = data.step ?? [],
      row =
        this.index === null
          ? null
          : Math.max(
              0,
              [...steps].findLastIndex((s) => s <= step),
            );
    for (const chart of this.charts) {
      chart.root.hidden = !chart.names.some((name) => data[name]);
      if (!chart.root.hidden)
        chart.draw(theme, steps, [chart.names.map((name) => data[name] ?? [])], row);
    }
    for (const key of Object.keys(data).filter((name) => name.startsWith("metric "))) {
      const name = key.slice(7),
        title = name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");
      if (!this.own[key])
        this.right.append(
          (this.own[key] = new Chart(title, [["", "ink"]], { height: 62, ...OWN[name] })).root,
        );
      this.own[key].draw(theme, moments, [[data[key]]], this.index);
    }
    for (const chart of [...this.charts, ...Object.values(this.own)])
      chart.canvas.setAttribute("aria-label", chart.words ?? chart.title);
    this.time.max = String(Math.max(0, moments.length - 1));
    this.time.value = String(at);
    this.time.disabled = moments.length < 2;
    this.timeText.textContent = step === undefined ? "" : `step ${commas(step)}`;
    this.time.setAttribute("aria-valuetext", this.timeText.textContent);
    this.buttons.stop.disabled = !(this.playing || frame.training);
    this.buttons.play.disabled = this.buttons.step.disabled = frame.training;
    this.count();
  }

  count() {
    const { step, steps, rate, unit, left, training } = this.frame,
      item = (label, value, more = "") => element("span", {}, label, element("b", {}, value), more);
    const going = training || this.playing,
      last = steps ? ` of ${commas(steps)}` : "";
    this.counts.replaceChildren(
      item("step ", commas(step) + last),
      ...(going && rate ? [item("", commas(rate), ` ${unit}/s`)] : []),
      ...(going && left > 0 ? [item("", duration(left), " left")] : []),
    );
    this.bar.hidden = !steps;
    if (!steps) return;
    this.bar.firstChild.style.width = `${Math.min(100, (100 * step) / steps)}%`;
    this.bar.setAttribute("aria-valuemax", steps);
    this.bar.setAttribute("aria-valuenow", Math.min(step, steps));
  }
}

const duration = (seconds) =>
  seconds < 60
    ? `${Math.round(seconds)} s`
    : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;

export default exportView(DashboardView);
