// The 2-D laboratory: controls, the clock, the timeline. The kernel trains only when this script asks it to.

const LAYERS = [["real", "real"], ["fake", "generated"], ["field", "D field"], ["manifold", "manifold"], ["arrows", "gradients"],
  ["verdicts", "verdicts"], ["optimum", "D*"]];
const HINTS = { real: "Real points: squares", fake: "Generated points: circles", field: "What D says everywhere: blue for real, orange for generated",
  manifold: "How G bends the noise: each cell holds the same share, so small ones are dense", arrows: "Where each generated point would go for G's loss to fall",
  verdicts: "What D says of each point", optimum: "The best D there is against these points, beside the learned one" };
const START = "Press Play. Blue squares are real points, orange circles generated ones; the field is what the discriminator says: blue for real, orange for generated.";
const SPEEDS = [[1, "1 a second"], [5, "5 a second"], [30, "30 a second"], [200, "200 a second"], [Infinity, "all it can"]];
const STATIONS = [["noise", "noise"], ["generator", "G"], ["data", "real data"], ["discriminator", "D"], ["loss", "loss"]];
const SLOW = 4000; // milliseconds a part of slow motion stays

class LaboratoryView {
  constructor(model, el) {
    Object.assign(this, { model, el, about: model.get("about"), undo: new Undo(), view: Math.random().toString(36).slice(2), number: 0,
      flying: new Map(), layers: new Set(["real", "fake", "field", "manifold"]), speed: 4, run: 0, index: null, playing: false,
      slow: false, part: null, waiting: {}, seen: [], drawn: 0, told: null, saved: 0 });
    this.build();
    const hear = (content, buffers) => this.hear(content, buffers);
    model.on("msg:custom", hear);
    this.undo.add(() => model.off("msg:custom", hear));
    watchTheme(this.undo, () => this.lookAround());
    this.undo.observe(new ResizeObserver(() => this.redraw()), this.root);
    this.undo.listen(document, "visibilitychange", () => this.pump());
    this.undo.every(500, () => this.tidy());
    this.send("hello");
  }

  close() {
    this.playing = this.slow = false;
    this.closed = true;
    cancelAnimationFrame(this.drawing);
    clearTimeout(this.timer);
    clearTimeout(this.slowTimer);
    this.undo.all();
  }

  // --- what is on the page

