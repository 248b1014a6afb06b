// The 2-D laboratory: controls, the clock, the timeline. The kernel trains only when this script asks it to.

const LAYERS = [
  ["real", "real"],
  ["fake", "generated"],
  ["field", "D field"],
  ["manifold", "manifold"],
  ["arrows", "gradients"],
  ["verdicts", "verdicts"],
  ["optimum", "D*"],
];
const HINTS = {
  real: "Real points: squares",
  fake: "Generated points: circles",
  field: "What D says everywhere: blue for real, orange for generated",
  manifold: "How G bends the noise: each cell holds the same share, so small ones are dense",
  arrows: "Where each generated point would go for G's loss to fall",
  verdicts: "What D says of each point",
  optimum: "The best D there is against these points, beside the learned one",
};
const START =
  "Press Play. Blue squares are real points, orange circles generated ones; the field is what the discriminator says: blue for real, orange for generated.";
const SPEEDS = [
  [1, "1 a second"],
  [5, "5 a second"],
  [30, "30 a second"],
  [200, "200 a second"],
  [Infinity, "all it can"],
];
const STATIONS = [
  ["noise", "noise"],
  ["generator", "G"],
  ["data", "real data"],
  ["discriminator", "D"],
  ["loss", "loss"],
];
const SLOW = 4000; // milliseconds a part of slow motion stays

class LaboratoryView extends View {
  constructor(model, el) {
    super(model, el);
    Object.assign(this, {
      layers: new Set(["real", "fake", "field", "manifold"]),
      speed: 4,
      run: 0,
      index: null,
      playing: false,
      slow: false,
      part: null,
      recentFrames: [],
      painted: 0,
      explanation: null,
      saved: 0,
    });
    this.silentText = `${SILENT} and choose 'Restore'.`;
    this.build();
    this.undo.listen(document, "visibilitychange", () => this.requestTicks());
    this.start();
    this.setCaption(START);
  }

  onClose() {
    this.playing = this.slow = false;
    clearTimeout(this.timer);
    clearTimeout(this.slowTimer);
  }

  // --- what is on the page

