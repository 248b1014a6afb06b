// The latent explorer: sliders, a pad between four corners, arithmetic and a shelf. The kernel draws what this script asks for.

const CORNERS = ["top left", "top right", "bottom left", "bottom right"];

class ExplorerView extends View {
  constructor(model, el) {
    super(model, el);
    Object.assign(this, { controls: {}, padPosition: [0.5, 0.5] });
    this.build();
    this.start();
  }

  // --- what is on the page

  build() {
    const small = (text, act, title, label = null) => {
      const made = button(text, act, { kind: "gl-small", title });
      if (label) made.setAttribute("aria-label", label);
      return made;
    };
    const [height, width] = this.config.shape,
      crisp = Math.max(height, width) < 32 ? "gl-crisp" : "";
    this.picture = (kind, label) =>
      element("canvas", {
        class: `gl-picture ${kind} ${crisp}`,
        width,
        height,
        role: "img",
        "aria-label": label,
      });

    this.face = this.picture("gl-face", "the present picture");
    this.seed = element("input", {
      type: "text",
      inputmode: "numeric",
      "aria-label": "seed",
      title: "The same seed, the same noise, the same picture",
    });
    this.whenTyped(this.seed, (value) => this.ask("seed", { seed: value }));
    const bar = element(
      "div",
      { class: "gl-bar", role: "toolbar", "aria-label": "pictures" },
      button(
        "New picture",
        () => this.ask("seed", { seed: this.frame ? (this.frame.seed + 1) % 2 ** 31 : 0 }),
        { kind: "gl-primary", title: "Fresh noise; the sliders stay as they are" },
      ),
      element(
        "label",
        { class: "gl-inline gl-seed" },
        element("span", { class: "gl-quiet" }, "seed"),
        this.seed,
      ),
      button("Keep", () => this.ask("keep"), { title: "Put the present picture on the shelf" }),
      button(
        "Save picture",
        () =>
          this.face.toBlob((blob) =>
            download(`${this.words.textContent.replace(/[^\w.+-]+/g, "-")}.png`, blob, "image/png"),
          ),
        { title: "Save the present picture as PNG" },
      ),
      element(
        "div",
        { class: "gl-counts" },
        element("span", {}, "noise ", element("b", {}, String(this.config.size))),
        element("span", {}, "picture ", element("b", {}, this.config.shape.join(" × "))),
      ),
    );

    const sliders = element(
      "section",
      { class: "gl-settings", "aria-label": "sliders" },
      element("h4", { class: "gl-fake" }, "Directions"),
      ...this.config.names.map((name) =>
        this.slider(name, -1, 1, (value) => this.askLatest("push", { pushes: { [name]: value } })),
      ),
      this.slider(
        "truncation",
        0,
        1.5,
        (truncation) => this.askLatest("push", { truncation }),
        "1: the noise as it is. Below 1: drawn towards the middle of all noise, to more ordinary pictures. Above 1: away from it",
      ),
      element(
        "div",
        { class: "gl-buttons" },
        small("Back to the middle", () => this.middle(), "All directions to 0, truncation to 1"),
      ),
    );

    this.words = element("p", { "aria-live": "polite" });
    const middle = element(
      "section",
      { class: "gl-middle", "aria-label": "present picture" },
      this.face,
      element("div", { class: "gl-words" }, this.words, this.trouble),
    );

    this.map = element("canvas", {
      class: `gl-map ${crisp}`,
      tabindex: 0,
      role: "slider",
      "aria-label": "pad between four corner pictures: drag, or arrow keys",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      onkeydown: (event) => this.step(event),
    });
    this.marker = element("span", { class: "gl-marker", "aria-hidden": "true" });
    const drag = (event) => {
      if (this.dragging) this.point(event);
    };
    for (const [kind, act] of Object.entries({
      pointerdown: (event) => {
        this.dragging = true;
        this.map.setPointerCapture(event.pointerId);
        this.map.focus();
        this.point(event);
      },
      pointermove: drag,
      pointerup: () => {
        this.dragging = false;
      },
      pointercancel: () => {
        this.dragging = false;
      },
    }))
      this.undo.listen(this.map, kind, act);
    const fill = (place, index, name) =>
      element(
        "span",
        { class: "gl-group", role: "group", "aria-label": name },
        small(
          "new",
          () => this.ask("fill", { place, index }),
          "Draw another one here",
          `${name}: a new one`,
        ),
        small(
          "this",
          () => this.ask("fill", { place, index, present: true }),
          "Put the present picture here",
          `${name}: the present picture`,
        ),
      );
    this.methods = ["spherical", "linear"].map((method) => {
      const title = {
        spherical: "Turn from one noise to the other: it stays as long as it was",
        linear: "On the straight line: half-way the noise is shorter",
      }[method];
      return button(method, () => this.ask("interpolate", { method }), {
        kind: "gl-small",
        pressed: method === "spherical",
        title,
      });
    });
    const corner = (i) => fill("corners", i, `${CORNERS[i]} corner`);
    const pad = element(
      "section",
      { class: "gl-pad", "aria-label": "pad" },
      element(
        "div",
        { class: "gl-head" },
        element("h4", {}, "Between four"),
        element(
          "span",
          { class: "gl-group", role: "group", "aria-label": "method of interpolation" },
          ...this.methods,
        ),
      ),
      element("div", { class: "gl-ends" }, corner(0), corner(1)),
      element("div", { class: "gl-map-box" }, this.map, this.marker),
      element("div", { class: "gl-ends" }, corner(2), corner(3)),
    );

    this.slots = ["A", "B", "C", "result"].map((name) => this.picture("gl-thumb-picture", name));
    const sums = ["A", "−", "B", "+", "C", "="].flatMap((sign, k) =>
      k % 2
        ? [element("span", { class: "gl-sign" }, sign)]
        : [
            element(
              "div",
              { class: "gl-slot" },
              element("b", {}, sign),
              this.slots[k / 2],
              fill("slots", k / 2, sign),
            ),
          ],
    );
    const arithmetic = element(
      "section",
      { "aria-label": "arithmetic" },
      element("h4", {}, "Arithmetic with noise"),
      element(
        "div",
        { class: "gl-sum" },
        ...sums,
        element(
          "div",
          { class: "gl-slot" },
          element("b", {}, "A − B + C"),
          this.slots[3],
          small(
            "take",
            () => this.ask("use_result"),
            "Make it the present picture",
            "take the result",
          ),
        ),
      ),
    );

    this.shelf = element("div", {
      class: "gl-shelf",
      role: "group",
      "aria-label": "kept pictures",
    });
    const shelf = element(
      "section",
      { "aria-label": "shelf" },
      element("h4", {}, "Shelf"),
      this.shelf,
    );
    this.root = element(
      "div",
      { class: "gl-root gl-explorer", role: "region", "aria-label": "latent explorer" },
      bar,
      element("div", { class: "gl-explorer-columns" }, sliders, middle, pad),
      element("div", { class: "gl-explorer-rows" }, arithmetic, shelf),
    );
  }