  build() {
    const rules = this.about.rules;
    this.controls = {};
    this.buttons = {
      play: button("▶ Play", () => this.toggle(), { kind: "gl-primary" }),
      d: button("Step D", () => this.step("d"), { title: "One update of the discriminator" }),
      g: button("Step G", () => this.step("g"), { title: "One update of the generator" }),
      both: button("Both", () => this.step("both"), { title: "One iteration: the updates of D, then those of G" }),
      reset: button("↺ Reset", () => { this.halt(); this.now(); this.send("reset"); }, { title: "New networks from the same seed" }),
      slow: button("Slow motion", () => this.slowly(), { pressed: false, title: "One update, part by part, with a caption for each" }),
    };
    const speed = h("input", { type: "range", min: 0, max: SPEEDS.length - 1, value: this.speed, "aria-label": "speed",
      "aria-valuetext": SPEEDS[this.speed][1], oninput: (event) => {
        this.speed = Number(event.target.value);
        event.target.setAttribute("aria-valuetext", SPEEDS[this.speed][1]);
        this.speedText.textContent = SPEEDS[this.speed][1];
        this.pump();
      } });
    this.speedText = h("span", { class: "gl-quiet gl-speed" }, SPEEDS[this.speed][1]);
    this.counts = h("div", { class: "gl-counts" });
    const bar = h("div", { class: "gl-bar", role: "toolbar", "aria-label": "transport" }, this.buttons.play,
      h("span", { class: "gl-group" }, this.buttons.d, this.buttons.g, this.buttons.both), this.buttons.reset, this.buttons.slow,
      h("label", { class: "gl-inline" }, h("span", { class: "gl-quiet" }, "speed"), speed, this.speedText), this.counts);

    this.datas = {};
    const thumbs = Object.entries(this.about.thumbnails).map(([name, points]) => {
      this.datas[name] = h("button", { type: "button", class: "gl-thumb", "aria-pressed": "false", "aria-label": `data: ${name}`,
        title: name, onclick: () => this.set({ data: name }) }, this.thumbnail(points));
      return this.datas[name];
    });
    this.datas.drawn = h("button", { type: "button", class: "gl-thumb gl-pencil", "aria-pressed": "false", "aria-label": "data: draw your own",
      title: "draw your own", onclick: () => this.sketchOn() }, "✎");
    const player = (letter, name, role) => [h("h4", { class: `gl-${role}` }, name),
      ...["layers", "width", "rate", "updates"].map((what) => this.numberControl(`${letter}_${what}`, `${name} ${what}`, role)),
      this.choiceControl(`${letter}_optimizer`, `${name} optimizer`)];
    const small = (text, act, title) => button(text, act, { kind: "gl-small", title });
    this.file = h("input", { type: "file", accept: ".json", hidden: true, "aria-label": "a state to load", onchange: (event) => this.load(event) });
    this.compareButton = button("Compare two runs", () => this.compare(), { kind: "gl-small", pressed: false,
      title: "The same seed twice, side by side; then change one setting of B" });
    this.which = h("span", { class: "gl-group", role: "group", "aria-label": "whose settings are shown", hidden: true },
      ...["A", "B"].map((name, i) => button(`settings of ${name}`, () => { this.run = i; this.showRules(); },
        { kind: "gl-small", pressed: i === 0 })));
    this.challenges = h("select", { "aria-label": "challenge", onchange: (event) => this.send("challenge", { name: event.target.value || null }) },
      h("option", { value: "" }, "No challenge"), ...Object.entries(this.about.challenges).map(([key, title]) => h("option", { value: key }, title)));
    this.trouble = h("div", { class: "gl-trouble", role: "alert" });
    const settings = h("section", { class: "gl-settings", "aria-label": "settings" },
      this.which,
      h("h4", {}, "Data"), h("div", { class: "gl-thumbs" }, ...thumbs, this.datas.drawn),
      ...player("g", "Generator", "fake"), ...player("d", "Discriminator", "real"),
      h("h4", {}, "Game"), ...["loss", "regulariser"].map((name) => this.choiceControl(name, name)), this.numberControl("strength", "strength"),
      h("details", {}, h("summary", {}, "noise, activation, seed"),
        ...["noise", "activation"].map((name) => this.choiceControl(name, name)), this.numberControl("seed", "seed")));
    const tools = h("div", { class: "gl-tools" },
      h("div", { class: "gl-buttons" }, small("Pretrained", () => { this.halt(); this.now(); this.send("pretrained"); },
        "Start from weights that were trained before"), this.compareButton, this.challenges),
      h("div", { class: "gl-buttons", role: "group", "aria-label": "export" }, h("span", { class: "gl-quiet" }, "Export"),
        small("Picture", () => this.savePicture(), "Save the picture as PNG"),
        small("Animation", () => this.animate(), "Save the timeline as an animated GIF"),
        small("State", () => this.send("state", { why: "save" }), "Save settings and weights as JSON"),
        small("Load", () => this.file.click(), "Go on from a saved state"), this.file));

    this.scenes = [new Scene(), new Scene()];
    this.sketch = new Sketch(this.scenes[0], this.undo);
    this.toggles = LAYERS.map(([key, text]) => button(text, () => this.toggleLayer(key), { kind: "gl-chip", pressed: this.layers.has(key), title: HINTS[key] }));
    this.time = h("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "timeline", oninput: (event) => this.scrub(Number(event.target.value)) });
    this.timeText = h("span", { class: "gl-quiet gl-time" }, "0");
    this.back = h("span", { class: "gl-group", hidden: true }, button("Go on from here", () => { this.send("rewind", { index: this.index }); this.now(); },
      { kind: "gl-small", title: "Forget what came later" }), button("Back to now", () => { this.now(); this.send("hello"); }, { kind: "gl-small" }));
    this.drawBar = h("div", { class: "gl-drawbar", hidden: true }, h("span", {}, "Draw on the picture, or arrow keys and Space."),
      button("Use it", () => this.sketchUse(), { kind: "gl-small gl-primary" }), button("Clear", () => this.sketch.start(this.theme), { kind: "gl-small" }),
      button("Cancel", () => this.sketchOff(), { kind: "gl-small" }));
    this.flow = h("div", { class: "gl-flow" }, ...STATIONS.map(([key, text]) => h("span", { "data-station": key }, text)));
    this.caption = h("div", { class: "gl-caption" }, this.trouble, this.flow, h("p", { "aria-live": "polite" }));
    this.slowBar = button("Next part", () => this.nextPart(), { kind: "gl-small" });
    this.flow.append(this.slowBar);
    this.flow.hidden = true;
    const middle = h("section", { class: "gl-middle", "aria-label": "picture" },
      h("div", { class: "gl-panes" }, ...this.scenes.map((scene) => scene.root)), this.drawBar,
      h("div", { class: "gl-chips", role: "group", "aria-label": "layers" }, ...this.toggles),
      h("div", { class: "gl-timeline" }, this.time, this.timeText, this.back), this.caption, tools);

    this.charts = {
      losses: new Chart("Losses", [["D", "real"], ["G", "fake"]], { height: 84, explain: "The means over the iterations since the last record" }),
      js: new Chart("Jensen-Shannon", [["", "ink"]], { low: 0, high: Math.LN2, explain:
        "In nats, from 0 to log 2: the shares of 4,000 generated points in 40 x 40 cells against the exact masses" }),
      kl: new Chart("KL(generated ‖ real)", [["", "ink"]], { low: 0, explain: "In nats, over the same cells, with a thousandth of both spread evenly" }),
      modes: new Chart("Modes covered", [["", "ink"]], { low: 0, explain: "Modes with at least 1 % of the points within three standard deviations" }),
      quality: new Chart("Quality", [["precision", "ink"], ["recall", "quiet"]], { low: 0, high: 1, explain:
        "Shares of generated points among the real ones, and of real points among the generated ones (Kynkäänniemi et al. 2019)" }),
      norms: new Chart("Gradient norms", [["D", "real"], ["G", "fake"]], { low: 0 }),
    };
    const right = h("section", { class: "gl-charts", "aria-label": "measurements" }, ...Object.values(this.charts).map((chart) => chart.root));
    this.root = h("div", { class: "gl-root gl-laboratory", role: "region", "aria-label": "2-D GAN laboratory" },
      bar, h("div", { class: "gl-columns" }, settings, middle, right));
    this.el.append(this.root);
    this.theme = themeOf(this.root);
    this.say(START);
  }

  thumbnail(points) {
    const canvas = h("canvas", { width: 88, height: 88, "aria-hidden": "true" }), pen = canvas.getContext("2d");
    pen.fillStyle = rgb([76, 138, 205]);
    for (const [x, y] of points) pen.fillRect(86 * x, 86 * y, 4, 4);
    return canvas;
  }

  numberControl(name, label, role = "ink") {
    const { low, high, whole, log, label: text } = this.about.rules[name];
    const seed = name === "seed", top = seed ? 20 : high, bottom = log ? 1e-5 : low;
    const toSlider = log ? (v) => Math.log(v / bottom) / Math.log(top / bottom) : (v) => whole ? v : Math.cbrt(v / top);
    const toValue = log ? (t) => bottom * Math.pow(top / bottom, t) : (t) => whole ? t : top * t * t * t;
    const change = (value) => this.set({ [name]: value });
    const slider = h("input", { type: "range", class: `gl-range-${role}`, min: whole ? bottom : 0, max: whole ? top : 1, step: whole ? 1 : 0.005, "aria-label": label,
      oninput: () => { const value = Number(toValue(Number(slider.value)).toPrecision(2)); field.value = String(value); change(value); } });
    const typed = () => {
      const text = field.value.trim().replace(",", ".");
      if (text !== field.shown) change(text === "" || Number.isNaN(Number(text)) ? text : Number(text));
      field.shown = text;
    };
    const field = h("input", { type: "text", inputmode: "decimal", "aria-label": `${label}, typed`, onchange: typed,
      onkeydown: (event) => { if (event.key === "Enter") typed(); } });
    this.controls[name] = (value) => {
      if (document.activeElement !== field) field.value = field.shown = String(value);
      if (document.activeElement !== slider) slider.value = String(toSlider(value));
    };
    return h("div", { class: "gl-row" }, h("span", {}, text), slider, field);
  }

  choiceControl(name, label) {
    const select = h("select", { "aria-label": label, onchange: () => this.set({ [name]: select.value }) },
      ...this.about.rules[name].options.map((option) => h("option", { value: option }, option.replaceAll("_", "-"))));
    this.controls[name] = (value) => { select.value = value; };
    return h("div", { class: "gl-row gl-choice" }, h("span", {}, this.about.rules[name].label), select);
  }

  /** Take the page's colours, which may have changed, or come late. */
  lookAround() {
    const theme = themeOf(this.root);
    if (String(theme.paper) !== String(this.theme.paper)) { this.theme = theme; this.redraw(); }
  }

  // --- messages

  send(type, more = {}) {
    if (this.closed) return;
    const id = ++this.number;
    if (!["tick", "state", "hello"].includes(type)) this.complain("");
    this.flying.set(id, { type, at: performance.now() });
    this.count();
    post(this.model, { type, id, view: this.view, optimum: this.layers.has("optimum"), ...more }, () => this.miss());
  }

  /** How many messages have no answer yet, for whoever drives the page: 0 means that all on it is up to date. */
  count() { this.root.dataset.waiting = String(this.flying.size + Object.keys(this.waiting).length); }

  /** The kernel is silent, or gone. */
  miss() {
    if (this.closed) return;
    this.lost = true;
    this.complain("The kernel does not answer: it is busy, or it was restarted. If it was, run this cell again and choose 'Restore'.");
  }

  hear(content, buffers) {
    if (this.closed) return;
    const mine = content.view === this.view;
    if (mine) this.flying.delete(content.id);
    this.count();
    this.lost = false;
    if (content.type === "state") return this.keep(content);
    if (content.type === "animation") return this.animated(content, buffers);
    for (const [kind, payload] of Object.entries(this.waiting)) {
      delete this.waiting[kind];
      this.send(kind, payload);
    }
    if (content.refused || content.trouble) { this.complain(content.refused || content.trouble); this.showRules(true); }
    if (content.stop) this.halt();
    if (content.index !== this.index && !(content.told && this.index === null)) return this.pump(); // the timeline has moved on
    const data = unpack(content.arrays, buffers[0]);
    if (content.runs.length !== this.frame?.runs.length) this.run = content.runs.length - 1; // comparing begins with B's settings
    this.frame = { ...content, data };
    if (content.told) this.tell(content.told);
    this.seen.push([performance.now(), content.runs[0].iteration]);
    if (this.seen.length > 60) this.seen.shift();
    if (content.iterations === 0) this.lastTick = null; // the kernel was compiling: that costs no turn at a slow speed
    this.pump();
    this.redraw();
  }

  /** What was wrong stays to be read until something else is done. */
  complain(text) { this.trouble.textContent = text; }

  /** Keep two ticks under way while playing: the kernel works on one while the other one's answer is drawn. */
  pump() {
    if (!this.playing || this.slow || this.closed || document.hidden) return;
    const [rate] = SPEEDS[this.speed];
    clearTimeout(this.timer);
    if (rate === Infinity) {
      while ([...this.flying.values()].filter((sent) => sent.type === "tick").length < 2) this.send("tick", { seconds: 0.036 });
    } else if (this.flying.size === 0) {
      const ticks = Math.min(rate, 25), wait = (this.lastTick ?? 0) + 1000 / ticks - performance.now();
      if (wait <= 0) {
        this.lastTick = performance.now();
        this.send("tick", { seconds: 0.1, most: Math.round(rate / ticks) });
      } else this.timer = setTimeout(() => this.pump(), wait);
    }
  }

  /** Settings change often while a slider moves: send the latest, and never more than one at a time. */
  set(rules) {
    const busy = [...this.flying.values()].some((sent) => sent.type === "set");
    const before = this.waiting.set?.rules ?? {};
    this.now(false);
    if (busy) this.waiting.set = { run: this.run, rules: { ...before, ...rules } };
    else this.send("set", { run: this.run, rules });
  }

  // --- transport

  toggle() {
    if (this.playing) return this.halt();
    this.now();
    this.playing = true;
    this.seen = [];
    this.buttons.play.textContent = "❚❚ Pause";
    if (this.slow) this.nextPart(); else this.pump();
  }

  halt() {
    this.playing = false;
    clearTimeout(this.timer);
    clearTimeout(this.slowTimer);
    this.buttons.play.textContent = "▶ Play";
    if (this.frame && this.frame.runs[0].iteration !== this.saved) this.send("state", { why: "keep" });
    if (this.frame && this.index === null) this.send("hello"); // the last moment as it is: while playing not every one is measured
  }

  step(player) { this.halt(); this.now(); this.send("step", { player }); }

  /** Back from the timeline to the present. */
  now(ask = true) {
    if (this.index === null) return;
    this.index = null;
    this.back.hidden = true;
    if (ask) this.redraw();
  }

  scrub(index) {
    this.halt();
    const last = (this.frame?.moments ?? 1) - 1;
    if (index >= last) { this.now(); return this.send("hello"); }
    this.index = index;
    this.back.hidden = false;
    if ([...this.flying.values()].some((sent) => sent.type === "scrub")) this.waiting.scrub = { index };
    else this.send("scrub", { index });
  }

  slowly() {
    this.slow = !this.slow;
    press(this.buttons.slow, this.slow);
    clearTimeout(this.slowTimer);
    if (this.slow) { this.part = null; this.now(); this.nextPart(); }
    else { this.told = null; this.say("Slow motion is over. Every iteration was exactly this, thousands of times."); this.redraw(); this.pump(); }
  }

  nextPart() {
    if (!this.slow || this.closed) return;
    const [player, number] = this.part ?? ["g", 5];
    this.part = number < 5 ? [player, number + 1] : [player === "d" ? "g" : "d", 1];
    this.send("part", { player: this.part[0], number: this.part[1] });
    clearTimeout(this.slowTimer);
    if (this.playing) this.slowTimer = setTimeout(() => this.nextPart(), SLOW);
  }

  tell(told) {
    this.told = told;
    this.say(told.text, told.title);
  }

  say(text, title = "") {
    this.caption.querySelector("p").replaceChildren(...(title ? [h("b", {}, `${title}. `)] : []), text);
  }

  toggleLayer(key) {
    if (this.layers.has(key)) this.layers.delete(key); else this.layers.add(key);
    this.toggles.forEach((chip, i) => press(chip, this.layers.has(LAYERS[i][0])));
    if (key === "optimum" && !this.playing) this.index === null ? this.send("hello") : this.send("scrub", { index: this.index });
    this.redraw();
  }

  // --- data of one's own, comparing, files

  sketchOn() { this.halt(); this.now(); this.drawBar.hidden = false; this.sketch.start(this.theme); this.redraw(); }
  sketchOff() { this.sketch.stop(); this.drawBar.hidden = true; this.redraw(); }
  sketchUse() { const strokes = this.sketch.strokes; this.sketchOff(); this.say(START); this.send("draw", { strokes }); }

  compare() {
    const on = (this.frame?.runs.length ?? 1) < 2;
    this.halt();
    this.now();
    this.send("compare", { on });
    this.say(!on ? START : "Two runs from the same seed. The settings at the left are B's: change one of them, and press Play. In the charts, B is dashed.");
  }

  savePicture() {
    const shown = this.scenes.filter((scene) => !scene.root.hidden).map((scene) => scene.canvas);
    const sheet = h("canvas", { width: shown.reduce((sum, canvas) => sum + canvas.width + 8, -8), height: shown[0].height });
    let left = 0;
    for (const canvas of shown) { sheet.getContext("2d").drawImage(canvas, left, 0); left += canvas.width + 8; }
    sheet.toBlob((blob) => download(`laboratory-${this.frame.runs[0].iteration}.png`, blob, "image/png"));
  }

  animate() { this.halt(); this.now(); this.send("animation", { index: 0 }); }

  animated(content, buffers) {
    this.say(content.done ? "The animation is saved." : `Drawing the animation: ${content.index + 1} of ${content.moments}.`);
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
      this.now();
      this.send("load", { state });
    } catch {
      this.complain(`${file.name} is no JSON file; expected a state that was saved here.`);
    }
  }