  build() {
    const rules = this.config.rules;
    this.controls = {};
    this.buttons = {
      play: button("▶ Play", () => this.toggle(), { kind: "gl-primary" }),
      d: button("Step D", () => this.step("d"), { title: "One update of the discriminator" }),
      g: button("Step G", () => this.step("g"), { title: "One update of the generator" }),
      both: button("Both", () => this.step("both"), {
        title: "One iteration: the updates of D, then those of G",
      }),
      reset: button(
        "↺ Reset",
        () => {
          this.halt();
          this.backToNow();
          this.ask("reset");
        },
        { title: "New networks from the same seed" },
      ),
      slow: button("Slow motion", () => this.toggleSlowMotion(), {
        pressed: false,
        title: "One update, part by part, with a caption for each",
      }),
    };
    const speed = element("input", {
      type: "range",
      min: 0,
      max: SPEEDS.length - 1,
      value: this.speed,
      "aria-label": "speed",
      "aria-valuetext": SPEEDS[this.speed][1],
      oninput: (event) => {
        this.speed = Number(event.target.value);
        event.target.setAttribute("aria-valuetext", SPEEDS[this.speed][1]);
        this.speedText.textContent = SPEEDS[this.speed][1];
        this.requestTicks();
      },
    });
    this.speedText = element("span", { class: "gl-quiet gl-speed" }, SPEEDS[this.speed][1]);
    this.counts = element("div", { class: "gl-counts" });
    const bar = element(
      "div",
      { class: "gl-bar", role: "toolbar", "aria-label": "transport" },
      this.buttons.play,
      element("span", { class: "gl-group" }, this.buttons.d, this.buttons.g, this.buttons.both),
      this.buttons.reset,
      this.buttons.slow,
      element(
        "label",
        { class: "gl-inline" },
        element("span", { class: "gl-quiet" }, "speed"),
        speed,
        this.speedText,
      ),
      this.counts,
    );

    this.datas = {};
    const thumbs = Object.entries(this.config.thumbnails).map(([name, points]) => {
      this.datas[name] = element(
        "button",
        {
          type: "button",
          class: "gl-thumb",
          "aria-pressed": "false",
          "aria-label": `data: ${name}`,
          title: name,
          onclick: () => this.set({ data: name }),
        },
        this.thumbnail(points),
      );
      return this.datas[name];
    });
    this.datas.drawn = element(
      "button",
      {
        type: "button",
        class: "gl-thumb gl-pencil",
        "aria-pressed": "false",
        "aria-label": "data: draw your own",
        title: "draw your own",
        onclick: () => this.sketchOn(),
      },
      "✎",
    );
    const player = (letter, name, role) => [
      element("h4", { class: `gl-${role}` }, name),
      ...["layers", "width", "rate", "updates"].map((what) =>
        this.numberControl(`${letter}_${what}`, `${name} ${what}`, role),
      ),
      this.choiceControl(`${letter}_optimizer`, `${name} optimizer`),
    ];
    const small = (text, act, title) => button(text, act, { kind: "gl-small", title });
    this.file = element("input", {
      type: "file",
      accept: ".json",
      hidden: true,
      "aria-label": "a state to load",
      onchange: (event) => this.load(event),
    });
    this.compareButton = button("Compare two runs", () => this.compare(), {
      kind: "gl-small",
      pressed: false,
      title: "The same seed twice, side by side; then change one setting of B",
    });
    this.which = element(
      "span",
      { class: "gl-group", role: "group", "aria-label": "whose settings are shown", hidden: true },
      ...["A", "B"].map((name, i) =>
        button(
          `settings of ${name}`,
          () => {
            this.run = i;
            this.showRules();
          },
          { kind: "gl-small", pressed: i === 0 },
        ),
      ),
    );
    this.challenges = element(
      "select",
      {
        "aria-label": "challenge",
        onchange: (event) => this.ask("challenge", { name: event.target.value || null }),
      },
      element("option", { value: "" }, "No challenge"),
      ...Object.entries(this.config.challenges).map(([key, title]) =>
        element("option", { value: key }, title),
      ),
    );
    const settings = element(
      "section",
      { class: "gl-settings", "aria-label": "settings" },
      this.which,
      element("h4", {}, "Data"),
      element("div", { class: "gl-thumbs" }, ...thumbs, this.datas.drawn),
      ...player("g", "Generator", "fake"),
      ...player("d", "Discriminator", "real"),
      element("h4", {}, "Game"),
      ...["loss", "regulariser"].map((name) => this.choiceControl(name, name)),
      this.numberControl("strength", "strength"),
      element(
        "details",
        {},
        element("summary", {}, "noise, activation, seed"),
        ...["noise", "activation"].map((name) => this.choiceControl(name, name)),
        this.numberControl("seed", "seed"),
      ),
    );
    const tools = element(
      "div",
      { class: "gl-tools" },
      element(
        "div",
        { class: "gl-buttons" },
        small(
          "Pretrained",
          () => {
            this.halt();
            this.backToNow();
            this.ask("pretrained");
          },
          "Start from weights that were trained before",
        ),
        this.compareButton,
        this.challenges,
      ),
      element(
        "div",
        { class: "gl-buttons", role: "group", "aria-label": "export" },
        element("span", { class: "gl-quiet" }, "Export"),
        small("Picture", () => this.savePicture(), "Save the picture as PNG"),
        small("Animation", () => this.animate(), "Save the timeline as an animated GIF"),
        small(
          "State",
          () => this.ask("state", { why: "save" }),
          "Save settings and weights as JSON",
        ),
        small("Load", () => this.file.click(), "Go on from a saved state"),
        this.file,
      ),
    );

    this.scenes = [new Scene(), new Scene()];
    this.sketch = new Sketch(this.scenes[0], this.undo);
    this.toggles = LAYERS.map(([key, text]) =>
      button(text, () => this.toggleLayer(key), {
        kind: "gl-chip",
        pressed: this.layers.has(key),
        title: HINTS[key],
      }),
    );
    this.time = element("input", {
      type: "range",
      min: 0,
      max: 0,
      value: 0,
      "aria-label": "timeline",
      oninput: (event) => this.scrub(Number(event.target.value)),
    });
    this.timeText = element("span", { class: "gl-quiet gl-time" }, "0");
    this.back = element(
      "span",
      { class: "gl-group", hidden: true },
      button(
        "Go on from here",
        () => {
          const { index } = this;
          this.backToNow();
          this.ask("rewind", { index });
        },
        { kind: "gl-small", title: "Forget what came later" },
      ),
      button(
        "Back to now",
        () => {
          this.backToNow();
          this.ask("hello");
        },
        { kind: "gl-small" },
      ),
    );
    this.drawBar = element(
      "div",
      { class: "gl-drawbar", hidden: true },
      element("span", {}, "Draw on the picture, or arrow keys and Space."),
      button("Use it", () => this.sketchUse(), { kind: "gl-small gl-primary" }),
      button("Clear", () => this.sketch.start(this.theme), { kind: "gl-small" }),
      button("Cancel", () => this.sketchOff(), { kind: "gl-small" }),
    );
    this.flow = element(
      "div",
      { class: "gl-flow" },
      ...STATIONS.map(([key, text]) => element("span", { "data-station": key }, text)),
    );
    this.caption = element(
      "div",
      { class: "gl-caption" },
      this.trouble,
      this.flow,
      element("p", { "aria-live": "polite" }),
    );
    this.slowBar = button("Next part", () => this.nextPart(), { kind: "gl-small" });
    this.flow.append(this.slowBar);
    this.flow.hidden = true;
    const middle = element(
      "section",
      { class: "gl-middle", "aria-label": "picture" },
      element("div", { class: "gl-panes" }, ...this.scenes.map((scene) => scene.root)),
      this.drawBar,
      element("div", { class: "gl-chips", role: "group", "aria-label": "layers" }, ...this.toggles),
      element("div", { class: "gl-timeline" }, this.time, this.timeText, this.back),
      this.caption,
      tools,
    );

    this.charts = {
      losses: new Chart(
        "Losses",
        [
          ["D", "real"],
          ["G", "fake"],
        ],
        { height: 84, explain: "The means over the iterations since the last record" },
      ),
      js: new Chart("Jensen-Shannon", [["", "ink"]], {
        low: 0,
        high: Math.LN2,
        explain:
          "In nats, from 0 to log 2: the shares of 4,000 generated points in 40 x 40 cells against the exact masses",
      }),
      kl: new Chart("KL(generated ‖ real)", [["", "ink"]], {
        low: 0,
        explain: "In nats, over the same cells, with a thousandth of both spread evenly",
      }),
      modes: new Chart("Modes covered", [["", "ink"]], {
        low: 0,
        explain: "Modes with at least 1 % of the points within three standard deviations",
      }),
      quality: new Chart(
        "Quality",
        [
          ["precision", "ink"],
          ["recall", "quiet"],
        ],
        {
          low: 0,
          high: 1,
          explain:
            "Shares of generated points among the real ones, and of real points among the generated ones (Kynkäänniemi et al. 2019)",
        },
      ),
      norms: new Chart(
        "Gradient norms",
        [
          ["D", "real"],
          ["G", "fake"],
        ],
        { low: 0 },
      ),
    };
    const right = element(
      "section",
      { class: "gl-charts", "aria-label": "measurements" },
      ...Object.values(this.charts).map((chart) => chart.root),
    );
    this.root = element(
      "div",
      { class: "gl-root gl-laboratory", role: "region", "aria-label": "2-D GAN laboratory" },
      bar,
      element("div", { class: "gl-columns" }, settings, middle, right),
    );
  }

