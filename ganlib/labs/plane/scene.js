// The picture of one run: field, manifold, points, arrows, and a surface to draw a distribution on.

const LOW = -2.25,
  HIGH = 2.25; // the frame that drawings are made in

/** 256 colours from generated over "cannot tell" to real, as [r, g, b, ...]; the middle is the page's own paper. */
function shades(theme) {
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const side = i < 128 ? theme.fake : theme.real,
      far = Math.pow(Math.abs(i - 127.5) / 127.5, 0.9) * 0.72;
    for (let c = 0; c < 3; c++) table[3 * i + c] = theme.paper[c] * (1 - far) + side[c] * far;
  }
  return table;
}

class Scene {
  constructor() {
    this.canvas = element("canvas", {
      class: "gl-scene",
      role: "img",
      "aria-label": "The plane, before the first answer",
    });
    this.label = element("div", { class: "gl-pane-title" });
    this.root = element("div", { class: "gl-pane" }, this.label, this.canvas);
    this.small = document.createElement("canvas"); // the field, one pixel a cell, enlarged smoothly
  }

  /** Draw the layers that are on. data: arrays of one run; layers: a Set of names. */
  draw(theme, data, extent, layers) {
    const size = this.canvas.clientWidth;
    if (!size || !data) return;
    const pen = fit(this.canvas, size, size),
      [low, high] = extent,
      unit = size / (high - low);
    const x = (v) => (v - low) * unit,
      y = (v) => (high - v) * unit;
    pen.fillStyle = rgb(theme.paper);
    pen.fillRect(0, 0, size, size);
    if (layers.has("field")) this.field(pen, theme, data.field, size);
    if (layers.has("optimum") && data.best) this.field(pen, theme, data.best, size);
    if (layers.has("manifold")) this.manifold(pen, theme, data.manifold, x, y, unit);
    if (layers.has("arrows")) this.arrows(pen, theme, data, x, y, unit);
    if (layers.has("real"))
      this.points(pen, theme, data.real, layers.has("verdicts") && data.real_says, "real", x, y);
    if (layers.has("fake"))
      this.points(pen, theme, data.fake, layers.has("verdicts") && data.fake_says, "fake", x, y);
  }

  field(pen, theme, field, size) {
    const n = field.shape[0],
      small = this.small;
    if (small.width !== n) {
      small.width = small.height = n;
      this.pixels = null;
    }
    if (this.theme !== theme) {
      this.theme = theme;
      this.table = shades(theme);
    }
    const brush = small.getContext("2d");
    this.pixels ??= brush.createImageData(n, n);
    const out = this.pixels.data,
      table = this.table;
    for (let row = 0; row < n; row++)
      for (let column = 0; column < n; column++) {
        const says = field[(n - 1 - row) * n + column],
          k = 3 * Math.max(0, Math.min(255, Math.round(says * 255)));
        const at = 4 * (row * n + column);
        out[at] = table[k];
        out[at + 1] = table[k + 1];
        out[at + 2] = table[k + 2];
        out[at + 3] = 255;
      }
    brush.putImageData(this.pixels, 0, 0);
    pen.imageSmoothingEnabled = true;
    pen.drawImage(small, 0, 0, n, n, 0, 0, size, size);
  }