  /** Remember the state in the browser, for the day the kernel is gone; or give it to the reader as a file. */
  keep({ state, why }) {
    if (!state) return;
    const text = JSON.stringify(state);
    if (why === "save") return download("laboratory.json", text, "application/json");
    this.saved = state.games[0].iteration;
    try {
      if (this.saved && text.length < 1_000_000) localStorage.setItem(`ganlib:${this.about.name}`, text);
    } catch { /* a browser that keeps nothing is no reason to stop */ }
  }

  offer() {
    this.offered = true;
    let state = null;
    try { state = JSON.parse(localStorage.getItem(`ganlib:${this.about.name}`)); } catch { return; }
    if (!state || this.frame.runs[0].iteration > 0) return;
    const link = button(`Restore the last state, iteration ${commas(state.games[0].iteration)}`, () => { link.remove(); this.send("load", { state }); },
      { kind: "gl-small" });
    this.caption.append(link);
    this.offerLink = link;
  }

  /** Twice a second: is the kernel still there, and is it time to remember the state? */
  tidy() {
    const oldest = Math.min(...[...this.flying.values()].map((sent) => sent.at), Infinity), age = performance.now() - oldest;
    if (age > 3000 && !this.lost) this.miss();
    if (age > 10000) { this.flying.clear(); this.count(); this.halt(); }
    if (this.playing && performance.now() - (this.keptAt ?? 0) > 5000) { this.keptAt = performance.now(); this.send("state", { why: "keep" }); }
    this.lookAround();
    if (this.words) for (const scene of this.scenes) scene.canvas.setAttribute("aria-label", this.words);
    for (const chart of Object.values(this.charts)) chart.tell();
    this.pump();
  }