  thumbnail(points) {
    const canvas = element("canvas", { width: 88, height: 88, "aria-hidden": "true" }),
      pen = canvas.getContext("2d");
    pen.fillStyle = rgb([76, 138, 205]);
    for (const [x, y] of points) pen.fillRect(86 * x, 86 * y, 4, 4);
    return canvas;
  }

  numberControl(name, label, role = "ink") {
    const { low, high, whole, log, label: text } = this.config.rules[name];
    const seed = name === "seed",
      top = seed ? 20 : high,
      bottom = log ? 1e-5 : low;
    const toSlider = log
      ? (v) => Math.log(v / bottom) / Math.log(top / bottom)
      : (v) => (whole ? v : Math.cbrt(v / top));
    const toValue = log
      ? (t) => bottom * Math.pow(top / bottom, t)
      : (t) => (whole ? t : top * t * t * t);
    const change = (value) => this.set({ [name]: value });
    const slider = element("input", {
      type: "range",
      class: `gl-range-${role}`,
      min: whole ? bottom : 0,
      max: whole ? top : 1,
      step: whole ? 1 : 0.005,
      "aria-label": label,
      oninput: () => {
        const value = Number(toValue(Number(slider.value)).toPrecision(2));
        field.value = String(value);
        change(value);
      },
    });
    const typed = () => {
      const text = field.value.trim().replace(",", ".");
      if (text !== field.shown)
        change(text === "" || Number.isNaN(Number(text)) ? text : Number(text));
      field.shown = text;
    };
    const field = element("input", {
      type: "text",
      inputmode: "decimal",
      "aria-label": `${label}, typed`,
      onchange: typed,
      onkeydown: (event) => {
        if (event.key === "Enter") typed();
      },
    });
    this.controls[name] = (value) => {
      if (document.activeElement !== field) field.value = field.shown = String(value);
      if (document.activeElement !== slider) slider.value = String(toSlider(value));
    };
    return element("div", { class: "gl-row" }, element("span", {}, text), slider, field);
  }

