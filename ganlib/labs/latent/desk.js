// The latent desk: sliders, a pad between four corners, arithmetic and a shelf. The kernel draws what this script asks for.

const CORNERS = ["top left", "top right", "bottom left", "bottom right"];

class DeskView {
  constructor(model, el) {
    Object.assign(this, { model, el, about: model.get("about"), undo: new Undo(), view: Math.random().toString(36).slice(2), number: 0,
      flying: new Map(), waiting: new Map(), controls: {}, frame: null, spot: [0.5, 0.5], answered: 0 });
    this.build();
    const hear = (content, buffers) => this.hear(content, buffers);
    model.on("msg:custom", hear);
    this.undo.add(() => model.off("msg:custom", hear));
    this.undo.every(1000, () => this.tidy());
    this.ask("hello");
  }

  close() {
    this.closed = true;
    this.undo.all();
  }

  // --- what is on the page

  build() {
    const small = (text, act, title, label = null) => {
      const made = button(text, act, { kind: "gl-small", title });
      if (label) made.setAttribute("aria-label", label);
      return made;
    };
    const [height, width] = this.about.shape, crisp = Math.max(height, width) < 32 ? "gl-crisp" : "";
    this.picture = (kind, label) => h("canvas", { class: `gl-picture ${kind} ${crisp}`, width, height, role: "img", "aria-label": label });

    this.face = this.picture("gl-face", "the present picture");
    this.seed = h("input", { type: "text", inputmode: "numeric", "aria-label": "seed", title: "The same seed, the same noise, the same picture" });
    this.whenTyped(this.seed, (value) => this.ask("seed", { seed: value }));
    const bar = h("div", { class: "gl-bar", role: "toolbar", "aria-label": "pictures" },
      button("New picture", () => this.ask("seed", { seed: this.frame ? (this.frame.seed + 1) % 2 ** 31 : 0 }),
        { kind: "gl-primary", title: "Fresh noise; the sliders stay as they are" }),
      h("label", { class: "gl-inline gl-seed" }, h("span", { class: "gl-quiet" }, "seed"), this.seed),
      button("Keep", () => this.ask("keep"), { title: "Put the present picture on the shelf" }),
      button("Save picture", () => this.face.toBlob((blob) => download(`${this.words.textContent.replace(/[^\w.+-]+/g, "-")}.png`, blob, "image/png")),
        { title: "Save the present picture as PNG" }),
      h("div", { class: "gl-counts" }, h("span", {}, "noise ", h("b", {}, String(this.about.size))),
        h("span", {}, "picture ", h("b", {}, this.about.shape.join(" × ")))));

    const sliders = h("section", { class: "gl-settings", "aria-label": "sliders" }, h("h4", { class: "gl-fake" }, "Directions"),
      ...this.about.names.map((name) => this.slider(name, -1, 1, (value) => this.want("push", { pushes: { [name]: value } }))),
      this.slider("truncation", 0, 1.5, (truncation) => this.want("push", { truncation }),
        "1: the noise as it is. Below 1: drawn towards the middle of all noise, to more ordinary pictures. Above 1: away from it"),
      h("div", { class: "gl-buttons" }, small("Back to the middle", () => this.middle(), "All directions to 0, truncation to 1")));

    this.words = h("p", { "aria-live": "polite" });
    this.trouble = h("div", { class: "gl-trouble", role: "alert" });
    const middle = h("section", { class: "gl-middle", "aria-label": "present picture" }, this.face, h("div", { class: "gl-words" }, this.words, this.trouble));

    this.map = h("canvas", { class: `gl-map ${crisp}`, tabindex: 0, role: "slider", "aria-label": "pad between four corner pictures: drag, or arrow keys",
      "aria-valuemin": 0, "aria-valuemax": 100, onkeydown: (event) => this.step(event) });
    this.marker = h("span", { class: "gl-marker", "aria-hidden": "true" });
    const drag = (event) => { if (this.dragging) this.point(event); };
    for (const [kind, act] of Object.entries({ pointerdown: (event) => { this.dragging = true; this.map.setPointerCapture(event.pointerId); this.map.focus(); this.point(event); },
      pointermove: drag, pointerup: () => { this.dragging = false; }, pointercancel: () => { this.dragging = false; } })) this.undo.listen(this.map, kind, act);
    const fill = (place, index, name) => h("span", { class: "gl-group", role: "group", "aria-label": name },
      small("new", () => this.ask("fill", { place, index }), "Draw another one here", `${name}: a new one`),
      small("this", () => this.ask("fill", { place, index, present: true }), "Put the present picture here", `${name}: the present picture`));
    this.ways = ["spherical", "linear"].map((way) => {
      const title = { spherical: "Turn from one noise to the other: it stays as long as it was", linear: "On the straight line: half-way the noise is shorter" }[way];
      return button(way, () => this.ask("mix", { way }), { kind: "gl-small", pressed: way === "spherical", title });
    });
    const corner = (i) => fill("corners", i, `${CORNERS[i]} corner`);
    const pad = h("section", { class: "gl-pad", "aria-label": "pad" },
      h("div", { class: "gl-head" }, h("h4", {}, "Between four"), h("span", { class: "gl-group", role: "group", "aria-label": "way of mixing" }, ...this.ways)),
      h("div", { class: "gl-ends" }, corner(0), corner(1)), h("div", { class: "gl-map-box" }, this.map, this.marker), h("div", { class: "gl-ends" }, corner(2), corner(3)));

    this.slots = ["A", "B", "C", "result"].map((name) => this.picture("gl-thumb-picture", name));
    const sums = ["A", "−", "B", "+", "C", "="].flatMap((sign, k) => k % 2 ? [h("span", { class: "gl-sign" }, sign)]
      : [h("div", { class: "gl-slot" }, h("b", {}, sign), this.slots[k / 2], fill("slots", k / 2, sign))]);
    const arithmetic = h("section", { "aria-label": "arithmetic" }, h("h4", {}, "Arithmetic with noise"), h("div", { class: "gl-sum" }, ...sums,
      h("div", { class: "gl-slot" }, h("b", {}, "A − B + C"), this.slots[3], small("take", () => this.ask("take"), "Make it the present picture", "take the result"))));

    this.shelf = h("div", { class: "gl-shelf", role: "group", "aria-label": "kept pictures" });
    const shelf = h("section", { "aria-label": "shelf" }, h("h4", {}, "Shelf"), this.shelf);
    this.root = h("div", { class: "gl-root gl-desk", role: "region", "aria-label": "latent desk" }, bar,
      h("div", { class: "gl-desk-columns" }, sliders, middle, pad), h("div", { class: "gl-desk-rows" }, arithmetic, shelf));
    this.el.append(this.root);
  }