  /** The noise's grid as the generator bends it. Each cell holds the same share, so a small cell is a dense one. */
  manifold(pen, theme, grid, x, y, unit) {
    const ink = theme.fake;
    if (grid.shape.length === 2) {
      // noise of one dimension: a curve
      pen.lineWidth = 3;
      for (let i = 0; i + 3 < grid.length; i += 2) {
        const length = Math.hypot(grid[i + 2] - grid[i], grid[i + 3] - grid[i + 1]);
        pen.strokeStyle = rgb(ink, Math.min(0.9, 0.08 + 0.012 / (length + 1e-3)));
        pen.beginPath();
        pen.moveTo(x(grid[i]), y(grid[i + 1]));
        pen.lineTo(x(grid[i + 2]), y(grid[i + 3]));
        pen.stroke();
      }
      return;
    }
    const n = grid.shape[0],
      corner = (r, c) => 2 * (r * n + c);
    const shade = Array.from({ length: 10 }, () => new Path2D()); // cells of like density are filled together: it is quicker
    for (let r = 0; r + 1 < n; r++)
      for (let c = 0; c + 1 < n; c++) {
        const path = [corner(r, c), corner(r, c + 1), corner(r + 1, c + 1), corner(r + 1, c)];
        let area = 0;
        for (let k = 0; k < 4; k++) {
          const a = path[k],
            b = path[(k + 1) % 4];
          area += grid[a] * grid[b + 1] - grid[b] * grid[a + 1];
        }
        if (!Number.isFinite(area)) continue; // a game that has burst
        const alpha = Math.min(0.55, 0.05 + 0.0012 / (Math.abs(area) / 2 + 1e-4)),
          into = shade[Math.floor(alpha / 0.0551)];
        path.forEach((at, k) =>
          k ? into.lineTo(x(grid[at]), y(grid[at + 1])) : into.moveTo(x(grid[at]), y(grid[at + 1])),
        );
        into.closePath();
      }
    shade.forEach((into, level) => {
      pen.fillStyle = rgb(ink, 0.0551 * (level + 0.5));
      pen.fill(into);
    });
    pen.strokeStyle = rgb(ink, 0.38);
    pen.lineWidth = 0.7;
    pen.beginPath();
    for (let r = 0; r < n; r++)
      for (let c = 0; c < n; c++) {
        const at = corner(r, c),
          px = x(grid[at]),
          py = y(grid[at + 1]);
        if (c + 1 < n) {
          pen.moveTo(px, py);
          pen.lineTo(x(grid[at + 2]), y(grid[at + 3]));
        }
        if (r + 1 < n) {
          pen.moveTo(px, py);
          pen.lineTo(x(grid[at + 2 * n]), y(grid[at + 2 * n + 1]));
        }
      }
    pen.stroke();
  }

  /** Where every generated point would have to go. The longest arrow is a tenth of the picture; the others to scale. */
  arrows(pen, theme, data, x, y, unit) {
    const { fake, arrows } = data;
    let longest = 1e-9;
    for (let i = 0; i < arrows.length; i += 2)
      longest = Math.max(longest, Math.hypot(arrows[i], arrows[i + 1]));
    const scale = (0.1 * this.canvas.clientWidth) / unit / longest;
    pen.strokeStyle = theme.dark ? "#e2e8f0" : "#2d3748";
    pen.lineWidth = 1;
    pen.beginPath();
    for (let i = 0; i < fake.length; i += 2) {
      const fromX = x(fake[i]),
        fromY = y(fake[i + 1]);
      const toX = x(fake[i] + scale * arrows[i]),
        toY = y(fake[i + 1] + scale * arrows[i + 1]);
      const dx = toX - fromX,
        dy = toY - fromY,
        length = Math.hypot(dx, dy);
      if (length < 2) continue;
      pen.moveTo(fromX, fromY);
      pen.lineTo(toX, toY);
      const head = Math.min(5, length / 2) / length;
      pen.moveTo(toX - head * (dx + 0.6 * dy), toY - head * (dy - 0.6 * dx));
      pen.lineTo(toX, toY);
      pen.lineTo(toX - head * (dx - 0.6 * dy), toY - head * (dy + 0.6 * dx));
    }
    pen.stroke();
  }

  /** Real points are squares, generated ones circles. With verdicts, the inside says what D says. */
  points(pen, theme, points, says, role, x, y) {
    const kinds = says
      ? [this.stamp(theme, role, "fake"), this.stamp(theme, role, "real")]
      : [this.stamp(theme, role, "")];
    for (let i = 0, k = 0; i < points.length; i += 2, k++)
      pen.drawImage(
        says && says[k] > 0.5 ? kinds[1] : kinds[0],
        x(points[i]) - 6,
        y(points[i + 1]) - 6,
        12,
        12,
      );
  }