  choiceControl(name, label) {
    const select = element(
      "select",
      { "aria-label": label, onchange: () => this.set({ [name]: select.value }) },
      ...this.config.rules[name].options.map((option) =>
        element("option", { value: option }, option.replaceAll("_", "-")),
      ),
    );
    this.controls[name] = (value) => {
      select.value = value;
    };
    return element(
      "div",
      { class: "gl-row gl-choice" },
      element("span", {}, this.config.rules[name].label),
      select,
    );
  }

  // --- messages

  send(type, more = {}) {
    super.send(type, { optimum: this.layers.has("optimum"), ...more });
  }

  /** Paint a moment. One of the past is for the view that asked for it, and the present is for all that show the present. */
  onFrame(content, buffers, mine) {
    if (content.index !== this.index || (content.index !== null && !mine)) return;
    const data = unpack(content.arrays, buffers[0]);
    if (!mine && !content.optimum) this.keepOptimum(data, content.runs.length);
    if (content.runs.length !== this.frame?.runs.length) this.run = content.runs.length - 1; // comparing begins with B's settings
    this.frame = { ...content, data };
    this.recentFrames.push([performance.now(), content.runs[0].iteration]);
    if (this.recentFrames.length > 60) this.recentFrames.shift();
    this.redraw();
  }

  /** Another view asked, and not for D*: go on showing the one that this view has. */
  keepOptimum(data, runs) {
    for (let i = 0; i < runs; i++)
      if (this.frame?.data[`best${i}`]) data[`best${i}`] = this.frame.data[`best${i}`];
  }

  onReply(content, buffers) {
    if (content.error) this.showRules(true);
    if (content.type === "state") this.keepState(content);
    if (content.type === "animation") this.onAnimation(content, buffers);
    if (content.explanation) this.explain(content.explanation);
    if (content.iterations === 0) this.lastTick = null; // the kernel was compiling: that costs no turn at a slow speed
    this.requestTicks();
  }

  /** Keep two ticks under way while playing: the kernel works on one while the other one's answer is drawn. */
  requestTicks() {
    if (!this.playing || this.slow || this.closed || document.hidden) return;
    const [rate] = SPEEDS[this.speed];
    clearTimeout(this.timer);
    if (rate === Infinity) {
      while ([...this.inFlight.values()].filter((sent) => sent.type === "tick").length < 2)
        this.send("tick", { seconds: 0.036 });
    } else if (this.inFlight.size === 0) {
      const ticks = Math.min(rate, 25),
        wait = (this.lastTick ?? 0) + 1000 / ticks - performance.now();
      if (wait <= 0) {
        this.lastTick = performance.now();
        this.send("tick", { seconds: 0.1, most: Math.round(rate / ticks) });
      } else this.timer = setTimeout(() => this.requestTicks(), wait);
    }
  }

  /** Settings change often while a slider moves. */
  set(rules) {
    this.backToNow(false);
    this.askLatest("set", { run: this.run, rules });
  }

  // --- transport