  // --- drawing

  redraw() {
    if (this.drawing || this.closed) return;
    this.drawing = requestAnimationFrame(() => { this.drawing = null; this.paint(); });
  }

  paint() {
    const { frame, theme } = this;
    if (!frame || this.closed) return;
    if (!this.offered) this.offer();
    if (this.offerLink && frame.runs[0].iteration > 0) { this.offerLink.remove(); this.offerLink = null; }
    this.drawn += 1;
    const layers = this.told && this.slow ? new Set(this.told.show) : new Set(this.layers);
    const asked = this.layers.has("optimum") && !(this.told && this.slow);
    const panes = frame.runs.map((run, i) => ({ run, i, layers: new Set([...layers].filter((key) => key !== "optimum")) }));
    if (asked && frame.runs.length === 1) panes.push({ run: frame.runs[0], i: 0, layers: new Set([...layers].filter((key) => key !== "field")), best: true });
    this.scenes.forEach((scene, k) => {
      const pane = panes[k];
      scene.root.hidden = !pane;
      if (!pane || (k === 0 && this.sketch.on)) return;
      const get = (name) => frame.data[`${name}${pane.i}`], title = pane.best ? (get("best") ? "D*, the best possible" :
        "D*: this loss has no finite optimum") : frame.runs.length > 1 ? this.nameOf(pane.i) : asked ? "D, as learned" : "";
      if (scene.label.textContent !== title) scene.label.textContent = title;
      scene.draw(theme, { real: get("real"), fake: get("fake"), real_says: get("real_says"), fake_says: get("fake_says"), arrows: get("arrows"),
        field: get("field"), manifold: get("manifold"), best: get("best") }, pane.run.extent, pane.layers);
    });
    if (this.playing && performance.now() - (this.charted ?? 0) < 140) return; // charts need no more than seven a second
    this.charted = performance.now();
    const columns = frame.runs.map((_, i) => this.columns(frame.data[`record${i}`]));
    const xs = columns[0].iteration, at = this.index, draw = (chart, ...names) =>
      chart.draw(theme, xs, columns.map((column) => names.map((name) => column[name])), at);
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
    for (const station of this.flow.children) station.classList.toggle("gl-on", Boolean(this.told && this.slow && this.told.flow.includes(station.dataset.station)));
    this.flow.hidden = !(this.told && this.slow);
    if (frame.challenge && !this.slow) this.say(`${frame.challenge.task} ${frame.challenge.done ? "✔ " : ""}${frame.challenge.status} Hint: ${frame.challenge.hint}`, frame.challenge.title);
  }