  /** A labelled slider with a field to type in; `change` gets a number, or what was typed instead of one. */
  slider(name, low, high, change, title = null) {
    const range = h("input", { type: "range", class: "gl-range-fake", min: low, max: high, step: 0.01, "aria-label": name,
      oninput: () => { field.value = field.shown = Number(range.value).toFixed(2); change(Number(range.value)); } });
    const field = h("input", { type: "text", inputmode: "decimal", "aria-label": `${name}, typed` });
    this.whenTyped(field, change);
    this.controls[name] = (value) => {
      if (document.activeElement === range && this.busy()) return; // the hand is further on already
      range.value = String(value);
      if (document.activeElement !== field) field.value = field.shown = value.toFixed(2);
    };
    return h("div", { class: "gl-row", title }, h("span", { class: "gl-name" }, name), range, field);
  }

  whenTyped(field, change) {
    const typed = () => {
      const text = field.value.trim().replace(",", ".");
      if (text !== field.shown) change(text === "" || Number.isNaN(Number(text)) ? text : Number(text));
      field.shown = text;
    };
    field.addEventListener("change", typed);
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") typed(); });
  }

  // --- messages

  busy() { return this.flying.size > 0; }

  /** One message for one act. What a drag still wanted goes first. */
  ask(type, more = {}) {
    this.trouble.textContent = "";
    this.flush();
    this.post(type, more);
  }

  /** While something is dragged: one message under way at a time, and after it the latest wish only. */
  want(type, more) {
    const before = this.waiting.get(type);
    this.waiting.set(type, { ...before, ...more, pushes: { ...before?.pushes, ...more.pushes } });
    this.trouble.textContent = "";
    if (!this.busy()) this.flush();
  }

  flush() {
    const wishes = [...this.waiting];
    this.waiting.clear();
    for (const [type, more] of wishes) this.post(type, more);
  }

  post(type, more) {
    if (this.closed) return;
    const id = ++this.number;
    this.flying.set(id, performance.now());
    post(this.model, { type, id, view: this.view, ...more }, () => this.tidy());
  }

  hear(content, buffers) {
    if (this.closed || content.type !== "frame") return;
    if (content.view === this.view) this.flying.delete(content.id);
    if (content.refused) this.trouble.textContent = content.refused;
    this.frame = content;
    this.unpackPictures(content.groups, buffers[0]);
    if (!this.busy()) this.flush();
    this.show(Boolean(content.refused));
    this.answered += 1;
  }