  toggle() {
    if (this.playing) return this.halt();
    this.backToNow();
    this.playing = true;
    this.recentFrames = [];
    this.buttons.play.textContent = "❚❚ Pause";
    if (this.slow) this.nextPart();
    else this.requestTicks();
  }

  halt() {
    this.playing = false;
    clearTimeout(this.timer);
    clearTimeout(this.slowTimer);
    this.buttons.play.textContent = "▶ Play";
    if (this.frame && this.frame.runs[0].iteration !== this.saved)
      this.send("state", { why: "keep" });
    if (this.frame && this.index === null) this.send("hello"); // the last moment as it is: while playing not every one is measured
  }

  step(player) {
    this.halt();
    this.backToNow();
    this.ask("step", { player });
  }

  /** Back from the timeline to the present. */
  backToNow(redraw = true) {
    if (this.index === null) return;
    this.index = null;
    this.back.hidden = true;
    if (redraw) this.redraw();
  }

  scrub(index) {
    this.halt();
    const last = (this.frame?.moments ?? 1) - 1;
    if (index >= last) {
      this.backToNow();
      return this.ask("hello");
    }
    this.index = index;
    this.back.hidden = false;
    this.askLatest("scrub", { index });
  }

  toggleSlowMotion() {
    this.slow = !this.slow;
    setPressed(this.buttons.slow, this.slow);
    clearTimeout(this.slowTimer);
    if (this.slow) {
      this.part = null;
      this.backToNow();
      this.nextPart();
    } else {
      this.explanation = null;
      this.setCaption("Slow motion is over. Every iteration was exactly this, thousands of times.");
      this.redraw();
      this.requestTicks();
    }
  }

  nextPart() {
    if (!this.slow || this.closed) return;
    const [player, number] = this.part ?? ["g", 5];
    this.part = number < 5 ? [player, number + 1] : [player === "d" ? "g" : "d", 1];
    this.ask("explain", { player: this.part[0], number: this.part[1] });
    clearTimeout(this.slowTimer);
    if (this.playing) this.slowTimer = setTimeout(() => this.nextPart(), SLOW);
  }

  explain(explanation) {
    this.explanation = explanation;
    this.setCaption(explanation.text, explanation.title);
  }

  setCaption(text, title = "") {
    this.caption
      .querySelector("p")
      .replaceChildren(...(title ? [element("b", {}, `${title}. `)] : []), text);
  }

  toggleLayer(key) {
    if (this.layers.has(key)) this.layers.delete(key);
    else this.layers.add(key);
    this.toggles.forEach((chip, i) => setPressed(chip, this.layers.has(LAYERS[i][0])));
    if (key === "optimum" && !this.playing)
      this.index === null ? this.ask("hello") : this.ask("scrub", { index: this.index });
    this.redraw();
  }

  // --- data of one's own, comparing, files

  sketchOn() {
    this.halt();
    this.backToNow();
    this.drawBar.hidden = false;
    this.sketch.start(this.theme);
    this.redraw();
  }
  sketchOff() {
    this.sketch.stop();
    this.drawBar.hidden = true;
    this.redraw();
  }
  sketchUse() {
    const strokes = this.sketch.strokes;
    this.sketchOff();
    this.setCaption(START);
    this.ask("draw", { strokes });
  }

  compare() {
    const on = (this.frame?.runs.length ?? 1) < 2;
    this.halt();
    this.backToNow();
    this.ask("compare", { on });
    this.setCaption(
      !on
        ? START
        : "Two runs from the same seed. The settings at the left are B's: change one of them, and press Play. In the charts, B is dashed.",
    );
  }

  savePicture() {
    const shown = this.scenes.filter((scene) => !scene.root.hidden).map((scene) => scene.canvas);
    const sheet = element("canvas", {
      width: shown.reduce((sum, canvas) => sum + canvas.width + 8, -8),
      height: shown[0].height,
    });
    let left = 0;
    for (const canvas of shown) {
      sheet.getContext("2d").drawImage(canvas, left, 0);
      left += canvas.width + 8;
    }
    sheet.toBlob((blob) =>
      download(`laboratory-${this.frame.runs[0].iteration}.png`, blob, "image/png"),
    );
  }