  columns(record) {
    const [rows, width] = record.shape, names = this.about.columns;
    return Object.fromEntries(names.map((name, c) => [name, Array.from({ length: rows }, (_, r) => record[r * width + c])]));
  }

  nameOf(i) {
    const [a, b] = this.frame.runs.map((run) => run.rules), differ = Object.keys(a).filter((name) => a[name] !== b[name]);
    if (i === 0) return "A";
    if (!differ.length) return "B: the same rules, so far";
    if (differ.length > 1) return `B: ${differ.length} rules differ (${differ.join(", ")})`;
    return `B: ${differ[0].replaceAll("_", " ")} ${b[differ[0]]} instead of ${a[differ[0]]}`;
  }

  showCounts(column, at) {
    const [first, last] = [this.seen[0], this.seen[this.seen.length - 1]], k = at ?? column.iteration.length - 1;
    const rate = this.playing && first && last[0] > first[0] + 200 ? (1000 * (last[1] - first[1])) / (last[0] - first[0]) : null;
    const modes = this.frame.runs[0].modes, item = (label, value) => h("span", {}, label, h("b", {}, value));
    const iteration = commas(this.frame.runs[0].iteration), covered = modes ? `${short(column.modes[k]).replace(".00", "")} of ${modes}` : "";
    this.counts.replaceChildren(item("iteration ", iteration), ...(rate ? [item("", `${commas(rate)}/s`)] : []), ...(covered ? [item("modes ", covered)] : []));
    this.words = `${this.frame.runs[0].rules.data} data, iteration ${iteration}. ${Object.values(this.charts).map((chart) => chart.words).join(". ")}.`;
  }

  showRules(force = false) {
    if (!this.frame) return;
    const two = this.frame.runs.length > 1;
    const rules = this.frame.runs[this.run].rules, told = JSON.stringify([rules, this.run, two, this.challenges.value]);
    if (told === this.rulesTold && !force) return;
    this.rulesTold = told;
    if (force) document.activeElement?.blur?.();
    for (const [name, show] of Object.entries(this.controls)) show(rules[name]);
    for (const [name, thumb] of Object.entries(this.datas)) press(thumb, rules.data === name);
    this.which.hidden = !two;
    [...this.which.children].forEach((child, i) => press(child, i === this.run));
    press(this.compareButton, two);
    if (this.frame.challenge) this.challenges.value = this.frame.challenge.name;
  }
}

export default {
  render({ model, el }) {
    const view = new LaboratoryView(model, el);
    return () => view.close();
  },
};