  /** A kernel that is gone, or busy with another cell, is told of. */
  tidy() {
    const age = performance.now() - Math.min(...this.flying.values(), Infinity);
    if (age > 3000) this.trouble.textContent = "The kernel does not answer: it is busy, or it was restarted. If it was, run this cell again.";
    if (age > 10000) this.flying.clear();
  }

  // --- drawing

  unpackPictures(groups, buffer) {
    const [height, width, channels] = this.about.shape, pixels = height * width;
    const bytes = buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    let offset = 0;
    for (const [name, count] of groups) {
      const pictures = Array.from({ length: count }, () => {
        const picture = new ImageData(width, height), data = picture.data;
        for (let i = 0; i < pixels; i++, offset += channels) {
          for (let c = 0; c < 3; c++) data[4 * i + c] = bytes[offset + (channels === 3 ? c : 0)];
          data[4 * i + 3] = 255;
        }
        return picture;
      });
      this[{ face: "paintFace", map: "paintMap", slots: "paintSlots", shelf: "paintShelf" }[name]](pictures);
    }
  }

  paintFace([picture]) { this.face.getContext("2d").putImageData(picture, 0, 0); }

  paintSlots(pictures) { pictures.forEach((picture, i) => this.slots[i].getContext("2d").putImageData(picture, 0, 0)); }

  paintMap(pictures) {
    const { side, shape: [height, width] } = this.about;
    Object.assign(this.map, { width: side * width, height: side * height });
    pictures.forEach((picture, i) => this.map.getContext("2d").putImageData(picture, (i % side) * width, Math.floor(i / side) * height));
  }

  paintShelf(pictures) {
    const held = [...this.shelf.children].indexOf(document.activeElement);
    const kept = pictures.map((picture, index) => {
      const canvas = this.picture("gl-thumb-picture", `kept picture ${index + 1}`);
      canvas.getContext("2d").putImageData(picture, 0, 0);
      return h("button", { type: "button", class: "gl-kept", title: "Click: take it back. Delete: away with it", "aria-label": `kept picture ${index + 1}; Delete takes it away`,
        onclick: () => this.ask("back", { index }), onkeydown: (event) => {
          if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); this.ask("drop", { index }); }
        } }, canvas);
    });
    this.shelf.replaceChildren(...(kept.length ? kept : [h("span", { class: "gl-quiet" }, "Nothing kept yet.")]));
    if (held >= 0) (kept[Math.min(held, kept.length - 1)] ?? this.map).focus();
  }

  show(force) {
    const { frame } = this;
    if (force && this.root.contains(document.activeElement) && document.activeElement.matches("input")) document.activeElement.blur();
    for (const [name, value] of Object.entries(frame.pushes)) this.controls[name](value);
    this.controls.truncation(frame.truncation);
    if (document.activeElement !== this.seed) this.seed.value = this.seed.shown = String(frame.seed);
    this.ways.forEach((one) => press(one, one.textContent === frame.way));
    if (!this.dragging) this.mark(frame.spot);
    this.marker.classList.toggle("gl-away", frame.source !== "between the corners" && !this.waiting.has("move"));
    if (this.words.textContent !== frame.words) this.words.textContent = frame.words;
    this.face.setAttribute("aria-label", `the present picture: ${frame.words}`);
  }

  // --- the pad

  /** The marker lies in the middle of the outermost pictures at 0 and 1. */
  mark([x, y]) {
    const { side } = this.about, place = (t) => `${(100 * (0.5 + t * (side - 1))) / side}%`;
    this.spot = [x, y];
    Object.assign(this.marker.style, { left: place(x), top: place(y) });
    this.map.setAttribute("aria-valuenow", String(Math.round(100 * x)));
    this.map.setAttribute("aria-valuetext", `${Math.round(100 * x)} % to the right, ${Math.round(100 * y)} % down`);
  }

  move(x, y) {
    const clip = (t) => Math.min(1, Math.max(0, Math.round(1000 * t) / 1000));
    this.mark([clip(x), clip(y)]);
    this.want("move", { x: this.spot[0], y: this.spot[1] });
  }

  point(event) {
    const box = this.map.getBoundingClientRect(), { side } = this.about, share = (t) => (t * side - 0.5) / (side - 1);
    this.move(share((event.clientX - box.left) / box.width), share((event.clientY - box.top) / box.height));
  }

  step(event) {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!dx && !dy) return;
    event.preventDefault();
    const far = event.shiftKey ? 0.25 : 0.05;
    this.move(this.spot[0] + far * dx, this.spot[1] + far * dy);
  }

  middle() { this.ask("push", { truncation: 1, pushes: Object.fromEntries(this.about.names.map((name) => [name, 0])) }); }
}

export default {
  render({ model, el }) {
    const view = new DeskView(model, el);
    return () => view.close();
  },
};