  animate() {
    this.halt();
    this.backToNow();
    this.ask("animation", { index: 0 });
  }

  onAnimation(content, buffers) {
    this.setCaption(
      content.done
        ? "The animation is saved."
        : `Drawing the animation: ${content.index + 1} of ${content.moments}.`,
    );
    if (content.done) download("laboratory.gif", buffers[0], "image/gif");
    else this.send("animation", { index: content.index + 1 });
  }

  async load(event) {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    try {
      const state = JSON.parse(await file.text());
      this.halt();
      this.backToNow();
      this.ask("load", { state });
    } catch {
      this.showError(`${file.name} is no JSON file; expected a state that was saved here.`);
    }
  }

  /** Remember the state in the browser, for the day the kernel is gone; or give it to the reader as a file. */
  keepState({ state, why }) {
    if (!state) return;
    const text = JSON.stringify(state);
    if (why === "save") return download("laboratory.json", text, "application/json");
    this.saved = state.games[0].iteration;
    try {
      if (this.saved && text.length < 1_000_000)
        localStorage.setItem(`ganlib:${this.config.name}`, text);
    } catch {
      /* a browser that keeps nothing is no reason to stop */
    }
  }

  /** Offer what was kept, if it is a state: anybody may have written under this name. */
  offerRestore() {
    this.offered = true;
    let state = null;
    try {
      state = JSON.parse(localStorage.getItem(`ganlib:${this.config.name}`));
    } catch {
      return;
    }
    const iteration = Array.isArray(state?.games) ? state.games[0]?.iteration : null;
    if (!Number.isFinite(iteration) || this.frame.runs[0].iteration > 0) return;
    const link = button(
      `Restore the last state, iteration ${commas(iteration)}`,
      () => {
        link.remove();
        this.ask("load", { state });
      },
      { kind: "gl-small" },
    );
    this.caption.append(link);
    this.offerLink = link;
  }

  /** Beside what every view watches for: is it time to remember the state, and to say what is to be seen? */
  watchdog() {
    super.watchdog();
    if (this.playing && performance.now() - (this.keptAt ?? 0) > 5000) {
      this.keptAt = performance.now();
      this.send("state", { why: "keep" });
    }
    if (this.words)
      for (const scene of this.scenes) scene.canvas.setAttribute("aria-label", this.words);
    for (const chart of Object.values(this.charts)) chart.describe();
    this.requestTicks();
  }

  // --- drawing

  paint() {
    const { frame, theme } = this;
    if (!frame || this.closed) return;
    if (!this.offered) this.offerRestore();
    if (this.offerLink && frame.runs[0].iteration > 0) {
      this.offerLink.remove();
      this.offerLink = null;
    }
    this.painted += 1;
    const layers =
      this.explanation && this.slow ? new Set(this.explanation.show) : new Set(this.layers);
    const asked = this.layers.has("optimum") && !(this.explanation && this.slow);
    const panes = frame.runs.map((run, i) => ({
      run,
      i,
      layers: new Set([...layers].filter((key) => key !== "optimum")),
    }));
    if (asked && frame.runs.length === 1)
      panes.push({
        run: frame.runs[0],
        i: 0,
        layers: new Set([...layers].filter((key) => key !== "field")),
        best: true,
      });
    this.scenes.forEach((scene, k) => {
      const pane = panes[k];
      scene.root.hidden = !pane;
      if (!pane || (k === 0 && this.sketch.on)) return;
      const get = (name) => frame.data[`${name}${pane.i}`],
        title = pane.best
          ? get("best")
            ? "D*, the best possible"
            : "D*: this loss has no finite optimum"
          : frame.runs.length > 1
            ? this.nameOf(pane.i)
            : asked
              ? "D, as learned"
              : "";
      if (scene.label.textContent !== title) scene.label.textContent = title;
      scene.draw(
        theme,
        {
          real: get("real"),
          fake: get("fake"),
          real_says: get("real_says"),
          fake_says: get("fake_says"),
          arrows: get("arrows"),
          field: get("field"),
          manifold: get("manifold"),
          best: get("best"),
        },
        pane.run.extent,
        pane.layers,
      );
    });
    if (this.playing && performance.now() - (this.charted ?? 0) < 140) return; // charts need no more than seven a second
    this.charted = performance.now();
    const columns = frame.runs.map((_, i) => this.columns(frame.data[`record${i}`]));
    const xs = columns[0].iteration,
      at = this.index,
      draw = (chart, ...names) =>
        chart.draw(
          theme,
          xs,
          columns.map((column) => names.map((name) => column[name])),
          at,
        );
    draw(this.charts.losses, "d_loss", "g_loss");
    draw(this.charts.js, "js");
    draw(this.charts.kl, "kl");
    this.charts.modes.high = frame.runs[0].modes;
    this.charts.modes.root.hidden = !frame.runs[0].modes;
    draw(this.charts.modes, "modes");
    draw(this.charts.quality, "precision", "recall");
    draw(this.charts.norms, "d_norm", "g_norm");
    this.showCounts(columns[0], at);
    this.showRules();
    this.time.max = String(frame.moments - 1);
    if (this.index === null) this.time.value = this.time.max;
    this.time.setAttribute("aria-valuetext", `iteration ${commas(frame.runs[0].iteration)}`);
    this.timeText.textContent = commas(frame.runs[0].iteration);
    for (const station of this.flow.children)
      station.classList.toggle(
        "gl-on",
        Boolean(
          this.explanation && this.slow && this.explanation.flow.includes(station.dataset.station),
        ),
      );
    this.flow.hidden = !(this.explanation && this.slow);
    if (frame.challenge && !this.slow)
      this.setCaption(
        `${frame.challenge.task} ${frame.challenge.done ? "✔ " : ""}${frame.challenge.status} Hint: ${frame.challenge.hint}`,
        frame.challenge.title,
      );
  }