  /** One point, drawn once and stamped from then on, which is much cheaper. */
  stamp(theme, role, verdict) {
    const ratio = window.devicePixelRatio || 1,
      key = [role, verdict, ratio, theme.paper].join();
    this.stamps ??= new Map();
    if (this.stamps.has(key)) return this.stamps.get(key);
    const stamp = document.createElement("canvas"),
      pen = fit(stamp, 12, 12);
    pen.fillStyle = rgb(theme[verdict || role], verdict || role === "fake" ? 1 : 0.8);
    if (role === "real") {
      pen.fillRect(4, 4, 4, 4);
      if (verdict) {
        pen.strokeStyle = rgb(theme.real);
        pen.strokeRect(3, 3, 6, 6);
      }
    } else {
      pen.beginPath();
      pen.arc(6, 6, verdict ? 4 : 3.4, 0, 7);
      pen.fill();
      pen.strokeStyle = verdict ? rgb(theme.fake) : rgb(theme.paper);
      pen.stroke();
    }
    this.stamps.set(key, stamp);
    return stamp;
  }
}

/** Draw a distribution with mouse, finger or pen; or with arrow keys, and Space for a dot. */
class Sketch {
  constructor(scene, undo) {
    Object.assign(this, { scene, strokes: [], on: false, cursor: [0, 0] });
    const canvas = scene.canvas;
    const place = (event) => {
      const box = canvas.getBoundingClientRect(),
        span = HIGH - LOW,
        clip = (v) => Math.max(LOW, Math.min(HIGH, v));
      return [
        clip(LOW + (span * (event.clientX - box.left)) / box.width),
        clip(HIGH - (span * (event.clientY - box.top)) / box.height),
      ];
    };
    undo.listen(canvas, "pointerdown", (event) => {
      if (!this.on) return;
      event.preventDefault();
      canvas.setPointerCapture?.(event.pointerId);
      this.strokes.push([place(event)]);
      this.pen = true;
      this.draw();
    });
    undo.listen(canvas, "pointermove", (event) => {
      if (!this.on || !this.pen) return;
      this.strokes[this.strokes.length - 1].push(place(event));
      this.draw();
    });
    for (const kind of ["pointerup", "pointercancel"])
      undo.listen(canvas, kind, () => {
        this.pen = false;
      });
    undo.listen(canvas, "keydown", (event) => {
      if (!this.on) return;
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[
        event.key
      ];
      if (step)
        this.cursor = this.cursor.map((v, i) => Math.max(LOW, Math.min(HIGH, v + 0.1 * step[i])));
      else if (event.key === " " || event.key === "Enter") this.strokes.push([[...this.cursor]]);
      else return;
      event.preventDefault();
      this.draw();
    });
  }

  start(theme) {
    Object.assign(this, { on: true, theme, strokes: [], cursor: [0, 0] });
    this.scene.canvas.tabIndex = 0;
    this.scene.canvas.classList.add("gl-drawing");
    this.scene.canvas.focus({ preventScroll: true });
    this.draw();
  }

  stop() {
    this.on = this.pen = false;
    this.scene.canvas.removeAttribute("tabindex");
    this.scene.canvas.classList.remove("gl-drawing");
  }

  draw() {
    const canvas = this.scene.canvas,
      size = canvas.clientWidth,
      pen = fit(canvas, size, size),
      unit = size / (HIGH - LOW);
    pen.fillStyle = rgb(this.theme.paper);
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = pen.fillStyle = rgb(this.theme.real);
    pen.lineWidth = 0.16 * unit;
    pen.lineCap = pen.lineJoin = "round";
    const at = ([x, y]) => [(x - LOW) * unit, (HIGH - y) * unit];
    for (const stroke of this.strokes) {
      pen.beginPath();
      pen.moveTo(...at(stroke[0]));
      for (const point of stroke) pen.lineTo(...at(point));
      pen.stroke();
    }
    const [x, y] = at(this.cursor);
    pen.strokeStyle = this.theme.ink;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x - 7, y);
    pen.lineTo(x + 7, y);
    pen.moveTo(x, y - 7);
    pen.lineTo(x, y + 7);
    pen.stroke();
  }
}