  /** A labelled slider with a field to type in; `change` gets a number, or what was typed instead of one. */
  slider(name, low, high, change, title = null) {
    const range = element("input", {
      type: "range",
      class: "gl-range-fake",
      min: low,
      max: high,
      step: 0.01,
      "aria-label": name,
      oninput: () => {
        field.value = field.shown = Number(range.value).toFixed(2);
        change(Number(range.value));
      },
    });
    const field = element("input", {
      type: "text",
      inputmode: "decimal",
      "aria-label": `${name}, typed`,
    });
    this.whenTyped(field, change);
    this.controls[name] = (value) => {
      if (document.activeElement === range && this.inFlight.size > 0) return; // the hand is further on already
      range.value = String(value);
      if (document.activeElement !== field) field.value = field.shown = value.toFixed(2);
    };
    return element(
      "div",
      { class: "gl-row", title },
      element("span", { class: "gl-name" }, name),
      range,
      field,
    );
  }

  whenTyped(field, change) {
    const typed = () => {
      const text = field.value.trim().replace(",", ".");
      if (text !== field.shown)
        change(text === "" || Number.isNaN(Number(text)) ? text : Number(text));
      field.shown = text;
    };
    field.addEventListener("change", typed);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") typed();
    });
  }

  // --- messages

  onFrame(content, buffers) {
    this.frame = content;
    this.unpackPictures(content.groups, buffers[0]);
    this.show();
  }

  /** What was refused leaves the field that it was typed into. */
  onReply(content) {
    const typing =
      this.root.contains(document.activeElement) && document.activeElement.matches("input");
    if (!content.error || !typing) return;
    document.activeElement.blur();
    this.show();
  }

  // --- drawing

  unpackPictures(groups, buffer) {
    const [height, width, channels] = this.config.shape,
      pixels = height * width;
    const bytes =
      buffer instanceof ArrayBuffer
        ? new Uint8Array(buffer)
        : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    let offset = 0;
    for (const [name, count] of groups) {
      const pictures = Array.from({ length: count }, () => {
        const picture = new ImageData(width, height),
          data = picture.data;
        for (let i = 0; i < pixels; i++, offset += channels) {
          for (let c = 0; c < 3; c++) data[4 * i + c] = bytes[offset + (channels === 3 ? c : 0)];
          data[4 * i + 3] = 255;
        }
        return picture;
      });
      this[{ face: "paintFace", map: "paintMap", slots: "paintSlots", shelf: "paintShelf" }[name]](
        pictures,
      );
    }
  }

  paintFace([picture]) {
    this.face.getContext("2d").putImageData(picture, 0, 0);
  }

  paintSlots(pictures) {
    pictures.forEach((picture, i) => this.slots[i].getContext("2d").putImageData(picture, 0, 0));
  }

  paintMap(pictures) {
    const {
      side,
      shape: [height, width],
    } = this.config;
    Object.assign(this.map, { width: side * width, height: side * height });
    pictures.forEach((picture, i) =>
      this.map
        .getContext("2d")
        .putImageData(picture, (i % side) * width, Math.floor(i / side) * height),
    );
  }

  paintShelf(pictures) {
    const focused = [...this.shelf.children].indexOf(document.activeElement);
    const kept = pictures.map((picture, index) => {
      const canvas = this.picture("gl-thumb-picture", `kept picture ${index + 1}`);
      canvas.getContext("2d").putImageData(picture, 0, 0);
      return element(
        "button",
        {
          type: "button",
          class: "gl-kept",
          title: "Click: take it back. Delete: away with it",
          "aria-label": `kept picture ${index + 1}; Delete takes it away`,
          onclick: () => this.ask("use_kept", { index }),
          onkeydown: (event) => {
            if (event.key === "Delete" || event.key === "Backspace") {
              event.preventDefault();
              this.ask("delete_kept", { index });
            }
          },
        },
        canvas,
      );
    });
    this.shelf.replaceChildren(
      ...(kept.length ? kept : [element("span", { class: "gl-quiet" }, "Nothing kept yet.")]),
    );
    if (focused >= 0) (kept[Math.min(focused, kept.length - 1)] ?? this.map).focus();
  }

  show() {
    const { frame } = this;
    for (const [name, value] of Object.entries(frame.pushes)) this.controls[name](value);
    this.controls.truncation(frame.truncation);
    if (document.activeElement !== this.seed)
      this.seed.value = this.seed.shown = String(frame.seed);
    this.methods.forEach((one) => setPressed(one, one.textContent === frame.method));
    if (!this.dragging) this.mark(frame.pad_position);
    this.marker.classList.toggle(
      "gl-away",
      frame.source !== "between the corners" && !this.wishes.has("move"),
    );
    if (this.words.textContent !== frame.words) this.words.textContent = frame.words;
    this.face.setAttribute("aria-label", `the present picture: ${frame.words}`);
  }

  // --- the pad

  /** The marker lies in the middle of the outermost pictures at 0 and 1. */
  mark([x, y]) {
    const { side } = this.config,
      place = (t) => `${(100 * (0.5 + t * (side - 1))) / side}%`;
    this.padPosition = [x, y];
    Object.assign(this.marker.style, { left: place(x), top: place(y) });
    this.map.setAttribute("aria-valuenow", String(Math.round(100 * x)));
    this.map.setAttribute(
      "aria-valuetext",
      `${Math.round(100 * x)} % to the right, ${Math.round(100 * y)} % down`,
    );
  }

  move(x, y) {
    const clip = (t) => Math.min(1, Math.max(0, Math.round(1000 * t) / 1000));
    this.mark([clip(x), clip(y)]);
    this.askLatest("move", { x: this.padPosition[0], y: this.padPosition[1] });
  }

  point(event) {
    const box = this.map.getBoundingClientRect(),
      { side } = this.config,
      share = (t) => (t * side - 0.5) / (side - 1);
    this.move(
      share((event.clientX - box.left) / box.width),
      share((event.clientY - box.top) / box.height),
    );
  }

  step(event) {
    const [dx, dy] = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    }[event.key] ?? [0, 0];
    if (!dx && !dy) return;
    event.preventDefault();
    const far = event.shiftKey ? 0.25 : 0.05;
    this.move(this.padPosition[0] + far * dx, this.padPosition[1] + far * dy);
  }

  middle() {
    this.ask("push", {
      truncation: 1,
      pushes: Object.fromEntries(this.config.names.map((name) => [name, 0])),
    });
  }
}

export default exportView(ExplorerView);