  columns(record) {
    const [rows, width] = record.shape,
      names = this.config.columns;
    return Object.fromEntries(
      names.map((name, c) => [name, Array.from({ length: rows }, (_, r) => record[r * width + c])]),
    );
  }

  nameOf(i) {
    const [a, b] = this.frame.runs.map((run) => run.rules),
      differ = Object.keys(a).filter((name) => a[name] !== b[name]);
    if (i === 0) return "A";
    if (!differ.length) return "B: the same rules, so far";
    if (differ.length > 1) return `B: ${differ.length} rules differ (${differ.join(", ")})`;
    return `B: ${differ[0].replaceAll("_", " ")} ${b[differ[0]]} instead of ${a[differ[0]]}`;
  }

  showCounts(column, at) {
    const [first, last] = [this.recentFrames[0], this.recentFrames[this.recentFrames.length - 1]],
      k = at ?? column.iteration.length - 1;
    const rate =
      this.playing && first && last[0] > first[0] + 200
        ? (1000 * (last[1] - first[1])) / (last[0] - first[0])
        : null;
    const modes = this.frame.runs[0].modes,
      item = (label, value) => element("span", {}, label, element("b", {}, value));
    const iteration = commas(this.frame.runs[0].iteration),
      covered = modes ? `${short(column.modes[k]).replace(".00", "")} of ${modes}` : "";
    this.counts.replaceChildren(
      item("iteration ", iteration),
      ...(rate ? [item("", `${commas(rate)}/s`)] : []),
      ...(covered ? [item("modes ", covered)] : []),
    );
    this.words = `${this.frame.runs[0].rules.data} data, iteration ${iteration}. ${Object.values(
      this.charts,
    )
      .map((chart) => chart.words)
      .join(". ")}.`;
  }

  showRules(force = false) {
    if (!this.frame) return;
    const two = this.frame.runs.length > 1;
    const rules = this.frame.runs[this.run].rules,
      shown = JSON.stringify([rules, this.run, two, this.frame.challenge?.name]);
    if (shown === this.shownRules && !force) return;
    this.shownRules = shown;
    if (force) document.activeElement?.blur?.();
    for (const [name, show] of Object.entries(this.controls)) show(rules[name]);
    for (const [name, thumb] of Object.entries(this.datas)) setPressed(thumb, rules.data === name);
    this.which.hidden = !two;
    [...this.which.children].forEach((child, i) => setPressed(child, i === this.run));
    setPressed(this.compareButton, two);
    this.challenges.value = this.frame.challenge?.name ?? "";
  }
}

export default exportView(LaboratoryView);
